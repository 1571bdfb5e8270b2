import {expect} from 'chai'
import {parquetReadObjects} from 'hyparquet'

import type {Repo, Sandbox} from '../../../src/lib/sandbox/index.js'

import {ask, NOW, sandboxAt} from './support.js'

const HOUR = 3_600_000
const RUN = /^mira\/smoltrace-(results|traces|metrics)-(\d{8}_\d{6})$/
const DECOYS = [
  /^mira\/smoltrace-results-\d{4}0231_120000$/,
  /^mira\/smoltrace-results-\d{8}_\d{6}-copy$/,
  /^mira\/smoltrace-resultsx-\d{8}_\d{6}$/,
  /^mira\/Smoltrace-traces-\d{8}_\d{6}$/,
  /^mira\/my-smoltrace-metrics-\d{8}_\d{6}$/,
  /^mira\/smoltrace-leaderboard-backup$/,
]

function momentOf(timestamp: string): Date | undefined {
  const iso = timestamp.replace(/^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6.000Z')
  const date = new Date(iso)
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso ? date : undefined
}

/** The runs of the user, by timestamp, as a program that knows only the names would find them. */
function runsOf(sandbox: Sandbox): Map<string, Map<string, Repo>> {
  const runs = new Map<string, Map<string, Repo>>()
  for (const repo of sandbox.state.datasets()) {
    const [, type, timestamp] = RUN.exec(repo.id) ?? []
    if (type === undefined || timestamp === undefined || !momentOf(timestamp)) continue
    runs.set(timestamp, (runs.get(timestamp) ?? new Map<string, Repo>()).set(type, repo))
  }

  return runs
}

async function rowsOf(
  sandbox: Sandbox,
  id: string,
  path = 'data/train-00000-of-00001.parquet',
): Promise<Array<Record<string, unknown>>> {
  const response = await fetch(`${sandbox.url}/datasets/${id}/resolve/main/${path}`, {
    headers: {authorization: `Bearer ${sandbox.token}`},
  })
  return parquetReadObjects({file: await response.arrayBuffer()})
}

function agesOf(run: Map<string, Repo>): number[] {
  return [...run.values()].map((repo) => NOW.getTime() - repo.createdAt.getTime())
}

function fingerprints(sandbox: Sandbox): string[] {
  return sandbox.state.datasets().map(({_id, id, sha}) => `${_id} ${id} ${sha}`)
}

describe('sandbox: the seeded account', () => {
  let sandbox: Sandbox

  before(async () => {
    sandbox = await sandboxAt()
  })

  after(() => sandbox.close())

  const runs = (): Array<Map<string, Repo>> => [...runsOf(sandbox).values()]

  it('has twelve runs over about three months, most of them complete, all private', () => {
    expect(runs()).to.have.length(12)
    expect(runs().filter((run) => run.size === 3).length).to.be.greaterThan(6)
    expect(
      runs()
        .flatMap((run) => [...run.values()])
        .every((repo) => repo.private),
    ).to.equal(true)
    const oldest = Math.max(...runs().flatMap((run) => agesOf(run)))
    expect(oldest / (24 * HOUR)).to.be.within(60, 130)
    expect(Math.min(...runs().flatMap((run) => agesOf(run)))).to.be.greaterThan(0)
  })

  it('has exactly one upload under way: results only, minutes old', () => {
    const young = runs().filter((run) => run.size < 3 && Math.min(...agesOf(run)) < 6 * HOUR)
    expect(young.map((run) => [...run.keys()])).to.deep.equal([['results']])
    expect(agesOf(young[0] ?? new Map())[0]).to.be.lessThan(HOUR / 4)
  })

  it('has exactly one run that was killed long ago, and some that were never traced', () => {
    const old = runs().filter((run) => Math.min(...agesOf(run)) > 24 * HOUR)
    expect(old.filter((run) => run.size === 1).map((run) => [...run.keys()])).to.deep.equal([['results']])
    const untraced = old.filter((run) => run.size === 2)
    expect(untraced.length).to.be.greaterThan(1)
    for (const run of untraced) expect([...run.keys()]).to.deep.equal(['results', 'metrics'])
  })

  it('creates datasets minutes to hours after the name’s time, but for machines in other time zones', () => {
    const gaps = [...runsOf(sandbox)].map(
      ([timestamp, run]) =>
        ((run.get('results')?.createdAt.getTime() ?? 0) - (momentOf(timestamp)?.getTime() ?? 0)) / HOUR,
    )
    const usual = gaps.filter((gap) => gap > 0 && gap < 4)
    expect(usual.length).to.be.greaterThan(8)
    expect(gaps.some((gap) => gap < 0)).to.equal(true)
    expect(gaps.some((gap) => gap > 4)).to.equal(true)
  })

  it('creates the datasets of a run seconds to minutes apart', () => {
    for (const run of runs()) {
      const [first = 0, ...rest] = agesOf(run).map((age) => -age)
      for (const later of rest) expect((later - first) / 1000).to.be.within(1, 600)
    }
  })

  it('has the decoys, and nothing that a strict reader of names would take them for', () => {
    const ids = sandbox.state.datasets().map(({id}) => id)
    for (const decoy of DECOYS)
      expect(
        ids.filter((id) => decoy.test(id)),
        String(decoy),
      ).to.have.length(1)
    const decoys = new Set(ids.filter((id) => DECOYS.some((decoy) => decoy.test(id))))
    for (const run of runs()) for (const repo of run.values()) expect(decoys.has(repo.id)).to.equal(false)
  })

  it('has the standard datasets and the leaderboard in public, and something unrelated', () => {
    for (const name of [
      'smoltrace-benchmark-v1',
      'smoltrace-tasks',
      'smoltrace-leaderboard',
      'balcony-herbs',
    ])
      expect(sandbox.state.get(`mira/${name}`)?.private, name).to.equal(false)
  })

  it('has an organisation with runs and a leaderboard of its own', async () => {
    const ids = sandbox.state
      .datasets()
      .map(({id}) => id)
      .filter((id) => id.startsWith(`${sandbox.org}/smoltrace-`))
    expect(ids).to.include(`${sandbox.org}/smoltrace-leaderboard`)
    expect(ids.filter((id) => id.includes('-results-'))).to.have.length(3)
    const rows = await rowsOf(sandbox, `${sandbox.org}/smoltrace-leaderboard`)
    expect(rows.map((row) => row.results_dataset)).to.have.members(
      ids.filter((id) => id.includes('-results-')),
    )
  })

  it('has a leaderboard of both generations that reads back as Parquet', async () => {
    const rows = await rowsOf(sandbox, 'mira/smoltrace-leaderboard')
    expect(Object.keys(rows[0] ?? {})).to.have.length(54)
    const scored = rows.filter((row) => row.results_dataset !== null)
    const finished = [...runsOf(sandbox)]
      .filter(([, run]) => run.has('metrics'))
      .map(([timestamp]) => timestamp)
    expect(scored.map((row) => row.results_dataset)).to.have.members(
      finished.map((timestamp) => `mira/smoltrace-results-${timestamp}`),
    )
    expect(new Set(rows.map((row) => row.run_status))).to.deep.equal(new Set(['completed', 'failed', null]))
    for (const row of scored) {
      expect(row.success_rate).to.be.within(0, 100)
      expect(row.successful_tests as bigint).to.be.a('bigint')
      expect((row.successful_tests as bigint) + (row.failed_tests as bigint)).to.equal(row.total_tests)
      expect(row.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    }
  })

  it('names a traces dataset in the row even where none was created', async () => {
    const rows = await rowsOf(sandbox, 'mira/smoltrace-leaderboard')
    const dangling = rows.filter(
      (row) => row.traces_dataset !== null && !sandbox.state.get(String(row.traces_dataset)),
    )
    expect(dangling.length).to.be.greaterThan(1)
  })

  it('has nothing but the news in the row of a failed run', async () => {
    const failed = (await rowsOf(sandbox, 'mira/smoltrace-leaderboard')).filter(
      (row) => row.run_status === 'failed',
    )
    expect(failed).to.have.length(1)
    for (const column of [
      'run_id',
      'results_dataset',
      'traces_dataset',
      'metrics_dataset',
      'success_rate',
      'total_tokens',
      'total_cost_usd',
    ])
      expect(failed[0]?.[column], column).to.equal(null)
  })

  it('has a card and data in every dataset of a run, all of the same run', async () => {
    const run = runs().find((candidate) => candidate.size === 3) ?? new Map<string, Repo>()
    const runIds = new Set<unknown>()
    for (const repo of run.values()) {
      const info = (await ask(sandbox, `GET /api/datasets/${repo.id}`)).json()
      expect(info.tags).to.include.members(['license:apache-2.0', 'smoltrace', 'smolagents', 'evaluation'])
      expect(info.sha).to.equal(repo.sha)
      for (const row of await rowsOf(sandbox, repo.id)) runIds.add(row.run_id)
      expect(repo.history.at(-1)).to.deep.include({oid: repo.sha, date: repo.lastModified})
      expect(repo.history.map(({title}) => title).join('\n')).to.match(
        /^initial commit\n.*\(run_id: [\da-f-]{36}\)\nAdd SMOLTRACE dataset card$/,
      )
    }

    expect(runIds.size).to.equal(1)
  })

  it('is the same for the same moment, and another for another', async () => {
    const [same, other] = await Promise.all([
      sandboxAt(),
      sandboxAt({clock: () => new Date(NOW.getTime() + 5000)}),
    ])
    expect(fingerprints(same)).to.deep.equal(fingerprints(sandbox))
    expect(fingerprints(other)).not.to.deep.equal(fingerprints(sandbox))
    const [one, two] = [same, sandbox].map(({state}) => state.touch('mira/smoltrace-leaderboard').oid)
    expect(one).to.equal(two)
    await Promise.all([same.close(), other.close()])
  })

  for (const count of [0, 1, 2, 3, 40, 300, 10_000])
    it(`has ${count} runs, each with a timestamp of its own, and nothing from the future`, async () => {
      const sandbox = await sandboxAt({runs: count})
      const runs = runsOf(sandbox)
      expect(runs.size).to.equal(count)
      const uploading = [...runs.values()].filter(
        (run) =>
          run.size < 3 &&
          [...run.values()].some((repo) => NOW.getTime() - repo.lastModified.getTime() < 6 * HOUR),
      )
      expect(uploading).to.have.length(count < 3 ? 0 : 1)
      expect([...runs.values()].filter((run) => run.size === 1)).to.have.length(count < 3 ? 0 : 2)
      expect(
        sandbox.state
          .datasets()
          .every((repo) => repo.lastModified <= NOW && repo.createdAt <= repo.lastModified),
      ).to.equal(true)
      expect((await rowsOf(sandbox, 'mira/smoltrace-leaderboard')).length).to.be.at.least(
        Math.max(0, count - 2),
      )
      await sandbox.close()
    })

  it('is empty on request, but the account is there', async () => {
    const sandbox = await sandboxAt({seed: 'empty'})
    expect(sandbox.state.datasets()).to.deep.equal([])
    expect((await ask(sandbox, 'GET /api/whoami-v2')).json().name).to.equal('mira')
    await sandbox.close()
  })
})
