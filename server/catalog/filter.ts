/**
 * A condition on a layer's fields: plain data, so that it can be sent to a worker. An `and` of no parts is true, an
 * `or` of none false. What is parsed later of CQL2 joins this tree.
 */
export type FilterTree<Field, Value> =
  | { op: 'and' | 'or'; parts: readonly FilterTree<Field, Value>[] }
  | { op: 'not'; part: FilterTree<Field, Value> }
  | Comparison<Field, Value>
  | { op: 'in'; field: Field; values: readonly Value[] }
  | { op: 'like'; field: Field; pattern: string }
  | { op: 'isNull'; field: Field }

export interface Comparison<Field, Value> {
  op: ComparisonOperator
  field: Field
  value: Value
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A condition that was checked against a layer's fields and their types. */
export type Filter = FilterTree<string, FilterValue>

/** A date is written `YYYY-MM-DD`, an instant as `Date.toISOString` writes it. */
export type FilterValue = string | number | boolean

/** One text for all filters that differ only in the order of what they join or list, and in repetitions. */
export function filterKey(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return `${filter.op}(${sortedOnce(filter.parts.map(filterKey))})`
    case 'not':
      return `not(${filterKey(filter.part)})`
    case 'in':
      return `${filter.field} in(${sortedOnce(filter.values.map(value => JSON.stringify(value)))})`
    case 'like':
      return `${filter.field} like ${JSON.stringify(filter.pattern)}`
    case 'isNull':
      return `${filter.field} isNull`
    default:
      return `${filter.field} ${filter.op} ${JSON.stringify(filter.value)}`
  }
}

const sortedOnce = (texts: string[]): string => [...new Set(texts)].sort().join()
