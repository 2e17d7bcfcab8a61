import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DATA } from '../uploads/client.ts'

const FOLDER = `${DATA}/conformance/ogc-schemas`
/** Why documents cannot be checked here. */
export const withoutSchemas = !existsSync(FOLDER)
  ? '../shared/data/conformance is absent'
  : spawnSync('xmllint', ['--version']).error
    ? 'xmllint is absent'
    : false

/** Copies of the OGC’s schemas in which each schema is named in one way: libxml2 takes one of two names for two, and refuses. */
export function ownSchemas(folder: string): string {
  const source = realpathSync(FOLDER)
  const files = (at: string): string[] =>
    readdirSync(join(source, at)).flatMap(name => {
      const path = join(at, name)
      return statSync(join(source, path)).isDirectory() ? files(path) : path.endsWith('.xsd') ? [path] : []
    })
  for (const path of files('')) {
    const text = readFileSync(join(source, path), 'utf8').replace(/schemaLocation="([^"]+)"/g, (_, place: string) => {
      const web = /^https?:\/\/schemas\.opengis\.net\/(.*)$/.exec(place)?.[1]
      const known =
        /xlink\.xsd$|\/xml\.xsd$/.test(place) && place.startsWith('http') && !web
          ? `w3c/${place.split('/').at(-1)}`
          : web
      return `schemaLocation="${resolve(folder, known ?? join(dirname(path), place))}"`
    })
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Why some documents are not valid; empty where they are. */
export function invalid(schemas: string, version: string, documents: string[]): string {
  const files = documents.filter(file => file.endsWith(`-${version}.sld`))
  const schema = join(schemas, `sld/${version}/StyledLayerDescriptor.xsd`)
  const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, ...files], {
    encoding: 'utf8'
  })
  return status === 0 ? '' : stderr.replace(/^.* validates$/gm, '').slice(0, 2000)
}
