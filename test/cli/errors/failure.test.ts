import {expect} from 'chai'

import {findCommands, runCli} from '../../support/cli.js'

/** What oclif's parser refuses, and what is said of it: the first line, and the next steps but for the last, which leads to the help. */
const CASES: Array<[argv: string[], message: string, ...steps: string[]]> = [
  [['cleanup', '--older-then', '30d'], 'There is no flag --older-then.', 'Did you mean --older-than?'],
  [['cleanup', '--older-then=30d'], 'There is no flag --older-then=30d.', 'Did you mean --older-than?'],
  [
    ['cleanup', '--al', '--dry-rum'],
    'There are no flags --al, --dry-rum.',
    'Did you mean --all?',
    'Did you mean --dry-run?',
  ],
  [['cleanup', '-z'], 'There is no flag -z.'],
  [['runs', 'group', '--frobnicate'], 'There is no flag --frobnicate.'],
  [['runs', 'group', '--nocolor'], 'There is no flag --nocolor.', 'Did you mean --no-color?'],
  [
    ['runs', 'group', '--sizes', 'incomplete'],
    'Unexpected argument: incomplete',
    'Did you mean --incomplete-only?',
  ],
  [['cleanup', '--all', '--json=yes'], 'Unexpected argument: yes'],
  [['cleanup', '--all', 'no-dryrun'], 'Unexpected argument: no-dryrun'],
  [['runs', 'group', '--sizes', 'now', 'then'], 'Unexpected arguments: now, then'],
  [
    ['cleanup', '--only', 'trace'],
    '--only takes results, traces, metrics, not "trace".',
    'Did you mean --only traces?',
  ],
  [['cleanup', '--only', 'nothing'], '--only takes results, traces, metrics, not "nothing".'],
  [
    ['cleanup', '--status=faild'],
    '--status takes completed, partial, failed, not "faild".',
    'Did you mean --status failed?',
  ],
  [['cleanup', '--older-than'], '--older-than needs a value.', 'Write --older-than AGE.'],
  [['cleanup', '--only'], '--only needs a value.', 'Write --only TYPE.'],
  [
    ['cleanup', '--dry-run', '--no-dry-run'],
    '--no-dry-run cannot also be provided when using --dry-run',
    'Leave one of them out.',
  ],
  [
    ['cleanup', '--ignore-leaderboard'],
    '--ignore-leaderboard goes only with --incomplete-only.',
    'Add it, or leave out the other.',
  ],
  [['cleanup', '--concurrency', '0'], '--concurrency: give a whole number from 1 to 32, not "0".'],
  [
    ['policy', 'explain'],
    'Missing: FILE (The policy file, in YAML.)',
    'For example: smoltrace policy explain policy.yaml',
  ],
  [
    ['leaderboard', 'show', '--by', 'succes'],
    '--by takes success, pass, duration, tokens, cost, co2, success_rate, pass_at_1, avg_duration_ms, total_tokens, total_cost_usd, co2_emissions_g, not "succes".',
    'Did you mean --by success?',
  ],
]

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

describe('what is said of wrong words after help', () => {
  for (const words of [[], ['cleanup'], ['runs'], ['nothing']]) {
    it(`names the flag: help ${words.join(' ')} --foo`, async () => {
      expect(await runCli(['help', ...words, '--foo'])).to.deep.include({
        stdout: '',
        stderr: 'Error: There is no flag --foo.\n  See smoltrace help --help.\n',
        exitCode: 2,
      })
    })
  }

  it('is a document, where one was asked for', async () => {
    const {stdout, stderr, exitCode} = await runCli(['help', 'cleanup', '--json'])
    expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 2})
    expect(JSON.parse(stdout)).to.deep.include({
      command: 'help',
      error: {
        name: 'UsageError',
        message: 'There is no flag --json.',
        exitCode: 2,
        suggestions: ['See smoltrace help --help.'],
      },
    })
  })
})
