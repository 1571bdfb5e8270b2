import {expect} from 'chai'

import {runCli} from '../support/cli.js'
import {deletionsAt, envOf, gate, namesAt, runDatasetsAt, stampsIn, until, withHub} from '../support/hub.js'
import {cleanEnv, PATIENT, start} from '../support/process.js'
import {type Sandbox} from '../support/sandbox.js'

const BOARD = 'mira/smoltrace-leaderboard'

/** Timestamps of the runs that are over, newest first. */
const finishedRuns = (hub: Sandbox) =>
  stampsIn(runDatasetsAt(hub).filter((name) => name.includes('-traces-'))).toReversed()

/** The datasets of a run. */
const ofRun = (hub: Sandbox, run: string) => runDatasetsAt(hub).filter((name) => name.endsWith(run))

/** Whether the card of a run's results has the tag. */
const isPinned = (hub: Sandbox, run: string) =>
  String(hub.state.get(`mira/smoltrace-results-${run}`)?.head.files.get('README.md')?.bytes()).includes(
    'smoltrace-pinned',
  )

describe('Ctrl-C while runs are being pinned', () => {
  const pinning = async (hub: Sandbox) => {
    const [held = '', other = ''] = finishedRuns(hub)
    const answers = gate()
    const isHeld = ({method, path}: {method: string; path: string}) =>
      method === 'POST' && path.includes(`results-${held}/commit`)
    hub.intercept({match: isHeld, before: answers.before})
    const program = start(['runs', 'protect', held, other], cleanEnv(hub, PATIENT))
    await until('the commit of the card', () => hub.requests.some((request) => isHeld(request)))
    await until('the other card', () => isPinned(hub, other))
    program.kill('SIGINT')
    const finished = await program.finished
    answers.open()
    return {held, other, ...finished}
  }

  it('[S13] says which are pinned and which by half, ends with 130, and keeps them all', () =>
    withHub({runs: 6}, async (hub) => {
      const {held, other, stdout, stderr, exitCode} = await pinning(hub)
      expect(exitCode).to.equal(130)
      expect(stdout).to.match(new RegExp(`^${other} is now pinned by mira\\.$`, 'm'))
      expect(stdout).to.match(new RegExp(`^${held} is now pinned by mira, but only half pinned: `, 'm'))
      expect(stdout).to.include('Interrupted: 1 of 2 runs. Run the same command again to finish.')
      expect(stderr).not.to.match(/^\s+at /m)
      const kept = [...ofRun(hub, held), ...ofRun(hub, other)]
      const all = ['cleanup', '--all', '--no-dry-run', '--yes']
      expect((await runCli(all, envOf(hub))).exitCode).to.equal(0)
      expect(deletionsAt(hub).length).to.be.above(0)
      expect(namesAt(hub)).to.include.members(kept)
    }))

  for (const [command, words] of [
    ['protect', 'is not known to be pinned'],
    ['unprotect', 'may still be pinned'],
  ] as const) {
    it(`claims nothing of a card whose ${command} is made and not answered`, () =>
      withHub({runs: 6}, async (hub) => {
        const [run = ''] = finishedRuns(hub)
        hub.state.remove(BOARD)
        if (command === 'unprotect') await runCli(['runs', 'protect', run], envOf(hub))
        const before = isPinned(hub, run)
        hub.intercept({
          match: ({method, path}) => method === 'POST' && path.includes(`results-${run}/commit`),
          hold: 'after',
        })
        const program = start(['runs', command, run], cleanEnv(hub, PATIENT))
        await until('the commit', () => isPinned(hub, run) !== before)
        program.kill('SIGINT')
        const {stdout, exitCode} = await program.finished
        expect(exitCode).to.equal(130)
        expect(stdout).to.include(`${run} ${words}: interrupted before its card was changed.`)
      }))
  }
})
