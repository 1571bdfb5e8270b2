import {settings} from '@oclif/core'
import {expect} from 'chai'
import nock from 'nock'
import {existsSync, mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root} from './support/cli.js'

// oclif would run what a left-over manifest or a stale dist says instead of the sources.
settings.enableAutoTranspile = false
expect(existsSync(join(root, 'oclif.manifest.json')), 'a left-over oclif.manifest.json').to.equal(false)

// No test may find a real token, send one anywhere, or colour what it compares.
const home = mkdtempSync(join(tmpdir(), 'smoltrace-test-'))
const unset = [
  'HF_TOKEN',
  'HUGGING_FACE_HUB_TOKEN',
  'HF_TOKEN_PATH',
  'HF_ENDPOINT',
  'HF_HUB_OFFLINE',
  'TRANSFORMERS_OFFLINE',
  'SMOLTRACE_DATA_DIR',
]
for (const name of [...unset, 'FORCE_COLOR', 'DEBUG']) delete process.env[name]
Object.assign(process.env, {HF_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1'})

// Pauses before a repeat are drawn between nothing and a few seconds: no test waits for them.
Math.random = () => 0

nock.disableNetConnect()
nock.enableNetConnect('127.0.0.1')

export const mochaHooks = {
  afterEach(): void {
    // oclif keeps a code that is already set, so one command's would become the next one's.
    process.exitCode = undefined
  },
}
