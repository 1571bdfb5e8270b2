import {expect} from 'chai'
import {existsSync} from 'node:fs'

import {deletionsAt, runDatasetsAt, runsAt, withHub} from '../support/hub.js'
import {cleanEnv, type Finished, preload, PROGRAM, run, startCommand} from '../support/process.js'

/** Runs the program with a stdout of one kind, as a shell leads it there. */
function runInto(redirect: string, argv: string[], env: Record<string, string>): Promise<Finished> {
  const script = `exec "$0" "$@" ${redirect}`
  return startCommand(['/bin/sh', '-c', script, process.execPath, PROGRAM, ...argv], env).finished
}

const BROKEN: Array<[what: string, redirect: string, reason: string]> = [
  ['on a full disk', '>/dev/full', 'no space left on device (ENOSPC)'],
  ['closed', '>&-', 'it is closed'],
]

/** Of each way in which a command prints. */
const PRINTING = [
  'datasets list',
  'datasets list --json',
  'leaderboard show --csv',
  'cleanup --keep-recent 1',
  'autocomplete bash',
  'help cleanup',
  '--version',
]
const DELETION = ['cleanup', '--keep-recent', '1', '--no-dry-run', '--yes']

const canTry = existsSync('/dev/full') && existsSync('/proc/self/fdinfo')

;(canTry ? describe : describe.skip)('a stdout that takes nothing', () => {
  for (const [what, redirect, reason] of BROKEN) {
    it(`${what} ends every command that prints with 1, and stderr says why`, () =>
      withHub({runs: 3}, async (hub) => {
        const env = cleanEnv(hub)
        for (const words of PRINTING) {
          const {stderr, exitCode} = await runInto(redirect, words.split(' '), env)
          expect(exitCode, words).to.equal(1)
          expect(stderr, words).to.include(`written to stdout: ${reason}`)
          expect(stderr, words).not.to.match(/^\s+at /m)
        }
      }))

    for (const json of [[], ['--json']]) {
      it(`${what} lets no deletion begin${json.length > 0 ? ', with --json either' : ''}`, () =>
        withHub({runs: 4}, async (hub) => {
          const before = runDatasetsAt(hub)
          const {stderr, exitCode} = await runInto(redirect, [...DELETION, ...json], cleanEnv(hub))
          expect(exitCode).to.equal(1)
          expect(stderr).to.include(`Error: The plan could not be written to stdout: ${reason}`)
          expect(stderr).to.include('Nothing was deleted.')
          expect(deletionsAt(hub)).to.deep.equal([])
          expect(runDatasetsAt(hub)).to.deep.equal(before)
        }))
    }
  }

  it('[S16] is no fault of what was thrown away on purpose', () =>
    withHub({runs: 4}, async (hub) => {
      const {stderr, exitCode} = await runInto('>/dev/null', [...DELETION, '--json'], cleanEnv(hub))
      expect({stderr, exitCode}).to.deep.equal({stderr: '', exitCode: 0})
      expect(deletionsAt(hub)).not.to.deep.equal([])
    }))

  for (const json of [[], ['--json']]) {
    it(`leaves a usage error what it is, and says it on stderr${json.length > 0 ? ', with --json too' : ''}`, async () => {
      const {stderr, exitCode} = await runInto('>/dev/full', ['cleanup', ...json], cleanEnv())
      expect(exitCode).to.equal(2)
      expect(stderr.match(/^Error.*/gm)).to.have.length(1)
      expect(stderr).to.include('Error: Nothing selected')
    })
  }
})

/** Takes what is written first, and from the first progress on nothing more: a disk that fills up in the middle. */
const FILLS_UP = `
const {write} = process.stdout
let isFull = false
process.stdout.write = function (text, ...rest) {
  if (!isFull) return write.call(this, text, ...rest)
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'})
  process.nextTick(() => { this.emit('error', error); rest.at(-1)?.call?.(this, error) })
  return true
}
const {write: tell} = process.stderr
process.stderr.write = function (text, ...rest) {
  if (/deleted /.test(text)) isFull = true
  return tell.call(this, text, ...rest)
}`
/** Takes everything, and never says that it has left. */
const SLEEPING_READER = 'process.stdout.write = () => true'

describe('a deletion whose plan', () => {
  it('[S9] nobody has taken yet does not begin', () =>
    withHub({runs: 4}, async (hub) => {
      await run(DELETION, cleanEnv(hub, preload(SLEEPING_READER)))
      expect(hub.requests.length).to.be.above(2)
      expect(deletionsAt(hub)).to.deep.equal([])
    }))

  it('[S16] was written goes on where the disk fills up meanwhile, says so at its end and does not end with 0', () =>
    withHub({runs: 4}, async (hub) => {
      const {stderr, exitCode} = await run(DELETION, cleanEnv(hub, preload(FILLS_UP)))
      expect(exitCode).to.equal(1)
      expect(stderr).to.include('written to stdout: no space left on device (ENOSPC)')
      expect(stderr).to.include('To see what was deleted: smoltrace history latest')
      expect(runsAt(hub)).to.have.length.below(4)
      expect(stderr.match(/^deleted /gm)).to.have.length(deletionsAt(hub).length)
    }))
})
