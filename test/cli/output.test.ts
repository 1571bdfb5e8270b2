import {expect} from 'chai'

import {setVariables} from '../../src/cli/output.js'

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
