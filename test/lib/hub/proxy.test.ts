import {expect} from 'chai'
import {once} from 'node:events'
import {createServer, type Server} from 'node:http'
import {type AddressInfo, connect, type Socket} from 'node:net'

import {CancelledError, UsageError} from '../../../src/lib/base/errors.js'
import {connectHub} from '../../../src/lib/hub/client.js'
import {HubUnreachableError} from '../../../src/lib/hub/errors.js'
import {isExcepted} from '../../../src/lib/hub/proxy.js'
import {openSession} from '../../../src/lib/hub/session.js'
import {rejectionOf} from '../../support/builders.js'
import {type Sandbox, startSandbox} from '../../support/sandbox.js'

const HOST = 'hub.example'

describe('a proxy', () => {
  let hub: Sandbox
  let proxy: Server
  let address: string
  const sockets = new Set<Socket>()
  /** What the proxy says instead of leading anywhere; nothing at all where it is empty. */
  let reply: string | undefined
  /** What the proxy was asked to reach, and with which credentials. */
  const asked: Array<{place: string | undefined; credentials: string | undefined}> = []

  before(async () => {
    hub = await startSandbox()
    const port = Number(new URL(hub.url).port)
    proxy = createServer()
    proxy.on('connect', ({url, headers}, socket: Socket) => {
      asked.push({place: url, credentials: headers['proxy-authorization']})
      sockets.add(socket)
      if (reply !== undefined) {
        if (reply) socket.end(reply)
        return
      }

      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      for (const each of [socket, onward]) sockets.add(each.on('error', () => each.destroy()))
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })

  beforeEach(() => {
    reply = undefined
    asked.length = 0
  })

  after(async () => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
    await hub.close()
  })

  const who = async (
    variables: Record<string, string>,
    endpoint = `http://${HOST}`,
    signal?: AbortSignal,
  ) => {
    Object.assign(process.env, variables)
    try {
      return (await connectHub({endpoint, token: hub.token, signal}).whoAmI()).user
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name]
    }
  }

  it('that HTTP_PROXY or HTTPS_PROXY names is the way to the Hub, told its own credentials and never those of the Hub', async () => {
    for (const variable of ['HTTP_PROXY', 'http_proxy'])
      // A name of its own, or the connection that is kept would be taken.
      expect(await who({[variable]: `http://${variable}:hunter2@${address}`})).to.equal(hub.user)
    await rejectionOf(who({HTTPS_PROXY: `http://${address}`}, `https://${HOST}`))
    const basic = (name: string) => `Basic ${Buffer.from(`${name}:hunter2`).toString('base64')}`
    expect(asked.slice(0, 3)).to.deep.equal([
      {place: `${HOST}:80`, credentials: basic('HTTP_PROXY')},
      {place: `${HOST}:80`, credentials: basic('http_proxy')},
      {place: `${HOST}:443`, credentials: undefined},
    ])
  })

  it('that will not lead to the Hub is never taken for it', async () => {
    for (const [status, rest, requests] of [
      ['407 Proxy Authentication Required', '', 1],
      ['502 Bad Gateway', '', 6],
      ['203 Mine', 'Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{"name":"mira"}', 1],
    ] as const) {
      asked.length = 0
      reply = `HTTP/1.1 ${status}\r\n${rest || '\r\n'}`
      const error = await rejectionOf(who({HTTPS_PROXY: `http://${requests}@${address}`}, `https://${HOST}`))
      expect(error).to.be.instanceOf(HubUnreachableError)
      expect(error.message).to.include(`the proxy returned ${status.slice(0, 3)}`)
      expect(asked).to.have.length(requests)
    }
  })

  it('that never answers does not hold up a Ctrl-C', async () => {
    reply = ''
    const controller = new AbortController()
    proxy.once('connect', () => controller.abort())
    const waiting = who({HTTPS_PROXY: `http://mute@${address}`}, `https://${HOST}`, controller.signal)
    expect(await rejectionOf(waiting)).to.be.instanceOf(CancelledError)
  })

  it('is not asked where NO_PROXY names the Hub, nor for one on this machine', async () => {
    const variables = {HTTP_PROXY: `http://${address}`, NO_PROXY: `other.example, ${HOST}:80`}
    expect(await rejectionOf(who(variables))).to.be.instanceOf(HubUnreachableError)
    expect(await who({HTTP_PROXY: 'http://127.0.0.1:9'}, hub.url)).to.equal(hub.user)
    expect(asked).to.deep.equal([])
  })

  it('that is none, or not there, is named without its password', async () => {
    for (const text of ['socks5://kim:hunter2@127.0.0.1:1080', 'http://kim:hunter2@:80']) {
      const error = await rejectionOf(who({HTTP_PROXY: text}))
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include('HTTP_PROXY').and.not.include('hunter2')
    }

    const error = await rejectionOf(who({HTTP_PROXY: 'http://kim:hunter2@127.0.0.1:9'}))
    expect(error).to.be.instanceOf(HubUnreachableError)
    expect(error.message)
      .to.match(/through the proxy 127\.0\.0\.1:9 \(HTTP_PROXY\): .*ECONNREFUSED/)
      .and.not.include('hunter2')
    expect((error as HubUnreachableError).suggestions.join(' ')).to.include(`${HOST} to NO_PROXY`)
  })

  it('does not hide a token that is sent without TLS: a warning says so, but not on this machine', async () => {
    const warningsAt = async (endpoint: string) => {
      process.env.HTTP_PROXY = `http://plain@${address}`
      const opening = openSession({endpoint, token: hub.token})
      return (await opening.finally(() => delete process.env.HTTP_PROXY)).warnings.join('\n')
    }

    expect(await warningsAt(`http://${HOST}`)).to.include(`the token is sent to ${HOST} unencrypted`)
    expect(await warningsAt(hub.url)).to.equal('')
  })
})

