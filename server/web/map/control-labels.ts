import type { Map as MapLibre } from 'maplibre-gl'
import { watchEffect } from 'vue'
import type { Phrase } from '../i18n/dictionary.ts'
import { t } from '../i18n/language.ts'

const LABELS: [selector: string, phrase: Phrase][] = [
  ['.maplibregl-canvas', 'map.title'],
  ['.maplibregl-ctrl-zoom-in', 'map.zoom-in'],
  ['.maplibregl-ctrl-zoom-out', 'map.zoom-out'],
  ['.maplibregl-popup-close-button', 'popup.close']
]

/** Names MapLibre's own controls in the chosen language: it takes its texts once, when the map is made. */
export function labelControls(map: MapLibre): void {
  for (const [selector, phrase] of LABELS) {
    for (const element of map.getContainer().querySelectorAll(selector)) {
      element.setAttribute('aria-label', t(phrase))
      if (!selector.endsWith('canvas')) element.setAttribute('title', t(phrase))
    }
  }
}

export const keepControlsLabelled = (map: MapLibre): void => {
  watchEffect(() => labelControls(map))
}
