import {expect} from 'chai'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Fault, type Sandbox} from '../../src/lib/sandbox/index.js'
import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, gate, namesAt, runDatasetsAt, until, withHub} from '../support/hub.js'
import {cleanEnv} from '../support/process.js'
import {startInTerminal, type Terminal} from '../support/pty.js'

const KEEP_ONE = ['cleanup', '--keep-recent', '1', '--no-dry-run']
const ALL = ['cleanup', '--all', '--no-dry-run']
const isDelete: Fault['match'] = ({method}) => method === 'DELETE'

/** Holds the program up for a while as soon as it wants to read what is typed. */
const HOLD_UP = `
const {resume} = process.stdin
process.stdin.resume = function () {
  process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200))
  return resume.call(this)
}`
const HELD_UP = `--import=data:text/javascript,${encodeURIComponent(HOLD_UP)}`

/** Starts a command on a sandbox and waits for its question. */
async function asked(hub: Sandbox, argv: string[]): Promise<Terminal> {
  const terminal = startInTerminal(argv, cleanEnv(hub))
  await terminal.waitFor(/Type .+ to go on, anything else to cancel:/)
  return terminal
}

describe('the question before a deletion', () => {
  it('[S9] comes after the whole plan, and DELETE deletes exactly that', () =>
    withHub({runs: 5}, async (hub) => {
      const before = namesAt(hub)
      const terminal = await asked(hub, KEEP_ONE)
      const shown = [...terminal.text.matchAll(/^ +\d+\. (.+)$/gm)].map(([, name]) => name)
      expect(shown.length).to.be.above(3)
      expect(terminal.text).to.include(
        `You are about to delete ${shown.length} datasets (3 runs) of mira for good.`,
      )
      expect(deletionsAt(hub)).to.deep.equal([])

      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(deletionsAt(hub)).to.have.members(shown)
      expect(namesAt(hub)).to.deep.equal(before.filter((name) => !shown.includes(name)))
    }))

  it('[S9] takes the phrase with blanks around it', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      terminal.type('  DELETE  ')
      expect(await terminal.finished).to.equal(0)
      expect(deletionsAt(hub)).not.to.deep.equal([])
    }))

  it('[S9] shows the whole plan again after `list`, as often as that is typed, and asks again', () =>
    withHub({runs: 4}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      const named = () => [...terminal.text.matchAll(/^ +\d+\. (.+)$/gm)].map(([, name]) => name)
      const once = named()
      expect(once.length).to.be.above(1)
      for (const times of [2, 3]) {
        terminal.type(times === 2 ? 'list' : ' list ')
        await terminal.waitFor(/^ +\d+\. [\s\S]*Type DELETE to go on, anything else to cancel:/m)
        expect(named()).to.deep.equal(Array.from({length: times}, () => once).flat())
      }

      expect(deletionsAt(hub)).to.deep.equal([])
      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(terminal.text).to.include('Cancelled: nothing was deleted.')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  for (const wrong of ['delete', 'yes', 'y', '', 'DELETE ALL', 'DELETE!', 'YES DELETE ALL']) {
    it(`takes "${wrong}" for a no, deletes nothing, says so and ends with 130`, () =>
      withHub({runs: 3}, async (hub) => {
        const before = namesAt(hub)
        const terminal = await asked(hub, KEEP_ONE)
        terminal.type(wrong)
        expect(await terminal.finished).to.equal(130)
        expect(terminal.text).to.include('Cancelled: nothing was deleted.')
        expect(deletionsAt(hub)).to.deep.equal([])
        expect(namesAt(hub)).to.deep.equal(before)
      }))
  }

  it('[S9] takes Ctrl-C for a no, without a stack, and gives the cursor back', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      terminal.ctrlC()
      expect(await terminal.finished).to.equal(130)
      expect(terminal.text).to.include('Cancelled: nothing was deleted.')
      expect(terminal.text).not.to.match(/^\s+at /m)
      expectCursor(terminal)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  const endings: Array<[what: string, end: (terminal: Terminal) => void]> = [
    ['Ctrl-D', ({ctrlD}) => ctrlD()],
    ['SIGTERM', ({kill}) => kill('SIGTERM')],
    ['SIGINT from outside', ({kill}) => kill('SIGINT')],
  ]
  for (const [what, end] of endings) {
    it(`takes ${what} for a no, says so and ends with 130`, () =>
      withHub({runs: 3}, async (hub) => {
        const terminal = await asked(hub, KEEP_ONE)
        end(terminal)
        expect(await terminal.finished).to.equal(130)
        expect(terminal.text).to.include('Cancelled: nothing was deleted.')
        expect(deletionsAt(hub)).to.deep.equal([])
      }))
  }

  it('[S9] is not answered by what was typed before the plan was on the screen', () =>
    withHub({runs: 3}, async (hub) => {
      const type = {early() {}}
      hub.intercept({
        match: ({path}) => path.startsWith('/api/datasets?'),
        times: 1,
        before: () => type.early(),
      })
      const terminal = startInTerminal(KEEP_ONE, cleanEnv(hub))
      type.early = () => terminal.type('DELETE')
      await terminal.waitFor(/Type DELETE to go on, anything else to cancel:/)
      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('is not answered by that either where the program is held up before it has read it', () =>
    withHub({runs: 3}, async (hub) => {
      const type = {early() {}}
      hub.intercept({
        match: ({path}) => path.startsWith('/api/datasets?'),
        times: 1,
        before: () => type.early(),
      })
      const terminal = startInTerminal(KEEP_ONE, cleanEnv(hub, {NODE_OPTIONS: HELD_UP}))
      type.early = () => terminal.type('DELETE')
      await terminal.waitFor(/Type DELETE to go on, anything else to cancel:/)
      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('[S9] asks for YES DELETE ALL where everything goes, once, and takes DELETE for a no', () =>
    withHub({runs: 3}, async (hub) => {
      const cautious = await asked(hub, ALL)
      expect(cautious.text).to.include('Type YES DELETE ALL to go on')
      cautious.type('DELETE')
      expect(await cautious.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])

      const resolute = await asked(hub, [...ALL, '--grace', '0'])
      resolute.type('YES DELETE ALL')
      expect(await resolute.finished).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      expect(namesAt(hub)).to.include('mira/smoltrace-leaderboard')
    }))

  it('[S5] asks for YES DELETE ALL where one type of every run goes', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, ['cleanup', '--only', 'traces', '--no-dry-run'])
      expect(terminal.text).to.include('Type YES DELETE ALL to go on')
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('is not asked where there is nothing to delete', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = startInTerminal(['cleanup', '--keep-recent', '50', '--no-dry-run'], cleanEnv(hub))
      expect(await terminal.finished).to.equal(0)
      expect(terminal.text).to.include('Nothing to delete.').and.not.to.include('Type ')
    }))
})

describe('what happens on the Hub while the question waits', () => {
  it('[S10] a run that changed is skipped as a whole, the others go, and the exit code is 3', () =>
    withHub({runs: 5}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      const changed = runDatasetsAt(hub).find((name) => name.includes('-traces-')) ?? ''
      const run = changed.slice(-15)
      const ofRun = runDatasetsAt(hub).filter((name) => name.endsWith(run))
      expect(ofRun).to.have.length(3)
      hub.state.touch(changed)
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(3)
      expect(namesAt(hub)).to.include.members(ofRun)
      expect(deletionsAt(hub).length).to.be.above(0)
      expect(terminal.text).to.match(/Skipped +3 datasets/)
      expect(terminal.text).to.include('traces changed since the plan was made')
    }))

  it('a dataset that came to a run keeps that run, and a new run is not touched', () =>
    withHub({runs: 5}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      const alone = terminal.text
        .match(/^ +\d+\. .+-results-\d+_\d+$/gm)
        ?.map((line) => line.trim().split(' ')[1] ?? '')
      const killed =
        alone?.find((name) => !namesAt(hub).includes(name.replace('-results-', '-metrics-'))) ?? ''
      const late = killed.replace('-results-', '-metrics-')
      const stranger = 'mira/smoltrace-results-20200101_000000'
      hub.state.addDataset({name: late, createdAt: new Date()})
      hub.state.addDataset({name: stranger, createdAt: '2020-01-01T00:10:00Z'})
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(3)
      expect(namesAt(hub)).to.include.members([killed, late, stranger])
      expect(terminal.text).to.include(`${killed}: metrics came to the run since the plan was made`)
      expect(deletionsAt(hub).length).to.be.above(0)
    }))

  it('a dataset that somebody else deleted counts as gone, and that is no failure', () =>
    withHub({runs: 5}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      const gone = runDatasetsAt(hub).find((name) => name.includes('-traces-')) ?? ''
      hub.state.remove(gone)
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(terminal.text).to.match(/Already gone +1 dataset/)
      expect(deletionsAt(hub)).not.to.include(gone)
    }))

  it('a leaderboard that was protected meanwhile stays', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, ['cleanup', '--delete-leaderboard', '--no-dry-run'])
      expect(terminal.text).to.include('You are about to delete the leaderboard of mira for good.')
      expect(terminal.text).to.include('Its files are archived first').and.not.include('no undo')
      expect((await runCli(['leaderboard', 'protect'], envOf(hub))).exitCode).to.equal(0)
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(3)
      expect(deletionsAt(hub)).to.deep.equal([])
      expect(terminal.text).to.match(/protected by mira since the plan was made/)
    }))
})

