import {expect} from 'chai'
import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {until} from '../support/hub.js'
import {cleanEnv, run, start} from '../support/process.js'

const variables = (text: string) =>
  /^export HF_ENDPOINT=(\S+) HF_TOKEN=(\S+) SMOLTRACE_DATA_DIR=(\S+)$/m.exec(text)

describe('the sandbox as a process', () => {
  it('serves other processes until Ctrl-C, and is gone then', async () => {
    const server = start(['sandbox', '--runs', '3'], cleanEnv())
    await until('the variables', () => variables(server.stdout) !== null)
    const [, HF_ENDPOINT = '', HF_TOKEN = '', SMOLTRACE_DATA_DIR = ''] = variables(server.stdout) ?? []
    expect(HF_ENDPOINT).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
    const env = {...cleanEnv(), HF_ENDPOINT, HF_TOKEN, SMOLTRACE_DATA_DIR}

    const wet = await run(['cleanup', '--all', '--grace', '0', '--no-dry-run', '--yes'], env)
    expect(wet.exitCode).to.equal(0)
    const after = await run(['runs', 'group', '--json'], env)
    expect(JSON.parse(after.stdout).runs).to.deep.equal([])

    expect(existsSync(join(SMOLTRACE_DATA_DIR, 'journal'))).to.equal(true)
    server.kill('SIGINT')
    const {stdout, stderr, exitCode} = await server.finished
    expect(exitCode).to.equal(0)
    expect(existsSync(SMOLTRACE_DATA_DIR)).to.equal(false)
    expect(stdout.trimEnd().split('\n')).to.have.length(1)
    expect(stderr).to.include('Ctrl-C ends it')
    expect((await run(['runs', 'group'], env)).stderr).to.include('cannot be reached')
  })
})
