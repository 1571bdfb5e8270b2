import {expect} from 'chai'

import {failureOf, formatFailure, inCommandWords} from '../../../src/cli/errors/failure.js'
import {OptionError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {EXIT, type Failure} from '../../../src/lib/base/exit-codes.js'
import {PLAIN} from '../../support/builders.js'
import {findCommands, runCli} from '../../support/cli.js'

/** What oclif's parser refuses, and what is said of it: the first line, and the next steps but for the last, which leads to the help. */
const CASES: Array<[argv: string[], message: string, ...steps: string[]]> = [
  [['cleanup', '--older-then=30d'], 'There is no flag --older-then=30d.', 'Did you mean --older-than?'],
  [
    ['cleanup', '--al', '--dry-rum'],
    'There are no flags --al, --dry-rum.',
    'Did you mean --all?',
    'Did you mean --dry-run?',
  ],
  [['cleanup', '--all', '--json=yes'], 'Unexpected argument: yes'],
  [['runs', 'group', '--sizes', 'now', 'then'], 'Unexpected arguments: now, then'],
  [['cleanup', '--only', 'trace'], 'Expected --only=trace to be one of: results, traces, metrics'],
  [['cleanup', '--older-than'], 'Flag --older-than expects a value'],
  [
    ['cleanup', '--dry-run', '--no-dry-run'],
    '--dry-run and --no-dry-run exclude each other: leave out one of them.',
  ],
  [['cleanup', '--ignore-leaderboard'], '--ignore-leaderboard needs --incomplete-only.'],
  [['cleanup', '--concurrency', '0'], '--concurrency: give a whole number from 1 to 32, not "0".'],
  [['policy', 'explain'], 'Missing: FILE (The policy file, in YAML.)'],
]

describe('a failure', () => {
  const command = {bin: 'mycli smoltrace', help: 'mycli smoltrace cleanup --help'}
  const flags = Object.fromEntries(['no-dry-run', 'older-than', 'plan'].map((name) => [name, {}])) as never

  it('calls options by their flags, and the program as a person does', () => {
    const error = new OptionError('olderThan', '"`olderThan`" is not an age', {
      suggestions: [
        'See smoltrace history, or `runs group`.',
        'Drop `dryRun: false`, `savePlan` or `keepBest`.',
      ],
    })
    expect(failureOf(error, {...command, flags})).to.deep.equal({
      name: 'UsageError',
      message: '--older-than "`olderThan`" is not an age.',
      exitCode: 2,
      suggestions: [
        'See mycli smoltrace history, or `runs group`.',
        'Drop --no-dry-run, --plan or `keepBest`.',
      ],
    })
    expect(failureOf(new UsageError('No.'), {...command, flags}).suggestions).to.deep.equal([
      'See mycli smoltrace cleanup --help.',
    ])
  })

  it('leaves a path alone that the name of the program is part of', () => {
    const text = `smoltrace restore '/my smoltrace archive/x' "smoltrace runs"`
    expect(inCommandWords(text, {bin: 'x', flags: {}})).to.equal(text.replace('smoltrace', 'x'))
  })

  it('says what to do next also where it is unexpected', () => {
    const {name, exitCode, suggestions} = failureOf(new TypeError('x is undefined'), {...command, flags})
    expect({name, exitCode}).to.deep.equal({name: 'TypeError', exitCode: 1})
    expect(suggestions.join(' ')).to.include('DEBUG=1')
  })

  it('ends with a code of this program, whatever oclif had in mind', () => {
    const codes = [2, 130, 99, false, undefined].map(
      (exit) =>
        failureOf(Object.assign(new Error('x'), {oclif: {exit}}) as Error, {...command, flags}).exitCode,
    )
    expect(codes).to.deep.equal([2, 130, 1, 1, 1])
  })

  it('is one line, without tokens and controls', () => {
    const {message} = failureOf(new RefusedError('a\nb \u001B[31m hf_abcdefgh'), {...command, flags})
    expect(message).not.to.match(/[\n\u001B]|abcdefgh/)
  })
})

describe('what is said of a wrong command line', () => {
  for (const [argv, message, ...steps] of CASES) {
    it(argv.join(' '), async () => {
      const {stdout, stderr, exitCode} = await runCli(
        argv,
        {HF_ENDPOINT: 'http://127.0.0.1:1'},
        await findCommands(),
      )
      expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
      const [first, ...rest] = stderr.trimEnd().split('\n')
      expect(first).to.equal(`Error: ${message}`)
      const command = argv.length > 1 && !argv[1]?.startsWith('-') ? argv.slice(0, 2).join(' ') : argv[0]
      expect(rest.map((line) => line.trim())).to.deep.equal([...steps, `See smoltrace ${command} --help.`])
    })
  }

  it('repeats no token that was given in the place of something else', async () => {
    const {stderr} = await runCli(
      ['runs', 'group', '--only', 'hf_secretsecretsecret'],
      {},
      await findCommands(),
    )
    expect(stderr)
      .to.match(/^Error: /)
      .and.not.include('secretsecret')
  })
})

describe('help', () => {
  it('names a flag that it does not have', async () => {
    const {stderr, exitCode} = await runCli(['help', 'cleanup', '--foo'])
    expect([stderr, exitCode]).to.deep.equal([
      'Error: There is no flag --foo.\n  See smoltrace help --help.\n',
      2,
    ])
  })
})

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

describe('a failure in a terminal', () => {
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

  it('never breaks a sentence with a command in its middle', () => {
    const suggestion = 'Run `mycli smoltrace history` and see what is certain'
    expect(shown(30, {suggestions: [suggestion]})).to.include(`\n  ${suggestion}`)
  })

  it('is not an error where the person said no', () => {
    expect(shown(undefined, {message: 'nothing was deleted.', exitCode: EXIT.cancelled})).to.match(
      /^Cancelled: nothing was deleted\.\n/,
    )
  })
})
