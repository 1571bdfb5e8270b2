import {type Config} from '@oclif/core'
import {expect} from 'chai'

import {entriesUnder, tellsOf} from '../scripts/surface/changelog.js'
import {currentState, readSnapshot} from '../scripts/surface/current.js'
import {type ListedCommand, type Surface, surfaceOf} from '../scripts/surface/items.js'
import {
  digestsOf,
  formatSnapshot,
  nextSnapshot,
  problemsOf,
  type Snapshot,
  type State,
} from '../scripts/surface/snapshot.js'
import {allScenarios} from './recordings/scenarios.js'
import {findCommands} from './support/cli.js'

describe('what users rely on', () => {
  let config: Config

  before(async () => {
    config = await findCommands()
  })

  it('changes only on purpose, and is told of in the changelog', () => {
    const state = currentState(config)
    const problems = problemsOf(readSnapshot(state), state)
    if (problems.length > 0) expect.fail(`\n\n${problems.join('\n\n')}\n`)
  })

  it('has every command, flag and schema in it', () => {
    const {surface} = currentState(config)
    const {release, baseline} = readSnapshot(currentState(config))
    expect(Object.keys(surface).filter((item) => item.startsWith('smoltrace'))).to.deep.equal([])
    expect(Object.keys(surface)).to.include.members([
      'cleanup',
      'cleanup --no-dry-run',
      'datasets list --json',
      'restore',
      'schemas/json/cleanup.schema.json',
      'schemas/policy.schema.json',
    ])
    expect(surface['cleanup --yes']).to.deep.equal({type: 'boolean', char: 'y'})
    expect(release === null || /^\d+\.\d+\.\d+/.test(release)).to.equal(true)
    expect(Object.keys(baseline)).to.have.length.above(100)
  })

  it('has, of each command that says its exit codes, the one of every recorded scenario', () => {
    const codes = new Map((config.commands as ListedCommand[]).map(({id, exitCodes}) => [id, exitCodes]))
    for (const [name, {argv, exitCode}] of allScenarios) {
      const id = [argv.slice(0, 2).join(':'), String(argv[0])].find((each) => codes.has(each)) ?? ''
      expect([...codes.keys()], name).to.include(id)
      const declared = (codes.get(id) ?? []) as number[]
      if (declared.length > 0) expect(declared, `${name} (${id})`).to.include(exitCode)
    }
  })
})

const flag = {type: 'boolean', name: 'x'}
const command = (id: string, facts: object = {}) =>
  ({id, aliases: [], hiddenAliases: [], args: {}, flags: {all: flag}, ...facts}) as unknown as ListedCommand

describe('the surface', () => {
  it('is the same whatever the order, and whatever is said in words', () => {
    const schema = (text: string) =>
      [['a.schema.json', JSON.stringify({description: text, type: 'object'})]] as const
    const one = surfaceOf([command('one'), command('two', {summary: 'This.'})], schema('This.'))
    const other = surfaceOf([command('two', {summary: 'That.'}), command('one')], schema('That.'))
    expect(one).to.deep.equal(other)
    expect(Object.keys(one)).to.deep.equal(['one', 'one --all', 'schemas/a.schema.json', 'two', 'two --all'])
  })

  it('has exit codes only where a command says them', () => {
    const commands = [command('a'), command('b', {exitCodes: []}), command('c', {exitCodes: [0, 1]})]
    const items = Object.entries(surfaceOf(commands, [])).filter(([item]) => item.includes(':'))
    expect(items).to.deep.equal([['c: exit codes', [0, 1]]])
  })

  it('sees a schema that asks for more, and a property that is called description', () => {
    const digests = [
      {type: 'object'},
      {type: 'object', required: ['a']},
      {properties: {description: {type: 'string'}}},
      {properties: {}},
    ].map((schema) => surfaceOf([], [['a', JSON.stringify(schema)]])['schemas/a'])
    expect(new Set(digests).size).to.equal(digests.length)
  })

  const changed: Array<[what: string, before: object, after: object]> = [
    ['an alias', {aliases: []}, {aliases: ['b']}],
    ['a command that is hidden', {}, {hidden: true}],
    ['an argument', {}, {args: {file: {name: 'file', required: true}}}],
    ['a letter', {}, {flags: {all: {...flag, char: 'a'}}}],
    ['another type', {}, {flags: {all: {type: 'option', name: 'all'}}}],
    ['what excludes what', {}, {flags: {all: {...flag, exclusive: ['only']}}}],
    ['what needs what', {}, {flags: {all: {...flag, dependsOn: ['only']}}}],
    ['a default', {flags: {n: {type: 'option', default: 4}}}, {flags: {n: {type: 'option', default: 5}}}],
    ['the words of a flag', {flags: {n: {type: 'option', options: ['a']}}}, {flags: {n: {type: 'option'}}}],
    ['exit codes', {exitCodes: [0, 1]}, {exitCodes: [0, 1, 3]}],
  ]
  for (const [what, before, after] of changed) {
    it(`sees ${what}`, () => {
      expect(surfaceOf([command('a', before)], [])).not.to.deep.equal(surfaceOf([command('a', after)], []))
    })
  }
})