describe('NO_PROXY', () => {
  const HUB = 'https://hub.corp.test'
  const MINE = 'http://10.1.2.3'
  const MY = 'https://mycorp.test'

  it('takes out what it names, as curl reads it', () => {
    for (const [list, takesOut, leaves] of [
      ['corp.test', ['https://corp.test', HUB, 'https://a.hub.corp.test', `${HUB}.`], [MY]],
      ['.corp.test', [HUB], [MY]],
      ['*.corp.test', [HUB], [MY]],
      ['hub.corp.test', [HUB], ['https://corp.test']],
      ['CORP.Test', ['https://HUB.corp.test'], []],
      ['corp.test.', [HUB], []],
      ['a.test, *', [HUB], []],
      [' a.test\t  corp.test ', [HUB], []],
      [',,', [], [HUB]],
      ['', [], [HUB]],
      ['.', [], [HUB]],
      ['corp.test:443', [HUB], [`${HUB}:8080`]],
      ['corp.test:8080', ['http://hub.corp.test:8080'], [HUB]],
      ['10.0.0.0/8', [MINE], ['http://11.1.2.3', 'http://10.corp.test']],
      ['10.1.2.3:80', [MINE], ['http://10.1.2.3:81']],
      ['1.2.3', [], [MINE]],
      ['10.0.0.0/33', [], ['http://10.0.0.0']],
      ['10.0.0.0/', [], ['http://10.0.0.0']],
      ['0.0.0.0/0', [MINE], []],
      ['fd00::/8', ['http://[fd00::1]'], ['http://[fe00::1]', MINE]],
      ['fd00::1', ['http://[fd00::1]'], []],
      ['[fd00::1]:80', ['http://[fd00::1]'], ['http://[fd00::1]:81']],
    ] as const) {
      for (const address of takesOut)
        expect(isExcepted(new URL(address), list), `${list}: ${address}`).to.equal(true)
      for (const address of leaves)
        expect(isExcepted(new URL(address), list), `${list}: ${address}`).to.equal(false)
    }
  })
})
