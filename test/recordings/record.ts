import {runCli} from '../support/cli.js'
import {at, envOf, withHub} from '../support/hub.js'
import {type Exchange, recordHub} from '../support/recordings.js'
import {RECORDED_AT, type Scenario} from './scenarios.js'

/** Records a scenario from a sandbox whose clock is stopped: the same every time. */
export function recordFromSandbox(scenario: Scenario): Promise<Exchange[]> {
  return at(RECORDED_AT, () =>
    withHub({...scenario.hub, clock: () => RECORDED_AT}, async (hub) => {
      await scenario.arrange?.(hub)
      return recordHub(hub.url, () => perform(scenario, envOf(hub, scenario.token)))
    }),
  )
}

/** Records a scenario from the real Hub, for a person with a token. */
export function recordFromHub(scenario: Scenario, endpoint: string, token: string): Promise<Exchange[]> {
  const env = {HF_ENDPOINT: endpoint, HF_TOKEN: scenario.token ?? token}
  return recordHub(endpoint, () => perform(scenario, env))
}

/** Runs the command; what ends otherwise than the scenario says is not recorded. */
async function perform({argv, exitCode}: Scenario, env: Record<string, string>): Promise<void> {
  const result = await runCli(argv, env)
  if (result.exitCode === exitCode) return
  throw new Error(`${argv.join(' ')} ended with ${result.exitCode} instead of ${exitCode}: ${result.stderr}`)
}
