import {randomBytes} from 'node:crypto'
import {type FileHandle, open, unlink} from 'node:fs/promises'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Dataset} from '../../account/datasets.js'
import {RefusedError} from '../../base/errors.js'
import {makeFolder, syncFolder} from '../../base/files.js'
import {messageOf, printable, safe, safeName} from '../../base/text.js'
import {VERSION} from '../../base/version.js'
import {isPicked} from '../../plan/pick.js'
import {type Plan, plannedDatasets} from '../../plan/plan.js'
import {rulesDocument} from '../../retention/read-rules.js'
import {type Outcome} from '../outcomes.js'

/** Of the lines; a change that an older reader would misread needs a new one. */
export const JOURNAL_VERSION = 1

/** Who said yes to a plan: a person who typed the phrase, `--yes`, or the `confirm` of a program. */
export const CONFIRMATIONS = ['phrase', 'yes', 'callback'] as const
export type Confirmation = (typeof CONFIRMATIONS)[number]

/** What a journal says before its first intent. */
export interface JournalHeader {
  plan: Plan
  saved?: {madeBy: string; digest: string} | undefined
  /** The token's owner. */
  user: string
  confirmedBy: Confirmation
  /** Folder of the archive. */
  archive?: string | undefined
}

export function journalFolder(dataDir: string): string {
  return join(dataDir, 'journal')
}

/** A journal's file, so named that the names sort by time. */
export function journalName(at: Date, id: string): string {
  return `${at.toISOString().replaceAll(/[-:.]/g, '')}-${id}.jsonl`
}

/** Makes sure that journals can be written in their folder, and makes it. @throws RefusedError */
export async function prepareJournal(dataDir: string): Promise<void> {
  const folder = journalFolder(dataDir)
  const path = join(folder, `.trial-${newId()}`)
  const file = await create(folder, path, 'a full disk takes a file, but nothing in it\n')
  try {
    await file.close()
    await unlink(path)
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** Begins the journal of one plan, in a file of its own. @throws RefusedError */
export async function openJournal(
  dataDir: string,
  {plan, saved, user, confirmedBy, archive}: JournalHeader,
  now: () => Date = () => new Date(),
): Promise<Journal> {
  const id = newId()
  const at = now()
  const folder = journalFolder(dataDir)
  const path = join(folder, journalName(at, id))
  const header = {
    kind: 'plan',
    version: JOURNAL_VERSION,
    id,
    at,
    program: `smoltrace/${VERSION}`,
    endpoint: plan.endpoint,
    namespace: plan.namespace,
    user,
    phrase: plan.phrase,
    confirmedBy,
    savedPlan: saved ? {madeBy: saved.madeBy, digest: saved.digest} : null,
    source: plan.source,
    picked: [...plan.delete, ...plan.keep].some((each) => isPicked(each)),
    rules: rulesDocument(plan),
    archive: archive ?? null,
    datasets: plannedDatasets(plan).map(({name, id, sha, lastModified}) => ({name, id, sha, lastModified})),
  }
  return new Journal(path, id, await create(folder, path, lineOf(header)), now)
}

/** A new file with this text, for the owner alone, that is on the disk; none where that fails. @throws RefusedError */
async function create(folder: string, path: string, text: string): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    await makeFolder(folder, 0o700)
    file = await open(path, 'ax', 0o600)
    await writeToDisk(file, text)
    await syncFolder(folder)
    return file
  } catch (error) {
    await file?.close().catch(() => {})
    if (file) await unlink(path).catch(() => {})
    throw unwritable(folder, error)
  }
}

/** Where the program keeps its data by default: as oclif computes it for the command line, so that both share one journal. */
export function dataDirectory(env = process.env, platform: string = process.platform): string {
  if (env.SMOLTRACE_DATA_DIR) return env.SMOLTRACE_DATA_DIR
  const onWindows = platform === 'win32'
  const windowsHome =
    env.HOMEDRIVE && env.HOMEPATH ? join(env.HOMEDRIVE, env.HOMEPATH) : (env.USERPROFILE ?? '')
  const home = env.HOME || (onWindows && windowsHome) || homedir() || tmpdir()
  const base = env.XDG_DATA_HOME || (onWindows && env.LOCALAPPDATA) || join(home, '.local', 'share')
  return join(base, 'smoltrace')
}

