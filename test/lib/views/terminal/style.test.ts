import {expect} from 'chai'
import {stripVTControlCharacters} from 'node:util'

import {
  hasColours,
  paintFirst,
  styleFor,
  whyPlain,
  widthOf,
} from '../../../../src/lib/views/terminal/style.js'
import {streamOf} from '../../../support/builders.js'

type Variables = Partial<Record<'FORCE_COLOR' | 'NO_COLOR' | 'TERM', string>>

describe('style', () => {
  const before = {...process.env}

  /** Sets these variables and no others. */
  function setVariables(variables: NodeJS.ProcessEnv): void {
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) {
      const value = variables[name]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }

  afterEach(() => setVariables(before))

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
    ['NO_COLOR outweighs FORCE_COLOR', {NO_COLOR: '1', FORCE_COLOR: '1'}, terminal, false],
  ]
  for (const [title, variables, facts, coloured] of cases) {
    it(title, () => {
      setVariables(variables)
      expect(hasColours(streamOf(facts))).to.equal(coloured)
    })
  }

  it('distinguishes its styles and keeps the text where there are colours, and else leaves it alone', () => {
    const painted = (variables: Variables) => {
      setVariables(variables)
      const {bold, dim, red, green, yellow} = styleFor(streamOf(terminal))
      return [bold, dim, red, green, yellow].map((paint) => paint('x'))
    }

    expect(new Set(painted({NO_COLOR: '1'}))).to.deep.equal(new Set(['x']))
    expect(new Set(painted({FORCE_COLOR: '1'})).size).to.equal(5)
    for (const text of painted({FORCE_COLOR: '1'})) expect(stripVTControlCharacters(text)).to.equal('x')
  })

  it('paints the first word of a sentence alone', () => {
    expect(paintFirst((word) => `<${word}>`, 'Interrupted: 2 of 65')).to.equal('<Interrupted:> 2 of 65')
  })

  it('asks only the stream itself, not stdout', () => {
    const {isTTY} = process.stdout
    try {
      process.stdout.isTTY = false
      setVariables({})
      expect(styleFor(streamOf(terminal)).red('x')).to.include('\u001B[')
    } finally {
      process.stdout.isTTY = isTTY
    }
  })

  it('knows the width of a terminal, and none of a pipe', () => {
    const widths = [{columns: 132}, {}, {columns: 0}].map((facts) =>
      widthOf(streamOf({isTTY: true, ...facts})),
    )
    expect(widths).to.deep.equal([132, 80, 80])
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
