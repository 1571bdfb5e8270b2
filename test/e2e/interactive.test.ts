import {expect} from 'chai'
import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {deletionsAt, namesAt, runDatasetsAt, runsAt, stampsIn, withHub} from '../support/hub.js'
import {cleanEnv, run} from '../support/process.js'
import {startInTerminal, type Terminal} from '../support/pty.js'
import {isListing, type Sandbox} from '../support/sandbox.js'

const UP = '\u001B[A'
const DOWN = '\u001B[B'
const PAGE_DOWN = '\u001B[6~'
const HOME = '\u001B[H'
const END = '\u001B[F'
const ENTER = '\r'
const CTRL_A = '\u0001'
const CTRL_U = '\u0015'
const BACKSPACE = '\u007F'

const PICK = ['cleanup', '--interactive', '--grace', '0', '--no-dry-run']
/** The seventh run of the sandbox and those before it are younger. */
const OLD = [...PICK, '--older-than', '30d']

/** What a list ends with on the screen. */
const LIST_END = 'Enter: continue'

interface Options {
  rows?: number
  columns?: number
  env?: Record<string, string>
}

/** Starts a command on a sandbox and waits for its list. */
async function listed(hub: Sandbox, argv: string[], {env, ...size}: Options = {}): Promise<Terminal> {
  const terminal = startInTerminal(argv, cleanEnv(hub, env), size)
  await terminal.waitFor(new RegExp(`Space.+${LIST_END}`))
  return terminal
}

/** The rows of the list on the screen. */
function rowsOn({screen}: Terminal): Array<{mark: string; run: string; text: string; isFocused: boolean}> {
  return screen.visible().flatMap((line) => {
    const [, pointer = '', mark = '', timestamp = '', text = ''] =
      /^([ >]) (\[[ x]\]| - ) (\d{8}_\d{6}) +(.+)$/.exec(line) ?? []
    return timestamp === '' ? [] : [{mark, run: timestamp, text, isFocused: pointer === '>'}]
  })
}

const checkedOn = (terminal: Terminal) =>
  rowsOn(terminal)
    .filter(({mark}) => mark === '[x]')
    .map(({run: timestamp}) => timestamp)
const focusOn = (terminal: Terminal) => rowsOn(terminal).findIndex(({isFocused}) => isFocused)

