import { along, type Point } from './plane.ts'
import { toMetres } from './projection.ts'

/**
 * The invented district, drawn by hand in longitude latitude: it has the towns' names and rough places, and none of the
 * real boundaries.
 */

/** `lon,lat lon,lat …` */
const path = (text: string): Point[] =>
  text.split(' ').map(pair => {
    const [lon, lat] = pair.split(',').map(Number)
    return [lon!, lat!]
  })

const MIDDLE: Point = [113.05, 23.06]

/** Where a drawn point lies, EPSG:4547 metres: the drawing is a tenth larger than the district is to be. */
export const placed = (lonLat: Point): Point => toMetres(along(MIDDLE, lonLat, 0.9))

export const OUTLINE: Point[] = path(
  '112.955,23.245 113.0,23.275 113.045,23.262 113.085,23.292 113.135,23.298 113.175,23.27 113.205,23.225 113.21,23.175 113.2,23.13 113.22,23.085 113.216,23.052 113.245,23.02 113.25,22.985 113.205,22.966 113.165,22.98 113.138,23.008 113.125,23.042 113.085,23.06 113.05,23.052 113.033,23.02 113.03,22.988 113.058,22.962 113.072,22.925 113.083,22.885 113.08,22.85 113.045,22.824 112.995,22.818 112.945,22.836 112.908,22.868 112.876,22.905 112.862,22.945 112.848,22.985 112.848,23.03 112.862,23.08 112.885,23.12 112.905,23.17 112.925,23.215'
)

/** Places that pull land to a town; the first is its centre. Listed in the order in which fabric is shown. */
export const TOWNS: { code: string; centre: Point; others: Point[]; urban: number }[] = [
  {
    code: '440605011',
    centre: [113.165, 23.033],
    others: path('113.2,23.01 113.23,22.99'),
    urban: 5200
  },
  {
    code: '440605125',
    centre: [113.12, 23.1],
    others: path('113.165,23.105 113.195,23.095'),
    urban: 4200
  },
  {
    code: '440605124',
    centre: [113.015, 23.125],
    others: path('112.95,23.18 113.025,23.2 112.94,23.12 113.05,23.095 112.99,23.24'),
    urban: 3400
  },
  {
    code: '440605126',
    centre: [113.135, 23.205],
    others: path('113.16,23.24 113.09,23.25 113.18,23.185'),
    urban: 2600
  },
  {
    code: '440605122',
    centre: [112.985, 22.955],
    others: path('112.905,22.935 113.035,22.945 112.95,22.915'),
    urban: 2200
  },
  {
    code: '440605123',
    centre: [112.915, 23.04],
    others: path('112.97,23.045 112.885,22.99'),
    urban: 2100
  },
  {
    code: '440605121',
    centre: [113.0, 22.85],
    others: path('113.05,22.87 112.95,22.865'),
    urban: 1800
  }
]

export interface RiverDrawing {
  name: string
  level: string
  width: number
  tidal: boolean
  points: Point[]
}

/** Widest first: a lesser river ends at the bank of a greater. */
export const RIVERS: RiverDrawing[] = [
  {
    name: '西江',
    level: '省级',
    width: 820,
    tidal: true,
    points: path(
      '112.8,23.0 112.842,22.955 112.862,22.91 112.898,22.868 112.935,22.832 112.985,22.812 113.04,22.812 113.1,22.79'
    )
  },
  {
    name: '北江',
    level: '省级',
    width: 600,
    tidal: true,
    points: path(
      '112.84,23.31 112.872,23.21 112.868,23.145 112.9,23.09 112.95,23.072 113.0,23.042 113.028,22.992 113.065,22.958 113.11,22.93'
    )
  },
  {
    name: '珠江',
    level: '省级',
    width: 420,
    tidal: true,
    points: path('113.2,23.26 113.222,23.19 113.206,23.125 113.229,23.078 113.226,23.045 113.254,23.012 113.258,22.96')
  },
  {
    name: '平洲水道',
    level: '市级',
    width: 240,
    tidal: true,
    points: path('113.12,22.96 113.165,22.99 113.2,23.0 113.228,22.985 113.29,22.972')
  },
  {
    name: '南沙涌',
    level: '市级',
    width: 170,
    tidal: true,
    points: path('112.915,23.085 112.94,23.04 112.945,23.0 112.985,22.982 113.02,22.97 113.058,22.968')
  },
  {
    name: '西南涌',
    level: '市级',
    width: 150,
    tidal: false,
    points: path(
      '112.86,23.225 112.925,23.2 112.965,23.212 113.015,23.22 113.065,23.2 113.105,23.218 113.15,23.198 113.185,23.165 113.225,23.15'
    )
  },
  {
    name: '佛山水道',
    level: '市级',
    width: 120,
    tidal: true,
    points: path('113.01,23.045 113.05,23.062 113.085,23.072 113.13,23.066 113.165,23.078 113.19,23.066 113.235,23.062')
  },
  {
    name: '官山涌',
    level: '区级',
    width: 110,
    tidal: true,
    points: path('112.84,22.94 112.9,22.95 112.93,22.9 112.985,22.903 113.03,22.92 113.09,22.912')
  },
  {
    name: '雅瑶水道',
    level: '区级',
    width: 100,
    tidal: true,
    points: path('113.045,23.21 113.06,23.165 113.1,23.142 113.145,23.135 113.18,23.118 113.225,23.11')
  },
  {
    name: '九江涌',
    level: '区级',
    width: 100,
    tidal: true,
    points: path('112.88,22.87 112.945,22.884 112.985,22.87 113.025,22.884 113.06,22.862 113.1,22.866')
  }
]

