import {expect} from 'chai'

import {failureOf} from '../../../src/cli/errors/failure-2.js'
import {RefusedError} from '../../../src/lib/base/errors.js'

const COMMAND = {
  bin: 'mycli smoltrace',
  help: 'mycli smoltrace runs group --help',
  flags: {},
  example: undefined,
}

describe('a failure', () => {
  it('names the program and the command as a person calls them', () => {
    const error = new RefusedError('No.', {suggestions: ['See {bin} history.', 'See {help}.']})
    expect(failureOf(error, COMMAND)).to.deep.equal({
      name: 'RefusedError',
      message: 'No.',
      exitCode: 1,
      suggestions: ['See mycli smoltrace history.', 'See mycli smoltrace runs group --help.'],
    })
  })

  it('says what to do next also where nobody has foreseen it', () => {
    const {name, exitCode, suggestions} = failureOf(new TypeError('x is undefined'), COMMAND)
    expect({name, exitCode}).to.deep.equal({name: 'TypeError', exitCode: 1})
    expect(suggestions.join(' ')).to.include('DEBUG=1')
  })

  it('ends with a code of this program, whatever oclif had in mind', () => {
    const codes = [2, 130, 99, false, undefined].map((exit) =>
      failureOf(Object.assign(new Error('x'), {oclif: {exit}}) as Error, COMMAND),
    )
    expect(codes.map(({exitCode}) => exitCode)).to.deep.equal([2, 130, 1, 1, 1])
  })

  it('is one line, without tokens and controls', () => {
    const {message} = failureOf(new RefusedError('a\nb \u001B[31m hf_abcdefgh'), COMMAND)
    expect(message).not.to.match(/[\n\u001B]|abcdefgh/)
  })
})
