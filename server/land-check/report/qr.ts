import qrcode from 'qrcode-generator'
import type { Drawing } from './model.ts'

const SIZE = 96
/** Modules of white around it (ISO/IEC 18004 §6.3.8). */
const QUIET = 4

/** A QR code (error correction M) as one path: rows of dark modules, joined. */
export function drawCode(text: string): Drawing {
  const code = qrcode(0, 'M')
  code.addData(text, 'Byte')
  code.make()
  const count = code.getModuleCount()
  const module = SIZE / (count + 2 * QUIET)
  const at = (i: number) => Math.round((i + QUIET) * module * 1000) / 1000
  let path = ''
  for (let row = 0; row < count; row++) {
    for (let from = 0; from < count; from++) {
      if (!code.isDark(row, from)) continue
      let to = from + 1
      while (to < count && code.isDark(row, to)) to++
      path += `M${at(from)} ${at(row)}L${at(to)} ${at(row)}L${at(to)} ${at(row + 1)}L${at(from)} ${at(row + 1)}Z`
      from = to
    }
  }
  return {
    title: text,
    width: SIZE,
    height: SIZE,
    frame: [0, 0, SIZE, SIZE],
    shapes: [{ path, fill: '#000000', clipped: false }],
    texts: []
  }
}
