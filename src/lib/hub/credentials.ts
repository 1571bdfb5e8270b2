import {readFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {join} from 'node:path'

import {NotAllowedError, RefusedError, UsageError} from '../base/errors.js'

const DEFAULT_ENDPOINT = 'https://huggingface.co'
const TRUE = /^(1|on|yes|true)$/i

interface Credentials {
  /** Origin of the Hub, without a slash at the end. */
  endpoint: string
  token: string
  /** Where the token was found: the option `token`, a variable's name or a file's path. */
  source: string
  /** How long the Hub may be silent, in ms; undefined where nothing says so. */
  idleTimeoutMs: number | undefined
}

export interface CredentialOptions {
  /** Goes before every other place a token may be found in. */
  token?: string | undefined
  /** Goes before `HF_ENDPOINT`. */
  endpoint?: string | undefined
  env?: NodeJS.ProcessEnv | undefined
}

/**
 * Finds the token and the Hub in the places and the order of Hugging Face's own Python client (the Hub's contract, section 10).
 * @throws NotAllowedError without a token, RefusedError in offline mode, UsageError where the endpoint is not a web address
 */
export async function findCredentials(options: CredentialOptions = {}): Promise<Credentials> {
  const env = options.env ?? process.env
  refuseOffline(env)
  const endpoint = checkEndpoint((options.endpoint ?? (env.HF_ENDPOINT || DEFAULT_ENDPOINT)).trim())
  const {token, source} = await findToken(options.token, env)
  return {endpoint, token: checkToken(token, source), source, idleTimeoutMs: idleTimeoutIn(env)}
}

/** The longest wait that is bearable at a terminal, in ms. */
const MAX_IDLE_TIMEOUT = 300_000

/** Of the variable of Hugging Face's own client (the Hub's contract, section 10). */
function idleTimeoutIn({HF_HUB_DOWNLOAD_TIMEOUT: text = ''}: NodeJS.ProcessEnv): number | undefined {
  const ms = Number(text) * 1000
  return ms > 0 ? Math.min(ms, MAX_IDLE_TIMEOUT) : undefined
}

const OPTION = '`token`'

/** As in Python, a variable that holds only blanks hides the other one and falls through to the file. */
async function findToken(
  option: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<{token: string; source: string}> {
  if (option !== undefined) return {token: trimToken(option), source: OPTION}
  const variable = env.HF_TOKEN ? 'HF_TOKEN' : 'HUGGING_FACE_HUB_TOKEN'
  const token = trimToken(env[variable] ?? '')
  if (token) return {token, source: variable}
  const file = tokenFile(env)
  // A file that cannot be read holds none.
  return {token: trimToken(await readFile(file, 'utf8').catch(() => '')), source: file}
}

function refuseOffline(env: NodeJS.ProcessEnv): void {
  const variable = ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find((name) => TRUE.test(env[name] ?? ''))
  if (!variable) return
  throw new RefusedError(`${variable} is set, so no request is sent to the Hub. Unset it and try again.`, {
    suggestions: ['`history`, `policy explain` and `sandbox` work offline.'],
  })
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (!isWeb || url.username || url.password || /[?#]/.test(endpoint)) {
    // What it holds is not repeated: it may be a secret that was put into the wrong variable.
    throw new UsageError(`HF_ENDPOINT is not a valid web address: use one such as ${DEFAULT_ENDPOINT}.`)
  }

  return endpoint.replace(/\/+$/, '')
}

function trimToken(token: string): string {
  return token.replaceAll(/[\r\n]/g, '').trim()
}

const GET_ONE =
  'Set HF_TOKEN, or run `hf auth login`. Create a token at https://huggingface.co/settings/tokens'

const NOT_UTF8 = 'Save it as UTF-8 (in PowerShell: `-Encoding utf8NoBOM`).'

/** What is often wrong with a token, and what to do about it. */
const PROBLEMS: ReadonlyArray<readonly [RegExp, what: string, next: string]> = [
  [/^["'`]|["'`]$/, 'it is in quotes', 'Remove the quotes: `docker --env-file`, for one, keeps them.'],
  [/[\0\uFFFD]/, 'it is UTF-16, or not text', NOT_UTF8],
  [/^(?!hf_[\u0021-\u007E]+$)/, 'tokens start with hf_', GET_ONE],
]

/** The message must not show the token, right or wrong: it may be another service's secret. */
function checkToken(token: string, source: string): string {
  if (token === '' && source === OPTION)
    throw new NotAllowedError(`${OPTION} is empty.`, {suggestions: [GET_ONE]})
  if (token === '') throw new NotAllowedError('No Hugging Face token found.', {suggestions: [GET_ONE]})
  const problem = PROBLEMS.find(([pattern]) => pattern.test(token))
  if (!problem) return token
  const [, what, next] = problem
  throw new NotAllowedError(`The value of ${source} is not a valid Hugging Face token: ${what}.`, {
    suggestions: [next],
  })
}

function tokenFile(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const home = expandPath(env.HF_HOME || join(cache, 'huggingface'), env)
  return expandPath(env.HF_TOKEN_PATH || join(home, 'token'), env)
}

/** `~` and variables, as Python's `expanduser` and `expandvars` do. */
function expandPath(path: string, env: NodeJS.ProcessEnv): string {
  return path
    .replace(/^~(?=$|[/\\])/, homedir())
    .replaceAll(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, braced?: string, bare?: string) => env[braced ?? bare ?? ''] ?? whole,
    )
}
