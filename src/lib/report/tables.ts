import {count} from '../views/format.js'
import {type Markup, markup, type Part} from './markup.js'

/** A column of a table, and whether it holds numbers, which are right-aligned. */
export interface Column<T> {
  title: string
  isNumber: boolean
  cell: (row: T) => Part
}

/** A column of texts. */
export function texts<T>(title: string, cell: Column<T>['cell']): Column<T> {
  return {title, isNumber: false, cell}
}

/** A column of numbers. */
export function numbers<T>(title: string, cell: Column<T>['cell']): Column<T> {
  return {title, isNumber: true, cell}
}

/**
 * A table that a screen reader can follow, in a frame that scrolls where a telephone is too narrow.
 * @param columns the first names the row
 */
export function table<T>(caption: string, rows: readonly T[], columns: ReadonlyArray<Column<T>>): Markup {
  const classOf = ({isNumber}: Column<T>) => (isNumber ? markup` class="number"` : undefined)
  const head = columns.map((column) => markup`<th scope="col"${classOf(column)}>${column.title}</th>`)
  const body = rows.map((row) => {
    const cells = columns.map((column, index) =>
      index === 0
        ? markup`<th scope="row"${classOf(column)}>${column.cell(row)}</th>`
        : markup`<td${classOf(column)}>${column.cell(row)}</td>`,
    )
    return markup`<tr>${cells}</tr>\n`
  })
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`
}

/** A table to open: the numbers of a chart, for those who cannot see it too, or more rows. */
export function dataTable<T>(caption: string, rows: readonly T[], columns: ReadonlyArray<Column<T>>): Markup {
  return markup`<details><summary>Table: ${caption} <span class="quiet">(${count(rows.length, 'row')})</span></summary>
${table(caption, rows, columns)}</details>`
}

/** A list of terms and their texts. */
export function pairs(kind: string, items: ReadonlyArray<readonly [term: string, text: Part]>): Markup {
  return markup`<dl class="${kind}">${items.filter(([, text]) => text !== undefined).map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`
}
