import {expect} from 'chai'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {deletionsAt, gate, namesAt, runDatasetsAt, until, withHub} from '../support/hub.js'
import {cleanEnv, preload} from '../support/process.js'
import {startInTerminal, type Terminal} from '../support/pty.js'
import {isDelete, isListing, type Sandbox} from '../support/sandbox.js'

const KEEP_ONE = ['cleanup', '--keep-recent', '1', '--no-dry-run']
const ALL = ['cleanup', '--all', '--no-dry-run']

/** Holds the program up for a while as soon as it wants to read what is typed. */
const HOLD_UP = `
const {resume} = process.stdin
process.stdin.resume = function () {
  process.nextTick(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200))
  return resume.call(this)
}`

const QUESTION = /Type .+ to continue\. Anything else cancels\.|Space.+Enter: continue/

/** Starts a command on a sandbox and waits for its question. */
async function asked(hub: Sandbox, argv: string[], variables = {}): Promise<Terminal> {
  const terminal = startInTerminal(argv, cleanEnv(hub, variables))
  await terminal.waitFor(QUESTION)
  return terminal
}

/** The datasets that a plan on the terminal names. */
const named = ({text}: Terminal) => [...text.matchAll(/^ +\d+\. (.+)$/gm)].map(([, name]) => name)