/**
 * What one carried-out plan does, written down while it does it. Every call resolves once its line is on the disk; after a failure it
 * and all later ones reject with a RefusedError.
 */
export class Journal {
  readonly path: string
  /** 12 hexadecimal digits. */
  readonly id: string
  private readonly file: FileHandle
  private readonly now: () => Date
  /** Lines that are not written yet; they share one write, and one wait for the disk. */
  private waiting: string[] = []
  private next: Promise<void> | undefined
  private last: Promise<unknown> = Promise.resolve()
  private failure: RefusedError | undefined

  constructor(path: string, id: string, file: FileHandle, now: () => Date) {
    this.path = path
    this.id = id
    this.file = file
    this.now = now
  }

  /** To be awaited before each DELETE is sent, a repeated one too. */
  async intent({name, id, sha}: Dataset): Promise<void> {
    await this.append({kind: 'intent', at: this.now(), name, id, sha})
  }

  /** The outcome of a dataset; without an intent before it where none was needed. */
  async outcome({name, status, reason, requestId, uncertain}: Outcome, dataset?: Dataset): Promise<void> {
    const said = {name, status, uncertain, reason, requestId, sha: dataset?.sha}
    await this.append({kind: 'outcome', at: this.now(), ...said})
  }

  /** Writes the last line and closes the file. */
  async end({interrupted}: {interrupted: boolean}): Promise<void> {
    try {
      await this.append({kind: 'end', at: this.now(), interrupted})
    } finally {
      // Every line is on the disk or known not to be; what closing says adds nothing.
      await this.file.close().catch(() => {})
    }
  }

  private append(record: object): Promise<void> {
    this.waiting.push(lineOf(record))
    if (!this.next) {
      this.next = this.last.then(() => this.flush())
      this.last = this.next.catch(() => {})
    }

    return this.next
  }

  private async flush(): Promise<void> {
    this.next = undefined
    const text = this.waiting.splice(0).join('')
    if (this.failure) throw this.failure
    try {
      await writeToDisk(this.file, text)
    } catch (error) {
      this.failure = new RefusedError(
        `The journal ${safeName(this.path)} can no longer be written: ${messageOf(error)}. Nothing more is deleted or moved without it.`,
        {cause: error, suggestions: [`To see what was deleted: smoltrace history ${this.id}`]},
      )
      throw this.failure
    }
  }
}

/** Text is made safe before it is escaped: after that, a control character would look like letters. */
function lineOf(record: object): string {
  const json = JSON.stringify(record, (key, value: unknown) =>
    typeof value === 'string' ? textFor(key, value) : value,
  )
  return `${json}\n`
}

/** Whose datasets these are must stay exact: a name may look like a token's beginning. */
export function textFor(key: string, text: string): string {
  if (key === 'archive') return safeName(text)
  return EXACT.has(key) ? printable(text) : safe(text)
}

const EXACT = new Set(['name', 'namespace', 'user'])

/** One write for the whole text: one that is cut short leaves whole lines and at most a torn one behind them. */
async function writeToDisk(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const {bytesWritten} = await file.write(bytes)
  if (bytesWritten !== bytes.length) throw new Error('only a part of a line could be written')
  await file.datasync()
}

function unwritable(folder: string, error: unknown): RefusedError {
  return new RefusedError(
    `The journal cannot be written in ${safeName(folder)}: ${messageOf(error)}. Nothing is deleted without it.`,
    {
      cause: error,
      suggestions: ['Make that folder writable, or delete without a journal: `journal: false`.'],
    },
  )
}

function newId(): string {
  return randomBytes(6).toString('hex')
}
