import type { Status } from '../answer/judge.ts'
import type { LandCheckResult } from '../answer/result.ts'
import type { Say } from './input.ts'

/** Names of the closed sets of an answer. */

type Class = LandCheckResult['net'][number]['class']

export const classNames = (say: Say): Record<Class, string> => ({
  forbidden: say('禁建', 'Forbidden'),
  restricted: say('限建', 'Restricted'),
  buildable: say('可建', 'Buildable'),
  uncovered: say('未覆盖', 'Uncovered')
})

export const statusNames = (say: Say): Record<Status, string> => ({
  HIT: say('涉及', 'Hit'),
  NO_HIT: say('未涉及', 'Not hit'),
  SLIVER: say('细碎重叠', 'Sliver'),
  NOT_EVALUATED: say('无法评定', 'Not evaluated'),
  NOT_APPLICABLE: say('不适用', 'Not applicable')
})

export const sourceNames = (say: Say): Record<LandCheckResult['parcel']['source'], string> => ({
  geojson: 'GeoJSON',
  wkt: 'WKT',
  vertices: say('坐标串', 'Vertex list'),
  txt: say('界址点 TXT', 'Boundary-point TXT'),
  parcelCode: say('宗地代码', 'Parcel code'),
  file: say('文件', 'File')
})

export const stageNames = (say: Say): Record<string, string> => ({
  'pre-check': say('预审', 'Pre-check'),
  approval: say('审批', 'Approval'),
  publicity: say('公示', 'Publicity'),
  design: say('设计', 'Design'),
  'setting-out': say('放线', 'Setting-out'),
  acceptance: say('验收', 'Acceptance')
})

export const terrainNames = (say: Say): Record<string, string> => ({
  plain: say('平原', 'Plain'),
  hill: say('丘陵', 'Hill'),
  mountain: say('山区', 'Mountain')
})

export const holderNames = (say: Say): Record<LandCheckResult['tenure'][number]['holder'], string> => ({
  same: say('本户', 'Same household'),
  surrendered: say('拟退出', 'Surrendered'),
  other: say('他人', 'Somebody else'),
  unknown: say('未知', 'Unknown')
})

export const treatmentNames = (say: Say): Record<LandCheckResult['tenure'][number]['treatment'], string> => ({
  conflict: say('权属冲突', 'Conflict'),
  rebuild: say('原址重建', 'Rebuild'),
  surrender: say('须退出', 'To be surrendered'),
  'state-land': say('国有土地', 'State land'),
  conversion: say('须办理农用地转用', 'Farmland conversion'),
  dispute: say('争议', 'Dispute'),
  base: say('集体所有权', 'Collective ownership')
})

export const suggestionNames = (say: Say): Record<LandCheckResult['suggestions'][number]['kind'], string> => ({
  'largest-buildable': say('最大可建部分', 'Largest buildable part'),
  trim: say('裁去不可建部分', 'Trimmed'),
  shift: say('最小平移', 'Smallest shift'),
  'scale-to-cap': say('缩小至面积上限', 'Scaled to the cap')
})

export const capMethodNames = (say: Say): Record<LandCheckResult['caps'][number]['areaMethod'], string> => ({
  planar: say('平面', 'planar'),
  ellipsoid: say('椭球', 'ellipsoidal')
})
