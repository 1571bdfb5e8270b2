import {UsageError} from '../errors.js'

/** What `fetch` takes to send a request by another way. */
export type Dispatcher = NonNullable<RequestInit['dispatcher']>

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const
/** A Hub on this machine, such as the sandbox, is nobody else's business. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * The way through the proxy that the environment names; `NO_PROXY` is heeded, and this machine itself needs no proxy.
 * @returns undefined where it names none
 * @throws UsageError where what it names is no proxy that can be used
 */
export async function proxyIn(env: NodeJS.ProcessEnv): Promise<Dispatcher | undefined> {
  const named = VARIABLES.filter((name) => env[name])
  if (named.length === 0) return undefined
  for (const name of named) checkProxy(name, env[name] ?? '')
  const {EnvHttpProxyAgent} = await import('undici')
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? '').split(/[,\s]+/).filter((each) => each !== '')
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: exceptions.includes('*') ? '*' : [...exceptions, ...LOOPBACK].join(','),
  })
  return agent as unknown as Dispatcher
}

/** What it holds is not repeated: a password may be in it. */
function checkProxy(name: string, address: string): void {
  const protocol = URL.canParse(address) ? new URL(address).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return
  throw new UsageError(`${name} is no address of an HTTP proxy: give one such as http://proxy.example:3128.`)
}
