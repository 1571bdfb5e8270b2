import type {StoredFile} from './objects.js'

/** The plain part of a README's front matter: text and lists of text. */
export type CardData = Record<string, string | string[]>

/** A dataset card, taken apart. */
export interface Card {
  data: CardData
  body: string
}

const FRONT_MATTER = /^\s*---\r?\n(?:([\s\S]*?)\r?\n)??---(?:\r?\n|$)/
const ENTRY = /^([\w-]+):[ \t]*(.*)$/
const ITEM = /^\s*-\s+(.+)$/
const DESCRIPTION_LENGTH = 200

/** The card in a commit's files, if there is a README. */
export function cardOf(files: ReadonlyMap<string, StoredFile>): Card | undefined {
  const readme = files.get('README.md')?.bytes().toString('utf8')
  return readme === undefined ? undefined : parseCard(readme)
}

/** Takes a README apart. Nested front matter (`dataset_info`) is left out. */
function parseCard(readme: string): Card {
  const [whole = '', frontMatter = ''] = FRONT_MATTER.exec(readme) ?? []
  const data: CardData = {}
  let list = ''
  for (const line of frontMatter.split(/\r?\n/)) {
    const [, key, value = ''] = ENTRY.exec(line) ?? []
    const item = ITEM.exec(line)?.[1]
    if (key !== undefined) {
      list = key
      const written = withoutComment(value)
      if (!NOTHING.has(written)) data[key] = scalarOrList(written)
    } else if (item !== undefined && !item.includes(': '))
      data[list] = [asList(data[list]), unquote(withoutComment(item))].flat()
  }

  return {data, body: readme.slice(whole.length)}
}

/** The `tags` of a dataset: first what the Hub derives, then those of the card as they are written there. */
export function tagsOf(card: Card | undefined, paths: Iterable<string>): string[] {
  const data = card?.data ?? {}
  const hasParquet = [...paths].some((path) => path.endsWith('.parquet'))
  return [
    ...prefixed('task_categories', data.task_categories),
    ...prefixed('language', data.language),
    ...prefixed('license', data.license),
    ...prefixed('size_categories', data.size_categories ?? (hasParquet ? 'n<1K' : [])),
    ...(hasParquet ? ['format:parquet', 'modality:text', 'library:datasets', 'library:pandas'] : []),
    'region:us',
    ...asList(data.tags),
  ]
}

/** The beginning of a card's text, laid out and cut as the Hub does it. */
export function descriptionOf(card: Card | undefined, url: string): string | undefined {
  if (!card) return undefined
  const [, heading = '', rest = ''] = /^\s*#\s+(.*)\n?([\s\S]*)$/.exec(card.body) ?? ['', '', card.body]
  const prose = rest.trim()
  const tail =
    prose.length > DESCRIPTION_LENGTH ? `… See the full description on the dataset page: ${url}.` : ''
  return `\n\t\n\t\t\n\t\t${heading}\n\t\n\n${prose.slice(0, DESCRIPTION_LENGTH)}${tail}`
}

function scalarOrList(value: string): string | string[] {
  if (!value.startsWith('[') || !value.endsWith(']')) return unquote(value)
  return value
    .slice(1, -1)
    .split(',')
    .map((item) => unquote(item.trim()))
    .filter((item) => item !== '')
}

/** What YAML takes for no value. */
const NOTHING = new Set(['', 'null', '{}', '~'])

function withoutComment(value: string): string {
  return value.replace(/(^|\s)#.*$/, '').trim()
}

function unquote(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, '$2')
}

function asList(value: string | string[] | undefined): string[] {
  return [value ?? []].flat()
}

function prefixed(prefix: string, value: string | string[] | undefined): string[] {
  return asList(value).map((entry) => `${prefix}:${entry}`)
}
