import type { SeedOptions } from './seed.ts'

/** Shows progress as one line a layer, rewritten in a terminal, written once elsewhere. */
export function progressLine(out: NodeJS.WriteStream): NonNullable<SeedOptions['onProgress']> {
  return ({ layer, done, total, finished }) => {
    const line = `  ${layer.padEnd(34)}${finished ? done : `${done} / ${total}`}`
    if (out.isTTY) out.write(`\r${line}\u001b[K${finished ? '\n' : ''}`)
    else if (finished) out.write(`${line}\n`)
  }
}
