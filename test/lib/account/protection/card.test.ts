import {expect} from 'chai'
import * as fc from 'fast-check'
import {parse} from 'yaml'

import {CardError, pinCard, pinTagsOf, unpinCard} from '../../../../src/lib/account/protection/card.js'
import {errorOf} from '../../../support/builders.js'

const FOR_GOOD = undefined

describe('cards with pins', () => {
  const cards: Array<[title: string, card: string, pinned: string, unpinned?: string]> = [
    ['a block list', '---\na: 1\ntags:\n- x\n- y\n---\n# T', '---\na: 1\ntags:\n- PIN\n- x\n- y\n---\n# T'],
    ['an indented list', '---\ntags: # c\n  - x # d\n---\n', '---\ntags: # c\n  - PIN\n  - x # d\n---\n'],
    ['an indented map', '---\n  a: 1\n---\n', '---\n  tags: [PIN]\n  a: 1\n---\n'],
    ['a flow list', '---\ntags: [x, "y"]\n---\n', '---\ntags: [PIN, x, "y"]\n---\n'],
    ['a flow list on several lines', '---\ntags: [\n  x,\n]\n---\n', '---\ntags: [PIN, \n  x,\n]\n---\n'],
    ['an empty list', '---\ntags: []\n---\n', '---\ntags: [PIN]\n---\n', '---\n---\n'],
    ['no tags', '---\na: 1\n---\n', '---\ntags: [PIN]\na: 1\n---\n'],
    ['tags without a value', '---\ntags:\na: 1\n---\n', '---\ntags: [PIN]\na: 1\n---\n', '---\na: 1\n---\n'],
    ['null', '---\ntags: null # c\n---\n', '---\ntags: [PIN] # c\n---\n', '---\ntags: [] # c\n---\n'],
    [
      'a single text',
      '---\ntags: "x, y" # c\n---\n',
      '---\ntags: \n- PIN\n- "x, y" # c\n---\n',
      '---\ntags: \n- "x, y" # c\n---\n',
    ],
    ['only comments', '---\n# c\n---\n', '---\ntags: [PIN]\n# c\n---\n'],
    ['no front matter', '# T\n', '---\ntags:\n- PIN\n---\n# T\n'],
    ['CRLF', '---\r\ntags:\r\n- x\r\n---\r\nT', '---\r\ntags:\r\n- PIN\r\n- x\r\n---\r\nT'],
    ['a byte order mark', '\uFEFF---\ntags:\n- x\n---', '\uFEFF---\ntags:\n- PIN\n- x\n---'],
    ['nothing', '', '---\ntags:\n- PIN\n---\n'],
  ]
  for (const [title, card, pinned, unpinned = card] of cards) {
    it(`take one tag in and give it back: ${title}`, () => {
      const wanted = pinned.replace('PIN', 'smoltrace-pinned-until-20261231')
      expect(pinCard(card, '2026-12-31')).to.equal(wanted)
      expect(pinTagsOf(wanted)).to.deep.equal(['smoltrace-pinned-until-20261231'])
      expect(unpinCard(wanted)).to.equal(unpinned)
      expect(pinTagsOf(unpinned)).to.deep.equal([])
    })
  }

  const unclear: Array<[title: string, card: string]> = [
    ['a name that is there twice', '---\na: 1\na: 2\n---\n'],
    ['broken YAML', '---\ntags: [x\n---\n'],
    ['no end', '---\ntags: [x]\n'],
    ['no clear beginning', '--- # c\ntags: [x]\n---\n'],
    ['a front matter that is not a map', '---\n- x\n---\n'],
    ['a front matter in braces', '---\n{a: 1}\n---\n'],
    ['tags that are a map', '---\ntags: {a: 1}\n---\n'],
    ['tags that another name shares', '---\ntags: &t [x]\na: *t\n---\n'],
    ['tags that are another name’s', '---\na: &t [x]\ntags: *t\n---\n'],
    ['two documents', '---\na: 1\n...\nb: 1\n---\n'],
    [
      'aliases that blow up',
      `---\na: &a [x, x]\nb: &b [${'*a, '.repeat(60)}x]\nc: [${'*b, '.repeat(60)}x]\n---\n`,
    ],
    ['bytes that are not UTF-8', '---\na: 1\n---\n\uFFFD'],
  ]
  for (const [title, card] of unclear) {
    it(`are left alone: ${title}`, () => {
      expect(errorOf(() => pinCard(card, FOR_GOOD))).to.be.instanceOf(CardError)
    })
  }

  it('with a pin whose place is not clear keep it', () => {
    for (const card of [
      '---\ntags: [x, # c\n  smoltrace-pinned]\n---\n',
      '---\ntags: &t [smoltrace-pinned]\na: *t\n---\n',
      '---\na: &t smoltrace-pinned\ntags: [*t]\na: 1\n---\n',
    ])
      expect(errorOf(() => unpinCard(card))).to.be.instanceOf(CardError)
  })

  it('lose the whole line of a tag that has one in a flow list, unless its comma is below', () => {
    for (const [card, unpinned] of [
      ['---\ntags: [\n  x,\n  PIN,\n  y\n]\n---\n', '---\ntags: [\n  x,\n  y\n]\n---\n'],
      ['---\r\ntags: [\r\n  x,\r\n  PIN\r\n]\r\n---\r\n', '---\r\ntags: [\r\n  x,\r\n]\r\n---\r\n'],
      ['---\ntags: [\n  "PIN"\n]\n---\n', '---\ntags: [\n]\n---\n'],
      ['---\ntags: [\n  x\n  , PIN\n  , y\n]\n---\n', '---\ntags: [\n  x\n  , y\n]\n---\n'],
      ['---\ntags: [y,\n  PIN\n  , x]\n---\n', '---\ntags: [y\n  , x]\n---\n'],
    ] as const)
      expect(unpinCard(card.replace('PIN', 'smoltrace-pinned'))).to.equal(unpinned)
  })

  it('that cannot be read say of no pin that it is not there', () => {
    expect(pinTagsOf('---\ntags: [smoltrace-pinned\n---\n')).to.equal(undefined)
    expect(pinTagsOf('---\na: 1\na: 1\n---\n')).to.equal(undefined)
  })

  it('are changed only where no tag holds as long, and lose every pin at once', () => {
    const until = (day: string) => `---\ntags:\n- smoltrace-pinned-until-${day}\n- x\n---\n`
    expect(pinCard(until('20261231'), '2026-12-31')).to.equal(until('20261231'))
    expect(pinCard(until('20261231'), '2026-11-30')).to.equal(until('20261231'))
    const longer = pinCard(until('20261231'), FOR_GOOD)
    expect(pinTagsOf(longer)).to.deep.equal(['smoltrace-pinned', 'smoltrace-pinned-until-20261231'])
    expect(pinCard(longer, '2027-01-01')).to.equal(longer)
    expect(pinTagsOf(pinCard(until('20261399'), '2026-12-31'))).to.have.length(2)
    expect(unpinCard(pinCard(longer.replace('- x', '- Smoltrace-Pinned'), FOR_GOOD))).to.equal('')
  })

  it('[S13] are spliced: whatever a card is like, one piece comes in, and the data is the same but for the tag', () => {
    let changed = 0
    fc.assert(
      fc.property(someCard, fc.constantFrom(FOR_GOOD, '2026-12-31'), (card, until) => {
        const before = dataOf(card)
        let pinned: string
        try {
          pinned = pinCard(card, until)
        } catch (error) {
          expect(error).to.be.instanceOf(CardError)
          return
        }

        changed++
        const tag = until ? 'smoltrace-pinned-until-20261231' : 'smoltrace-pinned'
        expect(isInserted(card, pinned), pinned).to.equal(true)
        expect(dataOf(pinned)).to.deep.equal({...before, tags: [tag, ...before.tags]})
        expect(bodyOf(pinned)).to.equal(bodyOf(card))
        expect(dataOf(unpinCard(pinned))).to.deep.equal(before)
        expect(bodyOf(unpinCard(pinned))).to.equal(bodyOf(card))
      }),
      {numRuns: 500},
    )
    expect(changed).to.be.above(400)
  })
})

