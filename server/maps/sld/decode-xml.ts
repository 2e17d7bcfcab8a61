/** Encodings that documents come in here: UTF-8, UTF-16 with its mark, and what Chinese desktops save. */
const DECLARED = /^<\?xml\s[^>]*encoding\s*=\s*["'](gb18030|gbk|gb2312)["']/i

/** The text of a document, by its byte order mark, else by what its XML declaration says, else as UTF-8. */
export function decodeXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  return new TextDecoder(DECLARED.test(head) ? 'gb18030' : 'utf-8').decode(bytes)
}
