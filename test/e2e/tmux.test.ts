import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {formatWords} from '../../src/lib/base/shell.js'
import {gate, until, withHub} from '../support/hub.js'
import {cleanEnv, PROGRAM} from '../support/process.js'
import {isDelete, type Sandbox} from '../support/sandbox.js'

/** A server of its own: what is in the reader's configuration must not count. */
function tmux(...argv: string[]): string {
  return execFileSync('tmux', ['-L', `smoltrace-${process.pid}`, '-f', '/dev/null', ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** All lines of the pane, what has scrolled off its top first. */
const history = () => tmux('capture-pane', '-p', '-S', '-').trimEnd().split('\n')
const has = (pattern: RegExp) => () => history().some((line) => pattern.test(line))

function isMissing(): boolean {
  try {
    return tmux('-V') === ''
  } catch {
    return true
  }
}

/** Runs the program in tmux, in a pane that stays when it has ended. */
function startInTmux(argv: string[], hub: Sandbox, [columns, rows]: readonly [number, number]): void {
  const variables = Object.entries({...cleanEnv(hub), TERM: 'screen'}).map(
    ([name, value]) => `${name}=${value}`,
  )
  // Nothing of the environment of tests may count, such as CI.
  const command = formatWords(['env', '-i', ...variables, process.execPath, PROGRAM, ...argv], 'linux')
  const size = ['-x', String(columns), '-y', String(rows)]
  tmux('new-session', '-d', ...size, `${command}; echo "ended with $?"; exec cat`)
}

describe('the history of tmux', () => {
  before(function () {
    if (isMissing()) this.skip()
  })

  afterEach(() => {
    tmux('kill-server')
  })

  for (const size of [
    [80, 24],
    [120, 40],
  ] as const)
    it(`keeps the plan of a deletion and its result at ${size.join('x')}, and no picture of what is between`, () =>
      withHub({runs: 40}, async (hub) => {
        const copies = mkdtempSync(join(tmpdir(), 'smoltrace-copies-'))
        const {before, open} = gate()
        hub.intercept({match: isDelete, skip: 40, times: 1, before})
        startInTmux(['cleanup', '--keep-recent', '5', '--archive', copies, '--no-dry-run'], hub, size)
        await until('the question', has(/anything else/i))
        tmux('send-keys', '-l', 'DELETE')
        tmux('send-keys', 'Enter')
        await until('a picture', has(/^Deleting .* \d\d\//))
        const middle = history()
        expect(middle.filter((line) => /^(?:Archiving|Deleting) /.test(line))).to.have.length(1)
        expect(middle.filter((line) => /^ +[✓✗] /.test(line)).length).to.be.at.most(3)
        open()
        await until('the end', has(/^ended with 0/))
        const lines = history()
        expect(lines.filter((line) => /^(?:Archiving|Deleting) |^ +✓/.test(line))).to.deep.equal([])
        expect(lines.filter((line) => line.includes('WARNING'))).to.have.length(1)
        expect(lines.filter((line) => line.startsWith('Cleanup'))).to.have.length(1)
        expect(lines.filter((line) => /^Deleted \d+ datasets of /.test(line))).to.have.length(1)
        rmSync(copies, {recursive: true})
      }))
})
