import {type Markup, markup} from './markup.js'
import {type Scale} from './scales.js'
import {percent} from './shapes.js'

/** What somebody who does not see a chart is told of it, and the id that no other of the page has. */
export interface Description {
  id: string
  title: string
  text: string
}

/** A chart: one image with a name, whatever it is drawn of. */
export function image({id, title, text}: Description, kind: string, height: number, content: Markup): Markup {
  return markup`<svg class="chart ${kind}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text" height="${height}">
<title id="${id}-title">${title}</title><desc id="${id}-text">${text}</desc>
${content}
</svg>`
}

/** The lines behind the marks and what stands at their ends. */
export function grid(x: Scale, y: Scale): Markup {
  const across = y.ticks.map(({value, text}) => {
    const at = percent(1 - y.place(value))
    return markup`<line x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="end" x="0" y="${at}" dx="-8" dy="4">${text}</text>`
  })
  const up = x.ticks.map(({value, text}) => {
    const at = percent(x.place(value))
    return markup`<line x1="${at}" x2="${at}" y1="100%" y2="100%" class="tick"/><text class="middle" x="${at}" y="100%" dy="19">${text}</text>`
  })
  return markup`<g class="grid">${across}${up}</g>`
}
