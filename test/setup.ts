import {settings} from '@oclif/core'
import {expect} from 'chai'
import nock from 'nock'
import {existsSync, mkdtempSync} from 'node:fs'
import {Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from '../scripts/source.js'
import {keepTogether} from './support/scratch.js'

// oclif would run what a left-over manifest or a stale dist says instead of the sources.
settings.enableAutoTranspile = false
expect(existsSync(join(root, 'oclif.manifest.json')), 'a left-over oclif.manifest.json').to.equal(false)

keepTogether()

// No test may find a real token, send one anywhere, or colour what it compares.
const home = mkdtempSync(join(tmpdir(), 'smoltrace-test-'))
const others = new Set(['DEBUG', 'FORCE_COLOR', 'LC_ALL', 'LC_CTYPE', 'TRANSFORMERS_OFFLINE'])
for (const name of Object.keys(process.env))
  if (/^(?:SMOLTRACE|HF|HUGGING_FACE)_/.test(name) || others.has(name)) delete process.env[name]
Object.assign(process.env, {HF_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1'})

// Pauses before a repeat are drawn between nothing and a few seconds: no test waits for them.
Math.random = () => 0

// It takes connections into its own hands, and loses the end of a body where it is read slowly: only where there is no Hub
// at all it has to stand in for one.
nock.restore()

// No test reaches anything but this machine, not even by mistake.
const {connect} = Socket.prototype
Socket.prototype.connect = function (this: Socket, ...parts: unknown[]) {
  const [first] = parts
  const {host = '127.0.0.1'} = (Array.isArray(first) ? first[0] : first) as {host?: string}
  if (host === '127.0.0.1') return Reflect.apply(connect, this, parts) as Socket
  const error = Object.assign(new Error(`no test reaches ${host}`), {code: 'ENOTFOUND'})
  setImmediate(() => this.destroy(error))
  return Object.assign(this, {connecting: true})
} as typeof connect

export const mochaHooks = {
  async afterEach(): Promise<void> {
    // oclif keeps a code that is already set, so one command's would become the next one's.
    process.exitCode = undefined
    // Not imported above: a mutation test that changes what a module holds from the start is active only once the tests load.
    const {closeJournals} = await import('./support/journals.js')
    await closeJournals()
  },
}
