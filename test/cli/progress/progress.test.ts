import {expect} from 'chai'

import {setVariables} from '../../../src/cli/output.js'
import {showDeletion, showRestore, showTagging} from '../../../src/cli/progress/jobs.js'
import {Progress} from '../../../src/cli/progress/progress.js'
import {type RestoreOutcome} from '../../../src/lib/archive/restore-runs.js'
import {DAY} from '../../../src/lib/base/time.js'
import {type JobEvent} from '../../../src/lib/cleanup/options.js'
import {plannedDatasets} from '../../../src/lib/plan/plan.js'
import {ago, inventoryOf, planOf, runDatasets, streamOf} from '../../support/builders.js'
import {Screen} from '../../support/pty.js'

const RUNS = Array.from({length: 40}, (_, index) => runDatasets(ago((40 + index) * DAY))).flat()
const PLAN = planOf(inventoryOf(RUNS), {olderThan: '30d'})
const [A = '', B = ''] = plannedDatasets(PLAN).map(({name}) => name)
/** What a line of the window calls a run's dataset. */
const short = (name: string) => name.replace(/^\w+\/smoltrace-(\w+)-/, '$1 of ')
const quota: JobEvent = {kind: 'waiting', why: 'quota', ms: 60_000}
const cause = 'the Hub answered 503'
const retried: JobEvent = {kind: 'repeating', name: A, why: 'retry', ms: 1000, cause, retry: 1, of: 5}

