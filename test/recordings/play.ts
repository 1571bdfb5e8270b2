import {expect} from 'chai'
import nock from 'nock'
import {readFileSync} from 'node:fs'

import {type CliResult, root, runCli} from '../support/cli.js'
import {at} from '../support/hub.js'
import {withoutPauses} from '../support/pauses.js'
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
    replayHub(
      recording,
      token,
      () => withoutPauses(() => runCli([...argv, ...more], {HF_TOKEN: token})),
      more.includes('--json'),
    ),
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

/** Where every recording says it was made. */
export const ORIGIN = 'https://huggingface.co'

/** One request and its answer, as nock keeps them. */
export interface Exchange {
  scope: string
  method: string
  /** With the query. */
  path: string
  body?: unknown
  status: number
  response?: unknown
  /** The response is hexadecimal text. */
  responseIsBinary?: boolean
  rawHeaders?: Record<string, string>
}

/** The rows of a leaderboard, which `cleanup` also reads for its screen, and a document does not need. */
const ROWS = /\/smoltrace-leaderboard\/(tree|resolve)\/|\/xet-bridge/

/** Answers a job's requests from a recording, with the network closed. All that is on file must be asked for, but for a document the rows. */
export async function replayHub<T>(
  name: string,
  token: string,
  job: () => Promise<T>,
  isDocument = false,
): Promise<T> {
  nock.activate()
  nock.disableNetConnect()
  const scopes = nock.define(
    readRecording(name).map((exchange) => ({
      ...exchange,
      ...verbatim(exchange),
      ...(exchange.scope === ORIGIN
        ? {reqheaders: {authorization: `Bearer ${token}`}}
        : {options: {badheaders: ['authorization']}}),
    })) as unknown as nock.Definition[]
  )
  try {
    const result = await job()
    const unasked = scopes.flatMap((scope) => scope.pendingMocks())
    expect(unasked.filter((each) => !isDocument || !ROWS.test(each))).to.deep.equal([])
    return result
  } finally {
    nock.cleanAll()
    nock.restore()
  }
}

/** nock parses a text that is JSON and writes it in another form: a file is sent as bytes. */
function verbatim({path, response}: Exchange): Partial<Exchange> {
  if (!isContent(path) || typeof response !== 'string') return {}
  return {response: Buffer.from(response).toString('hex'), responseIsBinary: true}
}

export function isContent(path: string): boolean {
  return path.startsWith('/api/resolve-cache/')
}

/** What is on file under a name. */
export function readRecording(name: string): Exchange[] {
  return JSON.parse(readFileSync(`${root}test/recordings/${name}.json`, 'utf8')) as Exchange[]
}

/** When a recording was made, as the Hub's clock has it. */
export function dateOf(name: string): Date {
  return new Date(readRecording(name)[0]?.rawHeaders?.date ?? Number.NaN)
}

/** Full names of the datasets that the listing on file shows, in its order. */
export function listedIn(name: string): string[] {
  return readRecording(name)
    .filter(
      ({method, path, status}) => method === 'GET' && path.startsWith('/api/datasets?') && status === 200
    )
    .flatMap(({response}) => (response as Array<{id: string}>).map(({id}) => id))
}
