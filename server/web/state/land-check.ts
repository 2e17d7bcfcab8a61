import type { Geometry, Polygon } from 'geojson'
import { reactive, shallowReactive } from 'vue'
import { type ApiProblem, ask, asProblem, post } from '../api/client.ts'
import type { LandCheck, LandCheckRequest, ParsedPlot, RulesetSummary, Suggestion } from '../api/land-check.ts'
import { fromSurvey, rectangle, SURVEY_CRS, toSurvey } from '../map/coordinates.ts'

export type Tool = 'polygon' | 'rectangle' | null

/** A parcel to check: what is sent, and what can be drawn of it beforehand. */
export interface Parcel {
  from: 'polygon' | 'rectangle' | 'text' | 'suggestion'
  request: LandCheckRequest
  outline: Geometry | null
}

export const landCheck = shallowReactive({
  tool: null as Tool,
  parcel: null as Parcel | null,
  running: false,
  result: null as LandCheck | null,
  /** Of the result's suggestions the one that is shown on the map. */
  shown: null as Suggestion | null,
  problem: null as ApiProblem | null,
  rulesets: [] as RulesetSummary[],
  /** Null: the server's own choice. */
  ruleset: null as string | null
})

/** The rectangle tool: sizes in metres, the angle in degrees clockwise from grid north. */
export const plot = reactive({ width: 10, depth: 12, angle: 0, centre: null as [number, number] | null })

export function setParcel(parcel: Parcel | null): void {
  Object.assign(landCheck, { parcel, result: null, shown: null, problem: null })
}

export function pickTool(tool: Tool): void {
  landCheck.tool = tool
  if (tool !== null) setParcel(null)
  plot.centre = null
}

/** The corners of the rectangle tool's plot about a point of the map, in survey metres. */
const plotCorners = (lonLat: [number, number]) => rectangle(toSurvey(lonLat), plot.width, plot.depth, plot.angle)

export function plotOutline(lonLat: [number, number]): Geometry {
  return { type: 'Polygon', coordinates: [plotCorners(lonLat).map(fromSurvey)] }
}

/** Puts the plot at a point of the map; it is sent in survey metres, so that 10 × 12 m are 120.00 m². */
export function placePlot(lonLat: [number, number]): void {
  plot.centre = lonLat
  setParcel({ from: 'rectangle', request: inSurvey([plotCorners(lonLat)]), outline: plotOutline(lonLat) })
}

/** Takes over a polygon drawn on the map. */
export function setDrawn(polygon: Polygon): void {
  const rings = polygon.coordinates.map(ring => ring.map(([lon = 0, lat = 0]) => toSurvey([lon, lat])))
  setParcel({ from: 'polygon', request: inSurvey(rings), outline: polygon })
}

/** WKT on the survey grid, with its four decimals written out: the server judges precision by them. */
function inSurvey(rings: [number, number][][]): { wkt: string; crs: string } {
  const text = rings.map(ring => `(${ring.map(([x, y]) => `${x.toFixed(4)} ${y.toFixed(4)}`).join(', ')})`)
  return { wkt: `POLYGON (${text.join(', ')})`, crs: SURVEY_CRS }
}

/** Takes a suggestion for the parcel, and checks it. */
export async function checkSuggestion({ geometry }: Suggestion): Promise<void> {
  pickTool(null)
  setParcel({ from: 'suggestion', request: { geojson: geometry }, outline: geometry })
  await runCheck()
}

/**
 * What the server understands of the text of a 界址点 file, plot by plot.
 * @throws ApiProblem
 */
export async function parseTxt(txt: string): Promise<ParsedPlot[]> {
  const { ruleset } = landCheck
  return (await post<{ plots: ParsedPlot[] }>('api/land-checks:parse', { txt, ...(ruleset && { ruleset }) })).plots
}

export async function loadRulesets(): Promise<void> {
  landCheck.rulesets = (await ask<{ rulesets: RulesetSummary[] }>('api/rulesets')).rulesets
}

export async function runCheck(): Promise<void> {
  const parcel = landCheck.parcel
  if (!parcel || landCheck.running) return
  Object.assign(landCheck, { running: true, result: null, shown: null, problem: null, tool: null })
  try {
    const { ruleset } = landCheck
    // On the map nobody has applied yet: the applicant's household is not asked about.
    const question = { ...parcel.request, stage: 'pre-check', include: ['suggestions'], ...(ruleset && { ruleset }) }
    const result = await post<LandCheck>('api/land-checks', question)
    if (landCheck.parcel === parcel) landCheck.result = result
  } catch (error) {
    landCheck.problem = asProblem(error)
  } finally {
    landCheck.running = false
  }
}

export function clearCheck(): void {
  landCheck.tool = null
  plot.centre = null
  setParcel(null)
}
