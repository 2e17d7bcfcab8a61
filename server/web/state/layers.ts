import { reactive, watch } from 'vue'
import type { ApiProblem } from '../api/client.ts'
import { baseMap } from '../map/styles.ts'
import { catalog, layersById } from './catalog.ts'

/** Which layers are switched on. */
export const shown = reactive(new Set<string>())

/** Layers that could not be drawn, and why. */
export const failures = reactive(new Map<string, ApiProblem>())

export function toggle(id: string, on: boolean): void {
  failures.delete(id)
  if (on) shown.add(id)
  else shown.delete(id)
}

export function toggleAll(ids: string[], on: boolean): void {
  for (const id of ids) toggle(id, on)
}

// A layer of the base map shows when it first comes into sight, at the start or by signing in; what was switched off
// stays off, and what may no longer be seen is no longer shown.
let seen = new Set<string>()
watch(
  () => catalog.layers,
  () => {
    for (const id of shown) if (!layersById.value.has(id)) shown.delete(id)
    toggleAll(
      baseMap.value.initial.filter(id => layersById.value.has(id) && !seen.has(id)),
      true
    )
    seen = new Set(layersById.value.keys())
  }
)
