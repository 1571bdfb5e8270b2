import {expect} from 'chai'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {readHistory} from '../../src/lib/cleanup/journal/history.js'
import {type Outcome} from '../../src/lib/cleanup/outcomes.js'
import {type CliResult} from '../support/cli.js'
import {type Sandbox} from '../support/sandbox.js'
import {type Snapshot, snapshotOf, type Watch} from './watch.js'

/** One job that has ended, and what there was before it. */
export interface Ended {
  hub: Sandbox
  result: CliResult
  before: ReadonlyMap<string, Snapshot>
  seen: Watch
  /** Where journals are. */
  dataHome: string
  /** Full names of all that may go, or come back. */
  planned: readonly string[]
}

/** What holds whatever went wrong: one document, which tells the exit code where it tells of an error, and no token. */
export function documentOf({result, hub, dataHome}: Ended): Record<string, any> {
  const document = JSON.parse(result.stdout) as Record<string, any>
  if (document.error)
    expect(document.error.exitCode, 'the exit code in the document').to.equal(result.exitCode)
  for (const text of [result.stdout, result.stderr, ...journalsIn(dataHome)])
    for (const token of Object.values(hub.tokens)) expect(text).not.to.include(token)
  return document
}

/** The truth about a deletion: in what it deleted, in its report, in its journal, and in `history`. */
export async function expectTrueDeletion(ended: Ended): Promise<void> {
  const {hub, before, seen, planned} = ended
  const document = documentOf(ended)
  const now = snapshotOf(hub)
  expectUntouched(hub, before, planned)
  const unplanned = seen.deletes.filter((name) => !planned.includes(name))
  expect(unplanned, 'DELETEs of what was not planned').to.deep.equal([])
  if (document.error) {
    expect(seen.deletes, 'DELETEs before an error').to.deep.equal([])
    expect(sameNames(before, now), 'what there is after an error').to.equal(true)
    return
  }

  const outcomes = document.outcomes as Outcome[]
  expectReported(outcomes, planned)
  expect(document.counts).to.deep.equal(countsOf(outcomes))
  for (const outcome of outcomes) expectTrueOutcome(outcome, before.get(outcome.name), now.get(outcome.name))
  await expectTrueHistory(ended, outcomes)
}

function expectTrueOutcome(
  {name, status, uncertain}: Outcome,
  before: Snapshot | undefined,
  now: Snapshot | undefined,
): void {
  if (uncertain) expect(status, `${name} is uncertain`).to.equal('failed')
  else if (status === 'deleted') expect(now, `${name} is said to be deleted`).to.equal(undefined)
  else expect(now, `${name} is said to be ${status}`).to.deep.equal(before)
  expect(status, `${name}: nobody else deletes anything`).not.to.equal('gone')
}

/**
 * The truth about moves to the trash or back: nothing is lost, changed or shown to others, and each dataset has the name that is told.
 */
export async function expectTrueMoves(ended: Ended): Promise<void> {
  const {hub, before, planned} = ended
  const document = documentOf(ended)
  const now = new Map([...snapshotOf(hub)].map(([name, dataset]) => [dataset.id, {name, dataset}]))
  const nameNow = (name: string) => now.get(before.get(name)?.id ?? '')?.name
  expect(now.size, 'how many there are').to.equal(before.size)
  for (const [name, dataset] of before) {
    expect(now.get(dataset.id)?.dataset, name).to.deep.equal(dataset)
    if (document.error || !planned.includes(name)) expect(nameNow(name), name).to.equal(name)
  }

  if (document.error) return
  const restored = document.runs as Array<{outcomes: Array<Outcome & {from: string}>}> | undefined
  const outcomes: Array<{name: string; status: string; uncertain?: boolean}> =
    restored?.flatMap((run) => run.outcomes.map((each) => ({...each, name: each.from}))) ?? document.outcomes
  expectReported(outcomes, planned)
  for (const {name, status, uncertain} of outcomes) {
    const isMoved = nameNow(name) !== name
    if (uncertain) expect(status, `${name} is uncertain`).to.equal('failed')
    else expect(isMoved, `${name} is ${status}`).to.equal(status === 'trashed' || status === 'restored')
  }

  if (!restored) await expectTrueHistory(ended, document.outcomes as Outcome[])
}

/** That all is deleted whatever became of the sizes, and that these are either right or said to be unknown. */
export function expectTrueSizes(ended: Ended): void {
  const {before, planned} = ended
  const {counts, frees, freed, warnings} = documentOf(ended)
  expect(counts.deleted, 'what is deleted').to.equal(planned.length)
  const isUnknown = (warnings as string[]).some((text) => text.startsWith('Dataset sizes are unknown.'))
  const whole = planned.reduce((sum, name) => sum + (before.get(name)?.storage ?? Number.NaN), 0)
  expect([frees, freed], 'what it frees').to.deep.equal(isUnknown ? [null, null] : [whole, whole])
}

