import http from 'node:http'
import https from 'node:https'

import {UsageError} from '../errors.js'

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Connections are kept, so that a deletion of a thousand datasets does not begin with as many handshakes. */
const kept = {http: new http.Agent({keepAlive: true}), https: new https.Agent({keepAlive: true})}
const proxied = new Map<string, http.Agent>()

/**
 * The way to an address: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` of the process names, unless
 * `NO_PROXY` says otherwise. A Hub on this machine, such as the sandbox, needs none. Where the way is to be fresh, no direct
 * connection that was kept is taken.
 * @throws UsageError where what is named is no proxy that can be used
 */
export async function agentFor({href, hostname, protocol}: URL, isFresh = false): Promise<http.Agent> {
  const address = LOOPBACK.test(hostname) ? '' : await proxyFor(href)
  if (!address) return directAgent(protocol, isFresh)
  const agent = proxied.get(address) ?? (await proxyAgent(address))
  proxied.set(address, agent)
  return agent
}

function directAgent(protocol: string, isFresh: boolean): http.Agent {
  if (protocol === 'https:') return isFresh ? new https.Agent() : kept.https
  return isFresh ? new http.Agent() : kept.http
}

/** The address of the proxy that the process's variables name for another; empty where they name none. */
async function proxyFor(href: string): Promise<string> {
  const isNamed = Object.entries(process.env).some(([name, value]) => /_proxy$/i.test(name) && value)
  if (!isNamed) return ''
  const {getProxyForUrl} = await import('proxy-from-env')
  return getProxyForUrl(href)
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
