import {expect} from 'chai'

import {type CliResult, runCli} from '../support/cli.js'
import {at} from '../support/hub.js'
import {dateOf, replayHub} from '../support/recordings.js'
import {type Scenario, type ScenarioName, scenarios} from './scenarios.js'

/**
 * Runs a scenario's command over its recording, with more flags if wanted; or over another recording, or another
 * command line that asks the Hub the same. No token may be in what it prints.
 */
export async function play(
  name: ScenarioName,
  more: string[] = [],
  other: {recording?: string; argv?: string[]} = {},
): Promise<CliResult> {
  const scenario: Scenario = scenarios[name]
  const {recording = name, argv = scenario.argv} = other
  const {token = 'hf_sandbox_write'} = scenario
  const result = await at(dateOf(recording), () =>
    replayHub(recording, token, () => runCli([...argv, ...more], {HF_TOKEN: token})),
  )
  expect(result.stdout + result.stderr).not.to.include(token)
  return result
}

/** The document that a scenario's command prints with `--json`. */
export async function playJson<T = Record<string, any>>(
  name: ScenarioName,
  more: string[] = [],
  other: Parameters<typeof play>[2] = {},
): Promise<T> {
  const {stdout} = await play(name, [...more, '--json'], other)
  return JSON.parse(stdout) as T
}
