import { alignment } from './shape-text.ts'
import type { SpriteIcon } from './symbols.ts'

/** A box around an anchor at 0, 0, in pixels. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface ShapedIcon extends Box {
  icon: SpriteIcon
}

/** Places an icon around its anchor, `offset` in pixels of an icon of size 1. */
export function shapeIcon(
  icon: SpriteIcon,
  size: number,
  anchor: string,
  [offsetX, offsetY]: readonly [number, number]
): ShapedIcon {
  const [shareX, shareY] = alignment(anchor)
  const width = (icon.width / icon.pixelRatio) * size
  const height = (icon.height / icon.pixelRatio) * size
  const [left, top] = [offsetX * size - shareX * width, offsetY * size - shareY * height]
  return { icon, left, top, right: left + width, bottom: top + height }
}

/**
 * Stretches an icon to the text it stands behind, in the dimensions asked; in the others it is centred on it.
 * @param padding top, right, bottom, left
 */
export function fitToText(
  shaped: ShapedIcon,
  text: Box,
  fit: string,
  [top, right, bottom, left]: readonly [number, number, number, number],
  [offsetX, offsetY]: readonly [number, number]
): ShapedIcon {
  const [width, height] = [shaped.right - shaped.left, shaped.bottom - shaped.top]
  const middleX = offsetX + (text.left + text.right) / 2
  const middleY = offsetY + (text.top + text.bottom) / 2
  const isWide = fit === 'width' || fit === 'both'
  const isHigh = fit === 'height' || fit === 'both'
  return {
    icon: shaped.icon,
    left: isWide ? offsetX + text.left - left : middleX - width / 2,
    right: isWide ? offsetX + text.right + right : middleX + width / 2,
    top: isHigh ? offsetY + text.top - top : middleY - height / 2,
    bottom: isHigh ? offsetY + text.bottom + bottom : middleY + height / 2
  }
}

/** The upright box around a box that is turned about its anchor. */
export function turned(box: Box, radians: number): Box {
  if (radians === 0) return box
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)]
  const corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom]
  ] as const
  const xs = corners.map(([x, y]) => x * cos - y * sin)
  const ys = corners.map(([x, y]) => x * sin + y * cos)
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}
