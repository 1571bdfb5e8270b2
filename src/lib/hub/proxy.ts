import http from 'node:http'
import https from 'node:https'

import {UsageError} from '../errors.js'

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Connections are kept, so that a deletion of a thousand datasets does not begin with as many handshakes. */
const direct = {
  'http:': new http.Agent({keepAlive: true}),
  'https:': new https.Agent({keepAlive: true}),
}
const proxied = new Map<string, http.Agent>()

/**
 * The way to an address: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` of the process names, unless
 * `NO_PROXY` says otherwise; where it is to be fresh, none that was kept is taken, but through a proxy. A Hub on this machine, such as the sandbox, needs none.
 * @throws UsageError where what is named is no proxy that can be used
 */
export async function agentFor({href, hostname, protocol}: URL, isFresh = false): Promise<http.Agent> {
  const agents = isFresh ? {'http:': new http.Agent(), 'https:': new https.Agent()} : direct
  const straight = protocol === 'https:' ? agents['https:'] : agents['http:']
  if (LOOPBACK.test(hostname) || !isProxyNamed(process.env)) return straight
  const {getProxyForUrl} = await import('proxy-from-env')
  const address = getProxyForUrl(href)
  if (!address) return straight
  const agent = proxied.get(address) ?? (await proxyAgent(address))
  proxied.set(address, agent)
  return agent
}

function isProxyNamed(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).some((name) => /_proxy$/i.test(name) && env[name])
}

/** What the variable holds is not repeated: a password may be in it. */
async function proxyAgent(address: string): Promise<http.Agent> {
  const protocol = URL.canParse(address) ? new URL(address).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(
      'What HTTPS_PROXY or HTTP_PROXY names is no HTTP proxy: give one such as http://proxy.example:3128.',
    )
  const {HttpsProxyAgent} = await import('https-proxy-agent')
  return new HttpsProxyAgent(address, {keepAlive: true})
}