describe('the question before a deletion', () => {
  it('[S9] comes after the whole plan, and DELETE, with blanks around it or not, deletes exactly that', () =>
    withHub({runs: 5}, async (hub) => {
      const before = namesAt(hub)
      const terminal = await asked(hub, [...KEEP_ONE, '--verbose'])
      const shown = named(terminal)
      expect(shown.length).to.be.above(3)
      expect(terminal.text).to.include(
        `You are about to delete 3 of 5 runs (${shown.length} of ${runDatasetsAt(hub).length} datasets) of mira at `,
      )
      expect(deletionsAt(hub)).to.deep.equal([])

      terminal.type('  DELETE  ')
      expect(await terminal.finished).to.equal(0)
      expect(deletionsAt(hub)).to.have.members(shown)
      expect(namesAt(hub)).to.deep.equal(before.filter((name) => !shown.includes(name)))
    }))

  it('[S9] shows the whole plan again after `list`, as often as that is typed, and asks again', () =>
    withHub({runs: 4}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      expect(named(terminal)).to.deep.equal([])
      for (const times of [1, 2]) {
        terminal.type(times === 1 ? 'list' : ' list ')
        await terminal.waitFor(/^ +\d+\. [\s\S]*Type DELETE to continue/m)
        const once = named(terminal).slice(0, named(terminal).length / times)
        expect(once.length).to.be.above(1)
        expect(named(terminal)).to.deep.equal(Array.from({length: times}, () => once).flat())
      }

      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('[S9] marks a wrong word as wrong, and shows that before it is cancelled', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE)
      terminal.type('delete')
      expect(await terminal.finished).to.equal(130)
      expect(terminal.screen.visible().join('\n').trimEnd()).to.match(
        /✖ Type DELETE to continue\. Anything else cancels\. · delete\nThat is not DELETE\.\nCancelled: nothing was deleted\.$/,
      )
      expect(terminal.raw).to.include('\u001B[31m✖').and.not.include('✔')
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('[S9] comes after the plan with --quiet too', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, [...KEEP_ONE, '--quiet'])
      expect(terminal.text)
        .to.match(/^Deletes \d whole runs?$/m)
        .and.match(/^Rule /m)
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(terminal.text)
        .to.match(/^Deleted \d datasets of /m)
        .and.not.match(/^Deleting /m)
    }))

  it('[S9] repeats the rule and what it deletes where the terminal is too low for all the facts, and only there', () =>
    withHub({runs: 5}, async (hub) => {
      for (const [rows, times] of [
        [14, 2],
        [40, 1],
      ] as const) {
        const terminal = startInTerminal(KEEP_ONE, cleanEnv(hub), {rows})
        await terminal.waitFor(QUESTION)
        expect(terminal.screen.visible().join('\n')).to.match(/^Rule .*^Deletes .*Type DELETE/ms)
        expect(terminal.text.match(/^Rule /gm)).to.have.length(times)
        terminal.ctrlC()
        expect(await terminal.finished).to.equal(130)
      }
    }))

  it('[S9] shows them where the plan went to a file', () =>
    withHub({runs: 5}, async (hub) => {
      const terminal = startInTerminal([...KEEP_ONE, '> /dev/null'], cleanEnv(hub), {rows: 40, inShell: true})
      await terminal.waitFor(QUESTION)
      expect(terminal.text).to.match(/^WARNING .*^Rule .*^Deletes .*Type DELETE/ms)
      terminal.ctrlC()
      await terminal.waitFor('Cancelled: nothing was deleted.')
      terminal.type('exit')
      expect(await terminal.finished).to.equal(130)
    }))

  it('[S9] has all that decides on one screen, and a dry run of 100 runs takes 40 lines, of one run 25', () =>
    withHub({runs: 100}, async (hub) => {
      const size = {rows: 24, columns: 80}
      const terminal = startInTerminal(
        ['cleanup', '--older-than', '30d', '--no-dry-run'],
        cleanEnv(hub),
        size,
      )
      await terminal.waitFor(QUESTION)
      const screen = terminal.screen.visible().join('\n')
      for (const fact of [
        /^Rule +older than 30d/m,
        /\d+ of 100 runs \(/,
        /\d{4}-\d\d-\d\d to \d{4}-/,
        /^Keeps /m,
      ])
        expect(screen).to.match(fact)
      expect(screen.replaceAll(/\s+/g, ' '))
        .to.include(`of mira at ${hub.url} for good`)
        .and.include('--archive DIR')
      terminal.ctrlC()
      await terminal.finished
      const [run = ''] = runDatasetsAt(hub)
        .map((name) => name.slice(-15))
        .toSorted()
      for (const [flags, most] of [
        [['--older-than', '30d'], 40],
        [['--run', run], 25],
      ] as const) {
        const dry = startInTerminal(['cleanup', ...flags], cleanEnv(hub), size)
        expect(await dry.finished).to.equal(0)
        const lines = dry.screen.everything().join('\n').trimEnd().split('\n')
        expect(lines.length, lines.join('\n')).to.be.at.most(most)
      }
    }))

  it('[S9] waits on after Ctrl-Z and fg', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = startInTerminal(KEEP_ONE, cleanEnv(hub), {inShell: true})
      await terminal.waitFor(QUESTION)
      terminal.press('\u001A')
      await terminal.waitFor('Stopped')
      terminal.type('fg')
      await terminal.waitFor(QUESTION)
      terminal.type('DELETE')
      await terminal.waitFor(/Deleted \d+ datasets of/)
      expect(deletionsAt(hub)).not.to.deep.equal([])
      terminal.type('echo ended with $?')
      await terminal.waitFor('ended with 0')
      terminal.kill('SIGKILL')
      await terminal.finished
    }))

  it('[S9] is not answered by what was typed before the plan was on the screen, though the program read it late', () =>
    withHub({runs: 3}, async (hub) => {
      const type = {early() {}}
      hub.intercept({match: isListing, times: 1, before: () => type.early()})
      const terminal = startInTerminal(KEEP_ONE, cleanEnv(hub, preload(HOLD_UP)))
      type.early = () => terminal.type('DELETE')
      await terminal.waitFor(QUESTION)
      terminal.type('no')
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('[S9] asks for YES DELETE ALL where everything goes, once, and takes DELETE for a no', () =>
    withHub({runs: 3}, async (hub) => {
      const cautious = await asked(hub, ALL)
      expect(cautious.text).to.include('Type YES DELETE ALL to continue')
      cautious.type('DELETE')
      expect(await cautious.finished).to.equal(130)
      expect(deletionsAt(hub)).to.deep.equal([])

      const resolute = await asked(hub, [...ALL, '--grace', '0'])
      resolute.type('YES DELETE ALL')
      expect(await resolute.finished).to.equal(0)
      expect(runDatasetsAt(hub)).to.deep.equal([])
      expect(namesAt(hub)).to.include('mira/smoltrace-leaderboard')
    }))

  it('comes in lines, as does the deletion, without one code for the cursor, with SMOLTRACE_PLAIN', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = await asked(hub, KEEP_ONE, {NO_COLOR: '1', SMOLTRACE_PLAIN: '1'})
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(deletionsAt(hub).length).to.be.above(1)
      expect(terminal.text)
        .to.match(/^deleted {8}mira\/smoltrace-metrics-/m)
        .and.match(/^Deleted \d+ datasets of \d runs? in /m)
      expect(terminal.raw).not.to.include('\u001B')
    }))
})

