import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {type Sandbox} from '../../src/lib/sandbox/index.js'
import {deletionsAt, envOf, runDatasetsAt, UNKNOWN_TOKEN, withHub} from '../../test/support/hub.js'
import {type Check, type Subject} from './check.js'
import {type Place} from './host.js'
import {expectCalm, unexpected} from './words.js'

/** Commands that only look, with the arguments that they need. */
function looks({home, place}: Subject): Record<string, string[]> {
  return {
    'datasets list': [],
    'runs group': [],
    'leaderboard show': [],
    'leaderboard check': [],
    'leaderboard report': [join(place.work, 'report.html'), '--force'],
    'policy explain': [join(home, 'schemas/policy.example.yaml')],
    history: [],
  }
}

/** Commands that change something, each called by a check below. */
const CHANGES = [
  'cleanup',
  'restore',
  'sandbox',
  'leaderboard protect',
  'leaderboard unprotect',
  'runs protect',
  'runs unprotect',
]

/** What our commands do in a host: the same as everywhere, in its name, and in its folders. */
export function jobChecks(subject: Subject): Check[] {
  const {place, commands} = subject
  const check = (
    name: string,
    job: (place: Place, hub: Sandbox) => Promise<void>,
    isBrief = false,
  ): Check => ({
    name,
    isBrief,
    run: () => withHub({runs: 6}, (hub) => job(place, hub)),
  })
  return [
    {
      name: 'every command is run by a check',
      async run() {
        assert.deepEqual([...Object.keys(looks(subject)), ...CHANGES].toSorted(), commands.toSorted())
      },
    },
    ...Object.entries(looks(subject)).map(([name, args]) =>
      check(
        `smoltrace ${name} prints one document with --json, and nothing else`,
        (_, hub) => checkDocument(place, hub, name, args),
        name === 'runs group',
      ),
    ),
    check('smoltrace runs group prints a table', checkTable),
    check('a dry run, what it proposes, and the journal of that', checkCleanup, true),
    check('a copy before the deletion, and the way back', checkReturn),
    check('pins and protection', checkPins),
    check('a rehearsal, and what it proposes', checkRehearsal),
    check('exit code 2 for what is not understood', checkUsage, true),
    check('exit code 4 for whom the Hub does not know', checkStrangers),
    check('an unknown command runs nothing', checkUnknown),
  ]
}

async function checkDocument({run, named}: Place, hub: Sandbox, name: string, args: string[]): Promise<void> {
  const finished = await run([...named(name), ...args, '--json'], envOf(hub))
  expectCalm(finished)
  const {schemaVersion, command} = JSON.parse(finished.stdout) as Record<string, unknown>
  assert.deepEqual({schemaVersion, command}, {schemaVersion: 1, command: name})
  assert.deepEqual(deletionsAt(hub), [])
}

async function checkTable({run}: Place, hub: Sandbox): Promise<void> {
  const finished = await run(['smoltrace', 'runs', 'group'], envOf(hub))
  expectCalm(finished)
  assert.match(finished.stdout, /^6 runs/m)
}

async function checkCleanup(place: Place, hub: Sandbox): Promise<void> {
  const {run, dataDir} = place
  const shown = await expectHint(place, ['smoltrace', 'cleanup', '--keep-recent', '2'], envOf(hub))
  assert.ok(deletionsAt(hub).length > 0, 'nothing was deleted')
  for (const name of deletionsAt(hub)) assert.ok(shown.includes(name), `${name} was not shown`)
  const folder = join(dataDir, 'journal')
  const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
  assert.ok(
    written.some((text) => text.includes(deletionsAt(hub)[0] ?? '-')),
    'the journal is not with the host',
  )
  const history = await run(['smoltrace', 'history'], envOf(hub))
  expectCalm(history)
  assert.ok(history.stdout.includes(dataDir), history.stdout)
}

/**
 * Takes a dry run at its word: what it proposes is run.
 * @returns what it showed
 */
