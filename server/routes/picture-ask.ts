import type { FastifyInstance } from 'fastify'

/** What `app.pictures` is asked for, as routes name it. */

type Pictures = FastifyInstance['pictures']

export type PictureAsk = Parameters<Pictures['draw']>[0]
export type PictureTileAsk = Parameters<Pictures['tile']>[0]
/** A layer or map, in one of its styles, and which of its features. */
export type Shown = PictureAsk['shown'][number]
