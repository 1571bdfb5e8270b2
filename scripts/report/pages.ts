import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {type LeaderboardRow} from '../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../src/lib/account/runs.js'
import {RUN_TYPES, runDatasetName} from '../../src/lib/base/names.js'
import {makeReport, type ReportSources} from '../../src/lib/report/report.js'
import {writeReport} from '../../src/lib/report/write.js'
import {startSandbox} from '../../src/lib/sandbox/index.js'
import {runCli} from '../../test/support/cli.js'

const POLICY = `version: 1
select:
  older-than: 30d
keep:
  recent: 10
`

/** Writes a report of the sandbox as a person does, with a policy. */
export async function writeUsual(folder: string): Promise<string> {
  const [file, policy] = [join(folder, 'usual.html'), join(folder, 'policy.yaml')]
  writeFileSync(policy, POLICY)
  const hub = await startSandbox({runs: 60})
  try {
    const words = ['leaderboard', 'report', file, '--policy', policy]
    const {exitCode, stderr} = await runCli(words, {HF_ENDPOINT: hub.url, HF_TOKEN: hub.token})
    if (exitCode !== 0) throw new Error(`The report ended with ${exitCode}: ${stderr}`)
    return file
  } finally {
    await hub.close()
  }
}

const NAMESPACE = 'mira'
const DAY = 86_400_000
/** What people, or whoever wants to harm them, may have written into a row. */
const NAMES = [
  '</script><script>alert(1)</script>',
  `"onload='alert(1)' <img src=x onerror=alert(1)>`,
  '\u202Eodd/direction\u0000\u001B[31m',
  'x'.repeat(300),
  'نموذج/لغة',
  '模型/大型語言模型',
]

/** Writes a report of many rows that are as odd as can be. */
export async function writeOdd(folder: string): Promise<string> {
  const now = new Date()
  const rows = Array.from({length: 10_000}, (_, index) => oddRow(index, now))
  return write(join(folder, 'odd.html'), {rows, now})
}

/** Writes a report of a leaderboard that nothing has come of yet. */
export async function writeEmpty(folder: string): Promise<string> {
  return write(join(folder, 'empty.html'), {rows: [], now: new Date()})
}

/** Writes a report of one evaluation, of which nobody may know what it takes up. */
export async function writeSingle(folder: string): Promise<string> {
  const now = new Date()
  return write(join(folder, 'single.html'), {rows: [oddRow(4, now)], now})
}

function oddRow(index: number, now: Date): LeaderboardRow {
  return {
    model: index % 40 < NAMES.length ? NAMES[index % 40] : `maker/model-${index % 40}`,
    resultsDataset: runDatasetName(NAMESPACE, 'results', timestampOf(index, now)),
    successRate: index % 97 === 0 ? Number.NaN : 50 + 45 * Math.sin(index) * Math.sin(index / 700),
    totalCostUsd: index % 3 === 0 ? 0 : 10 ** (3 * Math.sin(index) - 1),
  } as LeaderboardRow
}

function timestampOf(index: number, now: Date): string {
  const text = new Date(now.getTime() - (index + 1) * (DAY / 30)).toISOString()
  return `${text.slice(0, 10).replaceAll('-', '')}_${text.slice(11, 19).replaceAll(':', '')}`
}

async function write(file: string, {rows, now}: {rows: LeaderboardRow[]; now: Date}): Promise<string> {
  const datasets = rows.slice(0, 300).flatMap((_, index) =>
    RUN_TYPES.map((type) => {
      const timestamp = timestampOf(index, now)
      const createdAt = new Date(now.getTime() - (index + 1) * (DAY / 30))
      const name = runDatasetName(NAMESPACE, type, timestamp)
      const id = `${index}${type}`
      return {
        name,
        id,
        sha: id,
        createdAt,
        lastModified: createdAt,
        private: true,
        namespace: NAMESPACE,
        type,
        timestamp,
      }
    }),
  )
  const inventory = {
    endpoint: 'https://huggingface.co',
    namespace: NAMESPACE,
    now,
    datasets,
    standard: [],
    nearMisses: [],
    warnings: [],
  }
  const sources: ReportSources = {
    inventory: {...inventory, leaderboard: undefined},
    rows,
    runs: groupDatasetsByRun(datasets),
    sizes: 'unknown',
    plan: undefined,
    by: 'success_rate',
    warnings: ['What the datasets take up is unknown. The token may not read it.'],
  }
  await writeReport(makeReport(sources), file)
  return file
}
