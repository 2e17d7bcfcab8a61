/** Operators that look at a feature beyond its properties, or at properties that are not named. */
const WIDE = new Set(['properties', 'id', 'geometry-type', 'within', 'distance', 'feature-state', 'line-progress'])
/** Operators of filters in their old form, which name fields without `get`; `$type` and `$id` are no fields. */
const OLD = new Set(['in', '!in', '!has', 'none', '==', '!=', '<', '<=', '>', '>='])

/** The fields an expression or filter reads; null where it may read others or more of a feature than its fields. */
export function fieldsOf(expression: unknown): readonly string[] | null {
  const found = new Set<string>()
  return collect(expression, found) ? [...found] : null
}

function collect(expression: unknown, found: Set<string>): boolean {
  if (typeof expression !== 'object' || expression === null) return true
  // A function in the old form, `{ property, stops }`.
  if (!Array.isArray(expression)) return false
  const [operator, first] = expression
  if (operator === 'literal') return true
  if (WIDE.has(operator)) return false
  if (operator === 'get' || operator === 'has') {
    if (expression.length !== 2 || typeof first !== 'string' || first.startsWith('$')) return false
    found.add(first)
    return true
  }
  if (OLD.has(operator) && typeof first === 'string') return false
  return expression.every(item => collect(item, found))
}
