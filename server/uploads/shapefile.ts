import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPrj } from './crs.ts'
import { type DbfHeader, detectEncoding, readDbfHeader } from './dbf.ts'
import { decoder } from './features.ts'
import { badShapefile, incompleteShapefile, noShapefile, severalShapefiles } from './problems.ts'
import type { Source } from './source.ts'
import { type Member, openZip } from './zip.ts'

const NEEDED = ['shp', 'shx', 'dbf', 'prj'] as const
const WANTED = [...NEEDED, 'cpg'] as const

/**
 * Unpacks the one shapefile of a zip into `folder` under names of our own (`data.shp` …), and reads what its small
 * files say: CRS, encoding, field types. Folders, other files and mixed case in the zip do not matter.
 * @throws the problems of zips and shapefiles, and UPLOAD_UNKNOWN_CRS, UPLOAD_OLD_DATUM
 */
export async function unpackShapefile(
  zipPath: string,
  folder: string,
  o: { maxUnpackedBytes: number; dataset?: string | undefined }
): Promise<Source> {
  const archive = await openZip(zipPath, o.maxUnpackedBytes)
  try {
    const { stem, parts } = chooseShapefile(archive.members, o.dataset)
    for (const [extension, member] of parts) await archive.extract(member, join(folder, `data.${extension}`))
    return await describe(folder, stem, parts.has('cpg'))
  } finally {
    archive.close()
  }
}

/** The members of one shapefile by extension; its `stem` is its path in the zip without one. */
export function chooseShapefile(members: Member[], dataset?: string): { stem: string; parts: Map<string, Member> } {
  const own = members.filter(({ name }) => !/(^|[/\\])(__MACOSX[/\\]|\._)/.test(name))
  const stems = own.filter(({ name }) => /\.shp$/i.test(name)).map(({ name }) => name.slice(0, -4))
  const chosen = dataset === undefined ? stems : stems.filter(stem => stem === dataset || baseName(stem) === dataset)
  const [stem] = chosen
  if (!stem)
    throw noShapefile({ names: listed((dataset === undefined ? own : stems.map(name => ({ name }))).map(m => m.name)) })
  if (chosen.length > 1) throw severalShapefiles({ names: listed(chosen) })
  const lower = stem.toLowerCase()
  const parts = new Map<string, Member>()
  for (const extension of WANTED) {
    const exact = own.find(({ name }) => name.slice(0, -4) === stem && name.toLowerCase().endsWith(`.${extension}`))
    const member = exact ?? own.find(({ name }) => name.toLowerCase() === `${lower}.${extension}`)
    if (member) parts.set(extension, member)
  }
  const missing = NEEDED.filter(extension => !parts.has(extension))
  if (missing.length > 0)
    throw incompleteShapefile({
      name: baseName(stem),
      missing: missing.map(e => `.${e}`).join(' '),
      ...advice(missing)
    })
  return { stem, parts }
}

const baseName = (path: string) => path.replace(/^.*[/\\]/s, '')

const listed = (names: string[]) =>
  names
    .slice(0, 10)
    .map(name => name.replace(/[<>"\p{Cc}]/gu, ' ').slice(0, 80))
    .join(', ') + (names.length > 10 ? ' …' : '')

const advice = (missing: readonly string[]) =>
  missing.includes('prj')
    ? {
        advice: '.prj 说明坐标系，没有它无法确定位置。请在 GIS 软件中定义坐标系后导出，连同 .prj 一起压缩。',
        advice_en:
          'The .prj says in which coordinate reference system the data is; without it the place is unknown. Define it in a GIS, export, and zip all parts together.'
      }
    : {
        advice: '请把 .shp .shx .dbf .prj 一起压缩后重新上传。',
        advice_en: 'Zip the .shp, .shx, .dbf and .prj together and upload again.'
      }

async function describe(folder: string, stem: string, hasCpg: boolean): Promise<Source> {
  const at = (extension: string) => join(folder, `data.${extension}`)
  const shape = await readShapeType(at('shp'))
  const crs = checkPrj(new TextDecoder().decode(await readFile(at('prj'))))
  const header = await readDbfHeader(at('dbf'))
  const encoding = await detectEncoding(at('dbf'), header, hasCpg ? await readFile(at('cpg'), 'latin1') : undefined)
  return {
    format: 'shapefile',
    dataset: baseName(stem),
    file: 'data.shp',
    crs,
    encoding,
    numberFields: header.fields.filter(hasFractions).map(({ name }) => decoder(encoding)(name)),
    notes: shape.hasZ || shape.hasM ? [{ zh: 'Z、M 值已略去', en: 'Z and M values were dropped' }] : []
  }
}

const hasFractions = ({ type, decimals }: DbfHeader['fields'][number]) => type === 'F' || (type === 'N' && decimals > 0)

/** Shape type codes of the ESRI white paper (1998): 1x has Z and perhaps M, 2x has M. */
async function readShapeType(path: string): Promise<{ hasZ: boolean; hasM: boolean }> {
  const file = await open(path)
  try {
    const head = Buffer.alloc(100)
    const { bytesRead } = await file.read(head, 0, 100, 0)
    if (bytesRead < 100 || head.readUInt32BE(0) !== 9994) {
      throw badShapefile({ part: '.shp', reason: '不是 Shapefile 文件头', reason_en: 'it has no shapefile header' })
    }
    const type = head.readUInt32LE(32)
    const flat = [0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28]
    if (!flat.includes(type)) {
      throw badShapefile({
        part: '.shp',
        reason: `不支持的几何类型 ${type}`,
        reason_en: `shape type ${type} is not supported`
      })
    }
    return { hasZ: type > 10 && type < 20, hasM: type > 20 }
  } finally {
    await file.close()
  }
}
