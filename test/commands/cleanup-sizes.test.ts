import {expect} from 'chai'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Sandbox, startSandbox} from '../../src/lib/sandbox/index.js'
import {formatBytes} from '../../src/lib/views/format.js'
import {runCli} from '../support/cli.js'
import {FAULTS} from '../support/faults.js'
import {deletionsAt, envOf} from '../support/hub.js'

describe('cleanup --sizes', () => {
  let hub: Sandbox
  let folder: string

  const run = (...argv: string[]) =>
    runCli(['cleanup', ...argv], {...envOf(hub), XDG_DATA_HOME: join(folder, 'data')})
  const plan = () => join(folder, 'plan.json')
  const total = (stdout: string) => /^Total .*/m.exec(stdout)?.[0]

  beforeEach(async () => {
    hub = await startSandbox({runs: 6})
    folder = await mkdtemp(join(tmpdir(), 'smoltrace-cleanup-'))
  })

  afterEach(async () => {
    await hub.close()
    await rm(folder, {recursive: true, force: true})
  })

  it('shows what each run and dataset takes up and what the plan frees, and then what was freed', async () => {
    const sizes = new Map(hub.state.datasets().map(({id, storage}) => [id, storage]))
    const {stdout, exitCode} = await run('--keep-recent', '2', '--sizes', '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    const deleted = deletionsAt(hub)
    const freed = formatBytes(deleted.reduce((sum, name) => sum + sizes.get(name)!, 0))
    expect(stdout.match(/^RUN +AGE +WHAT (GOES|IT HAS) +SIZE +WHY$/gm)).to.have.length(2)
    for (const name of deleted)
      expect(stdout).to.match(new RegExp(`\\. ${name} +${formatBytes(sizes.get(name)!)}$`, 'm'))
    expect(stdout).to.match(new RegExp(`^Total .*\\(frees ${freed}\\), 3 runs to keep$`, 'm'))
    expect(stdout).to.match(new RegExp(`^Freed +${freed}$`, 'm'))
  })

  it('says the same in bytes with --json, and nothing of it where it is left out', async () => {
    const sizeOf = (name: string) => hub.state.get(name)!.storage
    const plain = await run('--keep-recent', '2', '--json')
    expect(plain.stdout).not.to.match(/"(storage|frees|freed)"/)
    const document = JSON.parse((await run('--keep-recent', '2', '--sizes', '--json')).stdout)
    const goes = document.delete.flatMap(
      (each: {deletes: Array<{name: string; storage: number}>}) => each.deletes,
    )
    for (const {name, storage} of goes) expect(storage).to.equal(sizeOf(name))
    expect(document.frees).to.equal(
      goes.reduce((sum: number, {name}: {name: string}) => sum + sizeOf(name), 0),
    )
    const runs = [...document.delete, ...document.keep] as Array<{storage: number; datasets: string[]}>
    for (const {storage, datasets} of runs)
      expect(storage).to.equal(datasets.reduce((sum, name) => sum + sizeOf(name), 0))
    expect(document.storage).to.equal(runs.reduce((sum, {storage}) => sum + storage, 0))
    expect(document.leaderboard.storage).to.equal(sizeOf('mira/smoltrace-leaderboard'))
    const wet = JSON.parse(
      (await run('--keep-recent', '2', '--sizes', '--json', '--no-dry-run', '--yes')).stdout,
    )
    expect(wet).to.include({frees: document.frees, freed: document.frees})
  })

  it('goes with --apply, and the saved plan knows nothing of it', async () => {
    const made = await run('--keep-recent', '2', '--plan', plan(), '--sizes')
    expect(total(made.stdout)).to.include('(frees ')
    expect(made.stdout).to.include(`--apply ${plan()} --sizes --no-dry-run`)
    const applied = await run('--apply', plan(), '--sizes')
    expect(applied.exitCode).to.equal(0)
    expect(applied.stdout).to.match(/^RUN +AGE +WHAT GOES +SIZE +WHY$/m)
    expect(total(applied.stdout)).to.include(/\(frees .*\)/.exec(made.stdout)![0])
    const {stdout} = await run('--apply', plan(), '--no-dry-run', '--yes', '--sizes')
    expect(stdout).to.match(/^Freed +\d/m)
    const plain = await run('--keep-recent', '2', '--plan', join(folder, 'other.json'))
    expect(plain.stdout).not.to.include('frees')
  })

  it('deletes the same where sizes are not to be had, and says that they are unknown', async () => {
    const wanted = JSON.parse((await run('--keep-recent', '2', '--json')).stdout).wouldDelete as number
    hub.intercept({match: ({path}) => path.startsWith('/api/settings/'), ...FAULTS['403']})
    const {stdout, stderr, exitCode} = await run('--keep-recent', '2', '--sizes', '--no-dry-run', '--yes')
    expect(exitCode).to.equal(0)
    expect(deletionsAt(hub)).to.have.length(wanted)
    expect(stderr).to.match(/^Warning: What the datasets take up is unknown\. .*403/m)
    expect(stdout)
      .to.match(/^Total .*\(size unknown\)/m)
      .and.match(/^Freed +size unknown$/m)
  })
})
