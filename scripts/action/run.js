// What action.yml runs: turns its inputs into a command, and what the command says into outputs. No input is seen by a shell.
import {spawn} from 'node:child_process'
import {randomUUID} from 'node:crypto'
import {once} from 'node:events'
import {appendFileSync} from 'node:fs'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'

import {wordsOf} from './words.js'

const {RUNNER_TEMP = '.', GITHUB_OUTPUT, GITHUB_STEP_SUMMARY} = process.env
const PROGRAM = join(RUNNER_TEMP, 'smoltrace/node_modules/smoltrace/bin/run.js')

const inputs = Object.fromEntries(
  ['MODE', 'POLICY', 'ARGS', 'PLAN', 'ARCHIVE', 'MAX_DELETE', 'NAMESPACE', 'DATA_DIR', 'SUMMARY'].map(
    (name) => [name, process.env[`INPUT_${name}`] ?? ''],
  ),
)
const dataDir = inputs.DATA_DIR || join(RUNNER_TEMP, 'smoltrace-data')

try {
  process.exitCode = await run(wordsOf(inputs, GITHUB_STEP_SUMMARY))
} catch (error) {
  report(2, {})
  tell('error', error.message)
  process.exitCode = 2
}

/** Runs the command; what a step succeeds with is a plan, with or without work, and a deletion of all that it says. */
async function run(words) {
  const fence = randomUUID()
  // What others wrote must not become a command of the runner.
  process.stdout.write(`::stop-commands::${fence}\n`)
  const child = spawn(process.execPath, [PROGRAM, ...words, '--json'], {
    env: {...process.env, SMOLTRACE_DATA_DIR: dataDir},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A cancelled workflow ends the deletion in order: what has begun is finished and reported.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
  process.stdout.write(`::${fence}::\n`)
  const document = read(stdout)
  // A success that tells of no plan, such as a page of help, has done nothing of what was asked.
  const exitCode = [0, 10].includes(status) && document.wouldDelete === undefined ? 1 : (status ?? 1)
  // A plan that was refused is in the document of the error.
  const outcome = document.plan ?? document
  report(exitCode, outcome)
  for (const warning of document.warnings ?? []) tell('warning', warning)
  for (const line of linesOf(outcome)) process.stdout.write(`${line}\n`)
  if (document.error) tell('error', [document.error.message, ...document.error.suggestions].join('\n'))
  else if (![0, 10].includes(exitCode)) tell('error', `smoltrace ended with exit code ${exitCode}.`)
  return exitCode === 10 ? 0 : exitCode
}

function read(stdout) {
  try {
    return JSON.parse(stdout)
  } catch {
    return {}
  }
}

/** The log's few lines; all else is in the summary, the plan and the journal. */
function linesOf({wouldDelete, dryRun, counts, remaining, rules}) {
  if (wouldDelete === undefined) return []
  if (wouldDelete === null) return ['What would be deleted is not known. Nothing was deleted.']
  const isTrash = rules?.trash === true
  if (dryRun && isTrash) return [`Plan: ${wouldDelete} datasets to move to the trash. Nothing was moved.`]
  if (dryRun) return [`Plan: ${wouldDelete} datasets to delete. Nothing was deleted.`]
  return [
    `${isTrash ? `Moved to the trash: ${counts.trashed}` : `Deleted ${counts.deleted}`} datasets of ${wouldDelete}; failed ${counts.failed}, skipped ${counts.skipped}, not attempted ${counts.unattempted}, already gone ${counts.gone}.`,
    `Remaining: ${remaining.runs} runs, ${remaining.datasets} datasets.`,
  ]
}

function report(exitCode, {wouldDelete, counts}) {
  const left = counts && counts.failed + counts.skipped + counts.unattempted
  const outputs = {
    'exit-code': exitCode,
    'would-delete': wouldDelete ?? '',
    deleted: counts?.deleted ?? '',
    trashed: counts?.trashed ?? '',
    'not-deleted': left ?? '',
    plan: wouldDelete === undefined ? '' : inputs.PLAN,
    'data-dir': dataDir,
  }
  if (!GITHUB_OUTPUT) return
  for (const [name, value] of Object.entries(outputs)) {
    // A delimiter that cannot be guessed: no value sets another output.
    const end = randomUUID()
    appendFileSync(GITHUB_OUTPUT, `${name}<<${end}\n${value}\n${end}\n`)
  }
}

function tell(kind, message) {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  process.stdout.write(`::${kind}::${escaped}\n`)
}