describe('the deletion on a terminal', () => {
  it('takes the list off the screen where it ends before the first deletion, and says why', () =>
    withHub({runs: 12}, async (hub) => {
      const copies = mkdtempSync(join(tmpdir(), 'smoltrace-copies-'))
      const argv = ['cleanup', '--all', '--grace', '0', '--archive', copies, '--no-dry-run', '--yes']
      const letOn = hub.intercept({match: ({path}) => path.includes('/revision/'), skip: 5, hold: 'before'})
      const interrupted = startInTerminal(argv, cleanEnv(hub))
      await interrupted.waitFor('Archiving before anything is deleted: 5 of ')
      interrupted.ctrlC()
      expect(await interrupted.finished).to.equal(130)
      expect(interrupted.text).to.include('Nothing was deleted.')
      expect(interrupted.screen.everything().filter((line) => line.includes(' waiting'))).to.deep.equal([])
      letOn()

      hub.intercept({
        match: ({path}) =>
          path.includes('author=') && hub.requests.some(({path: other}) => other.includes('/revision/')),
        respond: {status: 500, body: '{"error":"busy"}'},
      })
      hub.requests.length = 0
      const failed = startInTerminal(argv, cleanEnv(hub))
      expect(await failed.finished).to.equal(1)
      expect(failed.text).to.include('busy').and.include('Nothing was deleted.')
      expect(deletionsAt(hub)).to.deep.equal([])
      rmSync(copies, {recursive: true})
    }))

  it('draws what is under way in place, and puts the summary last', () =>
    withHub({runs: 6}, async (hub) => {
      const {before, open} = gate()
      hub.intercept({match: isDelete, times: 1, before})
      const terminal = startInTerminal([...KEEP_ONE, '--yes'], cleanEnv(hub), {rows: 50})
      await terminal.waitFor(/ deleting$/m)
      await drawn(terminal, 3)
      open()
      expect(await terminal.finished).to.equal(0)
      const total = deletionsAt(hub).length
      const lines = terminal.screen.everything()
      expect(lines.filter((line) => line.startsWith('Deleting '))).to.deep.equal([
        `Deleting ${total}/${total}`,
      ])
      const summary = lines.findIndex((line) => line.startsWith('Cleanup complete in '))
      expect(summary).to.be.above(lines.indexOf(`Deleting ${total}/${total}`))
      expect(lines.slice(summary).join('\n'))
        .to.match(/^Deleted +\d+ datasets$/m)
        .and.to.match(/^Remaining /m)
      expectCursor(terminal)
    }))

  it('never draws more lines than the terminal has, however many datasets go', () =>
    withHub({runs: 230}, async (hub) => {
      const {before, open} = gate()
      hub.intercept({match: isDelete, times: 1, before})
      const terminal = startInTerminal([...ALL, '--yes', '--concurrency', '16'], cleanEnv(hub))
      await drawn(terminal, 5)
      open()
      expect(await terminal.finished).to.equal(0)
      const total = deletionsAt(hub).length
      expect(total).to.be.above(600)
      const frames = framesOf(terminal)
      for (const frame of frames) {
        expect(frame.length).to.be.at.most(24)
        for (const line of frame) expect(line.length).to.be.at.most(100)
      }

      expect(frames.some((frame) => frame.some((line) => line.endsWith(' deleting')))).to.equal(true)
      const headlines = terminal.screen.everything().filter((line) => line.startsWith('Deleting '))
      expect(headlines).to.deep.equal([`Deleting ${total}/${total}`])
    }))

  it('stops at Ctrl-C: what is under way is finished, and the summary is true', () =>
    withHub({runs: 12}, async (hub) => {
      const answers = gate()
      hub.intercept({match: isDelete, before: answers.before})
      const before = runDatasetsAt(hub)
      const terminal = startInTerminal([...ALL, '--yes'], cleanEnv(hub))
      // One that is on its way to the Hub would be counted only after the word.
      await until('all that go at a time', () => deletionsAt(hub).length >= 4)
      terminal.ctrlC()
      await terminal.waitFor('stopping: what is under way is finished (Ctrl-C: at once)')
      const started = deletionsAt(hub).length
      answers.open()
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.have.length(started)
      expect(before.length - runDatasetsAt(hub).length).to.equal(started)
      expect(terminal.text).to.include('nothing new was started')
      expect(terminal.text).to.match(new RegExp(`Deleted +${started} dataset`))
      expectCursor(terminal)
    }))

  it('shows a dry run within the width of the terminal', () =>
    withHub({runs: 8}, async (hub) => {
      const terminal = startInTerminal(['cleanup', '--keep-recent', '1'], cleanEnv(hub), {columns: 70})
      expect(await terminal.finished).to.equal(0)
      const tables = terminal.text.slice(0, terminal.text.indexOf('Datasets to delete'))
      for (const line of tables.split('\n').filter((each) => /^\d{8}_/.test(each)))
        expect(line.length).to.be.at.most(70)
    }))
})

/** The pictures that were drawn one over the other, as lines without colours. */
function framesOf({raw}: Terminal): string[][] {
  const [, ...frames] = raw.split('\u001B[0J')

  const plain = frames.map((frame) =>
    frame.split(/\u001B\[\d+A/)[0]?.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, ''),
  )
  return plain.slice(0, -1).map((frame = '') => frame.trimEnd().split('\r\n'))
}

/** Waits until the list was drawn more often than this: how long a deletion takes is for the machine to say. */
function drawn(terminal: Terminal, times: number): Promise<void> {
  return until(`more than ${times} pictures`, () => framesOf(terminal).length > times)
}

/** The last word about the cursor must be that it is seen. */
function expectCursor({raw}: Terminal): void {
  expect(raw.lastIndexOf('\u001B[?25h')).to.be.at.least(raw.lastIndexOf('\u001B[?25l'))
}
