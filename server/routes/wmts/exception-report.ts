import type { Language, Problem } from '../../lib/errors.ts'
import { element, printXml } from '../../lib/xml.ts'
import type { ExceptionCode } from './problems.ts'

interface Members {
  exceptionCode?: ExceptionCode
  locator?: string
  /** What other parts of the server call the locator. */
  parameter?: string
}

/**
 * An error as OGC 06-121r3 §8 has it. Problems of other parts of the server have no code of that standard: one of a
 * parameter is an InvalidParameterValue, any other has the code for all the rest.
 * @param requestId by which an error of the server itself is found in its log
 */
export function exceptionReport(problem: Problem, language: Language, requestId: string): string {
  const { exceptionCode, parameter, locator = parameter } = problem.members as Members
  const code = exceptionCode ?? (problem.status === 400 ? 'InvalidParameterValue' : 'NoApplicableCode')
  const texts = [problem.text[language], ...problem.details.map(({ message }) => message[language])]
  if (problem.status === 500) texts.push(`requestId: ${requestId}`)
  return printXml(
    element(
      'ows:ExceptionReport',
      {
        'xmlns:ows': 'http://www.opengis.net/ows/1.1',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation':
          'http://www.opengis.net/ows/1.1 http://schemas.opengis.net/ows/1.1.0/owsExceptionReport.xsd',
        version: '1.0.0',
        'xml:lang': language
      },
      element(
        'ows:Exception',
        { exceptionCode: code, locator },
        ...texts.map(text => element('ows:ExceptionText', {}, text))
      )
    )
  )
}