async function expectHint({kind, run}: Place, argv: string[], env: Record<string, string>): Promise<string> {
  const dry = await run(argv, env)
  expectCalm(dry)
  const hint = dry.stdout.trimEnd().split('\n').at(-1)?.trim() ?? ''
  assert.equal(hint, [kind.bin, ...argv, '--no-dry-run'].join(' '))
  const wet = await run([...hint.split(' ').slice(1), '--yes'], env)
  assert.equal(wet.exitCode, 0, `${wet.stdout}${wet.stderr}`)
  assert.doesNotMatch(unexpected(wet.stderr), /Warning|Error/)
  return dry.stdout
}

async function checkReturn({run, work, named}: Place, hub: Sandbox): Promise<void> {
  const before = runDatasetsAt(hub)
  const archive = join(work, 'archive')
  const wet = ['--keep-recent', '2', '--archive', archive, '--no-dry-run', '--yes', '--json']
  const gone = await run([...named('cleanup'), ...wet], envOf(hub))
  assert.equal(gone.exitCode, 0, gone.stdout)
  assert.ok(runDatasetsAt(hub).length < before.length)
  assert.ok(existsSync(archive))
  const back = await run([...named('restore'), archive, '--json'], envOf(hub))
  assert.equal(back.exitCode, 0, back.stdout)
  assert.deepEqual(runDatasetsAt(hub), before)
}

async function checkPins({run, named}: Place, hub: Sandbox): Promise<void> {
  const timestamp = runDatasetsAt(hub)[0]?.split('-').at(-1) ?? ''
  for (const [name, ...args] of [
    ['leaderboard protect'],
    ['runs protect', timestamp, '--reason', 'cited in the paper'],
    ['runs unprotect', timestamp],
    ['leaderboard unprotect'],
  ] as [string, ...string[]][]) {
    const {stdout, exitCode} = await run([...named(name), ...args, '--json'], envOf(hub))
    assert.equal(exitCode, 0, stdout)
    assert.equal((JSON.parse(stdout) as {command: string}).command, name)
  }
}

async function checkRehearsal(place: Place): Promise<void> {
  const text = await expectHint(place, ['smoltrace', 'sandbox', 'cleanup', '--keep-recent', '3'], {})
  assert.match(text, /^Runs to delete: \d/m)
  assert.ok(existsSync(join(place.dataDir, 'sandbox/journal')), 'its journal is elsewhere')
}

async function checkUsage({kind, run, named}: Place, hub: Sandbox): Promise<void> {
  const plain = await run([...named('cleanup'), '--no-such-flag'], envOf(hub))
  assert.deepEqual([plain.stdout, plain.exitCode], ['', 2])
  const hint = [kind.bin, ...named('cleanup'), '--help'].join(' ')
  assert.ok(plain.stderr.includes(hint), plain.stderr)
  expectCalm(await run(hint.split(' ').slice(1)))
  const json = await run([...named('cleanup'), '--no-such-flag', '--json'], envOf(hub))
  expectCalm(json, 2)
  const {error} = JSON.parse(json.stdout) as {error: {exitCode: number}}
  assert.equal(error.exitCode, 2)
  assert.equal(hub.requests.length, 0)
}

async function checkStrangers({run, named}: Place, hub: Sandbox): Promise<void> {
  const plain = await run(named('runs group'), {HF_ENDPOINT: hub.url})
  assert.deepEqual([plain.stdout, plain.exitCode], ['', 4])
  const json = await run([...named('runs group'), '--json'], envOf(hub, UNKNOWN_TOKEN))
  expectCalm(json, 4)
  assert.equal((JSON.parse(json.stdout) as {error: {exitCode: number}}).error.exitCode, 4)
}

async function checkUnknown({run}: Place, hub: Sandbox): Promise<void> {
  const {exitCode} = await run(['smoltrace', 'clenup', '--all', '--no-dry-run', '--yes'], envOf(hub))
  assert.notEqual(exitCode, 0)
  assert.equal(hub.requests.length, 0)
}
