import {expect} from 'chai'

import {type Protection} from '../../../../src/lib/account/protection/pins.js'
import {type Sizes} from '../../../../src/lib/account/sizes.js'
import {DAY, HOUR} from '../../../../src/lib/base/time.js'
import {execute} from '../../../../src/lib/cleanup/execute.js'
import {type RetentionOptions} from '../../../../src/lib/retention/rules.js'
import {
  cleanupDocument,
  datasetDocument,
  leaderboardDocument,
  runDocument,
  stateDocument,
} from '../../../../src/lib/views/json/documents.js'
import {
  ago,
  fakeHub,
  inventoryOf,
  leaderboardDataset,
  NOW,
  planOf,
  runDataset,
  runDatasets,
  runOf,
  sessionOf,
  standings,
} from '../../../support/builders.js'

/** What a program reads: the document after its way through JSON. */
function read(document: object | null): Record<string, unknown> {
  const text = JSON.stringify(document)
  return JSON.parse(text) as Record<string, unknown>
}

async function cleanup(options: RetentionOptions, sizes?: Sizes): Promise<Record<string, unknown>> {
  const inventory = inventoryOf([...runDatasets(ago(60 * DAY)), ...runDatasets(ago(DAY))], {
    leaderboard: leaderboardDataset(),
    standard: ['kim/smoltrace-tasks'],
  })
  const plan = planOf(inventory, options)
  return read(cleanupDocument(await execute({plan, inventory, session: sessionOf(fakeHub([])), sizes}, {})))
}