const SURFACE: Surface = {
  cleanup: {},
  'cleanup --all': {type: 'boolean'},
  'cleanup: exit codes': [0, 1],
  'schemas/json/cleanup.schema.json': 'abc',
}
const with_ = (more: Surface): Surface => ({...SURFACE, ...more})
const without = (item: string): Surface =>
  Object.fromEntries(Object.entries(SURFACE).filter(([each]) => each !== item))
const unreleased = (...entries: string[]) =>
  [
    '# Changelog',
    '',
    '## [Unreleased]',
    '',
    '### Added',
    '',
    ...entries.map((entry) => `- ${entry}`),
    '',
  ].join('\n')
const taken = (surface: Surface, since = SURFACE): Snapshot => ({
  release: '1.0.0',
  baseline: digestsOf(since),
  surface,
})
const now = (surface: Surface, changelog = unreleased(), version = '1.0.0'): State => ({
  surface,
  changelog,
  version,
})

describe('a change of what users rely on', () => {
  const ADDED = with_({'cleanup --foo': {type: 'boolean'}})
  const cases: Array<[what: string, snapshot: Snapshot, state: State, problems: RegExp[]]> = [
    ['nothing', taken(SURFACE), now(SURFACE), []],
    [
      'a flag that was added, and nothing else',
      taken(SURFACE),
      now(ADDED),
      [
        /npm run surface\n {2}\+ cleanup --foo {2}{"type":"boolean"}$/,
        /Unreleased.*\n {2}cleanup --foo \(added\)$/,
      ],
    ],
    ['one of which the snapshot knows', taken(ADDED), now(ADDED), [/cleanup --foo \(added\)/]],
    [
      'one that the changelog tells of',
      taken(SURFACE),
      now(ADDED, unreleased('`cleanup --foo`: foos.')),
      [/npm run surface\n {2}\+ cleanup --foo/],
    ],
    ['one of which both know', taken(ADDED), now(ADDED, unreleased('`cleanup --foo`: foos.')), []],
    [
      'one told of as another',
      taken(ADDED),
      now(ADDED, unreleased('`cleanup --food`: foos.')),
      [/--foo \(added\)/],
    ],
    [
      'one told of another command',
      taken(ADDED),
      now(ADDED, unreleased('`restore --foo`: foos.')),
      [/--foo \(a/],
    ],
    ['one of every command', taken(ADDED), now(ADDED, unreleased('Every command takes `--foo`.')), []],
    [
      'one that only an older section tells of',
      taken(ADDED),
      now(ADDED, `${unreleased()}\n## [1.0.0]\n\n- \`cleanup --foo\`: foos.\n`),
      [/cleanup --foo \(added\)/],
    ],
    [
      'a flag that is gone',
      taken(SURFACE),
      now(without('cleanup --all')),
      [/\n {2}- cleanup --all {2}{/, /cleanup --all \(removed\)/],
    ],
    [
      'a flag that is gone, told of',
      taken(without('cleanup --all')),
      now(without('cleanup --all'), unreleased('`cleanup` has no `--all` any more.')),
      [],
    ],
    [
      'an exit code',
      taken(SURFACE),
      now(with_({'cleanup: exit codes': [0, 1, 3]})),
      [/- cleanup: exit codes {2}\[0,1\]\n {2}\+ cleanup: exit codes {2}\[0,1,3\]/, /exit codes \(changed\)/],
    ],
    [
      'an exit code, told of',
      taken(with_({'cleanup: exit codes': [0, 1, 3]})),
      now(with_({'cleanup: exit codes': [0, 1, 3]}), unreleased('`cleanup` has the exit code 3.')),
      [],
    ],
    [
      'a schema',
      taken(with_({'schemas/json/cleanup.schema.json': 'abd'})),
      now(with_({'schemas/json/cleanup.schema.json': 'abd'}), unreleased('`cleanup`: something else.')),
      [/cleanup.schema.json \(changed\)/],
    ],
    [
      'a command with its flags, told of by its name',
      taken(with_({undo: {}, 'undo --all': {}, 'undo: exit codes': [0]})),
      now(with_({undo: {}, 'undo --all': {}, 'undo: exit codes': [0]}), unreleased('`undo`: goes back.')),
      [],
    ],
    [
      'a release, all of it told of, of which the snapshot does not know',
      taken(ADDED),
      now(ADDED, `${unreleased()}\n## [1.1.0] - 2027-01-01\n\n- \`cleanup --foo\`: foos.\n`, '1.1.0'),
      [/section of 1\.1\.0/],
    ],
    ['a version whose section is not written yet', taken(SURFACE), now(SURFACE, unreleased(), '1.1.0'), []],
  ]
  for (const [what, snapshot, state, problems] of cases) {
    it(`is ${problems.length === 0 ? 'in order' : 'found'}: ${what}`, () => {
      const found = problemsOf(snapshot, state)
      expect(found, found.join('\n')).to.have.length(problems.length)
      for (const [index, pattern] of problems.entries()) expect(found[index]).to.match(pattern)
    })
  }

  it('needs both, the snapshot and the entry, whichever comes first', () => {
    const added = now(ADDED)
    const told = now(ADDED, unreleased('`cleanup --foo`: foos.'))
    expect(problemsOf(nextSnapshot(taken(SURFACE), added), added)).to.have.length(1)
    expect(problemsOf(nextSnapshot(taken(SURFACE), told), told)).to.deep.equal([])
  })

  it('is what later ones are measured by once it is released', () => {
    const released = now(ADDED, `${unreleased()}\n## [1.1.0]\n\n- \`cleanup --foo\`: foos.\n`, '1.1.0')
    const next = nextSnapshot(taken(ADDED), released)
    expect(next).to.deep.include({release: '1.1.0', baseline: digestsOf(ADDED)})
    expect(problemsOf(next, released)).to.deep.equal([])
    expect(nextSnapshot(next, released)).to.deep.equal(next)
    expect(
      problemsOf(nextSnapshot(next, {...released, surface: SURFACE}), {...released, surface: SURFACE}),
    ).to.have.length(1)
  })

  it('is not forgotten by a release that tells nobody of it', () => {
    const released = now(ADDED, `${unreleased()}\n## [1.1.0]\n\n- Something.\n`, '1.1.0')
    const next = nextSnapshot(taken(ADDED), released)
    expect(next.release).to.equal('1.0.0')
    expect(problemsOf(next, released).join('\n')).to.include('cleanup --foo (added)').and.to.include('1.1.0')
  })

  it('is on file an item a line', () => {
    const text = formatSnapshot(taken(ADDED))
    expect(JSON.parse(text)).to.deep.equal(taken(ADDED))
    expect(text).to.include('\n    "cleanup --foo": {"type":"boolean"}\n')
  })
})

describe('entries of a changelog', () => {
  it('go on in lines that are indented, and end with their section', () => {
    const text =
      '## [Unreleased]\n\n### Added\n\n- One,\n  and more.\n* Two.\n\nText.\n\n## [1.0.0]\n\n- Three.\n'
    expect(entriesUnder(text, 'Unreleased')).to.deep.equal(['One, and more.', 'Two.'])
    expect(entriesUnder(text, '1.0.0')).to.deep.equal(['Three.'])
    expect(entriesUnder(text, '1.0')).to.deep.equal([])
  })

  it('tell of a flag by its whole name', () => {
    expect(tellsOf('`cleanup --keep-best N`', 'cleanup --keep-best')).to.equal(true)
    expect(tellsOf('`cleanup --keep-best N`', 'cleanup --keep')).to.equal(false)
    expect(tellsOf('`cleanup --keep-best N`', 'cleanup --best')).to.equal(false)
    expect(tellsOf('`--keep-best` of `mycleanup`', 'cleanup --keep-best')).to.equal(false)
    expect(tellsOf('`json/error.schema.json` has more', 'schemas/json/error.schema.json')).to.equal(true)
  })
})
