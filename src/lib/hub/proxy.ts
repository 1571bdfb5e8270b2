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
 * `NO_PROXY` says otherwise. A Hub on this machine, such as the sandbox, needs none.
 * @param isFresh takes no direct connection that was kept
 * @throws UsageError where what is named is not a proxy that can be used
 */
export async function agentFor(url: URL, isFresh = false): Promise<http.Agent> {
  const named = proxyFor(url)
  if (named) {
    const agent = proxied.get(named.address) ?? (await proxyAgent(named))
    proxied.set(named.address, agent)
    return agent
  }

  if (url.protocol === 'https:') return isFresh ? new https.Agent() : kept.https
  return isFresh ? new http.Agent() : kept.http
}

/** The proxy that a request to an address takes, without its password, and the variable that names it. */
export function proxyOnTheWayTo(href: string): {host: string; variable: string} | undefined {
  const named = proxyFor(new URL(href))
  if (!named || !URL.canParse(named.address)) return undefined
  return {host: new URL(named.address).host, variable: named.variable}
}

interface NamedProxy {
  address: string
  variable: string
}

/** The proxy that the process's variables name for an address; without a scheme it speaks HTTP. */
function proxyFor(url: URL): NamedProxy | undefined {
  if (isLoopback(url) || isExcepted(url, valueOf('no_proxy')?.value ?? '')) return undefined
  const named = valueOf(url.protocol.replace(':', '_proxy')) ?? valueOf('all_proxy')
  if (!named) return undefined
  const {value, variable} = named
  return {address: value.includes('://') ? value : `http://${value}`, variable}
}

/** In both spellings, as other programs read it. */
function valueOf(name: string): {value: string; variable: string} | undefined {
  for (const variable of [name, name.toUpperCase()]) {
    const value = process.env[variable]?.trim()
    if (value) return {value, variable}
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
    .some((entry) => isMeant(entry, host, port))
}

/** A name, `host:port`, `[address]:port`; an address of IPv6 may come without brackets without a port. */
const WITH_PORT = /^(\[[^\]]*\]|[^:]*):(\d+)$/

function isMeant(entry: string, host: string, port: number): boolean {
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
