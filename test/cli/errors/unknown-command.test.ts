import {expect} from 'chai'
import * as fc from 'fast-check'

import {
  commandsNear,
  type KnownCommand,
  unknownCommand,
  unknownInSandbox,
} from '../../../src/cli/errors/unknown-command.js'

const NAMES = [
  'cleanup',
  'datasets list',
  'help',
  'history',
  'leaderboard check',
  'leaderboard protect',
  'leaderboard show',
  'restore',
  'runs group',
  'runs protect',
  'runs unprotect',
  'sandbox',
]
const flags = {
  json: {type: 'boolean'},
  token: {type: 'option'},
  'keep-recent': {type: 'option', char: 'k'},
  yes: {type: 'boolean', char: 'y'},
}
const commandsOf = (topic: string[]): KnownCommand[] =>
  NAMES.map((name) => ({id: [...topic, ...name.split(' ')].join(':'), hidden: false, flags}))

describe('the commands that are near words', () => {
  for (const [words, near] of [
    ['clenup', 'cleanup'],
    ['CLEANUP', 'cleanup'],
    ['clean', 'cleanup'],
    ['cleanupp', 'cleanup'],
    ['run', 'runs'],
    ['runs grup', 'runs group'],
    ['run group', 'runs group'],
    ['rn grup', 'runs group'],
    ['run prtect', 'runs protect'],
    ['group', 'runs group'],
    ['grup', 'runs group'],
    ['list', 'datasets list'],
    ['lst', 'datasets list'],
    ['protect', 'leaderboard protect, runs protect'],
    ['datasets protect', 'leaderboard protect, runs protect'],
    ['group runs', 'runs group'],
    ['grup run', 'runs group'],
    ['runs-group', 'runs group'],
    ['runsgroup', 'runs group'],
    ['leaderboard_show', 'leaderboard show'],
    ['smoltrace runs group', 'runs group'],
    ['smoltrace clenup', 'cleanup'],
    ['clenup folder', 'cleanup'],
    ['the group', 'runs group'],
    ['smoltrace', ''],
    ['runs xyzzy', ''],
    ['xyzzy', ''],
    ['a', ''],
  ] as const) {
    it(`are for "${words}": ${near || 'none'}`, () => {
      expect(commandsNear(words.split(' '), NAMES).join(', ')).to.equal(near)
    })
  }

  it('are commands, or the topic of some, whatever was typed', () => {
    const heads = new Set(NAMES.map((name) => name.split(' ')[0]))
    fc.assert(
      fc.property(fc.array(fc.string({maxLength: 15}), {minLength: 1, maxLength: 4}), (words) => {
        for (const near of commandsNear(words, NAMES)) {
          expect(NAMES.includes(near) || heads.has(near)).to.equal(true)
        }
      }),
    )
  })

  it('are the one that is misspelt by a letter', () => {
    const slip = fc.constantFrom(...NAMES).chain((name) =>
      fc.record({
        name: fc.constant(name),
        at: fc.nat({max: name.length - 1}),
        letter: fc.constantFrom('x', 'q'),
      }),
    )
    fc.assert(
      fc.property(slip, ({name, at, letter}) => {
        const typed = name.slice(0, at) + letter + name.slice(at + 1)
        expect(commandsNear(typed.split(' '), NAMES)).to.deep.equal([name])
      }),
    )
  })
})

