import {expect} from 'chai'

import {unknownCommand} from '../../../src/cli/errors/unknown-command.js'

const NAMES = [
  'autocomplete',
  'cleanup',
  'datasets list',
  'help',
  'history',
  'leaderboard show',
  'policy explain',
  'restore',
  'runs group',
  'runs protect',
  'runs unprotect',
  'trash empty',
  'trash list',
  'trash restore',
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
    ['clenup --all --yes', 'Unknown command: "clenup".', 'Did you mean: smoltrace cleanup', ALL],
    ['CLEANUP', 'Unknown command: "CLEANUP".', 'Did you mean: smoltrace cleanup', ALL],
    ['run', 'Unknown command: "run".', 'Did you mean: smoltrace runs', ALL],
    ['runs group 30d', 'This command takes no arguments: "30d".', 'All flags: smoltrace runs group --help'],
    [
      'runs grup',
      'Unknown command: "runs grup".',
      'Did you mean: smoltrace runs group',
      'Commands of runs: smoltrace runs --help',
    ],
    ['runs xyzzy', 'Unknown command: "runs xyzzy".', 'Commands of runs: smoltrace runs --help'],
    ['xyzzy', 'Unknown command: "xyzzy".', ALL],
    ['--json cleanup', 'Missing command. Flags go after the command.', ALL],
    [
      'runs --json',
      '"runs" needs a second word.',
      'For example: smoltrace runs group',
      'Commands of runs: smoltrace runs --help',
    ],
  ] as const) {
    it(`is for ${words}: ${message}`, () => {
      expect(said(words.split(' '))).to.deep.equal([message, ...next])
      expect(said(words.split(' '), ['smoltrace'])).to.deep.equal([message, ...next])
    })
  }

  for (const [words, meant] of [
    ['completion', 'smoltrace autocomplete'],
    ['delete --yes', 'smoltrace cleanup'],
    ['prune', 'smoltrace cleanup'],
    ['rm 20261116_150046', 'smoltrace cleanup'],
    ['datasets delete', 'smoltrace cleanup'],
    ['runs delete', 'smoltrace cleanup --run TIMESTAMP'],
    ['plan apply', 'smoltrace cleanup --apply FILE'],
    ['undo', 'smoltrace restore --job latest'],
    ['recover', 'smoltrace restore'],
    ['runs undelete', 'smoltrace trash restore'],
    ['recycle-bin', 'smoltrace trash list'],
    ['trash purge', 'smoltrace trash empty'],
    ['trash move', 'smoltrace cleanup --older-than 30d --trash'],
    ['logs', 'smoltrace history'],
    ['ls', 'smoltrace runs group'],
    ['pin', 'smoltrace runs protect'],
    ['runs pin', 'smoltrace runs protect'],
    ['runs unpin', 'smoltrace runs unprotect'],
    ['leaderboard list', 'smoltrace leaderboard show'],
    ['policy validate', 'smoltrace policy explain'],
    ['policy show', 'smoltrace policy explain'],
    ['policy expalin', 'smoltrace policy explain'],
    ['du', 'smoltrace datasets list --sizes'],
    ['whoami', 'hf auth whoami'],
    ['login', 'hf auth login'],
    ['dataset list', 'smoltrace datasets list'],
    ['run group', 'smoltrace runs group'],
    // Spelled like a command of another topic.
    ['runs explain', undefined],
    ['history list', undefined],
  ] as const) {
    it(`guesses what is meant: ${words}`, () => {
      const [, guess = ''] = said(words.split(' '))
      expect(guess.startsWith('Did you mean: ') ? guess.slice(14) : undefined).to.equal(meant)
    })
  }

  it('sends nobody to another Hub than the sandbox', () => {
    expect(said(['whoami'], [], 'sandbox').slice(1)).to.deep.equal([ALL])
  })

  it('repeats no token, and nothing that a terminal would obey', () => {
    expect(said(['hf_abc', '\u001B[2J'])[0]).to.equal('Unknown command: "hf_…  [2J".')
    expect(said(['--token', 'secret', 'history']).join(' ')).not.to.include('secret')
  })

  it("is never a host's own command, nor a hidden one", () => {
    const own = [...commandsOf(['smoltrace']), {id: 'clenup', hidden: false}]
    const {suggestions} = unknownCommand(['clenup'], own, {topic: ['smoltrace']})
    expect(suggestions[0]).to.equal('Did you mean: smoltrace cleanup')
    const hidden = commandsOf([]).map((command) => ({...command, hidden: command.id === 'cleanup'}))
    expect(unknownCommand(['clenup'], hidden, {topic: []}).suggestions).to.deep.equal([ALL])
  })

  it('is in the sandbox what runs there', () => {
    expect(said(['clenup'], [], 'sandbox')).to.deep.equal([
      'Unknown command for the sandbox: "clenup".',
      'Did you mean: smoltrace sandbox cleanup',
      ALL,
    ])
  })
})
