import { defineProblem } from '../../lib/errors.ts'

export const gridNotStored = defineProblem(
  'TILE_GRID_NOT_STORED',
  404,
  { zh: '没有该格网的瓦片', en: 'No tiles of this grid' },
  {
    zh: '{id} 的瓦片取自存档文件，只有 {stored} 格网，没有 {grid}。',
    en: 'The tiles of {id} come from an archive, which has those of {stored}, not of {grid}.'
  }
)
