import {expect} from 'chai'

import {failureOf, formatFailure, inCommandWords} from '../../../src/cli/errors/failure.js'
import {OptionError, RefusedError, UsageError} from '../../../src/lib/base/errors.js'
import {EXIT, type Failure} from '../../../src/lib/base/exit-codes.js'
import {PLAIN} from '../../support/builders.js'
import {runCli} from '../../support/cli.js'

/** What is typed, the first line of what is said, and the next steps but for the last, which leads to the help. */
const CASES: Array<[argv: string, message: string, ...steps: string[]]> = [
  ['cleanup --older-then=30d', 'Unknown flag --older-then.', 'Did you mean --older-than?'],
  [
    'cleanup --al --dry-rum',
    'Unknown flags --al, --dry-rum.',
    '--al: did you mean --all?',
    '--dry-rum: did you mean --dry-run?',
  ],
  ['cleanup --all --json=yes', '--json takes no value.', 'Did you mean --json?'],
  ['cleanup --dry-run=false', '--dry-run takes no value.', 'Did you mean --no-dry-run?'],
  ['cleanup --dry-run no', '--dry-run takes no value.', 'Did you mean --no-dry-run?'],
  ['cleanup --no-dry-run=false', '--no-dry-run takes no value.', 'Did you mean --dry-run?'],
  ['runs group --sizes=off', '--sizes takes no value.', 'Omit it instead.'],
  ['runs group --sizes now then', 'This command takes no arguments: "now", "then".'],
  ['history 3f9a 4b71', 'Too many arguments: "4b71".'],
  [
    'cleanup 20261116_150046',
    'This command takes no arguments: "20261116_150046".',
    'Did you mean --run 20261116_150046?',
  ],
  [
    'cleanup --only trace',
    '--only: "trace" is not one of results, traces, metrics.',
    'Did you mean --only traces?',
  ],
  ['autocomplete fisch', '"fisch" is not one of bash, zsh, fish, powershell.', 'Did you mean fish?'],
  ['cleanup --older-than', '--older-than needs a value.'],
  ['cleanup --only', '--only needs a value: results, traces, metrics.'],
  [
    'cleanup --older-than 30d --apply',
    '--apply needs a value.',
    'It takes a saved plan. To delete for real, use --no-dry-run.',
  ],
  ['runs group --namespace a --namespace b', '--namespace was used twice.', 'Use it once.'],
  ['cleanup --dry-run --no-dry-run', '--dry-run and --no-dry-run exclude each other: use one of them.'],
  ['leaderboard protect --runs --top 2', '--runs and --top exclude each other: use one of them.'],
  ['cleanup --ignore-leaderboard', '--ignore-leaderboard needs --incomplete-only.'],
  ['cleanup --concurrency 0', '--concurrency: use a whole number from 1 to 32, not "0".'],
  ['policy explain', 'Missing FILE (The policy file, in YAML).'],
]

/** Flags of other tools, or spelled as elsewhere, and the one that is suggested; none where no guess is safe. */
const FLAGS: Array<[typed: string, meant: string]> = [
  ['cleanup --keep-last 3', '--keep-recent'],
  ['cleanup --keep 3', '--keep-recent'],
  ['cleanup --keep-wekly 3', '--keep-weekly'],
  ['cleanup --force', '--yes'],
  ['cleanup -f', '--yes'],
  ['cleanup --confirm', '--yes'],
  ['leaderboard report a.html -f', '--force'],
  ['cleanup --type traces', '--only'],
  ['cleanup --org acme', '--namespace'],
  ['runs group --organization acme', '--namespace'],
  ['autocomplete --user acme', ''],
  ['cleanup --before 2026-01-31', '--older-than'],
  ['cleanup --max-age=30d', '--older-than'],
  ['datasets list --output json', '--json'],
  ['datasets list -o json', '--json'],
  ['runs group --format=json', '--json'],
  ['cleanup --execute', '--no-dry-run'],
  ['cleanup --delete', '--no-dry-run'],
  ['cleanup --no-dryrun', '--no-dry-run'],
  ['cleanup -n', '--dry-run'],
  ['cleanup --limit 10', '--max-delete'],
  ['cleanup --failed', '--status failed'],
  ['cleanup --older_than 30d', '--older-than'],
  ['cleanup --olderThan 30d', '--older-than'],
  ['cleanup --KEEP-RECENT 3', '--keep-recent'],
  ['cleanup --incomplete-onyl', '--incomplete-only'],
  ['cleanup --xyzzy', ''],
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
      'All flags: mycli smoltrace cleanup --help',
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
  /** The lines of an error that no request was sent for. */
  async function linesOf(line: string): Promise<string[]> {
    const {stdout, stderr, exitCode} = await runCli(line.split(' '), {HF_ENDPOINT: 'http://127.0.0.1:1'})
    expect({stdout, exitCode}).to.deep.equal({stdout: '', exitCode: 2})
    return stderr.trimEnd().split('\n')
  }

  for (const [line, message, ...steps] of CASES) {
    it(line, async () => {
      const [first, ...rest] = await linesOf(line)
      expect(first).to.equal(`Error: ${message}`)
      const command = /^(?:cleanup|autocomplete|history|restore|\w+ \w+)/.exec(line)?.[0]
      expect(rest.map((each) => each.trim())).to.deep.equal([
        ...steps,
        `All flags: smoltrace ${command} --help`,
      ])
    })
  }

  for (const [line, meant] of FLAGS) {
    it(`${line}: ${meant || 'no guess'}`, async () => {
      const [, ...steps] = await linesOf(line)
      expect(steps.slice(0, -1)).to.deep.equal(meant ? [`  Did you mean ${meant}?`] : [])
    })
  }

  it('names the pin where a run is to be kept', async () => {
    const [, step] = await linesOf('cleanup --all --exclude 20261116_150046')
    expect(step).to.equal('  To keep single runs, pin them: smoltrace runs protect TIMESTAMP')
  })

  it('repeats no token that was given in the place of something else', async () => {
    const {stderr} = await runCli(['runs', 'group', '--only', 'hf_secretsecretsecret'])
    expect(stderr)
      .to.match(/^Error: /)
      .and.not.include('secretsecret')
  })
})

describe('help', () => {
  it('names a flag that it does not have', async () => {
    const {stderr, exitCode} = await runCli(['help', 'cleanup', '--foo'])
    expect([stderr, exitCode]).to.deep.equal([
      'Error: Unknown flag --foo.\n  All flags: smoltrace help --help\n',
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
    expect(shown(undefined, {message: 'Interrupted.', exitCode: EXIT.cancelled})).to.match(/^Interrupted\.\n/)
  })
})
