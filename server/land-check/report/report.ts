import { VERDICT_TEXT } from '../answer/judge.ts'
import { moment } from './figures.ts'
import { type ReportInput, sayIn } from './input.ts'
import type { Report, Section } from './model.ts'
import { forThePublic } from './redact.ts'
import { grossSection, netSection, sliversSection } from './section-areas.ts'
import { conditionSections } from './section-conditions.ts'
import { mapSection, parcelSection, pointsSection } from './section-parcel.ts'
import { rulesSection } from './section-rules.ts'
import { currencySection, disclaimerSection, verifySection } from './section-sources.ts'
import { notEvaluatedSection, suggestionsSection, verdictSection } from './section-verdict.ts'

/** The report of an answer: pure, so that the same answer always gives the same report. */
export function composeReport(given: ReportInput): Report {
  const shown = given.variant === 'public'
  const input = shown ? { ...given, result: forThePublic(given.result) } : given
  const { result, language } = input
  const say = sayIn(language)
  const sections: (Section | null)[] = [
    verdictSection(input, say),
    parcelSection(input, say),
    mapSection(input, say),
    netSection(input, say),
    rulesSection(input, say),
    ...conditionSections(input, say),
    pointsSection(input, say),
    grossSection(input, say),
    sliversSection(input, say),
    notEvaluatedSection(input, say),
    suggestionsSection(input, say),
    currencySection(input, say),
    disclaimerSection(input, say),
    verifySection(input, say)
  ]
  const title = say('用地智能审查报告', 'Land-check report')
  return {
    language,
    title: shown ? `${title}${say('（公示版）', ' (public variant)')}` : title,
    subtitle: `${result.id} · ${moment(result.createdAt, input.timeZone)} · ${result.provenance.ruleset.id} ${result.provenance.ruleset.version}`,
    verdict: { code: result.verdict, text: VERDICT_TEXT[result.verdict][language] },
    stamp: `${result.id} · ${result.provenance.resultHash}`,
    verifyUrl: input.verifyUrl,
    createdAt: result.createdAt,
    sections: sections.filter(section => section !== null).map(numbered)
  }
}

const numbered = (section: Section, i: number): Section => ({ ...section, title: `${i + 1}  ${section.title}` })
