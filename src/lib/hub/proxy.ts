import http from 'node:http'
import https from 'node:https'

import {UsageError} from '../base/errors.js'
import {isExcepted} from './no-proxy.js'

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Whether an address is on this machine. */
export function isLoopback({hostname}: URL): boolean {
  return LOOPBACK.test(hostname)
}

/** Connections are kept, so that a deletion of a thousand datasets does not begin with as many handshakes. */
const kept = {http: new http.Agent({keepAlive: true}), https: new https.Agent({keepAlive: true})}
const proxied = new Map<string, http.Agent>()

/**
 * The way to an address: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` of the process names, unless
 * `NO_PROXY` says otherwise. A Hub on this machine, such as the sandbox, needs none. Where the way is to be fresh, no direct
 * connection that was kept is taken.
 * @throws UsageError where what is named is no proxy that can be used
 */
export async function agentFor(url: URL, isFresh = false): Promise<http.Agent> {
  const named = proxyFor(url)
  if (!named) return directAgent(url.protocol, isFresh)
  const {address} = named
  const agent = proxied.get(address) ?? (await proxyAgent(named))
  proxied.set(address, agent)
  return agent
}

/** The proxy that a request to an address takes, without its password, and the variable that names it. */
export function proxyOnTheWayTo(href: string): {host: string; variable: string} | undefined {
  const named = proxyFor(new URL(href))
  if (!named || !URL.canParse(named.address)) return undefined
  return {host: new URL(named.address).host, variable: named.variable}
}

function directAgent(protocol: string, isFresh: boolean): http.Agent {
  if (protocol === 'https:') return isFresh ? new https.Agent() : kept.https
  return isFresh ? new http.Agent() : kept.http
}

interface NamedProxy {
  address: string
  variable: string
}

/** The proxy that the process's variables name for an address. */
function proxyFor(url: URL): NamedProxy | undefined {
  if (isLoopback(url) || isExcepted(url, valueOf('no_proxy')?.address ?? '')) return undefined
  return valueOf(url.protocol.replace(':', '_proxy')) ?? valueOf('all_proxy')
}

/** In both spellings, as other programs read it; a proxy without a scheme speaks HTTP. */
function valueOf(name: string): NamedProxy | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const address = process.env[variable]?.trim()
    if (address)
      return {
        address: name === 'no_proxy' || address.includes('://') ? address : `http://${address}`,
        variable,
      }
  }

  return undefined
}

/** What the variable holds is not repeated: a password may be in it. */
async function proxyAgent({address, variable}: NamedProxy): Promise<http.Agent> {
  const protocol = URL.canParse(address) ? new URL(address).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(
      `What ${variable} names is not an HTTP proxy: give one such as http://proxy.example:3128.`,
    )
  const {HttpsProxyAgent} = await import('https-proxy-agent')
  return new HttpsProxyAgent(address, {keepAlive: true})
}