type Answers = Record<string, (terminal: Terminal) => void>
const ENDS: Answers = {
  'Ctrl-C': ({ctrlC}) => ctrlC(),
  'Ctrl-D': ({ctrlD}) => ctrlD(),
  SIGTERM: ({kill}) => kill('SIGTERM'),
}
const NOES: Answers = {...ENDS, '"delete"': ({type}) => type('delete'), 'an empty line': ({type}) => type('')}
const PICK_ENDS: Answers = {...ENDS, Esc: ({press}) => press('\u001B')}
const PICK = ['cleanup', '--interactive', '--keep-recent', '1']
/** What a terminal may be asked: redrawn in place, or line by line, as for a screen reader. */
const QUESTIONS: Array<
  [question: string, argv: string[], answers: Answers, variables?: Record<string, string>]
> = [
  ['the question in place', KEEP_ONE, NOES],
  ['the question line by line', KEEP_ONE, NOES, {SMOLTRACE_PLAIN: '1'}],
  ['the list to pick from', [...PICK, '--no-dry-run'], PICK_ENDS],
  ['the list to pick from in a dry run', PICK, PICK_ENDS],
]

describe('a no on a terminal', () => {
  for (const [question, argv, answers, variables] of QUESTIONS)
    for (const [what, answer] of Object.entries(answers))
      it(`[S9] is ${what} to ${question}: it says that it was cancelled, and ends with 130`, () =>
        withHub({runs: 3}, async (hub) => {
          const terminal = await asked(hub, argv, variables)
          answer(terminal)
          expect(await terminal.finished).to.equal(130)
          expect(terminal.text).to.include('Cancelled: nothing was deleted.')
          expect(terminal.text).not.to.match(/^\s+at /m)
          expect(/^Deletes \d+ whole runs?/m.test(terminal.text), 'the plan').to.equal(argv === KEEP_ONE)
          expectCursor(terminal)
          expect(deletionsAt(hub)).to.deep.equal([])
        }))
})

