import {expect} from 'chai'
import {inspect} from 'node:util'

import {
  CancelledError,
  NotAllowedError,
  RefusedError,
  SEE_OPTIONS,
  SmoltraceError,
  UsageError,
} from '../../../src/lib/base/errors.js'
import {registerSecret} from '../../../src/lib/base/text.js'

describe('errors', () => {
  const kinds: Array<[error: SmoltraceError, name: string, exitCode: number]> = [
    [new UsageError('x'), 'UsageError', 2],
    [new RefusedError('x'), 'RefusedError', 1],
    [new NotAllowedError('x'), 'NotAllowedError', 4],
    [new CancelledError('x'), 'CancelledError', 130],
  ]
  for (const [error, name, exitCode] of kinds) {
    it(`of the kind ${name} end with ${exitCode}, also where a host prints them, and say what to do next`, () => {
      expect(error).to.be.instanceOf(SmoltraceError).and.instanceOf(Error)
      expect(error).to.include({name, exitCode}).and.have.nested.property('oclif.exit', exitCode)
      expect(error.suggestions.join('|')).to.match(/^[A-Z][^|]+\.$/)
    })
  }

  it('carry suggestions and a cause where there are any', () => {
    const cause = new Error('why')
    expect(new RefusedError('x', {suggestions: ['do this'], cause})).to.deep.include({
      suggestions: ['do this'],
      cause,
    })
    expect(new UsageError('x', {suggestions: []}).suggestions).to.deep.equal([SEE_OPTIONS])
    expect('cause' in new RefusedError('x')).to.equal(false)
  })

  it('hold the token in hand in no part, whatever the cause quotes', () => {
    const token = 'hf_Qx7$Qx7'
    registerSecret(token)
    const cause = Object.assign(new Error(`no ${token}`), {input: token})
    const error = new RefusedError(`a ${token}\u009B`, {suggestions: [`b ${token}`], cause})
    expect(inspect(error, {depth: 9}))
      .not.to.include('Qx7')
      .and.not.match(/\u009B/)
    expect(error.cause).to.have.property('message', 'no hf_…')
    expect(inspect(new RefusedError('x', {cause: `text ${token}`}), {depth: 9})).not.to.include('Qx7')
  })
})
