import {safeName} from '../base/text.js'

/** HTML or SVG that may be put into a page as it is: made by `markup` alone. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template takes: text is escaped, markup is not, nothing is shown of undefined. */
export type Part = Markup | number | readonly Part[] | string | undefined

/** The characters with a meaning in text and in quoted attributes. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template whose values are escaped, so that none of them can become an element, an attribute or a script. */
export function markup(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.map((text, index) => text + textOf(parts[index])).join(''))
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map((each: Part) => textOf(each)).join('')
  return part === undefined ? '' : escape(String(part))
}

/** Also drops what no page shows: control characters, marks that change the direction of writing, tokens. */
function escape(text: string): string {
  return safeName(text)
    .replaceAll(/\p{Noncharacter_Code_Point}/gu, ' ')
    .replaceAll(/["&'<>]/g, (character) => ENTITIES[character] ?? '')
}
