import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, gunzip, gzip, gzipSync } from 'node:zlib'
import type { ContentCoding } from '../lib/media-type.ts'

const compress = { gzip: promisify(gzip), br: promisify(brotliCompress) }
const uncompress = { gzip: promisify(gunzip), br: promisify(brotliDecompress) }

/** Beyond these a tile shrinks by a few percent and takes far longer: 39 KB 0.52 ms at gzip 4, 0.88 ms at 6, which saves 2 %. */
const GZIP_LEVEL = 4
const BROTLI_QUALITY = 5

/** Plain bytes in a coding. */
export async function encode(plain: Uint8Array, coding: ContentCoding): Promise<Buffer> {
  if (coding === 'gzip') return compress.gzip(plain, { level: GZIP_LEVEL })
  if (coding === 'identity') return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: plain.byteLength }
  return compress.br(plain, { params })
}

/** `encode` to gzip, in a thread that has nothing else to do: without the way to the pool of threads and back. */
export const gzipHere = (plain: Uint8Array): Buffer => gzipSync(plain, { level: GZIP_LEVEL })

/** The plain bytes of what is in a coding. */
export async function decode(bytes: Buffer, coding: ContentCoding): Promise<Buffer> {
  return coding === 'identity' ? bytes : uncompress[coding](bytes)
}

/** Bytes of one coding in another. */
export async function recode(bytes: Buffer, from: ContentCoding, to: ContentCoding): Promise<Buffer> {
  return from === to ? bytes : encode(await decode(bytes, from), to)
}