/** Every outcome in the words of the report; what was sent and not answered is `uncertain`. */
async function expectTrueHistory({dataHome}: Ended, outcomes: Outcome[]): Promise<void> {
  const {jobs, problems} = await readHistory(join(dataHome, 'smoltrace'))
  expect(problems).to.deep.equal([])
  expect(jobs.map(({state}) => state)).to.deep.equal(['finished'])
  const told = jobs[0]?.datasets.map(({name, state, reason}) => ({name, state, reason}))
  const reported = outcomes.map(({name, status, uncertain, reason}) => ({
    name,
    state: uncertain ? 'uncertain' : status,
    reason,
  }))
  expect(told, 'history').to.have.deep.members(reported)
}

/** That nothing is sent before its intent is on the disk, with one for each time. */
export function expectIntent(dataHome: string, name: string, time: number): void {
  const intents = journalsIn(dataHome)
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes('"kind":"intent"') && line.includes(`"name":"${name}"`))
  expect(intents.length, `intents before DELETE ${time} of ${name}`).to.be.at.least(time)
}

/** That nothing is sent before its copy is on the disk: the manifest, and each file as it is on the Hub. */
export function expectCopy(copies: string, name: string, dataset: Snapshot | undefined): void {
  const manifest = JSON.parse(readFileSync(join(copies, `${name}.json`), 'utf8'))
  expect([manifest.name, manifest.id, manifest.sha]).to.deep.equal([name, dataset?.id, dataset?.sha])
  for (const [path, {bytes}] of dataset?.files ?? [])
    expect(readFileSync(join(copies, name, path)).equals(bytes()), `the copy of ${path} of ${name}`).to.equal(
      true,
    )
}

/** The truth about a restore: nothing that was there has changed, and what is said to be back is, in every file. */
export function expectTrueRestore(ended: Ended & {archived: ReadonlyMap<string, Snapshot>}): void {
  const {hub, before, planned, archived} = ended
  const document = documentOf(ended)
  const now = snapshotOf(hub)
  const missing = planned.filter((name) => !before.has(name))
  expectUntouched(hub, before, missing)
  for (const name of planned)
    expect(now.get(name)?.isPrivate, `whether ${name} is private`).not.to.equal(false)
  if (document.error) {
    expect(sameNames(before, now), 'what there is after an error').to.equal(true)
    return
  }

  const outcomes = document.outcomes as Array<{name: string; status: string}>
  expectReported(outcomes, planned)
  for (const {name, status} of outcomes) {
    expect(['restored', 'present', 'failed', 'unattempted'], JSON.stringify(outcomes)).to.include(status)
    if (before.has(name)) expect(status, name).not.to.equal('restored')
    const isBack = sameFiles(archived.get(name), now.get(name))
    if (status === 'restored' || status === 'present') expect(isBack, `${name} is ${status}`).to.equal(true)
    else if (status === 'unattempted' && !before.has(name)) expect(now.has(name), name).to.equal(false)
  }
}

function expectReported(outcomes: Array<{name: string}>, planned: readonly string[]): void {
  const names = outcomes.map(({name}) => name)
  expect(names, 'what is reported').to.have.members(planned)
}

/** That all but these is as it was, and that nothing has come. */
export function expectUntouched(
  hub: Sandbox,
  before: ReadonlyMap<string, Snapshot>,
  mayChange: readonly string[],
): void {
  const now = snapshotOf(hub)
  for (const name of new Set([...before.keys(), ...now.keys()]))
    if (!mayChange.includes(name)) expect(now.get(name), name).to.deep.equal(before.get(name))
}

function countsOf(outcomes: Outcome[]): Record<string, number> {
  const counts = {deleted: 0, trashed: 0, failed: 0, skipped: 0, gone: 0, unattempted: 0}
  for (const {status} of outcomes) counts[status]++
  return counts
}

function sameNames(one: ReadonlyMap<string, Snapshot>, other: ReadonlyMap<string, Snapshot>): boolean {
  return one.size === other.size && [...one.keys()].every((name) => other.has(name))
}

/** Whether two datasets hold the same files with the same content. */
export function sameFiles(one: Snapshot | undefined, other: Snapshot | undefined): boolean {
  if (!one || one.files.size !== other?.files.size) return false
  return [...one.files].every(([path, {bytes}]) => other.files.get(path)?.bytes().equals(bytes()))
}

/** The text of every journal. */
function journalsIn(dataHome: string): string[] {
  const folder = join(dataHome, 'smoltrace', 'journal')
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
}
