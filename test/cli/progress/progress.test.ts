import {expect} from 'chai'

import {Progress} from '../../../src/cli/progress/progress.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type JobEvent} from '../../../src/lib/cleanup/options.js'
import {plannedDatasets} from '../../../src/lib/plan/plan.js'
import {ago, inventoryOf, planOf, runDatasets, streamOf} from '../../support/builders.js'

const RUNS = Array.from({length: 40}, (_, index) => runDatasets(ago((40 + index) * DAY))).flat()
const PLAN = planOf(inventoryOf(RUNS), {olderThan: '30d'})
const [A = '', B = ''] = plannedDatasets(PLAN).map(({name}) => name)

describe('the progress of a deletion', () => {
  const {CI, TERM} = process.env
  const {setInterval} = globalThis
  let paint: () => void
  let progress: Progress
  let stream: ReturnType<typeof streamOf>

  const show = (isTTY: boolean) => {
    stream = streamOf({isTTY, rows: 12, columns: 140})
    progress = new Progress(PLAN, new AbortController().signal, stream)
  }

  const tell = (...events: JobEvent[]) => {
    for (const event of events) progress.onEvent(event)
  }

  /** What is on the terminal after its next painting. */
  const painted = (): string[] => {
    stream.text = ''
    paint()
    return stream.text.split('\u001B[0J').at(-1)?.trimEnd().split('\n') ?? []
  }

  const quota: JobEvent = {kind: 'waiting', why: 'quota', ms: 60_000}
  const cause = 'the Hub returned 503'
  const retried: JobEvent = {kind: 'repeating', name: A, why: 'retry', ms: 1000, cause, retry: 1, of: 5}

  beforeEach(() => {
    delete process.env.CI
    process.env.TERM = 'xterm'
    globalThis.setInterval = ((callback: () => void) => {
      paint = callback
    }) as typeof setInterval
  })

  afterEach(async () => {
    await progress.end()
    globalThis.setInterval = setInterval
    if (CI !== undefined) process.env.CI = CI
    if (TERM === undefined) delete process.env.TERM
    else process.env.TERM = TERM
  })

  it('shows in a window what is under way, and why it takes longer', () => {
    show(true)
    tell({kind: 'started', name: A}, {kind: 'started', name: B}, retried)
    const lines = painted()
    expect(lines).to.have.length(9)
    expect(lines[0]).to.include('Deleting 0/120')
    expect(lines.find((line) => line.includes(A))).to.match(
      /deleting: the Hub returned 503, trying again in 1 s/,
    )
    expect(lines.find((line) => line.includes(B))).to.match(/deleting$/)
    tell({kind: 'finished', outcome: {name: A, status: 'deleted'}})
    expect(painted().join('\n')).not.to.include(A)
  })

  it('goes on saying that it pauses while what was under way ends, and no longer', () => {
    show(true)
    tell({kind: 'started', name: A}, quota)
    expect(painted()[0]).to.include('Deleting 0/120, quota used up, resuming in ')
    tell({kind: 'finished', outcome: {name: A, status: 'deleted'}})
    expect(painted()[0]).to.match(/^Deleting 1\/120, quota used up, resuming in (60|59) s$/)
    tell({kind: 'started', name: B})
    expect(painted()[0]).not.to.include('quota')
  })

  it('goes on saying that it pauses while datasets are archived that were under way', () => {
    show(true)
    const archiving = (done: number): JobEvent => ({kind: 'archiving', name: A, done, of: 3, bytes: 9})
    tell(archiving(1), quota, archiving(2))
    expect(painted()[0]).to.match(/^Quota used up, resuming in (60|59) s$/)
    tell({kind: 'waiting', why: 'quota', ms: 0}, archiving(3))
    expect(painted()[0]).to.equal('Archiving first: 3 of 3 datasets, 9 B')
  })

  it('counts what ended without having been started', () => {
    show(true)
    tell({kind: 'finished', outcome: {name: A, status: 'skipped', reason: 'changed'}})
    expect(painted().find((line) => line.includes(A))).to.include('skipped: changed')
  })

  it('writes a line for each outcome, retry and wait where it cannot redraw', () => {
    show(false)
    tell(
      {kind: 'started', name: A},
      {kind: 'started', name: B},
      retried,
      {kind: 'finished', outcome: {name: A, status: 'deleted'}},
      quota,
      {kind: 'finished', outcome: {name: B, status: 'failed', reason: '403 no'}},
    )
    expect(stream.text.split('\n')).to.deep.equal([
      `${A}: the Hub returned 503, trying again in 1 s (1 of 5)`,
      `deleted        ${A}`,
      'quota used up, resuming in 60 s',
      `failed         ${B}: 403 no`,
      '',
    ])
  })

  it('names each recheck in lines, but not twice in a row', () => {
    show(false)
    tell({kind: 'checking'}, {kind: 'checking'}, {kind: 'started', name: A}, {kind: 'checking'})
    expect(stream.text.match(/rechecking what remains/g)).to.have.length(2)
  })

  it('says once in lines how far archiving is, however often an event says it', () => {
    show(false)
    for (const done of [0, 0, 0, 1, 2]) tell({kind: 'archiving', name: A, done, of: 3, bytes: 10 * done})
    expect(stream.text.trimEnd().split('\n')).to.have.length(3)
  })
})
