import {runCli} from '../support/cli.js'
import {envOf, UNKNOWN_TOKEN} from '../support/hub.js'
import {isListing, type Sandbox, type SandboxOptions} from '../support/sandbox.js'

/** When all recordings take place: before any machine's clock, so that the Hub's is the one that counts. */
export const RECORDED_AT = new Date('2025-06-15T12:00:00.000Z')

/** One command line, and the Hub that it meets. */
export interface Scenario {
  argv: string[]
  exitCode: number
  /** Default: the sandbox's write token. */
  token?: string
  hub?: SandboxOptions
  /** What happened before, or which faults strike. */
  arrange?: (hub: Sandbox) => Promise<unknown> | void
  /** Changes nothing and needs nothing arranged, so that it can be recorded from the real Hub as well. */
  anywhere?: true
}

/** The only run of an account that has one. */
const THE_RUN = '20250615_074159'
const DELETE_ALL = ['cleanup', '--all', '--no-dry-run', '--yes', '--concurrency', '1']

/** Every recording, by the name of its file: the main commands, the quota, and a fault of each kind. */
export const scenarios = {
  'datasets-list': {
    argv: ['datasets', 'list'],
    exitCode: 0,
    hub: {runs: 9, pageSize: 8},
    anywhere: true,
  },
  'datasets-list-sizes': {
    argv: ['datasets', 'list', '--sizes'],
    exitCode: 0,
    hub: {runs: 9, pageSize: 20},
    anywhere: true,
  },
  // Reads the rows of the leaderboard, which are private to who wrote them: never recorded from the real Hub.
  'runs-group': {
    argv: ['runs', 'group'],
    exitCode: 0,
    hub: {runs: 9},
  },
  'cleanup-dry-run': {
    argv: ['cleanup', '--older-than', '30d', '--keep-recent', '2'],
    exitCode: 0,
    hub: {runs: 9, pageSize: 20},
    anywhere: true,
  },
  'cleanup-wet-run': {
    argv: ['cleanup', '--keep-recent', '2', '--no-dry-run', '--yes', '--concurrency', '1'],
    exitCode: 0,
    hub: {runs: 5},
  },
  'leaderboard-protect': {
    argv: ['leaderboard', 'protect', '--reason', 'cited in the paper'],
    exitCode: 0,
    hub: {runs: 1},
  },
  'leaderboard-unprotect': {
    argv: ['leaderboard', 'unprotect'],
    exitCode: 0,
    hub: {runs: 1},
    async arrange(hub) {
      await runCli(['leaderboard', 'protect', '--reason', 'cited in the paper'], envOf(hub))
    },
  },
  'runs-protect': {
    argv: ['runs', 'protect', THE_RUN, '--reason', 'cited in the paper', '--until', '2025-12-31'],
    exitCode: 0,
    hub: {runs: 1},
  },
  'rejected-token': {
    argv: ['datasets', 'list'],
    exitCode: 4,
    token: UNKNOWN_TOKEN,
    anywhere: true,
  },
  'listing-breaks-off': {
    argv: DELETE_ALL,
    exitCode: 1,
    hub: {runs: 3, pageSize: 8},
    arrange(hub) {
      hub.intercept({
        match: ({path}) => path.includes('cursor='),
        respond: {status: 500, body: '{"error":"Internal Error - We are working hard to fix this"}'},
      })
    },
  },
  'html-instead-of-json': {
    argv: DELETE_ALL,
    exitCode: 1,
    arrange(hub) {
      hub.intercept({
        match: isListing,
        respond: {
          status: 200,
          headers: {'Content-Type': 'text/html; charset=utf-8'},
          body: '<html><body>Please sign in to the network</body></html>',
        },
      })
    },
  },
  'deletion-refused': {
    argv: DELETE_ALL,
    exitCode: 3,
    hub: {runs: 2},
    arrange(hub) {
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes('-traces-'),
        times: 1,
        respond: {status: 403, body: '{"error":"This dataset belongs to a locked collection"}'},
      })
    },
  },
  'quota-used-up': {
    argv: DELETE_ALL,
    exitCode: 0,
    hub: {runs: 2, pageSize: 12},
    arrange(hub) {
      const usedUp = (seconds: number) => ({
        status: 429,
        headers: {RateLimit: `"api";r=0;t=${seconds}`},
        body: 'We had to rate limit you, you hit the quota of 1000 api requests per 5 minutes window.',
      })
      hub.intercept({match: ({path}) => path.includes('cursor='), times: 1, respond: usedUp(1)})
      hub.intercept({
        match: ({method, body}) => method === 'DELETE' && body.includes('-results-'),
        times: 1,
        respond: usedUp(0),
      })
    },
  },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios

export const allScenarios = Object.entries(scenarios) as Array<[ScenarioName, Scenario]>
