import type { Polygon } from 'geojson'
import type { Map as MapLibre } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export interface PolygonDrawing {
  stop(): void
}

/**
 * Lets the user draw one polygon: click for each corner, click the first again (or press Enter) to close it, Escape
 * begins anew. Coordinates keep nine decimals of a degree, a tenth of a millimetre.
 */
export function drawPolygon(map: MapLibre, done: (polygon: Polygon) => void): PolygonDrawing {
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
    modes: [
      new TerraDrawPolygonMode({
        showCoordinatePoints: true,
        pointerDistance: 14,
        styles: {
          fillColor: '#0b6bcb',
          fillOpacity: 0.15,
          outlineColor: '#0b6bcb',
          outlineWidth: 2,
          closingPointColor: '#ffffff',
          closingPointOutlineColor: '#0b6bcb',
          closingPointOutlineWidth: 2,
          closingPointWidth: 5
        }
      })
    ]
  })
  let running = true
  const stop = () => {
    if (!running) return
    running = false
    draw.stop()
  }
  draw.start()
  draw.setMode('polygon')
  draw.on('finish', id => {
    const geometry = draw.getSnapshotFeature(id)?.geometry
    stop()
    if (geometry?.type === 'Polygon') done(geometry as Polygon)
  })
  return { stop }
}
