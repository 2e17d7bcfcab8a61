/** A process that exports, and kills itself as the system would, after so many tiles: node … FILE TILES. */
import { exportTiles } from '../../server/tiles/archive/export.ts'
import { exportOf } from './archive-fixture.ts'

const [, , file = '', tiles = '0'] = process.argv
await exportTiles(
  exportOf(file, {
    onProgress: ({ done }) => {
      if (done >= Number(tiles)) process.kill(process.pid, 'SIGKILL')
    }
  })
)
