// The main job from beginning to end, on the embedded Hub: nothing outside this machine is touched.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'

import {startSandbox} from '../dist/lib/sandbox/index.js'

const STEPS = [
  ['What did the evaluations leave?', 'datasets list'],
  ['Which runs do they belong to?', 'runs group'],
  ['What would a cleanup delete? (a dry run, the default)', 'cleanup --older-than 30d --keep-recent 3'],
  ['Guard the leaderboard, for everyone.', 'leaderboard protect --reason demo'],
  ['Now for real.', 'cleanup --older-than 30d --keep-recent 3 --no-dry-run --yes'],
  ['What is left?', 'runs group'],
]

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const hub = await startSandbox({latencyMs: 20})
const env = {
  ...process.env,
  HF_ENDPOINT: hub.url,
  HF_TOKEN: hub.token,
  HF_HUB_OFFLINE: '',
  TRANSFORMERS_OFFLINE: '',
}
try {
  for (const [title, words] of STEPS) {
    console.log(`\n# ${title}\n$ smoltrace ${words}\n`)
    const child = spawn(process.execPath, [program, ...words.split(' ')], {env, stdio: 'inherit'})
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`smoltrace ${words} ended with exit code ${code}`)
  }
} finally {
  await hub.close()
}