describe('documents', () => {
  it('of a dataset have its dates in UTC and no more than is known', () => {
    const dataset = runDataset('traces', '20260901_120000', {private: false})
    expect(read(datasetDocument(dataset))).to.deep.equal({
      name: dataset.name,
      type: 'traces',
      run: '20260901_120000',
      visibility: 'public',
      createdAt: '2026-09-01T12:30:00.000Z',
      lastModified: '2026-09-01T12:30:00.000Z',
      id: dataset.id,
      sha: dataset.sha,
    })
    const board = read(leaderboardDocument(leaderboardDataset(), 'unknown'))
    expect(board).to.include({type: 'leaderboard', visibility: 'private'}).and.not.have.property('run')
  })

  it('of a dataset and a run tell what they take up only where that was asked for, null where it is unknown', () => {
    const run = runOf(ago(DAY), ['results', 'traces'])
    const [first, second] = run.datasets.map(({name}) => name)
    const documents = (sizes?: Sizes) => [
      read(datasetDocument(run.datasets[0]!, sizes)),
      read(runDocument(run, NOW, 0, sizes)),
      read(leaderboardDocument(leaderboardDataset(), {by: 'ann', at: NOW}, sizes)),
    ]
    const told = (sizes: Sizes) => documents(sizes).map(({storage}) => storage)
    expect(told(new Map([[first!, 5]]))).to.deep.equal([5, null, null])
    expect(
      told(
        new Map([
          ['kim/smoltrace-leaderboard', 9],
          [first!, 0],
          [second!, 2],
        ]),
      ),
    ).to.deep.equal([0, 2, 9])
    expect(told('unknown')).to.deep.equal([null, null, null])
    for (const document of documents()) expect(document).not.to.have.property('storage')
  })

  it('of a plan tell what it frees only where that was asked for', async () => {
    const [name = ''] = runDatasets(ago(60 * DAY)).map((dataset) => dataset.name)
    const all = runDatasets(ago(60 * DAY)).map((dataset): [string, number] => [dataset.name, 100])
    const some = await cleanup({olderThan: '30d'}, new Map(all))
    expect(some).to.include({frees: 300, freed: 0, storage: null})
    const [planned] = some.delete as Array<Record<string, unknown>>
    expect(planned).to.deep.include({storage: 300, frees: 300})
    expect((planned?.deletes as object[])[0]).to.include({storage: 100})
    expect((some.keep as object[])[0]).to.include({storage: null})
    const traces = await cleanup({olderThan: '30d', only: ['traces']}, new Map(all))
    expect(traces).to.include({frees: 100})
    expect((traces.delete as object[])[0]).to.include({storage: 300, frees: 100})
    expect(await cleanup({olderThan: '30d'}, new Map([[name, 1]]))).to.include({frees: null})
    expect(JSON.stringify(await cleanup({olderThan: '30d'}))).not.to.match(/"(storage|frees|freed)"/)
  })

  it('of the leaderboard tell whether it is protected, or that this is not known', () => {
    const board = leaderboardDataset()
    const by = {by: 'ann', at: NOW, reason: 'paper'}
    const {leaderboard: absent} = inventoryOf([])
    const {leaderboard: unprotected}: Protection = {}
    expect(leaderboardDocument(absent, by)).to.equal(null)
    expect(read(leaderboardDocument(board, unprotected))).to.include({state: 'unprotected', protection: null})
    expect(read(leaderboardDocument(board, 'unknown'))).to.include({state: 'unknown', protection: null})
    const {state, protection} = read(leaderboardDocument(board, by))
    expect(state).to.equal('protected')
    expect(protection).to.deep.equal({by: 'ann', at: NOW.toISOString(), reason: 'paper'})
  })

  it('of a run tell its age, what it lacks and whether it may still be uploading', () => {
    const run = runOf(ago(DAY), ['results'], {createdAt: ago(DAY), lastModified: ago(HOUR)})
    expect(read(runDocument(run, NOW, 6 * HOUR))).to.deep.include({
      run: run.timestamp,
      ageMs: DAY,
      complete: false,
      missing: ['traces', 'metrics'],
      mayBeUploading: true,
      datesDisagree: false,
    })
    expect(read(runDocument(run, NOW, 0))).to.include({mayBeUploading: false})
  })

  it('of a run tell its state, what the leaderboard says of it and whether it is pinned', () => {
    const run = runOf(ago(DAY), ['results'])
    const context = {now: NOW, rows: standings(), protection: {}}
    const pinned = (until?: string) => ({
      runs: {[run.timestamp]: {by: 'ann', at: NOW, ...(until && {until})}},
    })
    const document = (more: Partial<Parameters<typeof stateDocument>[1]> = {}) =>
      read(stateDocument(run, {...context, ...more}))
    expect(document()).to.deep.equal({
      ...read(runDocument(run, NOW, 0)),
      state: 'incomplete',
      standing: null,
      pinned: false,
      pin: null,
    })
    expect(document({rows: standings([run.timestamp, 'finished'])})).to.include({
      state: 'thinned',
      standing: 'finished',
    })
    expect(document({rows: 'unknown'})).to.include({state: 'unknown', standing: 'unknown'})
    const young = runOf(ago(HOUR), ['results'], {createdAt: ago(HOUR)})
    expect(read(stateDocument(young, context))).to.include({state: 'uploading', mayBeUploading: true})
    expect(document({protection: 'unknown'})).to.include({pinned: null})
    expect(document({protection: pinned()})).to.include({pinned: true})
    expect(document({protection: pinned('2026-10-05')})).to.include({pinned: true})
    expect(document({protection: pinned('2026-10-04')})).to.include({pinned: false})
  })

  it('of a plan say what would go and what stays, why, and by which rules', async () => {
    const document = await cleanup({olderThan: '30d', keepRecent: 1})
    expect(document).to.deep.include({
      namespace: 'kim',
      now: NOW.toISOString(),
      dryRun: true,
      declined: false,
      interrupted: false,
      phrase: 'DELETE',
      wouldDelete: 3,
      standard: ['kim/smoltrace-tasks'],
      outcomes: [],
      found: {runs: 2, datasets: 6},
    })
    expect(document.rules).to.deep.include({
      olderThan: '30d',
      cutoff: ago(30 * DAY).toISOString(),
      keepRecent: 1,
      all: false,
    })
    expect(document.leaderboard).to.deep.include({goes: false, state: 'unprotected'})
    for (const each of [document.delete, document.keep] as Array<Array<{reasons: unknown[]}>>) {
      expect(each).to.have.length(1)
      expect(each[0]?.reasons).to.have.length.greaterThan(0)
    }
  })

  it('of a plan count the leaderboard where it goes', async () => {
    const document = await cleanup({deleteLeaderboard: true})
    expect(document).to.include({wouldDelete: 1})
    expect(document.leaderboard).to.deep.include({goes: true})
    expect(document.rules).to.deep.include({olderThan: null, cutoff: null, keepRecent: null})
  })
})
