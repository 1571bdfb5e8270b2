import {formatCount, safeName} from '../base/text.js'
import {type Column, type Pair} from '../views/columns.js'

/** HTML or SVG that is put into a page as it is: made by `markup` alone. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template takes: text is escaped, markup is not, nothing is shown of undefined. */
type Part = Markup | number | readonly Part[] | string | undefined

/** A template whose values are escaped, so that none of them can become an element, an attribute or a script. */
export function markup(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.map((text, index) => text + textOf(parts[index])).join(''))
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map((each: Part) => textOf(each)).join('')
  return part === undefined ? '' : escape(String(part))
}

/** Also drops what a page does not show: control characters, marks that change the direction of writing, tokens. */
function escape(text: string): string {
  return safeName(text)
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, ' ')
    .replaceAll(/["&'<>]/g, (character) => `&#${character.codePointAt(0)};`)
}

export type Columns<T> = ReadonlyArray<Column<T, Part>>

export function numbers<T>(title: string, cell: (row: T) => Part): Column<T, Part> {
  return {title, isRight: true, cell}
}

/**
 * A table that a screen reader can follow, the first column naming the row; its frame scrolls on a telephone. Rows and cells have
 * no end tags, and the table says which of its columns hold numbers: HTML needs no more, and rows are most of a page.
 */
export function table<T>(caption: string, rows: readonly T[], columns: Columns<T>): Markup {
  const right = columns.flatMap(({isRight}, index) => (isRight ? `n${index + 1}` : []))
  const head = columns.map(({title}) => markup`<th scope="col">${title}`)
  const body = rows.map((row) => {
    const cells = columns.map(({cell}, index) =>
      index === 0 ? markup`<th scope="row">${cell(row)}` : markup`<td>${cell(row)}`,
    )
    return markup`<tr>${cells}\n`
  })
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${right.join(' ')}">
<caption>${caption}</caption>
<thead><tr>${head}</thead>
<tbody>
${body}</tbody>
</table></div>`
}

/** A table to open: the numbers of a chart, for those who cannot see it too, or more rows. */
export function dataTable<T>(caption: string, rows: readonly T[], columns: Columns<T>): Markup {
  return markup`<details><summary>Table: ${caption} <span class="quiet">(${formatCount(rows.length, 'row')})</span></summary>
${table(caption, rows, columns)}</details>`
}

export function pairs(kind: string, items: readonly Pair[]): Markup {
  const shown = items.filter(([, text]) => text !== undefined)
  return markup`<dl class="${kind}">${shown.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`
}
