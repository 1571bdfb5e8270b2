import {expect} from 'chai'

import {colourVariables, setVariables, type Variables} from '../../src/cli/output.js'

describe('variables', () => {
  it('are put back as they were, those that were not there among them', () => {
    process.env.SMOLTRACE_ONE = 'before'
    const restore = setVariables({SMOLTRACE_ONE: undefined, SMOLTRACE_TWO: 'here'})
    expect(process.env).not.to.have.property('SMOLTRACE_ONE')
    expect(process.env.SMOLTRACE_TWO).to.equal('here')
    restore()
    expect(process.env.SMOLTRACE_ONE).to.equal('before')
    expect(process.env).not.to.have.property('SMOLTRACE_TWO')
    delete process.env.SMOLTRACE_ONE
  })
})

describe('the variables of colours', () => {
  const off = {NO_COLOR: '1', FORCE_COLOR: undefined}
  const cases: Array<[title: string, env: Variables, isOff: boolean, changed: Variables]> = [
    ['stay where nothing is said', {}, false, {}],
    ['stay where colours are forced', {FORCE_COLOR: '1'}, false, {}],
    ['leave an empty NO_COLOR out', {NO_COLOR: '', FORCE_COLOR: '1'}, false, {NO_COLOR: undefined}],
    ['leave FORCE_COLOR out beside NO_COLOR', {NO_COLOR: 'x'}, false, {FORCE_COLOR: undefined}],
    ['say no where a flag does', {}, true, off],
    ['say no where a flag does and colours are forced', {FORCE_COLOR: '1'}, true, off],
    ['say no where a flag does and NO_COLOR is empty', {NO_COLOR: ''}, true, off],
  ]
  for (const [title, env, isOff, changed] of cases) {
    it(title, () => {
      expect(colourVariables(env, isOff)).to.deep.equal(changed)
    })
  }
})
