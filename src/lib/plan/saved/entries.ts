import {type LeaderboardDataset, type RunDataset} from '../../account/datasets.js'
import {isStandardDataset, parseDatasetName, parseTimestamp} from '../../base/names.js'
import {type Reason, REASON_RULES} from '../../retention/reasons.js'
import {NOT_PICKED, PICKED} from '../pick.js'
import {type Field} from './field.js'
import {type RunNote} from './format.js'

/** The entries of a saved plan, each read strictly: a name that is not one of SMOLTRACE's in the plan's namespace ends the reading. */

const LONGEST_ID = 64
const SHA = /^[\da-f]{40}$/

/** A run that loses datasets, and all the datasets it had. */
export function readRun(field: Field, namespace: string): RunNote & {datasets: RunDataset[]} {
  const {run, reasons, datasets} = field.parts('run', 'reasons', 'datasets')
  const timestamp = readTimestamp(run)
  return {
    run: timestamp,
    reasons: readReasons(reasons, PICKED),
    datasets: datasets.list().map((each) => readRunDataset(each, namespace, timestamp)),
  }
}

/** A run that loses none. */
export function readKept(field: Field): RunNote {
  const {run, reasons} = field.parts('run', 'reasons')
  return {run: readTimestamp(run), reasons: readReasons(reasons, NOT_PICKED)}
}

function readTimestamp(field: Field): string {
  const timestamp = field.text()
  if (!parseTimestamp(timestamp)) throw field.wrong("a run's timestamp")
  return timestamp
}

/** A reason that lifts keepers and selectors must not hide behind another text: reviewers read the text. */
function readReasons(field: Field, byHand: Reason): Reason[] {
  return field.list().map((each) => {
    const parts = each.parts('rule', 'text')
    const reason = {rule: parts.rule.oneOf(REASON_RULES), text: parts.text.text()}
    if (reason.rule === byHand.rule && reason.text !== byHand.text) throw parts.text.wrong(`"${byHand.text}"`)
    return reason
  })
}

function readRunDataset(field: Field, namespace: string, timestamp: string): RunDataset {
  const {name, ...facts} = readDataset(field)
  const parsed = parseDatasetName(name, namespace)
  if (!parsed || parsed.type === 'leaderboard' || parsed.timestamp !== timestamp)
    throw field.at('name').wrong(`a dataset of run ${timestamp} of ${namespace}`)
  return {name, ...facts, namespace, type: parsed.type, timestamp}
}

export function readLeaderboard(field: Field, namespace: string): LeaderboardDataset {
  const dataset = readDataset(field)
  if (parseDatasetName(dataset.name, namespace)?.type !== 'leaderboard')
    throw field.at('name').wrong(`the leaderboard of ${namespace}`)
  return {...dataset, namespace, type: 'leaderboard'}
}

/** Whether it is deleted follows from the rules, and is compared with what they say. */
function readDataset(field: Field) {
  const parts = field.parts('goes', 'name', 'id', 'sha', 'createdAt', 'lastModified', 'private')
  const sha = parts.sha.text()
  if (!SHA.test(sha)) throw parts.sha.wrong('a commit of 40 hexadecimal digits')
  return {
    name: parts.name.text(),
    id: parts.id.text(LONGEST_ID),
    sha,
    createdAt: parts.createdAt.date(),
    lastModified: parts.lastModified.date(),
    private: parts.private.boolean(),
  }
}

export function readNamespace(field: Field): string {
  const namespace = field.text()
  if (/[\s/]/.test(namespace)) throw field.wrong('a namespace')
  return namespace
}

export function readEndpoint(field: Field): string {
  const endpoint = field.text()
  const {protocol, username, password} = URL.canParse(endpoint)
    ? new URL(endpoint)
    : {protocol: '', username: '', password: ''}
  if (!/^https?:$/.test(protocol) || username || password) throw field.wrong('a plain web address')
  return endpoint
}

export function readStandard(field: Field, namespace: string): string {
  const name = field.text()
  if (!isStandardDataset(name, namespace)) throw field.wrong(`a standard dataset of ${namespace}`)
  return name
}
