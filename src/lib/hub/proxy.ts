import http from 'node:http'
import https from 'node:https'
import {BlockList, isIP} from 'node:net'

import {UsageError} from '../base/errors.js'

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
 * @throws UsageError where what is named is not a proxy that can be used
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

const DEFAULT_PORTS: Readonly<Record<string, number>> = {'http:': 80, 'https:': 443}

/**
 * Whether `NO_PROXY` takes an address out, as curl reads it: names with all that ends on them, with and without a dot or `*.` in
 * front, addresses, and networks such as `10.0.0.0/8`, separated by commas or blanks; each may end with a port. `*` is all.
 * @param list what the variable holds
 */
export function isExcepted(url: URL, list: string): boolean {
  const host = bareHost(url.hostname)
  const port = Number(url.port) || DEFAULT_PORTS[url.protocol]
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => isMeant(entry, host, port))
}

/** A name, `host:port`, `[address]:port`; an address of IPv6 may come without brackets without a port. */
const WITH_PORT = /^(\[[^\]]*\]|[^:]*):(\d+)$/

function isMeant(entry: string, host: string, port: number | undefined): boolean {
  if (entry === '*') return true
  const [, named = entry, ofPort] = WITH_PORT.exec(entry) ?? []
  if (ofPort !== undefined && Number(ofPort) !== port) return false
  const name = bareHost(named.replace(/^\*?\.?/, ''))
  if (isIP(host) > 0) return isAddressIn(name, host)
  return name !== '' && (host === name || host.endsWith(`.${name}`))
}

/** Without brackets, and without the dot that ends a full name. */
function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function isAddressIn(network: string, host: string): boolean {
  const [address = '', bits] = network.split('/')
  const family = isIP(address)
  if (family === 0) return false
  const most = family === 4 ? 32 : 128
  const prefix = bits === undefined ? most : /^\d+$/.test(bits) ? Number(bits) : Number.NaN
  if (!(prefix <= most)) return false
  const addresses = new BlockList()
  addresses.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  return addresses.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')
}
