import type { SeedOptions } from './seed.ts'

/** Shows progress as one line a layer, rewritten in a terminal, written once elsewhere. */
export function progressLine(out: NodeJS.WriteStream): NonNullable<SeedOptions['onProgress']> {
  let finished = ''
  return ({ layer, done, total }) => {
    if (done < total) {
      if (out.isTTY) out.write(`\r  ${layer.padEnd(34)}${done} / ${total}\u001b[K`)
      return
    }
    const line = `  ${layer.padEnd(34)}${done}`
    if (out.isTTY) out.write(`\r${line}\u001b[K${finished === layer ? '\n' : ''}`)
    else if (finished === layer) out.write(`${line}\n`)
    finished = finished === layer ? '' : layer
  }
}
