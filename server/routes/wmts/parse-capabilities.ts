import { type Kvp, listOf } from '../../lib/kvp.ts'
import { invalid, missing, noVersion } from './problems.ts'

/** The parts of the service metadata that a client may ask for, in the order of the schema (OGC 07-057r7 table 6). */
export const SECTIONS = [
  'ServiceIdentification',
  'ServiceProvider',
  'OperationsMetadata',
  'Contents',
  'Themes'
] as const
export type Section = (typeof SECTIONS)[number]

/** What the service metadata may be sent as; the first unless the client asks for another. */
export const METADATA_TYPES = ['application/xml', 'text/xml'] as const

export interface CapabilitiesAsk {
  sections: ReadonlySet<Section>
  type: (typeof METADATA_TYPES)[number]
  /** That of the document the client has. */
  updateSequence: string | undefined
}

/**
 * Reads GetCapabilities (OGC 06-121r3 table 3, OGC 07-057r7 table 2); a format that there is not asks for the first.
 * @throws VersionNegotiationFailed, InvalidParameterValue or MissingParameterValue with locator `sections`
 */
export function parseGetCapabilities(kvp: Kvp): CapabilitiesAsk {
  const versions = kvp.get('acceptversions')
  if (versions && !listOf(versions).includes('1.0.0')) throw noVersion(versions)
  const formats = listOf(kvp.get('acceptformats') ?? '')
  const type = formats.flatMap(format => METADATA_TYPES.find(known => known === format.toLowerCase()) ?? [])[0]
  return {
    sections: readSections(kvp.get('sections')),
    type: type ?? METADATA_TYPES[0],
    updateSequence: kvp.get('updatesequence') || undefined
  }
}

function readSections(value: string | undefined): ReadonlySet<Section> {
  if (value === undefined) return new Set(SECTIONS)
  if (value === '') throw missing('sections')
  const names = listOf(value)
  const foreign = names.find(name => name !== 'All' && !SECTIONS.includes(name as Section))
  if (foreign !== undefined) throw invalid('sections', foreign, `All, ${SECTIONS.join(', ')}`)
  return new Set(names.includes('All') ? SECTIONS : (names as Section[]))
}
