import proj4 from 'proj4'

/** CGCS2000 / 3-degree Gauss-Krüger CM 114E, without zone prefix: the grid of the district's surveys. */
export const SURVEY_CRS = 'EPSG:4547'
const SURVEY = '+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs'

const survey = proj4('+proj=longlat +ellps=GRS80 +no_defs', SURVEY)

/** longitude, latitude → easting, northing in metres (EPSG:4547) */
export const toSurvey = (lonLat: [number, number]): [number, number] => survey.forward(lonLat)

/** easting, northing in metres (EPSG:4547) → longitude, latitude */
export const fromSurvey = (point: [number, number]): [number, number] => survey.inverse(point)

/**
 * The corners of a rectangle about a centre, in survey metres to 0.1 mm (the grid of the land-check).
 * @param centre easting, northing
 * @param width metres across (west–east at angle 0)
 * @param depth metres deep (south–north at angle 0)
 * @param angle degrees clockwise from grid north
 */
export function rectangle(centre: [number, number], width: number, depth: number, angle: number): [number, number][] {
  const turn = (-angle * Math.PI) / 180
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  // Centre first put on the grid, so that an unturned rectangle has exactly the area asked for.
  const [east, north] = [round(centre[0] - width / 2) + width / 2, round(centre[1] - depth / 2) + depth / 2]
  const corners: [number, number][] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1]
  ]
  return corners.map(([x, y]) => {
    const [dx, dy] = [(x * width) / 2, (y * depth) / 2]
    return [round(east + dx * cos - dy * sin), round(north + dx * sin + dy * cos)]
  })
}

const round = (metres: number) => Math.round(metres * 1e4) / 1e4
