import {expect} from 'chai'
import {existsSync, readFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {type CliResult, runCli} from '../support/cli.js'
import {deletionsAt, envOf, namesAt, runDatasetsAt} from '../support/hub.js'

describe('cleanup, with a saved plan', () => {
  let hub: Sandbox
  let folder: string
  let file: string

  const run = (...argv: string[]): Promise<CliResult> =>
    runCli(['cleanup', ...argv], {...envOf(hub), XDG_DATA_HOME: join(folder, 'data')})
  const document = async (...argv: string[]) => JSON.parse((await run(...argv, '--json')).stdout)

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-cleanup-'))
    file = join(folder, 'plan.json')
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('saves what the dry run shows, and says how to carry out exactly that', async () => {
    const {stdout, exitCode} = await run('--keep-recent', '2', '--plan', file)
    expect(exitCode).to.equal(0)
    expect(stdout).to.include(`The plan was saved to ${file}`)
    expect(stdout).to.include(`smoltrace cleanup --apply ${file} --no-dry-run`)
    const saved = JSON.parse(readFileSync(file, 'utf8'))
    expect(saved).to.include({
      format: 'smoltrace-plan',
      namespace: 'mira',
      endpoint: hub.url,
      phrase: 'DELETE',
    })
    for (const {run: stamp} of saved.delete) expect(stdout).to.include(stamp)
  })

  it('carries it out, and shows it first', async () => {
    const before = await document('--keep-recent', '2', '--plan', file)
    const wanted = before.delete.flatMap(({deletes}: {deletes: Array<{name: string}>}) =>
      deletes.map(({name}) => name),
    )
    const {stdout, exitCode} = await run('--apply', file, '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    expect(stdout)
      .to.include('Cleanup by a saved plan')
      .and.include('made by mira')
      .and.include('Cleanup complete')
    expect(deletionsAt(hub)).to.have.members(wanted)
  })

  it('shows what is left of it, and what is not and why', async () => {
    const {delete: runs} = await document('--keep-recent', '2', '--plan', file)
    const name = runs[0].deletes[0].name as string
    hub.state.touch(name)
    const {stdout, exitCode} = await run('--apply', file)
    expect(exitCode).to.equal(0)
    expect(stdout).to.include('dry run').and.include('Not any more').and.include(`${name}: `)
    expect(stdout).to.include(`--apply ${file} --no-dry-run`)
    expect((await run('--apply', file, '--exit-code')).exitCode).to.equal(10)
  })

  it('[S16] ends with 5 where nothing of it can be applied, and with 0 where all of it is gone', async () => {
    const {delete: runs} = await document('--keep-recent', '2', '--plan', file)
    const names = runs.flatMap(({deletes}: {deletes: Array<{name: string}>}) => deletes.map(({name}) => name))
    for (const name of names) hub.state.touch(name)
    for (const flags of [[], ['--no-dry-run', '--yes']]) {
      const {stdout, exitCode} = await run('--apply', file, ...flags)
      expect(exitCode).to.equal(5)
      expect(stdout).to.include('Nothing of the plan is left to delete')
    }

    const stale = await document('--apply', file, '--no-dry-run', '--yes')
    expect(stale.stale).to.have.length(names.length)
    expect(stale.counts).to.include({skipped: names.length, deleted: 0})
    for (const name of names) hub.state.remove(name)
    expect((await run('--apply', file, '--no-dry-run', '--yes')).exitCode).to.equal(0)
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  const filters = [
    ['--older-than', '30d'],
    ['--incomplete-only'],
    ['--run', '20260101_000000'],
    ['--all'],
    ['--keep-recent', '3'],
    ['--only', 'traces'],
    ['--grace', '0'],
    ['--delete-leaderboard'],
    ['--preserve-leaderboard'],
    ['--namespace', 'mira'],
    ['--plan', 'other.json'],
  ]
  for (const flags of filters) {
    it(`takes no ${flags[0]} beside --apply, and sends nothing`, async () => {
      const {stderr, exitCode} = await run('--apply', file, ...flags)
      expect(exitCode).to.equal(2)
      expect(stderr).to.include(flags[0]).and.include('--apply')
      expect(hub.requests).to.deep.equal([])
    })
  }

  it('takes how it is to be carried out beside --apply', async () => {
    await run('--keep-recent', '2', '--plan', file)
    const how = [
      '--no-dry-run',
      '--yes',
      '--concurrency',
      '2',
      '--max-delete',
      '90%',
      '--exit-code',
      '--no-journal',
    ]
    const {exitCode, stderr} = await run('--apply', file, '--archive', join(folder, 'archive'), ...how)
    expect(stderr).not.to.include('Error')
    expect(exitCode).to.equal(0)
    const [name = ''] = deletionsAt(hub)
    expect(existsSync(join(folder, 'archive', name, 'README.md'))).to.equal(true)
    expect(existsSync(join(folder, 'data'))).to.equal(false)
  })

  it('names the archive where the plan asks for one', async () => {
    await run('--keep-recent', '2', '--plan', file, '--archive', join(folder, 'archive'))
    const {stdout} = await run('--apply', file)
    expect(stdout).to.include(`--apply ${file} --archive DIR --no-dry-run`)
    const refused = await run('--apply', file, '--no-dry-run', '--yes')
    expect(refused.exitCode).to.equal(2)
    expect(refused.stderr).to.include('--archive DIR')
  })

  for (const [title, argv] of [
    ['a file that is not there', ['--apply', 'nowhere.json']],
    ['a wet run to be saved', ['--all', '--plan', 'p.json', '--no-dry-run', '--yes']],
    ['a folder that is not there', ['--all', '--plan', 'no/such/folder/p.json']],
  ] as const) {
    it(`refuses ${title}, and sends nothing`, async () => {
      const {exitCode, stderr, stdout} = await run(...argv)
      expect(exitCode).to.equal(2)
      expect(stderr).to.match(/--plan|--apply/)
      expect(stdout).to.equal('')
      expect(hub.requests).to.deep.equal([])
    })
  }
})

describe('cleanup, before anything goes', () => {
  let hub: Sandbox
  let folder: string

  const run = (...argv: string[]) =>
    runCli(['cleanup', ...argv], {...envOf(hub), XDG_DATA_HOME: join(folder, 'data')})

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-cleanup-'))
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('refuses a plan that is larger than --max-delete lets it be, after showing it', async () => {
    for (const limit of ['2', '10%']) {
      for (const flags of [[], ['--no-dry-run', '--yes']]) {
        const {exitCode, stdout, stderr} = await run('--keep-recent', '2', '--max-delete', limit, ...flags)
        expect(exitCode).to.equal(1)
        expect(stdout).to.include('Runs to delete')
        expect(stderr).to.include(`--max-delete ${limit}`).and.include('Nothing was deleted')
      }
    }

    const {stdout} = await run('--keep-recent', '2', '--max-delete', '2', '--no-dry-run', '--yes', '--json')
    expect(JSON.parse(stdout).error).to.include({name: 'RefusedError', exitCode: 1})
    expect(deletionsAt(hub)).to.deep.equal([])
  })

  it('lets a plan go that is as large as --max-delete lets it be', async () => {
    const {delete: runs} = JSON.parse((await run('--keep-recent', '2', '--json')).stdout)
    const size = runs.flatMap(({deletes}: {deletes: unknown[]}) => deletes).length
    const {exitCode} = await run('--keep-recent', '2', '--max-delete', String(size), '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    expect(deletionsAt(hub)).to.have.length(size)
  })

  it('takes no limit that is none, and sends nothing', async () => {
    const {exitCode, stderr} = await run('--all', '--max-delete', 'few')
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('--max-delete')
    expect(hub.requests).to.deep.equal([])
  })

  it('has nothing to do with --yes where there is nothing to delete, and says so', async () => {
    const {exitCode, stdout} = await run('--older-than', '9y', '--no-dry-run', '--yes', '--max-delete', '0')
    expect(exitCode).to.equal(0)
    expect(stdout).to.include('Nothing to delete.')
  })

  it('keeps a run that is named but pinned, says so, and ends with 0', async () => {
    const [, {run: stamp}] = JSON.parse((await runCli(['runs', 'group', '--json'], envOf(hub))).stdout).runs
    await runCli(['runs', 'protect', stamp, '--reason', 'paper'], envOf(hub))
    const {exitCode, stdout} = await run('--run', stamp, '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    expect(stdout).to.include('pinned by mira: paper').and.include('Nothing to delete.')
    const all = await run('--all', '--no-dry-run', '--yes')
    expect(all.exitCode).to.equal(0)
    expect(runDatasetsAt(hub).filter((name) => name.includes(stamp))).to.have.length(3)
  })

  it('[S12] refuses to delete the leaderboard while a run is pinned, in a dry run too', async () => {
    const [, {run: stamp}] = JSON.parse((await runCli(['runs', 'group', '--json'], envOf(hub))).stdout).runs
    await runCli(['runs', 'protect', stamp], envOf(hub))
    for (const flags of [[], ['--no-dry-run', '--yes']]) {
      const {exitCode, stderr} = await run('--delete-leaderboard', ...flags)
      expect(exitCode).to.equal(1)
      expect(stderr).to.include(`runs unprotect ${stamp}`)
    }

    expect(namesAt(hub)).to.include('mira/smoltrace-leaderboard')
  })

  it('archives and says where, for each dataset and for the leaderboard alone', async () => {
    const dir = join(folder, 'copies')
    const {exitCode, stdout} = await run('--keep-recent', '2', '--archive', dir, '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    expect(stdout)
      .to.include(`to ${dir}, before it is deleted`)
      .and.match(/Archived +\d+ datasets \(.*\) in /)
    for (const name of deletionsAt(hub)) expect(existsSync(join(dir, name, 'README.md'))).to.equal(true)

    const board = await run('--delete-leaderboard', '--no-dry-run', '--yes', '--json')
    const {archive} = JSON.parse(board.stdout)
    expect(archive.dir.startsWith(join(folder, 'data', 'smoltrace', 'archives'))).to.equal(true)
    expect(existsSync(join(archive.dir, 'mira/smoltrace-leaderboard/README.md'))).to.equal(true)
  })

  it('deletes nothing without a journal, unless --no-journal says so', async () => {
    const blocked = {...envOf(hub), XDG_DATA_HOME: '/dev/null'}
    const refused = await runCli(['cleanup', '--keep-recent', '2', '--no-dry-run', '--yes'], blocked)
    expect(refused.exitCode).to.equal(1)
    expect(refused.stderr)
      .to.include('journal')
      .and.include('--no-journal')
      .and.include('Nothing was deleted')
    expect(hub.requests).to.deep.equal([])
    const argv = ['cleanup', '--keep-recent', '2', '--no-dry-run', '--yes', '--no-journal']
    expect((await runCli(argv, blocked)).exitCode).to.equal(0)
    expect(deletionsAt(hub)).to.have.length.greaterThan(0)
  })
})

describe('[S2] cleanup, where some datasets may be hidden', () => {
  let hub: Sandbox
  let folder: string
  const run = (...argv: string[]): Promise<CliResult> =>
    runCli(['cleanup', ...argv], {...envOf(hub), XDG_DATA_HOME: folder})
  const asOAuth = () => {
    const identity = {type: 'user', name: 'mira', orgs: [], auth: {type: 'oauth'}}
    hub.intercept({
      match: ({path}) => path.startsWith('/api/whoami'),
      respond: {status: 200, headers: {Date: new Date().toUTCString()}, body: JSON.stringify(identity)},
    })
  }

  const withGroups = () => {
    const [org] = hub.state.orgs
    if (org) org.resourceGroups = [{id: '1', name: 'lab', role: 'write'}]
    hub.state.addDataset({
      name: `${hub.org}/smoltrace-results-20250101_120000`,
      createdAt: '2025-01-01T13:00:00Z',
    })
  }

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-cleanup-'))
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('does not take a run for incomplete whose traces are in a group that the token is not in', async () => {
    withGroups()
    const [org] = hub.state.orgs
    const [results, traces, metrics] = ['results', 'traces', 'metrics'].map((type) =>
      hub.state.addDataset({
        name: `${hub.org}/smoltrace-${type}-20250301_120000`,
        createdAt: '2025-03-01T13:00:00Z',
        private: true,
        ...(type === 'results' ? {} : {resourceGroup: '2'}),
      }),
    )
    const shown = async () => (await runCli(['datasets', 'list', '--namespace', hub.org], envOf(hub))).stdout
    expect(await shown())
      .to.include(results!.id)
      .and.not.include(traces!.id)
      .and.not.include(metrics!.id)
    const rules = [
      '--incomplete-only',
      '--ignore-leaderboard',
      '--namespace',
      hub.org,
      '--no-dry-run',
      '--yes',
    ]
    expect(await run(...rules)).to.have.property('exitCode', 1)
    expect(deletionsAt(hub)).to.deep.equal([])
    org!.resourceGroups!.push({id: '2', name: 'office', role: 'read'})
    expect(await shown())
      .to.include(traces!.id)
      .and.include(metrics!.id)
    org!.resourceGroups!.pop()
    org!.roleInOrg = 'admin'
    expect(await shown())
      .to.include(traces!.id)
      .and.include(metrics!.id)
  })

  for (const [title, arrange, more] of [
    ['an OAuth token', asOAuth, []],
    ['an organisation with resource groups', withGroups, ['--namespace', 'tinyagents']],
  ] as const) {
    it(`${title}: refuses rules that rest on what is not there, in dry runs too`, async () => {
      arrange()
      for (const rule of ['--incomplete-only', '--unreferenced']) {
        for (const mode of [[], ['--no-dry-run', '--yes']]) {
          const {exitCode, stderr} = await run(rule, ...more, ...mode)
          expect(exitCode, `${rule} ${mode.join(' ')}`).to.equal(1)
          expect(stderr).to.include(rule).and.include('may only be hidden')
        }
      }

      expect(await run('--incomplete-only', '--ignore-leaderboard', ...more)).to.have.property('exitCode', 1)
      expect(deletionsAt(hub)).to.deep.equal([])
    })

    it(`${title}: goes on with other rules, and warns`, async () => {
      arrange()
      const dry = await run('--older-than', '30d', ...more)
      expect(dry.exitCode).to.equal(0)
      expect(dry.stderr).to.include('may be hidden from this token')
      const wet = await run('--older-than', '30d', ...more, '--no-dry-run', '--yes')
      expect(wet.exitCode, wet.stderr).to.equal(0)
      expect(wet.stderr).to.include('may be hidden from this token')
      expect(deletionsAt(hub)).not.to.deep.equal([])
    })
  }
})
