import type { Catalog } from '../../catalog/catalog.ts'
import { tableOf } from '../../catalog/table.ts'
import type { Problem } from '../../lib/errors.ts'
import { name, type Queryable, sql } from '../../lib/sql.ts'
import { readWkb } from '../../lib/wkb.ts'
import type { Snapshot } from '../measure/plan-state.ts'
import type { Ruleset } from '../rules/ruleset.ts'
import { coordinatesOf, type Plot, type Polygons } from './given.ts'
import { orProblem } from './or-problem.ts'
import {
  parcelCodeAmbiguous,
  parcelCodeMalformed,
  parcelCodeUnknown,
  parcelLayerUnavailable
} from './problems-intake.ts'

/** Where the intake reads layers itself: at the check's revisions, on the day whose law applies. */
export interface Ground {
  catalog: Catalog
  snapshot: Pick<Snapshot, 'layers'>
  /** YYYY-MM-DD */
  validTime: string
}

/**
 * 宗地代码: division (6), cadastral district and subdistrict (3 + 3), feature code (2), number (5); 不动产单元代码: the same,
 * what stands on it (1) and its number (8), 00000000 for W, nothing (GB/T 37346).
 */
const PARCEL = /^\d{12}[GJZ][ABSXCDEFHGWY]\d{5}$/
const UNIT = /^(W0{8}|[FLQ]\d{8})$/

/** @throws PARCEL_CODE_MALFORMED */
export function checkParcelCode(code: string, catalog: Catalog): void {
  const county = catalog.district.code.slice(0, 6)
  const malformed = (reason: string, reasonEn: string) =>
    parcelCodeMalformed({ code, what: code.length > 19 ? '不动产单元代码' : '宗地代码', reason, reasonEn })
  if (code.length !== 19 && code.length !== 28) throw malformed(`有 ${code.length} 位`, `it has ${code.length} signs`)
  if (!code.startsWith(county)) throw malformed(`前 6 位须为 ${county}`, `it must begin with ${county}`)
  if (!PARCEL.test(code.slice(0, 19))) {
    const letters = code.slice(12, 14)
    throw malformed(`宗地特征码 ${letters} 或数字部分有误`, `the feature code ${letters} or the digits are wrong`)
  }
  if (code.length === 28 && !UNIT.test(code.slice(19))) {
    throw malformed(`定着物代码 ${code.slice(19)} 有误`, `the fixture code ${code.slice(19)} is wrong`)
  }
}

/** Looks parcels up by code, together; each is a plot, or the problem there is with it. */
export async function findParcels(
  tx: Queryable,
  codes: readonly string[],
  ruleset: Ruleset,
  ground: Ground | undefined
): Promise<Map<string, Plot | Problem>> {
  const { parcelLayer } = ruleset
  const layer = parcelLayer && ground?.catalog.find(parcelLayer.layer)
  const standing = ground?.snapshot.layers.find(({ id }) => id === parcelLayer?.layer)
  if (!layer || !ground || !standing?.hasTable || standing.revision === 0) {
    return new Map(codes.map(code => [code, parcelLayerUnavailable({ ruleset: ruleset.id })]))
  }
  const found = new Map<string, Plot | Problem>()
  const asked = codes.filter(code => {
    const problem = orProblem(() => checkParcelCode(code, ground.catalog))
    if (problem) found.set(code, problem)
    return !problem
  })
  const { revision } = standing
  const { unitField } = parcelLayer
  const keys = asked.map(code => (unitField && code.length === 28 ? code : code.slice(0, 19)))
  const key = (code: 'feature_id' | 'unit') =>
    code === 'unit' && unitField ? name('t', unitField) : name('t', 'feature_id')
  const select = (
    kind: 'feature_id' | 'unit',
    rows: ReturnType<typeof sql>
  ) => sql`SELECT u.i, ST_AsBinary(t.geom) AS wkb
    FROM unnest(${asked}::text[], ${keys}::text[]) WITH ORDINALITY AS u (code, key, i)
    JOIN ${tableOf(layer)} t ON ${key(kind)} = u.key AND (length(u.key) = 28) = ${kind === 'unit'}
    WHERE t.rev_from <= ${revision}::integer AND ${rows} AND (t.valid_from IS NULL OR t.valid_from <= ${ground.validTime}::date)
      AND (t.valid_to IS NULL OR t.valid_to > ${ground.validTime}::date)`
  // Two halves, each with an index of its own: current rows, and rows that were closed after the revision.
  const halves = [sql`t.rev_to IS NULL`, sql`t.rev_to > ${revision}::integer`]
  const kinds = unitField ? (['feature_id', 'unit'] as const) : (['feature_id'] as const)
  const all = kinds.flatMap(kind => halves.map(half => select(kind, half)))
  const rows =
    asked.length === 0
      ? []
      : await tx.query<{ i: number; wkb: Buffer }>(
          all.slice(1).reduce((left, right) => sql`${left} UNION ALL ${right}`, all[0]!)
        )
  for (const [i, code] of asked.entries()) {
    const own = rows.filter(row => row.i === i + 1)
    const at = { code, layer: layer.id, revision, count: own.length }
    if (own.length === 0) found.set(code, parcelCodeUnknown(at, { members: at }))
    else if (own.length > 1) found.set(code, parcelCodeAmbiguous(at, { members: at }))
    else found.set(code, plotOf(code, own[0]!.wkb, layer.id, revision))
  }
  return found
}

function plotOf(code: string, wkb: Buffer, layer: string, revision: number): Plot {
  const geometry = readWkb(wkb)
  const polygons = (
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.type === 'MultiPolygon' ? geometry.coordinates : []
  ) as Polygons
  const message = {
    zh: `取自图层 ${layer} 修订 ${revision} 的宗地 ${code.slice(0, 19)}。`,
    en: `Parcel ${code.slice(0, 19)} of layer ${layer}, revision ${revision}.`
  }
  const notes = [{ code: 'PARCEL_FROM_LAYER', message }]
  return {
    no: code,
    name: '',
    // As surveyed as the register is: its digits are not counted.
    parcel: {
      source: 'parcelCode',
      ...coordinatesOf(polygons),
      decimals: 15,
      hasZ: false,
      crs: 'EPSG:4490',
      notes,
      declaredArea: null
    }
  }
}
