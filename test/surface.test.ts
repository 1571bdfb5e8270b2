import {type Command, type Config} from '@oclif/core'
import {expect} from 'chai'
import {readFileSync} from 'node:fs'

import {allScenarios} from './recordings/scenarios.js'
import {findCommands} from './support/cli.js'
import {expectGolden} from './support/golden.js'

type Listed = Command.Cached & {exitCodes?: number[]}

/** What users may rely on; help texts and groups are no promise. */
const PROMISED = new Set(
  (
    'aliases allowNo char charAliases default delimiter dependsOn env exclusive ' +
    'exitCodes hidden hiddenAliases multiple options relationships required type'
  ).split(' '),
)

/** In one line; what is off or empty is left out. */
function promisesOf(facts: object): string {
  const given = Object.entries(facts).filter(
    ([name, value]) => PROMISED.has(name) && value && !(Array.isArray(value) && value.length === 0),
  )
  return JSON.stringify(Object.fromEntries(given.toSorted()))
}

describe('the commands', () => {
  let commands: Listed[]

  before(async () => {
    const config: Config = await findCommands()
    commands = config.commands.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  })

  it('change only on purpose, their flags, arguments and exit codes', () => {
    const lines = commands.flatMap((command) => [
      `${command.id} ${promisesOf(command)}`,
      ...Object.entries(command.args).map(([name, arg]) => `  ${name.toUpperCase()} ${promisesOf(arg)}`),
      ...Object.entries(command.flags)
        .toSorted()
        .map(([name, flag]) => `  --${name} ${promisesOf(flag)}`),
    ])
    expect(lines).to.have.length.above(100)
    expectGolden('commands.txt', lines.join('\n'))
  })

  it('say, where they say exit codes, the one of every recorded scenario', () => {
    const codes = new Map(commands.map(({id, exitCodes}) => [id, exitCodes]))
    for (const [name, {argv, exitCode}] of allScenarios) {
      const id = [argv.slice(0, 2).join(':'), String(argv[0])].find((each) => codes.has(each)) ?? ''
      expect([...codes.keys()], name).to.include(id)
      const declared = codes.get(id) ?? []
      if (declared.length > 0) expect(declared, `${name} (${id})`).to.include(exitCode)
    }
  })
})

describe('the library', () => {
  it('changes only on purpose, the names that it exports', () => {
    const source = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8')
    const names = [...source.matchAll(/^export \{([^}]+)\}/gm)].flatMap(([, list = '']) =>
      list.match(/\b(type )?\w+/g),
    )
    expect(names).to.have.length.above(40)
    expectGolden('library.txt', names.toSorted().join('\n'))
  })
})
