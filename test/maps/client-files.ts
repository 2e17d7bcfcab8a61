/** What clients of others are told of a layer of a server; the window is that of the Blue Lake (see blue-lake.ts). */

/** For GDAL's own description of a WMS: one picture of so many pixels, of which it asks for parts. */
export function gdalService(
  base: string,
  layer: string,
  { crs, order, window }: { crs: string; order: string; window: readonly number[] }
): string {
  const [west, north, east, south] = window
  return `<GDAL_WMS><Service name="WMS"><Version>1.3.0</Version><ServerUrl>${base}/wms?</ServerUrl><CRS>${crs}</CRS>
<ImageFormat>image/png</ImageFormat><Layers>${layer}</Layers><Styles></Styles><BBoxOrder>${order}</BBoxOrder></Service>
<DataWindow><UpperLeftX>${west}</UpperLeftX><UpperLeftY>${north}</UpperLeftY><LowerRightX>${east}</LowerRightX>
<LowerRightY>${south}</LowerRightY><SizeX>100000</SizeX><SizeY>100000</SizeY></DataWindow>
<Projection>${crs}</Projection><BandsCount>3</BandsCount></GDAL_WMS>`
}

/** A mapfile of one layer that is drawn by another WMS. */
export function cascade(base: string, layer: string, { version, crs }: { version: string; crs: string }): string {
  const extent = crs === 'EPSG:3857' ? '0 -222.638982 445.277963 0' : '0 -0.002 0.004 0'
  const projection = `PROJECTION "init=${crs.toLowerCase()}" END`
  return `MAP NAME "c" SIZE 200 100 EXTENT ${extent} IMAGECOLOR 255 255 255 ${projection}
LAYER NAME "lake" TYPE RASTER STATUS ON CONNECTIONTYPE WMS CONNECTION "${base}/wms?" ${projection}
METADATA "wms_srs" "${crs}" "wms_name" "${layer}" "wms_server_version" "${version}" "wms_format" "image/png" END END
OUTPUTFORMAT NAME "png" DRIVER AGG/PNG IMAGEMODE RGB END END`
}

/** Prints what it found as JSON; pictures go into the folder. */
export const owslibClient = (layer: string): string => `
import json, sys
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
base, folder = sys.argv[1:]
def save(name, answer):
    with open(folder + '/' + name, 'wb') as out:
        out.write(answer.read())
new = WebMapService(base + '/wms', version='1.3.0')
old = WebMapService(base + '/wms', version='1.1.1')
box = (0, -0.002, 0.004, 0)
common = dict(layers=['${layer}'], styles=[''], bbox=box, size=(200, 100), format='image/png')
save('owslib-130.png', new.getmap(srs='EPSG:4490', **common))
save('owslib-84.png', new.getmap(srs='CRS:84', **common))
save('owslib-111.png', old.getmap(srs='EPSG:4326', **common))
info = new.getfeatureinfo(srs='EPSG:4490', query_layers=['${layer}'], info_format='application/json', xy=(60, 60), **common)
tiles = WebMapTileService(base + '/wmts')
tile = tiles.gettile(layer='${layer}', tilematrixset='WebMercatorQuad', tilematrix='14', row=8192, column=8192, format='image/png')
save('owslib-tile.png', tile)
layer = new['${layer}']
print(json.dumps({
    'titles': [layer.title for layer in new.contents.values()],
    'info': info.read().decode(),
    'crs': sorted(crs for crs in layer.crsOptions if crs == 'EPSG:4490'),
}))
`
