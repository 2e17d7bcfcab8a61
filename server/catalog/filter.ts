/** A condition on a layer's fields, checked against them. Simple comparisons now; CQL2 parses into the same tree. */
export type Filter =
  | { op: 'and' | 'or'; parts: readonly Filter[] }
  | { op: 'not'; part: Filter }
  | { op: '=' | '<>' | '<' | '<=' | '>' | '>='; field: string; value: FilterValue }
  | { op: 'in'; field: string; values: readonly FilterValue[] }
  | { op: 'like'; field: string; pattern: string }
  | { op: 'isNull'; field: string }

export type FilterValue = string | number | boolean
