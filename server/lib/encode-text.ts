import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { ContentCoding } from './media-type.ts'

const gzipped = promisify(gzip)
const brotlied = promisify(brotliCompress)

/** Text as it is sent in a content coding; brotli at a level that is about as quick as gzip. */
export async function encodeText(text: string, coding: ContentCoding): Promise<string | Buffer> {
  if (coding === 'identity') return text
  if (coding === 'gzip') return gzipped(text)
  return brotlied(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
}
