/**
 * Records the Hub traffic of every scenario into `test/recordings`, from the sandbox. With `SMOLTRACE_RECORD_TOKEN`,
 * records those that change nothing from the real Hub, or the one at `HF_ENDPOINT`, into `test/recordings/hub`.
 */
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {format, resolveConfig} from 'prettier'

import {type Exchange} from '../test/recordings/play.js'
import {recordFromHub, recordFromSandbox} from '../test/recordings/record.js'
import {allScenarios} from '../test/recordings/scenarios.js'
import {root} from './source.js'

const token = process.env.SMOLTRACE_RECORD_TOKEN
const endpoint = new URL(process.env.HF_ENDPOINT || 'https://huggingface.co').origin

for (const [name, scenario] of allScenarios) {
  if (token === undefined) await save(name, await recordFromSandbox(scenario))
  else if (scenario.anywhere) await save(`hub/${name}`, await recordFromHub(scenario, endpoint, token))
}

async function save(name: string, exchanges: Exchange[]): Promise<void> {
  const file = `${root}test/recordings/${name}.json`
  const style = await resolveConfig(file)
  mkdirSync(dirname(file), {recursive: true})
  writeFileSync(file, await format(JSON.stringify(exchanges, undefined, 2), {...style, parser: 'json'}))
  console.log(`${name}: ${exchanges.length} exchanges`)
}