describe('the progress of a job', () => {
  let restore: () => void
  const {setInterval} = globalThis
  let paint: () => void
  let progress: Progress
  let stop: AbortController
  let stream: ReturnType<typeof streamOf>
  let screen: Screen

  const show = (isTTY: boolean, rows = 12, columns = 100) => {
    stream = streamOf({isTTY, rows, columns})
    screen = new Screen(rows, columns)
    stop = new AbortController()
    progress = new Progress(stop.signal, () => {}, stream)
  }

  const tell = (...events: JobEvent[]) => {
    for (const event of events) showDeletion(progress)(event, PLAN)
  }

  /** Lets the terminal see what was written to it. */
  const flush = () => {
    screen.write(stream.text.replaceAll('\n', '\r\n'))
    stream.text = ''
    return screen.visible().filter(Boolean)
  }

  /** What is on the terminal after its next painting. */
  const painted = (): string[] => {
    paint()
    return flush()
  }

  beforeEach(() => {
    restore = setVariables({CI: undefined, TERM: 'xterm'})
    globalThis.setInterval = ((callback: () => void) => {
      paint = callback
    }) as typeof setInterval
  })

  afterEach(async () => {
    await progress.end()
    globalThis.setInterval = setInterval
    restore()
  })

  it('shows in a window what is under way, and why it takes longer', () => {
    show(true)
    tell({kind: 'started', name: A}, {kind: 'started', name: B}, retried)
    expect(painted().slice(1)).to.deep.equal([
      `  deleting ${short(A)}: the Hub answered 503, trying again in 1 s (1 of 5)`,
      `  deleting ${short(B)}`,
    ])
    expect(painted()[0]).to.match(/^Deleting .*0\/120$/)
    tell({kind: 'finished', outcome: {name: A, status: 'deleted'}})
    expect(painted()).to.include(short(A).replace(/.*/, '  ✓ $&  deleted'))
  })

  it('goes on saying that it pauses while what was under way ends, and no longer', () => {
    show(true)
    tell({kind: 'started', name: A}, quota)
    const pause = /^ {2}Rate limit reached, resuming in (60|59) s$/
    expect(painted()[1]).to.match(pause)
    tell({kind: 'finished', outcome: {name: A, status: 'deleted'}})
    expect(painted()[1]).to.match(pause)
    tell({kind: 'started', name: B})
    expect(painted().join('\n')).not.to.include('Quota')
  })

  it('shows archiving with its bytes and its failures, then deleting', () => {
    show(true)
    const archiving = (name: string, problem?: string): JobEvent => ({
      kind: 'archiving',
      name,
      done: 1,
      of: 2,
      bytes: 9,
      ...(problem && {problem}),
    })
    tell(archiving(A), archiving(B), archiving(A), archiving(B, 'the disk is full'))
    expect(painted()[0]).to.match(/^Archiving .*2\/2 {2}9 B {2}1 failed$/)
    expect(painted()[1]).to.equal(`  ✗ ${short(B)}: the disk is full`)
    tell({kind: 'started', name: A})
    expect(painted()[0]).to.match(/^Deleting .*0\/120$/)
  })

  it('is drawn over itself without a word to the line above it, and is gone in the end', async () => {
    show(true, 8)
    const plan = Array.from({length: 20}, (_, index) => `line ${index} of the plan`)
    stream.write(plan.join('\n') + '\n')
    for (const {name} of plannedDatasets(PLAN)) {
      tell({kind: 'started', name}, {kind: 'finished', outcome: {name, status: 'failed', reason: '403'}})
      expect(painted().length).to.be.at.most(8)
      // A key that the terminal echoes.
      screen.write('^C')
    }

    expect(screen.everything().filter((line) => line.startsWith('Deleting'))).to.have.length(1)
    await progress.end()
    flush()
    expect(screen.everything().filter(Boolean)).to.deep.equal(plan)
  })

  it('leaves no copy of itself where the terminal becomes narrower or lower', () => {
    show(true, 12, 100)
    for (const name of [A, B])
      tell(
        {kind: 'started', name},
        {kind: 'finished', outcome: {name, status: 'failed', reason: 'x'.repeat(90)}},
      )
    stream.write('above\n')
    painted()
    Object.assign(stream, {columns: 50})
    stream.text = ''
    paint()
    expect(stream.text).to.match(/^\r\u001B\[5A/)
    Object.assign(stream, {rows: 3})
    stream.text = ''
    paint()
    expect(stream.text).to.match(/^\r\u001B\[2A/)
  })

  it('says what happens after Ctrl-C', () => {
    show(true)
    tell({kind: 'started', name: A})
    stop.abort()
    expect(painted()[1]).to.equal('  Stopping: what is under way is finished (Ctrl-C: at once)')
    tell({kind: 'finished', outcome: {name: A, status: 'deleted'}})
    tell({kind: 'finished', outcome: {name: B, status: 'unattempted', reason: 'interrupted'}})
    expect(painted()[0]).to.match(/1\/120 {2}1 not attempted$/)
    expect(painted()[1]).to.include('Stopping')
  })

  it('counts a plan once, however many events there are', () => {
    show(false)
    let counted = 0
    const plan = {
      ...PLAN,
      get delete() {
        counted++
        return PLAN.delete
      },
    }
    const tellOf = showDeletion(progress)
    for (const name of [A, B]) {
      tellOf({kind: 'started', name}, plan)
      tellOf({kind: 'finished', outcome: {name, status: 'deleted'}}, plan)
    }

    expect(counted).to.equal(1)
  })

  it('writes a line for each outcome, retry and wait where it cannot redraw', () => {
    show(false)
    tell(
      {kind: 'started', name: A},
      {kind: 'started', name: B},
      retried,
      {kind: 'finished', outcome: {name: A, status: 'deleted'}},
      quota,
      {kind: 'finished', outcome: {name: B, status: 'failed', reason: '403 no', requestId: 'r'}},
    )
    expect(stream.text.split('\n')).to.deep.equal([
      `${A}: the Hub answered 503, trying again in 1 s (1 of 5)`,
      `deleted        ${A}`,
      'rate limit reached, resuming in 60 s',
      `failed         ${B}: 403 no (request r)`,
      '',
    ])
  })

  it('names each recheck in lines, but not twice in a row', () => {
    show(false)
    tell({kind: 'checking'}, {kind: 'checking'}, {kind: 'started', name: A}, {kind: 'checking'})
    expect(stream.text.match(/rechecking what remains/g)).to.have.length(2)
  })

  it('shows a restore in the same way: what is checked, then what comes back', () => {
    const outcome: RestoreOutcome = {name: A, status: 'restored', files: 3, bytes: 12}
    const refused: RestoreOutcome = {...outcome, name: B, status: 'refused', reason: 'it is damaged'}
    for (const isTTY of [true, false]) {
      show(isTTY)
      const restore = showRestore(progress)
      restore({kind: 'checking', name: A, of: 2})
      if (isTTY) expect(painted()).to.deep.equal(['Checking the copies: 1 of 2'])
      restore({kind: 'started', name: A, of: 2})
      restore({kind: 'finished', outcome, done: 1, of: 2})
      restore({kind: 'finished', outcome: refused, done: 2, of: 2})
      if (isTTY) expect(painted()[0]).to.match(/^Restoring .*2\/2 {2}1 failed$/)
      else expect(stream.text).to.equal(`restored       ${A}\nrefused        ${B}: it is damaged\n`)
    }
  })

  it('shows the cards of runs from the fourth on', () => {
    const of = (number: number) => {
      show(false)
      const card = {kind: 'tagging', run: '20260101_000000', problem: undefined, done: 1} as const
      showTagging(progress)({...card, of: number})
      return stream.text
    }

    expect(of(3)).to.equal('')
    expect(of(4)).to.equal('card changed   20260101_000000\n')
  })
})
