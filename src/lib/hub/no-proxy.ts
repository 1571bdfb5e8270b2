import {BlockList, isIP} from 'node:net'

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

/** A name, `host:port`, `[address]:port`; an address of IPv6 may stand without brackets where there is no port. */
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
