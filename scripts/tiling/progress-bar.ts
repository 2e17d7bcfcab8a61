/** What a bar shows: how much of how much is done, and a word about it. */
export interface Advance {
  done: number
  total: number
  /** Done before this run began: it says nothing of the pace. */
  before?: number
  words: string
}

const WIDTH = 30
const EVERY_MS = 200
/** So many have to be done before they say anything of the pace. */
const ENOUGH = 50

/** A bar with the time left, drawn over itself in a terminal; elsewhere a line every tenth of the way. */
export function progressBar(out: NodeJS.WriteStream, now: () => number = Date.now): (advance: Advance) => void {
  const began = now()
  let drawn = Number.NEGATIVE_INFINITY
  let tenth = -1
  return ({ done, total, before = 0, words }) => {
    const share = total === 0 ? 1 : done / total
    const finished = done >= total
    if (out.isTTY ? !finished && now() - drawn < EVERY_MS : Math.floor(share * 10) === tenth) return
    drawn = now()
    tenth = Math.floor(share * 10)
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░')
    const left = done - before >= ENOUGH ? ((now() - began) / (done - before)) * (total - done) : Number.NaN
    const parts = [`${bar} ${(share * 100).toFixed(1).padStart(5)} %`, `${done} / ${total}`, words]
    if (!finished && Number.isFinite(left)) parts.push(`${duration(left)} left`)
    const line = parts.join('  ')
    out.write(out.isTTY ? `\r${line}\u001b[K${finished ? '\n' : ''}` : `${line}\n`)
  }
}

/** 42 s, 3:05, 1:02:07 */
export function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

export function size(bytes: number): string {
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${amount.toFixed(1)} ${unit}`
}
