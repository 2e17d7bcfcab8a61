import type { Static } from 'typebox'
import type { LegalBasisSchema } from '../rules/rule.ts'

export type LegalBasis = Static<typeof LegalBasisSchema>[number]
