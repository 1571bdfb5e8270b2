import nock from 'nock'
import {startSandbox} from '../../src/lib/sandbox/index.js'
import {runCli} from './cli.js'
const hub = await startSandbox({runs: 2, pageSize: 5, clock: () => new Date('2025-06-15T12:00:00Z')})
void ((await runCli(['leaderboard', 'protect', '--reason', 'a b'], {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token})))
nock.recorder.rec({output_objects: true, dont_print: true})
void ((await runCli(['datasets', 'list'], {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token})))
void ((await runCli(['leaderboard', 'unprotect', '--json'], {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token})))
void ((await runCli(['leaderboard', 'protect', '--json'], {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token})))
const out = nock.recorder.play()
nock.restore()
for (const o of out as any) console.log(o.method, o.path.slice(0,150), o.status, typeof o.response, o.responseIsBinary)
nock.disableNetConnect(); nock.activate(); nock.define(out as any)
const envr = {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token}
console.log((await runCli(["datasets","list"],envr)).stderr, (await runCli(["leaderboard","unprotect"],envr)).stderr, nock.pendingMocks())
await hub.close()
