/**
 * A condition on a layer's fields, checked against them. Simple comparisons now; CQL2 parses into the same tree. It is
 * plain data, so that it can be sent to a worker. An `and` of no parts is true, an `or` of none false.
 */
export type Filter =
  | { op: 'and' | 'or'; parts: readonly Filter[] }
  | { op: 'not'; part: Filter }
  | Comparison
  | { op: 'in'; field: string; values: readonly FilterValue[] }
  | { op: 'like'; field: string; pattern: string }
  | { op: 'isNull'; field: string }

export interface Comparison {
  op: '=' | '<>' | '<' | '<=' | '>' | '>='
  field: string
  value: FilterValue
}

/** A date is written `YYYY-MM-DD`, an instant as `Date.toISOString` writes it. */
export type FilterValue = string | number | boolean
