import {expect} from 'chai'

import {listedIn, play, playJson, readRecording} from '../../recordings/play.js'
import {runCli} from '../../support/cli.js'
import {envOf, isRunDataset, withHub} from '../../support/hub.js'

const onFile = () => listedIn('datasets-list').filter((name) => isRunDataset(name, 'mira'))

describe('datasets list', () => {
  it('shows every dataset of a run, from all pages, newest first', async () => {
    expect(readRecording('datasets-list').filter(({path}) => path.includes('cursor=')).length).to.be.above(1)
    const {datasets} = await playJson('datasets-list')
    expect(datasets.map(({name}: {name: string}) => name)).to.have.members(onFile())
    const dates = datasets.map(({createdAt}: {createdAt: string}) => createdAt)
    expect(dates).to.deep.equal(dates.toSorted().toReversed())
  })

  it('[S1] names what is only nearly right as never touched, with the reason, and nowhere else', async () => {
    const {stdout} = await play('datasets-list')
    const {datasets, nearMisses} = await playJson('datasets-list')
    const others = listedIn('datasets-list').filter((name) => !isRunDataset(name, 'mira'))
    const named = new Set(['leaderboard', 'benchmark-v1', 'tasks'].map((name) => `mira/smoltrace-${name}`))
    const decoys = others.filter((name) => !named.has(name))
    expect(decoys.length).to.be.at.least(7)
    const near = decoys.filter((name) => /smoltrace/i.test(name))
    expect(nearMisses.map(({name}: {name: string}) => name)).to.have.members(near)
    expect(near.length).to.be.at.least(5)
    for (const {name, reason} of nearMisses as Array<{name: string; reason: string}>)
      expect(stdout).to.include(`Near miss    ${name}: never touched, ${reason}`)
    const shown = new Set(datasets.map(({name}: {name: string}) => name))
    for (const name of decoys) {
      expect(shown).not.to.include(name)
      expect(stdout).not.to.match(new RegExp(`^(?!Near miss).*${name}(?![\\w-])`, 'm'))
    }
  })

  it('shows with --limit the first ones, counts all, and says how many are not shown', async () => {
    const {datasets, counts} = await playJson('datasets-list')
    const limited = await playJson('datasets-list', ['--limit', '2'])
    expect(limited.datasets).to.deep.equal(datasets.slice(0, 2))
    expect(limited.counts).to.deep.equal(counts)
    const {stdout} = await play('datasets-list', ['--limit', '2'])
    expect(stdout).to.match(
      new RegExp(`^${datasets.length} datasets: .*; ${datasets.length - 2} not shown \\(--limit 2\\)$`, 'm'),
    )
  })

  it('shows with --only those types alone, and with --older-than those of older runs', async () => {
    const words = ['--only', 'traces,metrics', '--older-than', '30d']
    const {datasets, counts, cutoff} = await playJson('datasets-list', words)
    const shown = datasets.map(({name}: {name: string}) => name)
    const older = onFile().filter((name) => name.replace(/^.*-/, '') < '20250516')
    expect(shown).to.have.members(older.filter((name) => !name.includes('-results-')))
    expect([cutoff, counts.results]).to.deep.equal(['2025-05-16T12:00:00.000Z', 0])
  })
})

describe('datasets list --sizes', () => {
  it('lists all the same where the token may not read it, and says so', () =>
    withHub({runs: 2}, async (hub) => {
      const env = envOf(hub, hub.tokens.fineGrainedNarrow)
      const {stdout, stderr, exitCode} = await runCli(['datasets', 'list', '--sizes'], env)
      expect(exitCode).to.equal(0)
      expect(stderr).to.match(/^Warning: Dataset sizes are unknown\. The Hub returned 403 /m)
      expect(stdout)
        .to.match(/^1 dataset: .*; size unknown$/m)
        .and.not.include('SIZE')
      const json = await runCli(['datasets', 'list', '--sizes', '--json'], env)
      const {datasets, storage, warnings} = JSON.parse(json.stdout)
      expect(datasets.map((each: {storage: unknown}) => each.storage)).to.deep.equal([null])
      expect(storage).to.equal(null)
      expect(warnings).to.have.length(2)
      expect(warnings[0]).to.match(/may be visible: the fine-grained token lacks repo\.content\.read/)
    }))

  it('is what --sort size needs, which is refused before anything is asked', async () => {
    const {stderr, exitCode} = await runCli(['datasets', 'list', '--sort', 'size'], {
      HF_ENDPOINT: 'http://127.0.0.1:1',
      HF_TOKEN: 'hf_any',
    })
    expect(exitCode).to.equal(2)
    expect(stderr).to.equal(
      'Error: --sort size needs --sizes, which reads the sizes.\n  All flags: smoltrace datasets list --help\n',
    )
  })
})
