import { type BoundaryPoint, boundaryPoints } from './boundary.ts'
import { sourceNames } from './classes.ts'
import { area, metres } from './figures.ts'
import type { ReportInput, Say } from './input.ts'
import { drawMap } from './map.ts'
import type { Block, Section } from './model.ts'

/** 地块: where it is and how large, by both methods. */
export function parcelSection({ result, projected, language }: ReportInput, say: Say): Section {
  const { parcel } = result
  const points = boundaryPoints(projected.parcel).length
  const file = parcel.sourceFile as { name?: unknown; sha256?: unknown } | null
  const facts: [string, string | null | undefined][] = [
    [say('坐落', 'Location'), parcel.location && `${parcel.location.name[language]} (${parcel.location.division})`],
    [say('地块编号、名称', 'Plot'), parcel.plot && [parcel.plot.no, parcel.plot.name].filter(Boolean).join(' ')],
    [say('来源', 'Given as'), `${sourceNames(say)[parcel.source]}, ${parcel.crs}`],
    [say('来源文件', 'File'), file && [file.name, file.sha256].filter(Boolean).join(' · SHA-256 ')],
    [say('坐标基准', 'Datum'), parcel.datum],
    [say('计算坐标系', 'Working CRS'), parcel.crsWorking],
    [say('平面面积', 'Planar area'), `${area(parcel.areaPlanar)} m²`],
    [say('椭球面积', 'Ellipsoidal area'), `${area(parcel.areaEllipsoid)} m² (${parcel.ellipsoidMethod})`],
    [say('申报面积', 'Declared area'), parcel.declaredArea === null ? null : `${area(parcel.declaredArea)} m²`],
    [say('周长', 'Perimeter'), `${metres(parcel.perimeterM)} m`],
    [
      say('图形', 'Shape'),
      say(`${parcel.parts} 个部分，${points} 个界址点`, `${parcel.parts} part(s), ${points} boundary points`)
    ]
  ]
  const blocks: Block[] = [{ kind: 'facts', rows: facts.filter((fact): fact is [string, string] => Boolean(fact[1])) }]
  if (parcel.normalization.length > 0) {
    const lines = parcel.normalization.map(({ code, message }) => `${message[language]} [${code}]`)
    blocks.push({ kind: 'text', tone: 'quiet', lines })
  }
  return { id: 'parcel', title: say('地块', 'Parcel'), blocks }
}

export function mapSection(input: ReportInput, say: Say): Section {
  return { id: 'map', title: say('示意图', 'Map'), blocks: [{ kind: 'map', ...drawMap(input) }] }
}

/** 界址点表: X is north, Y is east, as Chinese surveys have it. */
export function pointsSection({ result, projected }: ReportInput, say: Say): Section {
  const points = boundaryPoints(projected.parcel)
  const rings = new Set(points.map(({ ring }) => ring)).size
  const columns = [
    { title: say('点号', 'Point'), width: 14 },
    ...(rings > 1 ? [{ title: say('圈号', 'Ring'), width: 10 }] : []),
    { title: 'X (N, m)', width: 28, align: 'right' as const },
    { title: 'Y (E, m)', width: 28, align: 'right' as const },
    { title: say('边长（米）', 'Edge (m)'), width: 20, align: 'right' as const }
  ]
  const rows = points.map(point => [
    point.no,
    ...(rings > 1 ? [String(point.ring)] : []),
    metres(point.north),
    metres(point.east),
    metres(point.length)
  ])
  const note = say(
    `坐标系 ${result.parcel.crsWorking}；边长为至本圈下一点的平面距离。`,
    `${result.parcel.crsWorking}; an edge leads to the next point of its ring, planar.`
  )
  return {
    id: 'points',
    title: say('界址点表', 'Boundary points'),
    blocks: [
      { kind: 'table', columns, rows, foot: footOf(points, columns.length, say) },
      { kind: 'text', tone: 'quiet', lines: [note] }
    ]
  }
}

function footOf(points: BoundaryPoint[], columns: number, say: Say): string[] {
  const total = points.reduce((sum, { length }) => sum + Math.round(Number(metres(length)) * 1000), 0) / 1000
  return [say('合计', 'Total'), ...Array<string>(columns - 2).fill(''), metres(total)]
}
