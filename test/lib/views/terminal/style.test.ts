import {expect} from 'chai'
import {stripVTControlCharacters} from 'node:util'

import {hasColours, styleFor, whyPlain, widthOf} from '../../../../src/lib/views/terminal/style.js'
import {streamOf} from '../../../support/builders.js'

const NAMES = ['NO_COLOR', 'FORCE_COLOR', 'TERM'] as const
type Variables = Partial<Record<(typeof NAMES)[number], string>>

describe('style', () => {
  const before = {...process.env}

  afterEach(() => {
    for (const name of NAMES) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })

  /** Whether text is coloured on a stream under these variables and no others. */
  function isColoured(variables: Variables, facts: Parameters<typeof streamOf>[0]): boolean {
    for (const name of NAMES) {
      const value = variables[name]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }

    return hasColours(streamOf(facts))
  }

  const terminal = {isTTY: true, colours: true}
  const cases: Array<
    [title: string, variables: Variables, facts: Parameters<typeof streamOf>[0], coloured: boolean]
  > = [
    ['a terminal that can is coloured', {}, terminal, true],
    ['a terminal that cannot is not', {}, {isTTY: true, colours: false}, false],
    ['a pipe is not', {}, {isTTY: false}, false],
    ['NO_COLOR turns colours off', {NO_COLOR: '1'}, terminal, false],
    ['an empty NO_COLOR says nothing', {NO_COLOR: ''}, terminal, true],
    ['FORCE_COLOR colours a pipe', {FORCE_COLOR: '1'}, {isTTY: false}, true],
    ['FORCE_COLOR=0 colours no pipe', {FORCE_COLOR: '0'}, {isTTY: false}, false],
    ['FORCE_COLOR=false colours no pipe', {FORCE_COLOR: 'false'}, {isTTY: false}, false],
    ['NO_COLOR goes before FORCE_COLOR', {NO_COLOR: '1', FORCE_COLOR: '1'}, terminal, false],
  ]
  for (const [title, variables, facts, coloured] of cases) {
    it(title, () => {
      expect(isColoured(variables, facts)).to.equal(coloured)
    })
  }

  it('distinguishes its styles and keeps the text where there are colours, and else leaves it alone', () => {
    const painted = (variables: Variables) => {
      isColoured(variables, terminal)
      const {bold, dim, red, green, yellow} = styleFor(streamOf(terminal))
      return [bold, dim, red, green, yellow].map((paint) => paint('x'))
    }

    expect(new Set(painted({NO_COLOR: '1'}))).to.deep.equal(new Set(['x']))
    expect(new Set(painted({FORCE_COLOR: '1'})).size).to.equal(5)
    for (const text of painted({FORCE_COLOR: '1'})) expect(stripVTControlCharacters(text)).to.equal('x')
  })

  it('asks only the stream itself, not stdout', () => {
    const {isTTY} = process.stdout
    try {
      process.stdout.isTTY = false
      expect(isColoured({}, terminal)).to.equal(true)
      expect(styleFor(streamOf(terminal)).red('x')).to.include('\u001B[')
    } finally {
      process.stdout.isTTY = isTTY
    }
  })

  it('knows the width of a terminal, and none of a pipe', () => {
    expect(widthOf(streamOf({isTTY: true, columns: 132}))).to.equal(132)
    expect(widthOf(streamOf({isTTY: true}))).to.equal(80)
    expect(widthOf(streamOf({isTTY: true, columns: 0}))).to.equal(80)
    expect(widthOf(streamOf({isTTY: false, columns: 132}))).to.equal(undefined)
  })

  const plain: Array<[env: Record<string, string>, why: string | undefined]> = [
    [{}, undefined],
    [{CI: 'false', SMOLTRACE_PLAIN: '0', TERM: 'xterm'}, undefined],
    [{CI: 'true'}, 'CI is set'],
    [{TERM: 'dumb'}, 'this terminal cannot draw (TERM is dumb)'],
    [{SMOLTRACE_PLAIN: '1', TERM: 'dumb'}, 'SMOLTRACE_PLAIN is set'],
  ]
  for (const [env, why] of plain) {
    it(`draws ${why === undefined ? '' : 'nothing '}anew under ${JSON.stringify(env)}`, () => {
      expect(whyPlain(env)).to.equal(why)
    })
  }
})
