import {type Markup, markup} from './markup.js'
import {MOST_MODELS} from './series.js'

/** The outlines of marks, by the place of a model, about (0, 0): whoever sees no colours tells the models apart by them. */
const OUTLINES = [
  'M4 0A4 4 0 1 1-4 0A4 4 0 1 1 4 0Z',
  'M-3.6-3.6H3.6V3.6H-3.6Z',
  'M0-4.6L4.4 3.4H-4.4Z',
  'M0-5L5 0L0 5L-5 0Z',
  'M0 4.6L-4.4-3.4H4.4Z',
  'M-1.5-4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z',
  'M0-5L1.4-1.6L5-1.5L2.2 .7L3.1 4.2L0 2.2L-3.1 4.2L-2.2 .7L-5-1.5L-1.4-1.6Z',
  'M-4.8 0L-2.4-4.2H2.4L4.8 0L2.4 4.2H-2.4Z',
] as const

/** The marks that all charts of a page refer to, and the hatching of what would be deleted. */
export const DEFINITIONS: Markup = markup`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>
${OUTLINES.map((outline, place) => markup`<path id="m${place}" d="${outline}"/>`)}
<path id="m${MOST_MODELS}" d="M3.5 0A3.5 3.5 0 1 1-3.5 0A3.5 3.5 0 1 1 3.5 0Z" fill="none" stroke-width="1.6"/>
<circle id="dot" r="1.6"/>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-back" width="6" height="6"/><rect class="hatch-line" width="2.5" height="6"/></pattern>
</defs></svg>`

/** A mark at a place of a chart, from 0 to 1 along each side. */
export function mark(place: number, x: number, y: number): Markup {
  return markup`<use href="#m${place}" x="${percent(x)}" y="${percent(1 - y)}"/>`
}

/** The mark of a model beside its name; the name says the same. */
export function swatch(place: number): Markup {
  return markup`<svg class="swatch c${place}" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" focusable="false"><use href="#m${place}"/></svg>`
}

/** A part of a side, as SVG wants it. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}
