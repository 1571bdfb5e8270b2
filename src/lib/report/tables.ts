import {count} from '../views/format.js'
import {type Markup, markup, type Part} from './markup.js'

/** A column, and whether it holds numbers, which stand at the right. */
export interface Column {
  title: string
  isNumber?: boolean
}

/**
 * A table that a screen reader can follow, in a frame that scrolls where a telephone is too narrow.
 * @param rows cells in the order of the columns; the first names the row
 */
export function table(caption: string, columns: readonly Column[], rows: readonly Part[][]): Markup {
  const classOf = (index: number) => (columns[index]?.isNumber ? markup` class="number"` : undefined)
  const head = columns.map(({title}, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`)
  const body = rows.map(
    ([name, ...cells]) =>
      markup`<tr><th scope="row"${classOf(0)}>${name}</th>${cells.map((cell, index) => markup`<td${classOf(index + 1)}>${cell}</td>`)}</tr>\n`,
  )
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`
}

/** The numbers of a chart, for whoever wants them or does not see it. */
export function dataTable(caption: string, columns: readonly Column[], rows: readonly Part[][]): Markup {
  return markup`<details><summary>Table: ${caption} <span class="quiet">(${count(rows.length, 'row')})</span></summary>
${table(caption, columns, rows)}</details>`
}

/** Terms and what is said of them. */
export function pairs(kind: string, items: ReadonlyArray<[term: string, text: Part]>): Markup {
  return markup`<dl class="${kind}">${items.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`
}
