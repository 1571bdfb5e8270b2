/**
 * Records the Hub traffic of every scenario into `test/recordings`, from the sandbox. With `SMOLTRACE_RECORD_TOKEN`,
 * records those that change nothing from the real Hub, or the one at `HF_ENDPOINT`, into `test/recordings/hub`.
 */
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {format, resolveConfig} from 'prettier'

import {allScenarios, RECORDED_AT, type Scenario} from '../test/recordings/scenarios.js'
import {root, runCli} from '../test/support/cli.js'
import {at, envOf, UNKNOWN_TOKEN, withHub} from '../test/support/hub.js'
import {type Exchange, recordHub} from '../test/support/recordings.js'

const token = process.env.SMOLTRACE_RECORD_TOKEN
const endpoint = process.env.HF_ENDPOINT || 'https://huggingface.co'

for (const [name, scenario] of allScenarios) {
  if (token === undefined) await save(name, await fromSandbox(scenario))
  else if (scenario.anywhere) await save(`hub/${name}`, await fromHub(scenario, token))
}

function fromSandbox(scenario: Scenario): Promise<Exchange[]> {
  return at(RECORDED_AT, () =>
    withHub({...scenario.hub, clock: () => RECORDED_AT}, async (hub) => {
      await scenario.arrange?.(hub)
      const tokens = {...hub.tokens, unknown: UNKNOWN_TOKEN}
      return recordHub(hub.url, () => perform(scenario, envOf(hub, tokens[scenario.token ?? 'write'])))
    }),
  )
}

function fromHub(scenario: Scenario, real: string): Promise<Exchange[]> {
  const HF_TOKEN = scenario.token === 'unknown' ? UNKNOWN_TOKEN : real
  return recordHub(endpoint, () => perform(scenario, {HF_ENDPOINT: endpoint, HF_TOKEN}))
}

async function perform({argv, exitCode}: Scenario, env: Record<string, string>): Promise<void> {
  const result = await runCli(argv, env)
  if (result.exitCode === exitCode) return
  throw new Error(`${argv.join(' ')} ended with ${result.exitCode} instead of ${exitCode}: ${result.stderr}`)
}

async function save(name: string, exchanges: Exchange[]): Promise<void> {
  const file = `${root}test/recordings/${name}.json`
  const style = await resolveConfig(file)
  mkdirSync(dirname(file), {recursive: true})
  writeFileSync(file, await format(JSON.stringify(exchanges, undefined, 2), {...style, parser: 'json'}))
  console.log(`${name}: ${exchanges.length} exchanges`)
}
