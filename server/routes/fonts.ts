import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { strongEtag } from '../lib/etag.ts'
import { chooseCoding } from '../lib/media-type.ts'
import { chooseFont, FAMILY, FONTS } from '../maps/font-files.ts'
import { GLYPHS_VERSION, parseGlyphRange } from '../maps/glyphs.ts'
import { fontUnknown } from '../maps/problems.ts'

const uncompress = promisify(gunzip)
const slug = (name: string) => name.toLowerCase().replaceAll(' ', '-')
const Version = Type.Object({
  v: Type.Optional(Type.String({ description: 'As the style has it: the answer may then be kept for a year' }))
})
const keep = (version: string | undefined) =>
  version === GLYPHS_VERSION ? 'public, max-age=31536000, immutable' : 'public, no-cache'

/**
 * `/fonts/{stack}/{range}.pbf`: glyphs for clients of the Mapbox family. The bundled font for clients that draw with
 * web fonts (OpenLayers): `/fonts/{family}/{weight}.css` and the files it names.
 */
const fonts: FastifyPluginAsyncTypebox = async app => {
  const tags = ['styles']

  app.get(
    '/fonts/:stack/:range.pbf',
    {
      config: { rateLimit: false },
      schema: {
        tags,
        summary: 'Signed distance fields of 256 characters',
        params: Type.Object({
          stack: Type.String({
            description: `Font names joined by commas. The first of ${FONTS.map(({ name }) => name).join(', ')}; where it names none of them, the one of the weight that the first name tells`
          }),
          range: Type.String({ description: '0-255, 256-511, …' })
        }),
        querystring: Version
      }
    },
    async (request, reply) => {
      const { params, query, headers } = request
      const start = parseGlyphRange(params.range)
      const font = chooseFont(params.stack)
      const coding = chooseCoding(headers['accept-encoding']) === 'gzip' ? 'gzip' : 'identity'
      reply.header('vary', 'Accept-Encoding')
      if (reply.unchanged(strongEtag(GLYPHS_VERSION, font.name, start, coding), keep(query.v))) return reply
      const gzip = await app.glyphs.get(font, start)
      reply.type('application/x-protobuf')
      if (coding === 'identity') return reply.send(await uncompress(gzip))
      return reply.header('content-encoding', 'gzip').send(gzip)
    }
  )

  const Family = Type.String({ description: slug(FAMILY) })

  app.get(
    '/fonts/:family/:weight.css',
    {
      schema: {
        tags,
        summary: 'The bundled font as a web font',
        params: Type.Object({ family: Family, weight: Type.String({ description: 'CSS font-weight: 400, 700, …' }) })
      }
    },
    async (request, reply) => {
      const { family, weight } = request.params
      const font = FONTS.find(font => slug(FAMILY) === family && String(font.weight) === weight)
      if (!font) throw unknown(`${family}/${weight}`)
      // Relative: a style sheet's addresses start from its own.
      const url = `../${slug(FAMILY)}/${basename(font.file)}?v=${GLYPHS_VERSION}`
      const body = `/* Noto Sans SC, SIL Open Font License 1.1 */
@font-face {
  font-family: "${FAMILY}";
  font-style: normal;
  font-weight: ${font.weight};
  font-display: swap;
  src: url("${url}") format("opentype");
}
`
      if (reply.unchanged(strongEtag(body), 'public, no-cache')) return reply
      return reply.type('text/css; charset=utf-8').send(body)
    }
  )

  app.get(
    '/fonts/:family/:name.otf',
    {
      schema: {
        tags,
        summary: 'A file of the bundled font',
        params: Type.Object({ family: Family, name: Type.String() }),
        querystring: Version
      }
    },
    async (request, reply) => {
      const { family, name } = request.params
      const font = FONTS.find(({ file }) => family === slug(FAMILY) && basename(file) === `${name}.otf`)
      if (!font) throw unknown(`${family}/${name}.otf`)
      if (reply.unchanged(strongEtag(GLYPHS_VERSION, name), keep(request.query.v))) return reply
      return reply.type('font/otf').header('content-length', font.bytes).send(createReadStream(font.file))
    }
  )
}

const unknown = (name: string) =>
  fontUnknown({ name, names: FONTS.map(({ weight }) => `${slug(FAMILY)}/${weight}.css`).join(', ') })

export default fonts
