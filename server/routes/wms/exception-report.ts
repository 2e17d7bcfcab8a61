import type { Language, Problem } from '../../lib/errors.ts'
import { element, printElement, printXml } from '../../lib/xml.ts'
import type { ExceptionCode } from './problems.ts'
import type { WmsVersion } from './versions.ts'

interface Members {
  exceptionCode?: ExceptionCode
  locator?: string
}

/** What a report is sent as. */
export const REPORT_TYPES: Readonly<Record<WmsVersion, string>> = {
  '1.1.1': 'application/vnd.ogc.se_xml',
  '1.3.0': 'text/xml'
}

/**
 * What went wrong, in words.
 * @param requestId by which an error of the server itself is found in its log
 */
export function reportText(problem: Problem, language: Language, requestId: string): string {
  const texts = [problem.text[language], ...problem.details.map(({ message }) => message[language])]
  if (problem.status === 500) texts.push(`requestId: ${requestId}`)
  return texts.join('\n')
}

/** An error as OGC 06-042 annex E.2 or OGC 01-068r3 annex A.3 has it. */
export function exceptionReport(problem: Problem, version: WmsVersion, text: string): string {
  const { exceptionCode, locator } = problem.members as Members
  if (version === '1.3.0') {
    return printXml(
      element('ServiceExceptionReport', ROOT, element('ServiceException', { code: exceptionCode, locator }, text))
    )
  }
  const code = exceptionCode === 'InvalidCRS' ? 'InvalidSRS' : exceptionCode
  const root = element('ServiceExceptionReport', { version }, element('ServiceException', { code }, text))
  return `${HEAD}\n${printElement(root)}`
}

const ROOT = {
  xmlns: 'http://www.opengis.net/ogc',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation': 'http://www.opengis.net/ogc http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd',
  version: '1.3.0'
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ServiceExceptionReport SYSTEM "http://schemas.opengis.net/wms/1.1.1/exception_1_1_1.dtd">`
