import { archiveOf, type Layer } from '../catalog/layer.ts'

/** Whether a layer has rows to be looked at: not of archives of finished tiles, and not of pictures. */
export const isQueryable = (layer: Layer): boolean => layer.geometry !== 'Raster' && archiveOf(layer) === undefined