/** Presses keys until the list shows what is waited for, and is drawn to its end. */
async function pressed(terminal: Terminal, keys: string, shown: RegExp | string): Promise<void> {
  const wanted =
    typeof shown === 'string' ? shown.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`) : shown.source
  terminal.press(keys)
  await terminal.waitFor(new RegExp(`${wanted}[^]*${LIST_END}`))
}

/** Types a timestamp until the list shows its run alone: the first part of it may do so, too. */
const searched = (terminal: Terminal, timestamp: string) =>
  pressed(terminal, timestamp, new RegExp(`› ${timestamp}[^]*; 1–1 of 1 found`))

/** Presses keys until a question stands there. */
async function asked(terminal: Terminal, keys: string, question: string): Promise<void> {
  terminal.press(keys)
  await terminal.waitFor(question)
}

describe('picking by hand on a terminal', () => {
  it('starts from what the rules select, and deletes exactly what was picked after DELETE', () =>
    withHub({runs: 8}, async (hub) => {
      const terminal = await listed(hub, OLD)
      const rows = rowsOn(terminal)
      expect(rows.map(({run: timestamp}) => timestamp)).to.have.members(runsAt(hub))
      const old = checkedOn(terminal)
      expect(old.length).to.be.within(2, 6)
      for (const {mark, text} of rows)
        expect(text).to.match(mark === '[x]' ? /\s{2}older than 30d/ : /\s{2}not older than 30d/)
      expect(focusOn(terminal)).to.equal(0)

      const newest = rows[0]?.run ?? ''
      const oldest = rows.at(-1)?.run ?? ''
      await pressed(terminal, ' ', `${newest}  picked by hand`)
      await pressed(terminal, END, `${oldest}  older than 30d`)
      await pressed(terminal, ' ', `${oldest}  not picked`)
      expect(checkedOn(terminal)).to.deep.equal([newest, ...old.slice(0, -1)])

      await asked(terminal, ENTER, 'Type DELETE to continue')
      expect(terminal.text).to.include('By hand      1 run picked and 1 run not picked')
      expect(deletionsAt(hub)).to.deep.equal([])
      const going = runDatasetsAt(hub).filter((name) =>
        [newest, ...old.slice(0, -1)].some((run) => name.endsWith(run)),
      )
      const before = namesAt(hub)
      expect(terminal.text).to.include(
        `You are about to delete ${old.length} of ${rows.length} runs (${going.length} of `,
      )
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(deletionsAt(hub)).to.have.members(going)
      expect(namesAt(hub)).to.deep.equal(before.filter((name) => !going.includes(name)))
    }))

  it('finds runs by what is typed, whatever is typed, and keeps what was checked', () =>
    withHub({runs: 8}, async (hub) => {
      const terminal = await listed(hub, PICK)
      const [other = '', one = ''] = runsAt(hub).slice(-4)
      expect(checkedOn(terminal)).to.deep.equal([])
      await searched(terminal, one)
      expect(rowsOn(terminal).map(({run: timestamp}) => timestamp)).to.deep.equal([one])
      await pressed(terminal, ' ', '1 of 8 runs')
      await pressed(terminal, '(*[', '; 0–0 of 0 found')
      await pressed(terminal, BACKSPACE.repeat(3), '; 1–1 of 1 found')
      await pressed(terminal, CTRL_U, /1 of 8 runs, \d datasets?; 1–8 of 8\s*\n/)
      expect(checkedOn(terminal)).to.deep.equal([one])
      await searched(terminal, other)
      await pressed(terminal, CTRL_A, '2 of 8 runs')
      // Letters that Enquirer takes for keys of its own.
      await pressed(terminal, CTRL_U + 'aig', '› aig')
      await pressed(terminal, ENTER + CTRL_U, 'Space')
      await asked(terminal, ENTER, 'Type DELETE to continue')
      terminal.type('DELETE')
      expect(await terminal.finished).to.equal(0)
      expect(stampsIn(deletionsAt(hub))).to.deep.equal([other, one])
    }))

  it('takes no key that was pressed before the list was there', () =>
    withHub({runs: 5}, async (hub) => {
      const press = {early() {}}
      hub.intercept({match: isListing, times: 1, before: () => press.early()})
      const terminal = startInTerminal([...PICK, '--older-than', '1d'], cleanEnv(hub))
      press.early = () => terminal.press(`${CTRL_A}${ENTER}`)
      await terminal.waitFor(new RegExp(`Space.+${LIST_END}`))
      expect(checkedOn(terminal).length).to.be.above(0)
      terminal.ctrlC()
      expect(await terminal.finished).to.equal(130)
    }))

  it('saves what was picked, which --apply carries out', () =>
    withHub({runs: 5}, async (hub) => {
      const dryRun = ['cleanup', '-i', '--keep-recent', '1', '--grace', '0']
      const file = join(mkdtempSync(join(tmpdir(), 'smoltrace-picked-')), 'plan.json')
      const terminal = await listed(hub, [...dryRun, '--plan', file])
      const newest = rowsOn(terminal)[0]?.run ?? ''
      await pressed(terminal, CTRL_A, '5 of 5 runs')
      await pressed(terminal, CTRL_A, '0 of 5 runs')
      await pressed(terminal, ' ', '1 of 5 runs')
      terminal.press(ENTER)
      expect(await terminal.finished).to.equal(0)
      expect(terminal.text).to.include(`--apply ${file} --no-dry-run`)
      expect(readFileSync(file, 'utf8')).to.include('picked by hand')
      const {exitCode} = await run(['cleanup', '--apply', file, '--no-dry-run', '--yes'], cleanEnv(hub))
      expect(exitCode).to.equal(0)
      expect(stampsIn(deletionsAt(hub))).to.deep.equal([newest])
    }))
})

describe('the list to pick from on the screen', () => {
  it('is refused in CI, before anything is listed', () =>
    withHub({runs: 3}, async (hub) => {
      const terminal = startInTerminal(OLD, cleanEnv(hub, {CI: 'true'}))
      expect(await terminal.finished).to.equal(2)
      expect(terminal.text)
        .to.include('CI is set')
        .and.match(/--run\s+TIMESTAMP/)
      expect(hub.requests).to.deep.equal([])
    }))

  it('reads without colours, and has none where NO_COLOR says so', () =>
    withHub({runs: 5}, async (hub) => {
      const plain = await listed(hub, OLD, {env: {NO_COLOR: '1'}})
      expect(plain.raw).not.to.match(/\u001B\[\d+(?:;\d+)*m/)
      plain.ctrlC()
      await plain.finished
      const coloured = await listed(hub, OLD)
      expect(coloured.raw).to.match(/\u001B\[32m\[x\]/)
      coloured.ctrlC()
      await coloured.finished
    }))

  it('has each run on one line, and the question always in sight, in 40 columns and 10 lines', () =>
    withHub({runs: 60}, async (hub) => {
      const [columns, rows] = [40, 10]
      const terminal = await listed(hub, OLD, {columns, rows})
      const sight = () => {
        const lines = terminal.screen.visible()
        for (const line of lines) expect(line.length).to.be.below(columns)
        expect(lines.filter((line) => line.includes('Runs to delete ›'))).to.have.length(1)
        expect(terminal.screen.gone).to.deep.equal(begun)
        expect(rowsOn(terminal)).to.have.length(rows - 6)
      }

      const begun = [...terminal.screen.gone]
      sight()
      const order = rowsOn(terminal).map(({run: timestamp}) => timestamp)
      await pressed(terminal, DOWN, `${order[1]}  `)
      expect(focusOn(terminal)).to.equal(1)
      await pressed(terminal, UP, `${order[0]}  `)
      expect(focusOn(terminal)).to.equal(0)
      await pressed(terminal, PAGE_DOWN, 'Space')
      sight()
      expect(focusOn(terminal)).to.equal(rows - 7)
      await pressed(terminal, END, 'Space')
      sight()
      expect(focusOn(terminal)).to.equal(rows - 7)
      await pressed(terminal, HOME, `${order[0]}  `)
      sight()
      expect(focusOn(terminal)).to.equal(0)
      terminal.ctrlC()
      expect(await terminal.finished).to.equal(130)
    }))

  it('leaves out the reasons, but for that of the run under the cursor, where they would be cut to nothing', () =>
    withHub({runs: 8}, async (hub) => {
      const terminal = await listed(hub, [...OLD, '--sizes'], {columns: 60})
      expect(terminal.screen.visible().join('\n'))
        .to.match(/SCORE +SIZE\n/)
        .and.match(/ \d+(?:\.\d)? [kM]?B\n/)
      expect(terminal.screen.visible().join('\n')).to.match(/\n\d{8}_\d{6} {2}\S.+\n.+; 1–8 of 8\n/)
      terminal.ctrlC()
      await terminal.finished
    }))
})