describe('the deletion on a terminal', () => {
  it('takes the list off the screen where it ends before the first deletion, and says why', () =>
    withHub({runs: 12}, async (hub) => {
      const copies = mkdtempSync(join(tmpdir(), 'smoltrace-copies-'))
      const argv = ['cleanup', '--all', '--grace', '0', '--archive', copies, '--no-dry-run', '--yes']
      hub.intercept({match: ({path}) => path.includes('/revision/'), skip: 5, hold: 'before'})
      const interrupted = startInTerminal(argv, cleanEnv(hub))
      await interrupted.waitFor(/Archiving .* 5\/\d+/)
      interrupted.ctrlC()
      expect(await interrupted.finished).to.equal(130)
      expect(interrupted.text).to.include('Nothing was deleted.')
      expect(interrupted.screen.everything().join('\n')).not.to.include('Archiving ')
      expect(deletionsAt(hub)).to.deep.equal([])
      rmSync(copies, {recursive: true})
    }))

  it('draws what is under way in place, below the plan, and leaves only the plan and the result', () =>
    withHub({runs: 50}, async (hub) => {
      const {before, open} = gate()
      hub.intercept({match: isDelete, skip: 60, times: 1, before})
      const terminal = startInTerminal([...ALL, '--yes', '--concurrency', '16'], cleanEnv(hub))
      await terminal.waitFor(/Deleting .*\n {2}deleting [\s\S]*✓/)
      const drawn = () => terminal.raw.split(/\u001B\[\d+A/).length
      await until('more than 5 pictures', () => drawn() > 5)
      expect(terminal.screen.everything().filter((line) => line.startsWith('Deleting '))).to.have.length(1)
      open()
      expect(await terminal.finished).to.equal(0)
      const total = deletionsAt(hub).length
      expect(total).to.be.above(100)
      // Erased from the first line of the screen on, each picture would be kept in the history of tmux.
      expect(terminal.raw).not.to.include('\u001B[0J')
      const lines = terminal.screen.everything()
      expect(lines.join('\n')).not.to.match(/^Deleting |✓/m)
      expect(lines.filter((line) => line.startsWith(`Deleted ${total} datasets of `))).to.have.length(1)
      expectCursor(terminal)
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
      await terminal.waitFor('Stopping: what is under way is finished (Ctrl-C: at once)')
      const started = deletionsAt(hub).length
      answers.open()
      expect(await terminal.finished).to.equal(130)
      expect(deletionsAt(hub)).to.have.length(started)
      expect(before.length - runDatasetsAt(hub).length).to.equal(started)
      expect(terminal.text).to.include('nothing new was started')
      expect(terminal.text).to.match(new RegExp(`Deleted ${started} of \\d+ datasets`))
      expectCursor(terminal)
    }))
})

describe('colours on a terminal', () => {
  const cases: Array<[argv: string[], variables: Record<string, string>, coloured: boolean]> = [
    [['runs', 'group'], {}, true],
    [['runs', 'group', '--no-color'], {FORCE_COLOR: '1'}, false],
    [['runs', 'group'], {NO_COLOR: 'yes', FORCE_COLOR: '1'}, false],
    [['runs', 'group'], {NO_COLOR: ''}, true],
    [['runs', 'group', '--help'], {NO_COLOR: ''}, true],
    [['runs', 'group', '--help', '--no-color'], {}, false],
    [['runs', 'group', '--frobnicate', '--no-color'], {}, false],
    [[], {NO_COLOR: 'yes', FORCE_COLOR: '1'}, false],
    [[], {TERM: 'dumb'}, false],
    [['--no-color', 'runs', 'group'], {FORCE_COLOR: '1'}, false],
    [['--no-color', 'runs', 'group', '--older-than', 'nonsense'], {FORCE_COLOR: '1'}, false],
    [['runs', 'group', '--older-than', 'nonsense'], {}, true],
    [['--no-color', '--help'], {FORCE_COLOR: '1'}, false],
    [['--no-color', '--version'], {FORCE_COLOR: '1'}, false],
  ]
  for (const [argv, variables, coloured] of cases) {
    const words = [...Object.entries(variables).map((pair) => pair.join('=')), 'smoltrace', ...argv]
    it(`are ${coloured ? '' : 'not '}there with ${words.join(' ')}`, () =>
      withHub({runs: 1}, async (hub) => {
        const terminal = startInTerminal(argv, {...cleanEnv(hub), ...variables})
        await terminal.finished
        expect(terminal.text)
          .not.to.equal('')
          .and.not.to.match(/Warning|Missing command|Unknown command/)
        expect(/\u001B\[\d+m/.test(terminal.raw)).to.equal(coloured)
      }))
  }
})

/** The last word about the cursor must be that it is seen. */
function expectCursor({raw}: Terminal): void {
  expect(raw.lastIndexOf('\u001B[?25h')).to.be.at.least(raw.lastIndexOf('\u001B[?25l'))
}
