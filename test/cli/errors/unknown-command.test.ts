import {expect} from 'chai'

import {unknownCommand} from '../../../src/cli/errors/unknown-command.js'

const NAMES = [
  'cleanup',
  'datasets list',
  'help',
  'history',
  'leaderboard show',
  'runs group',
  'runs unprotect',
]
const commandsOf = (topic: string[]) =>
  NAMES.map((name) => ({id: [...topic, ...name.split(' ')].join(':'), hidden: false}))

const said = (argv: string[], topic: string[] = [], within?: string) => {
  const error = unknownCommand(argv, commandsOf(topic), {topic, ...(within !== undefined && {within})})
  expect(error.exitCode).to.equal(2)
  return [error.message, ...error.suggestions]
}

const ALL = 'All commands: smoltrace help'

describe('what is said of words that name no command', () => {
  for (const [words, message, ...next] of [
    ['clenup --all --yes', '"clenup" is not a command of smoltrace.', 'Did you mean smoltrace cleanup?', ALL],
    ['CLEANUP', '"CLEANUP" is not a command of smoltrace.', 'Did you mean smoltrace cleanup?', ALL],
    ['run', '"run" is not a command of smoltrace.', 'Did you mean smoltrace runs?', ALL],
    ['runs group 30d', 'Unexpected argument: 30d', 'See smoltrace runs group --help'],
    [
      'runs grup',
      '"runs grup" is not a command of smoltrace.',
      'Did you mean smoltrace runs group?',
      'Commands of runs: smoltrace runs --help',
    ],
    ['runs xyzzy', '"runs xyzzy" is not a command of smoltrace.', 'Commands of runs: smoltrace runs --help'],
    ['xyzzy', '"xyzzy" is not a command of smoltrace.', ALL],
    ['--json cleanup', 'No command is given: flags come after it.', ALL],
    [
      'runs --json',
      '"runs" is the first of two words, and takes no flags.',
      'Commands of runs: smoltrace runs --help',
    ],
  ] as const) {
    it(`is for ${words}: ${message}`, () => {
      expect(said(words.split(' '))).to.deep.equal([message, ...next])
      expect(said(words.split(' '), ['smoltrace'])).to.deep.equal([message, ...next])
    })
  }

  it('repeats no token, and nothing that a terminal would obey', () => {
    expect(said(['hf_abc', '\u001B[2J'])[0]).to.equal('"hf_…  [2J" is not a command of smoltrace.')
    expect(said(['--token', 'secret', 'history']).join(' ')).not.to.include('secret')
  })

  it("is never a host's own command, nor a hidden one", () => {
    const own = [...commandsOf(['smoltrace']), {id: 'clenup', hidden: false}]
    const {suggestions} = unknownCommand(['clenup'], own, {topic: ['smoltrace']})
    expect(suggestions[0]).to.equal('Did you mean smoltrace cleanup?')
    const hidden = commandsOf([]).map((command) => ({...command, hidden: command.id === 'cleanup'}))
    expect(unknownCommand(['clenup'], hidden, {topic: []}).suggestions).to.deep.equal([ALL])
  })

  it('is in the sandbox what runs there', () => {
    expect(said(['clenup'], [], 'sandbox')).to.deep.equal([
      '"clenup" is not a command that runs in the sandbox.',
      'Did you mean smoltrace sandbox cleanup?',
      ALL,
    ])
  })
})
