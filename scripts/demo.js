// The main job from beginning to end, on the embedded Hub: nothing outside this machine is touched.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {startSandbox} from '../dist/lib/sandbox/index.js'

const folder = await mkdtemp(join(tmpdir(), 'smoltrace-demo-'))
const STEPS = [
  ['What did the evaluations leave?', 'datasets list'],
  ['Which runs do they belong to?', 'runs group'],
  [
    'What would a cleanup move to the trash? (a dry run, the default)',
    'cleanup --older-than 30d --keep-recent 3 --trash',
  ],
  ['Guard the leaderboard, for everyone.', 'leaderboard protect --reason demo'],
  ['Now for real.', 'cleanup --older-than 30d --keep-recent 3 --trash --no-dry-run --yes'],
  ['What is left?', 'runs group'],
  ['What was moved, and is that certain?', 'history'],
  ['What is in the trash?', 'trash list'],
  ['That was a mistake: bring it back.', 'trash restore --job latest'],
]

const program = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const hub = await startSandbox({latencyMs: 20})
const env = {
  ...process.env,
  HF_ENDPOINT: hub.url,
  HF_TOKEN: hub.token,
  HF_HUB_OFFLINE: '',
  TRANSFORMERS_OFFLINE: '',
  SMOLTRACE_DATA_DIR: join(folder, 'data'),
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
  await rm(folder, {recursive: true, force: true})
}
