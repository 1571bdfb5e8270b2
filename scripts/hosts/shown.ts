import assert from 'node:assert/strict'

import {type Check, type Subject} from './check.js'
import {OWN_COMMANDS, type Place} from './host.js'
import {calledIn, commandLines, expectCalm, listed} from './words.js'

/** What a host shows of us: one topic, and all that there is in it. */
export function shownChecks(subject: Subject): Check[] {
  const {place, commands, before} = subject
  const topics = [...new Set(commands.flatMap((name) => name.split(' ').slice(0, -1)))]
  const top = [...topics, ...commands.filter((name) => !name.includes(' '))]
  return [
    {
      name: 'help of the host shows one more topic and nothing beside it',
      isBrief: true,
      run: () => checkHelp(place, before),
    },
    {name: 'the list of plugins names the package', run: () => checkPlugins(place)},
    ...[['smoltrace'], ['smoltrace', 'help'], ['smoltrace', '--help'], ['help', 'smoltrace']].map((argv) => ({
      name: `${argv.join(' ')} lists all commands`,
      isBrief: argv.length === 1,
      run: () => checkList(place, argv, top),
    })),
    ...topics.map((topic) => ({
      name: `smoltrace ${topic} lists its commands`,
      run: () =>
        checkList(
          place,
          // sf asks which command is meant where a topic stands alone; hosts with colons answer `--help` by the first word.
          ['smoltrace', topic, ...(place.kind.separator === ' ' ? ['--help'] : [])],
          commands.filter((name) => name.startsWith(`${topic} `)),
        ),
    })),
    ...commands.map((name) => ({
      name: `smoltrace ${name} --help, whose examples call commands of this host`,
      run: () => checkCommandHelp(subject, name),
    })),
    ...[...OWN_COMMANDS, 'history'].map((name) => ({
      name: `${name} alone is not ours`,
      run: () => checkOwn(place, name),
    })),
  ]
}

async function checkHelp({run}: Place, before: string): Promise<void> {
  const {stdout} = await run(['--help'])
  // As a set: oclif shows a host's command `runs` as a topic as well once there is a topic `smoltrace runs`.
  assert.deepEqual(sorted(new Set(listed(stdout))), sorted(new Set(['smoltrace', ...listed(before)])))
}

async function checkPlugins({run}: Place): Promise<void> {
  const {stdout} = await run(['plugins'])
  assert.match(stdout, /^smoltrace \d+\.\d+\.\d+/m)
}

async function checkList({run, kind}: Place, argv: string[], names: string[]): Promise<void> {
  const finished = await run(argv)
  expectCalm(finished)
  const ours = listed(finished.stdout).filter((name) => name.startsWith('smoltrace'))
  assert.deepEqual(
    sorted(ours),
    sorted(names.map((name) => `smoltrace ${name}`.replaceAll(' ', kind.separator))),
  )
}

async function checkCommandHelp({place, commands}: Subject, name: string): Promise<void> {
  const {run, named, kind} = place
  const help = await run([...named(name), '--help'])
  expectCalm(help)
  const lines = commandLines(help.stdout)
  assert.ok(lines[0]?.startsWith([kind.bin, ...named(name)].join(' ')), help.stdout)
  for (const line of lines) assert.ok(calledIn(line, place, commands), `it shows: ${line}`)
  if (kind.separator === ' ') return
  const spelt = await run(['smoltrace', 'help', ...name.split(' ')])
  expectCalm(spelt)
  assert.equal(spelt.stdout, help.stdout)
}

async function checkOwn({run, kind}: Place, name: string): Promise<void> {
  const {stdout, stderr, exitCode} = await run([name])
  if (kind.made && (OWN_COMMANDS as readonly string[]).includes(name)) {
    assert.deepEqual({stdout, exitCode}, {stdout: `the own ${name} of the host\n`, exitCode: 0})
  } else {
    assert.notEqual(exitCode, 0)
    assert.doesNotMatch(`${stdout}${stderr}`, /token|dry run|journal|nothing selects/i)
  }
}

function sorted(names: Iterable<string>): string[] {
  return [...names].toSorted()
}
