import sharp from 'sharp'
import type { StoredPictures } from '../../catalog/layer.ts'
import { decode } from '../codings.ts'
import type { StoredTile } from './archive-file.ts'

const EXTENSIONS: Readonly<Record<string, StoredPictures['extension']>> = { png: 'png', jpeg: 'jpg', webp: 'webp' }

/**
 * What the pictures of an archive are, by one of them: few archives say how large they are.
 * @throws Error for what is no square PNG, JPEG or WebP
 */
export async function picturesLike({ bytes, coding }: StoredTile): Promise<StoredPictures> {
  const { format = '', width, height } = await sharp(await decode(bytes, coding)).metadata()
  const extension = EXTENSIONS[format]
  if (!extension) throw new Error(`its tiles are neither PNG nor JPEG nor WebP, but ${format}`)
  if (width !== height) throw new Error(`its tiles are not square, but ${width} × ${height} pixels`)
  return { extension, side: width }
}
