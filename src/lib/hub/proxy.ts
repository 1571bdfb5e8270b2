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
const directAgents = {http: new http.Agent({keepAlive: true}), https: new https.Agent({keepAlive: true})}
const proxyAgents = new Map<string, http.Agent>()

/**
 * The way to an address: through the proxy that the process's variables name, or directly. A Hub on this machine, such as the
 * sandbox, needs no proxy.
 * @param isFresh takes no direct connection that was kept
 * @throws as `proxyFor`
 */
export async function agentFor(url: URL, isFresh = false): Promise<http.Agent> {
  const proxy = proxyFor(url)?.address
  if (proxy) {
    const {HttpsProxyAgent} = await import('https-proxy-agent')
    const agent = proxyAgents.get(proxy.href) ?? new HttpsProxyAgent(proxy, {keepAlive: true})
    proxyAgents.set(proxy.href, agent)
    return agent
  }

  if (url.protocol === 'https:') return isFresh ? new https.Agent() : directAgents.https
  return isFresh ? new http.Agent() : directAgents.http
}

/**
 * The proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` names for an address, unless `NO_PROXY` takes it out, and the variable.
 * @throws UsageError where what is named is not a proxy that can be used, without repeating it: a password may be in it
 */
export function proxyFor(url: URL): {address: URL; variable: string} | undefined {
  if (isLoopback(url) || isExcepted(url, valueOf('no_proxy')?.value ?? '')) return undefined
  const named = valueOf(url.protocol.replace(':', '_proxy')) ?? valueOf('all_proxy')
  if (!named) return undefined
  const {value, variable} = named
  // Without a scheme it speaks HTTP.
  const text = value.includes('://') ? value : `http://${value}`
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address?.protocol === 'http:' || address?.protocol === 'https:') return {address, variable}
  throw new UsageError(`${variable} is not a valid HTTP proxy: use one such as http://proxy.example:3128`)
}

/** In both spellings, as other programs read it. */
function valueOf(name: string): {value: string; variable: string} | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const value = process.env[variable]?.trim()
    if (value) return {value, variable}
  }

  return undefined
}

/**
 * Whether `NO_PROXY` takes an address out, as curl reads it: names with all that ends on them, with and without a dot or `*.` in
 * front, addresses, and networks such as `10.0.0.0/8`, separated by commas or blanks; each may end with a port. `*` is all.
 */
export function isExcepted(url: URL, list: string): boolean {
  const host = bareHost(url.hostname)
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matchesEntry(entry, host, port))
}

/** A name, `host:port`, `[address]:port`; an address of IPv6 may come without brackets without a port. */
const WITH_PORT = /^(\[[^\]]*\]|[^:]*):(\d+)$/

function matchesEntry(entry: string, host: string, port: number): boolean {
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