export interface HighwayDrawing {
  layer: 'road-national' | 'road-provincial'
  code: string
  name: string
  lanes: number
  /** Centreline to the outer edge of the highway's land, metres. */
  offset: number
  points: Point[]
}

export const HIGHWAYS: HighwayDrawing[] = [
  {
    layer: 'road-national',
    code: 'G321',
    name: '广成线',
    lanes: 8,
    offset: 24,
    points: path(
      '113.25,23.12 113.2,23.113 113.165,23.095 113.11,23.083 113.05,23.083 113.0,23.102 112.95,23.13 112.86,23.138'
    )
  },
  {
    layer: 'road-national',
    code: 'G325',
    name: '广南线',
    lanes: 6,
    offset: 22,
    points: path('113.06,23.06 113.02,23.01 113.002,22.97 112.998,22.93 113.012,22.89 112.99,22.85 112.955,22.79')
  },
  {
    layer: 'road-national',
    code: 'G240',
    name: '保台线',
    lanes: 6,
    offset: 20,
    points: path(
      '113.03,23.3 112.99,23.245 112.975,23.17 112.968,23.1 112.93,23.05 112.912,22.985 112.935,22.935 112.93,22.88 112.91,22.83'
    )
  },
  {
    layer: 'road-provincial',
    code: 'S113',
    name: '广三线',
    lanes: 6,
    offset: 16,
    points: path(
      '113.26,23.03 113.2,23.04 113.15,23.05 113.1,23.07 113.05,23.098 113.02,23.07 112.97,23.06 112.9,23.02 112.82,23.01'
    )
  },
  {
    layer: 'road-provincial',
    code: 'S121',
    name: '广南公路',
    lanes: 6,
    offset: 16,
    points: path('113.14,23.32 113.12,23.25 113.11,23.18 113.096,23.115 113.135,23.08 113.155,23.02 113.19,22.94')
  },
  {
    layer: 'road-provincial',
    code: 'S267',
    name: '和官线',
    lanes: 4,
    offset: 14,
    points: path('112.9,23.24 112.965,23.225 113.03,23.205 113.08,23.225 113.13,23.23 113.23,23.22')
  },
  {
    layer: 'road-provincial',
    code: 'S268',
    name: '狮里线',
    lanes: 4,
    offset: 14,
    points: path('112.88,23.18 112.945,23.165 113.01,23.15 113.07,23.175 113.14,23.172 113.24,23.185')
  },
  {
    layer: 'road-provincial',
    code: 'S269',
    name: '西樵大道',
    lanes: 6,
    offset: 15,
    points: path('112.83,22.965 112.9,22.965 112.96,22.972 113.01,22.95 113.09,22.935')
  },
  {
    layer: 'road-provincial',
    code: 'S362',
    name: '龙高路',
    lanes: 4,
    offset: 13,
    points: path('112.86,22.9 112.94,22.86 113.0,22.862 113.05,22.845 113.11,22.85')
  }
]

/** Wooded hills: centre and radius in metres. */
export const HILLS: { name: string; centre: Point; radius: number }[] = [
  { name: '西樵山', centre: [112.966, 22.932], radius: 2100 },
  { name: '狮山', centre: [112.94, 23.15], radius: 1500 },
  { name: '大榄岗', centre: [113.035, 23.178], radius: 1700 },
  { name: '展旗峰', centre: [113.165, 23.258], radius: 1800 },
  { name: '观音岗', centre: [113.045, 23.24], radius: 1700 },
  { name: '仙岗', centre: [112.885, 22.993], radius: 1300 },
  { name: '凤凰岗', centre: [112.935, 23.2], radius: 1300 }
]
