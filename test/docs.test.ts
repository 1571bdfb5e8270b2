import {expect} from 'chai'
import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {globSync} from 'tinyglobby'

import {root} from './support/cli.js'
import {includeGoldens} from './support/golden.js'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = globSync(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/**/*.md'], {
  cwd: root,
}).toSorted()

const FENCE = /^(?<fence>`{3,}).*?^\k<fence>$/gms

/** What a reader of a page can be led to: its headings as GitHub names them, and anchors of its own. */
function anchorsOf(page: string): Set<string> {
  const prose = page.replaceAll(FENCE, '')
  const anchors = new Set([...prose.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id))
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    let free = slug
    for (let count = 1; anchors.has(free); count++) free = `${slug}-${count}`
    anchors.add(free)
  }

  return anchors
}

/** Where the links of a page lead that stay in the repository. */
function linksOf(page: string): string[] {
  const prose = page.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** Why a link leads nowhere; undefined where it does not. */
function faultOf(path: string, link: string): string | undefined {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : join(dirname(path), file)
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`
  if (anchor === undefined || !target.endsWith('.md')) return undefined
  return anchorsOf(read(target)).has(anchor) ? undefined : `${link}: ${target} has no heading of that name`
}

describe("the Hub's contract", () => {
  it('has every section that a comment cites', () => {
    const headings = read('docs/hub.md').matchAll(/^## (\d[\d.]*) /gm)
    const sections = new Set([...headings].map(([, number]) => number))
    for (const path of globSync(['src/**/*.ts', 'test/**/*.ts'], {cwd: root})) {
      const text = read(path).replaceAll(/\n\s*\* /g, ' ')
      const cited = text.matchAll(/the Hub's contract, sections? (\d[\d.]*)(?: and (\d[\d.]*))?/g)
      const numbers = [...cited].flatMap(([, ...found]) => found.map((number) => number?.replace(/\.$/, '')))
      for (const number of numbers) if (number) expect(sections, path).to.include(number)
    }
  })
})

describe('the pages of the docs', () => {
  for (const path of pages) {
    it(`lead somewhere with every link: ${path}`, () => {
      const faults = linksOf(read(path)).flatMap((link) => faultOf(path, link) ?? [])
      expect(faults).to.deep.equal([])
    })
  }

  it('say something under every heading', () => {
    for (const path of pages) {
      const prose = read(path).replaceAll(FENCE, 'code')
      expect(prose.match(/^(#+) .+\n+(?=\1 |$(?![^]))/gm) ?? [], path).to.deep.equal([])
    }
  })

  it('are all in the index', () => {
    const index = new Set(linksOf(read('docs/README.md')).map((link) => join('docs', link)))
    const missing = globSync('docs/*.md', {cwd: root}).filter(
      (path) => path !== 'docs/README.md' && !index.has(path),
    )
    expect(missing).to.deep.equal([])
  })

  it('show what the program shows, and nothing else: npm run docs', () => {
    for (const path of globSync(['README.md', 'docs/*.md'], {cwd: root})) {
      const page = read(path)
      expect(page, path).to.equal(includeGoldens(page))
      const typed = page.replaceAll(/<!-- golden\b(?:(?!-->).)*-->\n+(?<fence>`{3,}).*?^\k<fence>$/gms, '')
      expect(typed.match(/^\$ smoltrace .*$/gm) ?? [], path).to.deep.equal([])
    }
  })

  it('are shown by a test, every golden', () => {
    const tests = globSync('test/**/*.test.ts', {cwd: root}).map((path) => read(path))
    const unused = globSync('test/golden/**/*.txt', {cwd: root}).filter(
      (path) => !tests.some((text) => text.includes(path.slice('test/golden/'.length))),
    )
    expect(unused).to.deep.equal([])
  })
})

describe('the safety model', () => {
  const rules = read('docs/safety.md')
    .split(/^## (?=\d)/m)
    .slice(1)
    .map((text) => ({number: Number.parseInt(text, 10), text}))
  const tags = globSync('test/**/*.test.ts', {cwd: root}).flatMap((path) =>
    [...read(path).matchAll(/\b(?:describe|it)\(\s*['"`](?<tags>(?:\[S\d+\])+) /g)].flatMap(({groups}) =>
      [...(groups?.tags ?? '').matchAll(/\d+/g)].map(Number),
    ),
  )

  it('has its rules, each with its parts and a tag', () => {
    expect(rules.map(({number}) => number)).to.deep.equal(rules.map((_, index) => index + 1))
    expect(rules.length).to.be.at.least(19)
    for (const {number, text} of rules) {
      for (const part of ['The rule', 'Without it', 'Where', 'Tests'])
        expect(text, String(number)).to.include(`**${part}.**`)
      expect(text).to.include(`**Tests.** \`[S${number}]\`.`)
    }
  })

  it('has tests of every rule, and no test has the tag of a rule that there is not', () => {
    expect([...new Set(tags)]).to.have.members(rules.map(({number}) => number))
  })
})