/** Tags in every layout that people write, among other fields, with some comments and blanks. */
const someTag = fc.constantFrom('x', '"quoted, y"', "'it''s'", 'llm', '42', 'ünï', 'a-b')
const someList = fc.array(someTag, {maxLength: 4})
const someTags = fc.oneof(
  someList.map((tags) => (tags.length > 0 ? ['tags:', ...tags.map((tag) => `- ${tag}`)] : ['tags: []'])),
  someList.map((tags) => ['tags: # c', ...tags.map((tag) => `    - ${tag}  # ${tag}`)]),
  someList.map((tags) => [`tags: [${tags.join(', ')}]`]),
  someList.map((tags) => ['tags: [', ...tags.map((tag) => `  ${tag},`), '  ]']),
  fc
    .constantFrom('tags:', 'tags: ~', 'tags: null # c', 'tags: x', 'tags: "x y" # c', "'tags': [x]")
    .map((line) => [line]),
  fc.constant([]),
)
const someFields = fc.subarray([
  'license: mit',
  'pretty_name: "a: b"',
  'text: |\n  tags:\n  - no',
  'dataset_info:\n  features:\n  - name: tags\n    dtype: string',
  '# a comment',
  '',
  'n: 1.50',
])
const someBody = fc.constantFrom('', '# Title', '\n# Title\n\ntext', '---\ntags:\n- no\n---\n', 'ends\n')
const someCard = fc
  .record({
    before: someFields,
    tags: someTags,
    body: someBody,
    bom: fc.boolean(),
    crlf: fc.boolean(),
    bare: fc.nat(9),
  })
  .map(({before, tags, body, bom, crlf, bare}) => {
    const lines = [...before.slice(0, 2), ...tags, ...before.slice(2)]
    const card =
      bare === 0 && !body.startsWith('---')
        ? body
        : `---\n${lines.map((line) => `${line}\n`).join('')}---\n${body}`
    return `${bom ? '\uFEFF' : ''}${crlf ? card.replaceAll('\n', '\r\n') : card}`
  })

/** An oracle of its own: what a card says, with tags as a list. */
function dataOf(card: string): Record<string, unknown> & {tags: unknown[]} {
  const front = /^\uFEFF?---\r?\n([\s\S]*?)(?<=\n)---(?:\r?\n|$)/.exec(card)?.[1] ?? ''
  const data = (parse(front) ?? {}) as Record<string, unknown>
  return {...data, tags: [data.tags ?? []].flat()}
}

function bodyOf(card: string): string {
  return card.replace(/^\uFEFF?---\r?\n([\s\S]*?)(?<=\n)---(?:\r?\n|$)/, '').replace('\uFEFF', '')
}

/** Whether a text is another one with one piece put in; `null` is what a piece may replace. */
function isInserted(before: string, after: string): boolean {
  for (const original of [
    before,
    ...['null', '~'].map((none) => before.replace(`tags: ${none}`, 'tags: ')),
  ]) {
    let start = 0
    while (start < original.length && original[start] === after[start]) start++
    if (after.endsWith(original.slice(start))) return true
  }

  return false
}
