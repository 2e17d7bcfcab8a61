import type { Problem } from '../lib/errors.ts'
import { badJson, notFeatures } from './problems.ts'

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const LITERALS = new Set(['true', 'false', 'null'])
const MAX_DEPTH = 64
const MAX_TOKEN = 1000
const MAX_CRS = 2000

/** What the scanner expects next; `value or end` and `key or end` follow an opening bracket. */
type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing'

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COLON, COMMA, NEWLINE] =
  Buffer.from('"\\{}[]:,\n')

const ESCAPES = new Set(Buffer.from('"\\/bfnrtu'))
const HEX = new Set(Buffer.from('0123456789abcdefABCDEF'))
const LETTER_U = 0x75
const BOM = [0xef, 0xbb, 0xbf]

const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const endsToken = (byte: number) =>
  isSpace(byte) || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === COLON

/**
 * Checks the syntax of a GeoJSON document (RFC 8259) while it streams by, however large, and keeps of it only what
 * says which CRS it is in. So NaN, a cut-off end or a wrong root is answered before anything else is done.
 */
export class GeoJsonScanner {
  /** Root members, as parsed: `type`, and `crs` where it is declared (GeoJSON 2008 §3). */
  readonly root: { type?: unknown; crs?: unknown; hasFeatures: boolean } = { hasFeatures: false }
  readonly #open: number[] = []
  #expect: Expect = 'value'
  #inString = false
  #escaped = false
  #token = ''
  #inToken = false
  #text: number[] | undefined
  #key = ''
  #captured: number[] | undefined
  #line = 1
  #column = 0
  #offset = 0
  #hexLeft = 0
  #start = { line: 1, column: 1 }
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })

  /** @throws UPLOAD_BAD_JSON, UPLOAD_NOT_A_FEATURE_COLLECTION */
  push(chunk: Uint8Array): void {
    try {
      this.#utf8.decode(chunk, { stream: true })
    } catch {
      throw this.#fault('不是 UTF-8 编码，GeoJSON 须为 UTF-8', 'not in UTF-8, as GeoJSON must be')
    }
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number
      if (this.#offset++ < BOM.length && byte === BOM[this.#offset - 1]) continue
      if (byte === NEWLINE) {
        this.#line++
        this.#column = 0
      } else this.#column++
      if (this.#captured && this.#captured.push(byte) > MAX_CRS)
        throw this.#fault('crs 成员过长', 'the member crs is too long')
      if (this.#inString) this.#stringByte(byte)
      else if (this.#inToken && !endsToken(byte)) this.#tokenByte(byte)
      else {
        if (this.#inToken) this.#endToken()
        if (!isSpace(byte)) this.#structure(byte)
      }
    }
  }

  /** @throws UPLOAD_BAD_JSON where the document is cut off, UPLOAD_NOT_A_FEATURE_COLLECTION */
  end(): void {
    if (this.#inToken) this.#endToken()
    if (this.#expect !== 'nothing' || this.#inString) {
      throw this.#fault('文件不完整，在此处中断', 'the file ends here, before the document does')
    }
    const { type, hasFeatures } = this.root
    if (type !== 'FeatureCollection') {
      const found = JSON.stringify(type) ?? 'undefined'
      throw notFeatures({ reason: `type 是 ${found}`, reason_en: `its type is ${found}` })
    }
    if (!hasFeatures) throw notFeatures({ reason: '没有 features 数组', reason_en: 'it has no array features' })
  }

  #fault(zh: string, en: string, { line, column } = { line: this.#line, column: this.#column }): Problem {
    return badJson({ line, column, reason: zh, reason_en: en })
  }

  #stringByte(byte: number): void {
    if (byte < 0x20) throw this.#fault('字符串中有控制字符', 'a control character inside a string')
    if (this.#hexLeft > 0) {
      this.#hexLeft--
      if (!HEX.has(byte)) throw this.#badEscape()
    } else if (this.#escaped) {
      this.#escaped = false
      if (!ESCAPES.has(byte)) throw this.#badEscape()
      if (byte === LETTER_U) this.#hexLeft = 4
    } else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) {
      this.#inString = false
      this.#endString()
      return
    }
    if (this.#text && this.#text.length < MAX_TOKEN) this.#text.push(byte)
  }

  #badEscape(): Problem {
    return this.#fault('字符串中有无效的转义', 'an invalid escape inside a string')
  }

  #endString(): void {
    const text = this.#text && parsedText(this.#text)
    this.#text = undefined
    if (this.#expect === 'colon') this.#key = text ?? ''
    else {
      if (this.#open.length === 1 && this.#key === 'type') this.root.type = text
      this.#endValue()
    }
  }

  #tokenByte(byte: number): void {
    this.#token += String.fromCharCode(byte)
    if (this.#token.length > MAX_TOKEN) throw this.#fault('数字过长', 'a number is too long')
  }

  #endToken(): void {
    const token = this.#token
    this.#inToken = false
    this.#token = ''
    if (!LITERALS.has(token)) {
      const shown = token.slice(0, 20)
      if (!NUMBER.test(token))
        throw this.#fault(`“${shown}” 不是 JSON 值`, `"${shown}" is not a JSON value`, this.#start)
      const mayOverflow = token.length > 300 || token.includes('e') || token.includes('E')
      if (mayOverflow && !Number.isFinite(Number(token)))
        throw this.#fault(`数字 ${shown} 过大`, `the number ${shown} is too large`, this.#start)
    }
    this.#endValue(-1)
  }

  #structure(byte: number): void {
    const expect = this.#expect
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(byte)
    else if (expect === 'key' || expect === 'key or end') {
      if (byte !== QUOTE) throw this.#unexpected(byte)
      this.#inString = true
      this.#text = this.#open.length === 1 ? [] : undefined
      this.#expect = 'colon'
    } else if (expect === 'colon') {
      if (byte !== COLON) throw this.#unexpected(byte)
      this.#expect = 'value'
      if (this.#open.length === 1 && this.#key === 'crs') this.#captured = []
    } else if (expect === 'comma or end') {
      if (byte !== COMMA) throw this.#unexpected(byte)
      this.#expect = this.#open.at(-1) === OPEN_BRACE ? 'key' : 'value'
    } else if (expect === 'nothing')
      throw this.#fault('文档结束后还有内容', 'there is more after the end of the document')
    else this.#beginValue(byte)
  }

  #beginValue(byte: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (this.#open.length === 0 && byte !== OPEN_BRACE) {
        throw notFeatures({ reason: '根是数组', reason_en: 'its root is an array' })
      }
      if (this.#open.length === 1 && this.#key === 'features') this.root.hasFeatures = byte === OPEN_BRACKET
      if (this.#open.push(byte) > MAX_DEPTH) throw this.#fault('嵌套过深', 'it is nested too deeply')
      this.#expect = byte === OPEN_BRACE ? 'key or end' : 'value or end'
    } else if (byte === QUOTE) {
      this.#inString = true
      this.#text = this.#open.length === 1 ? [] : undefined
      this.#expect = 'comma or end'
    } else if (byte === COMMA || byte === COLON) throw this.#unexpected(byte)
    else {
      this.#inToken = true
      this.#start = { line: this.#line, column: this.#column }
      this.#tokenByte(byte)
    }
  }

  #close(byte: number): void {
    const opener = byte === CLOSE_BRACE ? OPEN_BRACE : OPEN_BRACKET
    const mayEnd = this.#expect === 'comma or end' || this.#expect === 'key or end' || this.#expect === 'value or end'
    if (!mayEnd || this.#open.at(-1) !== opener) throw this.#unexpected(byte)
    this.#open.pop()
    this.#endValue()
  }

  /** After a number, whose end is only seen at the byte that follows it, `trailing` is -1. */
  #endValue(trailing = 0): void {
    this.#expect = this.#open.length === 0 ? 'nothing' : 'comma or end'
    if (this.#open.length === 1 && this.#captured) {
      this.root.crs = JSON.parse(
        Buffer.from(trailing ? this.#captured.slice(0, trailing) : this.#captured).toString('utf8')
      )
      this.#captured = undefined
    }
  }

  #unexpected(byte: number): Problem {
    const shown = String.fromCharCode(byte)
    return this.#fault(`意外的 “${shown}”`, `unexpected "${shown}"`)
  }
}

const parsedText = (bytes: number[]): string => {
  const text = Buffer.from(bytes).toString('utf8')
  return text.includes('\\') && bytes.length < MAX_TOKEN ? JSON.parse(`"${text}"`) : text
}
