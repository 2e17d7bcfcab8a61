import type { Sprite } from '../../catalog/load-sprites.ts'
import { NotUnderstood, type Reading } from './notes.ts'
import { below, type XmlNode } from './xml-tree.ts'

/**
 * The icon of ours that an `ExternalGraphic` names: `…/sprites/<name>.svg`, as an exported style has it, or a bare
 * `<name>.svg`. Whatever address it gives is not asked.
 * @throws NotUnderstood
 */
export function spriteOf({ sprites }: Reading, external: XmlNode): Sprite {
  const href = below(external, 'OnlineResource')?.attributes['href'] ?? ''
  const [, name] =
    /^(?:(?:https?:\/\/[^/?#]+)?(?:\/[^?#]*)?\/sprites\/)?([a-z0-9-]+)(?:\.(?:svg|png))?$/i.exec(href) ?? []
  const found = sprites.find(({ id }) => id === name)
  if (found) return found
  const shown = href.slice(0, 80)
  throw new NotUnderstood(
    external,
    `只能使用本服务器的图标，没有“${shown}”`,
    `only icons of this server can be drawn, and it has no "${shown}"`
  )
}

/** What hatches of other programs come closest to: the beginning of our patterns' names. */
const HATCHES: readonly [pattern: RegExp, family: string][] = [
  [/times|plus|cross/i, 'crosshatch'],
  [/dot|point/i, 'dots'],
  [/slash|line|hatch/i, 'hatch']
]

/** The pattern of ours that is most like a hatch of another program, in the colour nearest to its own. */
export function hatchLike({ sprites }: Reading, wellKnownName: string, color: string): Sprite | undefined {
  const [, family] = HATCHES.find(([pattern]) => pattern.test(wellKnownName)) ?? []
  const wanted = channels(color)
  const candidates = sprites.filter(({ id }) => family && id.startsWith(family))
  const far = ({ svg }: Sprite) => {
    const own = channels(/#[0-9a-f]{6}/i.exec(svg)?.[0] ?? '#000000')
    return own.reduce((sum, channel, i) => sum + (channel - (wanted[i] ?? 0)) ** 2, 0)
  }
  return candidates.toSorted((a, b) => far(a) - far(b))[0]
}

const channels = (color: string) => [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16) || 0)