describe('what is said of words that name no command', () => {
  const said = (argv: string[], topic: string[] = []) => {
    const {message, suggestions, exitCode} = unknownCommand(argv, commandsOf(topic), topic)
    expect(exitCode).to.equal(2)
    return [message, ...suggestions]
  }

  for (const [argv, lines] of [
    [
      ['clenup', '--all', '--yes'],
      [
        '"clenup" is no command of smoltrace.',
        'Did you mean smoltrace cleanup?',
        'All commands: smoltrace help',
      ],
    ],
    [
      ['runs', 'grup'],
      [
        '"runs grup" is no command of smoltrace.',
        'Did you mean smoltrace runs group?',
        'Commands of runs: smoltrace runs --help',
      ],
    ],
    [
      ['protect', 'a', 'b'],
      [
        '"protect a" is no command of smoltrace.',
        'Did you mean smoltrace leaderboard protect or smoltrace runs protect?',
        'All commands: smoltrace help',
      ],
    ],
    [['xyzzy'], ['"xyzzy" is no command of smoltrace.', 'All commands: smoltrace help']],
    [
      ['cleanup', '30d', '--all'],
      ['Unexpected argument: 30d', 'See smoltrace cleanup --help'],
    ],
    [
      ['--json', 'clenup'],
      [
        '"clenup" is no command of smoltrace.',
        'Did you mean smoltrace cleanup?',
        'All commands: smoltrace help',
      ],
    ],
    [
      ['--json', '--yes'],
      ['No command is given: flags stand after one.', 'All commands: smoltrace help'],
    ],
    [
      ['runs', '--json'],
      ['"runs" is the first of two words, and takes no flags.', 'Commands of runs: smoltrace runs --help'],
    ],
    [
      ['--json', 'runs'],
      ['"runs" is the first of two words, and takes no flags.', 'Commands of runs: smoltrace runs --help'],
    ],
  ] as const) {
    it(`is for ${argv.join(' ')}: ${lines[0]}`, () => {
      expect(said([...argv])).to.deep.equal(lines)
      expect(said([...argv], ['smoltrace'])).to.deep.equal(lines)
    })
  }

  for (const [flag, meant] of [
    ['--versoin', '--version'],
    ['-v', '--version'],
    ['-V', '--version'],
    ['--hlep', '--help'],
    ['--no-colour', '--no-color'],
  ] as const) {
    it(`takes ${flag} alone for ${meant}, but in a host, which has it`, () => {
      expect(said([flag])[1]).to.equal(`Did you mean smoltrace ${meant}?`)
      expect(said([flag], ['smoltrace'])[1]).to.equal('All commands: smoltrace help')
    })
  }

  for (const [argv, line] of [
    [['--json', 'datasets', 'list'], 'datasets list --json'],
    [['--keep-recent', '3', 'cleanup', '--yes'], 'cleanup --keep-recent 3 --yes'],
    [['-k', '3', '-y', 'cleanup'], 'cleanup -k 3 -y'],
    [['--keep-recent=3', 'runs', 'group', 'x y'], "runs group --keep-recent=3 'x y'"],
    [['--', 'cleanup'], 'cleanup'],
    [['--token', 'cleanup', 'history'], 'history --token hf_…'],
    [['--token=secret', 'history'], 'history --token=hf_…'],
    [['--json', 'history', '--token', 'secret'], 'history --json --token hf_…'],
  ] as const) {
    it(`puts the flags of ${argv.join(' ')} where they belong`, () => {
      expect(said([...argv])).to.deep.equal([
        'Flags stand after the command, not before it.',
        `Like this: smoltrace ${line}`,
      ])
    })
  }

  it('repeats no token, and nothing that a terminal would obey', () => {
    expect(said(['hf_abc', '\u001B[2J'])[0]).to.equal('"hf_…  [2J" is no command of smoltrace.')
    expect(said(['--json', 'history', '\u001B[2Jhf_abc']).join(' ')).not.to.match(/\u001B|abc/)
  })

  it("is never a host's own command", () => {
    const commands = [...commandsOf(['smoltrace']), {id: 'clenup', hidden: false, flags: {}}]
    const {suggestions} = unknownCommand(['clenup'], commands, ['smoltrace'])
    expect(suggestions[0]).to.equal('Did you mean smoltrace cleanup?')
  })

  it('is never a hidden command', () => {
    const commands = commandsOf([]).map((command) => ({...command, hidden: command.id === 'cleanup'}))
    expect(unknownCommand(['clenup'], commands, []).suggestions).to.deep.equal([
      'All commands: smoltrace help',
    ])
  })

  it('is in the sandbox what runs there', () => {
    const {message, suggestions} = unknownInSandbox(['clenup'], commandsOf([]), [])
    expect(message).to.equal('"clenup" is no command that runs in the sandbox.')
    expect(suggestions[0]).to.equal('Did you mean smoltrace sandbox cleanup?')
    for (const words of [['runs'], ['runz']]) {
      expect(unknownInSandbox(words, commandsOf([]), []).suggestions[0]).to.equal(
        'Did you mean smoltrace sandbox runs group, smoltrace sandbox runs protect or smoltrace sandbox runs unprotect?',
      )
    }

    expect(unknownInSandbox(['sandbx'], commandsOf([]), []).suggestions).to.deep.equal([
      'All commands: smoltrace help',
    ])
  })
})
