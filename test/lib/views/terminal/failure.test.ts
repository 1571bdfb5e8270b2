import {expect} from 'chai'

import {EXIT, type Failure} from '../../../../src/lib/base/exit-codes.js'
import {formatFailure} from '../../../../src/lib/views/terminal/failure.js'
import {PLAIN} from '../../../support/builders.js'

const failure: Failure = {
  name: 'UsageError',
  message: 'Say what may go, and what must stay, for that is what all of it is about.',
  exitCode: EXIT.usage,
  suggestions: [
    'For example: mycli smoltrace cleanup --older-than 30d',
    'Look at the plan. If it is right, leave it out.',
  ],
}
const shown = (width?: number, more: Partial<Failure> = {}) =>
  formatFailure({...failure, ...more}, 'mycli smoltrace', {style: PLAIN, width})

describe('a failure', () => {
  it('is a line, and a line for each thing to do, where nothing is wrapped', () => {
    expect(shown()).to.equal(`Error: ${failure.message}\n  ${failure.suggestions.join('\n  ')}`)
  })

  it('is broken between words on a narrow terminal, and a command is not', () => {
    expect(shown(40)).to.equal(`Error: Say what may go, and what must
stay, for that is what all of it is
about.
  For example:
    mycli smoltrace cleanup --older-than 30d
  Look at the plan. If it is right,
  leave it out.`)
  })

  it('never breaks a sentence in whose middle a command stands', () => {
    const suggestion = 'Run `mycli smoltrace history` and see what is certain'
    expect(shown(30, {suggestions: [suggestion]})).to.include(`\n  ${suggestion}`)
  })

  it('is no error where somebody said no', () => {
    expect(shown(undefined, {message: 'nothing was deleted.', exitCode: EXIT.cancelled})).to.match(
      /^Cancelled: nothing was deleted\.\n/,
    )
  })
})
