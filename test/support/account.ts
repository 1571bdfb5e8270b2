import {expect} from 'chai'
import {mkdtemp, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {
  type ApplyOptions,
  applyPlan,
  cleanupDatasets,
  type CleanupOptions,
  type CleanupResult,
  type ConnectionOptions,
  deleteDatasets,
  type DeleteOptions,
  emptyTrash,
  type Outcome,
  type Plan,
  protectRuns,
  readHistory,
  restoreJob,
  restoreTrash,
} from '../../src/index.js'
import {PROTECTION_PATH} from '../../src/lib/account/protection/pins.js'
import {formatTimestamp, RUN_TYPES, runDatasetName, type RunType} from '../../src/lib/base/names.js'
import {DAY, MINUTE} from '../../src/lib/base/time.js'
import {checkJob, type JobCheck} from '../../src/lib/cleanup/job/locate.js'
import {type JobRestoreOptions, type JobRestoreResult} from '../../src/lib/cleanup/job/restore.js'
import {type EmptyOptions} from '../../src/lib/cleanup/trash/empty.js'
import {type TrashRestoreOptions, type TrashRestoreResult} from '../../src/lib/cleanup/trash/restore.js'
import {storedFile} from '../../src/lib/sandbox/index.js'
import {writeBoard} from './boards.js'
import {rejectionOf} from './builders.js'
import {deletionsAt, namesAt} from './hub.js'
import {type Cells} from './rows.js'
import {type Sandbox, type SandboxOptions, startSandbox} from './sandbox.js'
import {inMemory} from './scratch.js'

/** Options of a deletion that nothing has to confirm. */
export const CARRIED = {dryRun: false, yes: true} as const

/** An account on a sandbox, with two old runs and a recent one, and the library at it. */
export class Account {
  /** The clock of the Hub and of the library, in ms; a test moves it. */
  now = Date.now()
  hub!: Sandbox
  /** For journals, archives and plans. */
  folder = ''
  /** Full names of complete runs of 50, 40 and 2 days ago, in the order of deletion. */
  older: string[] = []
  old: string[] = []
  recent: string[] = []

  /** Starts a sandbox, and fills it. */
  static async open(options: SandboxOptions = {}): Promise<Account> {
    const account = new Account()
    account.folder = await mkdtemp(join(inMemory(), 'smoltrace-account-'))
    account.hub = await startSandbox({seed: 'empty', clock: () => new Date(account.now), ...options})
    account.older = account.addRun(50 * DAY)
    account.old = account.addRun(40 * DAY)
    account.recent = account.addRun(2 * DAY)
    return account
  }

  async close(): Promise<void> {
    await this.hub.close()
    await rm(this.folder, {recursive: true, force: true})
  }

  /** Adds a run whose evaluation began ten minutes before its datasets came. @returns names in the order of deletion */
  addRun(
    ageMs: number,
    facts: {owner?: string; types?: readonly RunType[]; private?: boolean} = {},
  ): string[] {
    const {owner = this.hub.user, types = RUN_TYPES, private: isPrivate = false} = facts
    const createdAt = new Date(this.now - ageMs)
    const timestamp = formatTimestamp(new Date(createdAt.getTime() - 10 * MINUTE))
    const ordered = RUN_TYPES.toReversed().filter((type) => types.includes(type))
    return ordered.map((type) =>
      this.add(runDatasetName(owner, type, timestamp), {createdAt, private: isPrivate}),
    )
  }

  /** Adds one dataset with two files. @returns its full name */
  add(name: string, facts: {createdAt?: Date; private?: boolean} = {}): string {
    const files = {'README.md': `# ${name}\n`, 'data/a.parquet': name}
    this.hub.state.addDataset({createdAt: new Date(this.now - 90 * DAY), files, ...facts, name})
    return name
  }

  get board(): string {
    return `${this.hub.user}/smoltrace-leaderboard`
  }

  /** Adds a leaderboard, with these rows if any and this text for its protection file. */
  addBoard({rows, protection}: {rows?: readonly Cells[]; protection?: string | undefined} = {}): string {
    this.hub.state.addDataset({
      name: this.board,
      createdAt: new Date(this.now - 200 * DAY),
      files: {'README.md': '# Board\n', ...(protection !== undefined && {[PROTECTION_PATH]: protection})},
    })
    if (rows) writeBoard(this.hub, [rows])
    return this.board
  }

  /** Commits a text file to a dataset, as another client does. */
  write(name: string, path: string, text: string): void {
    const repo = this.hub.state.get(name)
    if (!repo) throw new Error(`There is no ${name}.`)
    this.hub.state.commit(repo, 'Write', new Map([[path, storedFile(text, false)]]))
  }

  /** Deletes a file of a dataset, as another client does. */
  erase(name: string, path: string): void {
    this.hub.state.commit(this.hub.state.get(name)!, 'Erase', new Map([[path, null]]))
  }

  /** Deletes a dataset and creates another one under its name. */
  makeAnew(name: string): void {
    const createdAt = this.hub.state.get(name)?.createdAt ?? new Date(this.now)
    this.hub.state.remove(name)
    this.hub.state.addDataset({name, createdAt})
  }

  /** Pins a run, of which one name is given. */
  pin(name = ''): Promise<unknown> {
    return protectRuns([stampOf(name)], this.connection)
  }

  get connection() {
    return {token: this.hub.token, endpoint: this.hub.url, env: {}, clock: () => new Date(this.now)}
  }

  get #job() {
    return {...this.connection, dataDir: this.folder}
  }

  clean(options: CleanupOptions): Promise<CleanupResult> {
    return cleanupDatasets({...this.#job, ...options})
  }

  remove(target: Plan | string[], options: DeleteOptions = {}): Promise<CleanupResult> {
    return deleteDatasets(target, {...this.#job, ...options})
  }

  empty(options: EmptyOptions = {}): Promise<CleanupResult> {
    return emptyTrash({...this.#job, ...options})
  }

  untrash(options: TrashRestoreOptions = {}): Promise<TrashRestoreResult> {
    return restoreTrash({...this.#job, ...options})
  }

  /** Undoes a job, the last one by default. */
  undo(options: Partial<JobRestoreOptions> = {}): Promise<JobRestoreResult> {
    return restoreJob({...this.#job, job: 'latest', ...options})
  }

  /** Where the datasets of the last job are now. */
  async check(options: ConnectionOptions = {}): Promise<JobCheck> {
    const {jobs} = await readHistory(this.folder)
    return checkJob(jobs[0]!, {...this.connection, ...options})
  }

  /** Their names in the trash, where today's ones are put. */
  inTrash(names: readonly string[]): string[] {
    const day = new Date(this.now).toISOString().slice(0, 10).replaceAll('-', '')
    return names.map((name) => name.replace('/smoltrace-', `/smoltrace-trash-${day}-`))
  }

  /** The Hub's ids of these, which no rename changes. */
  idsOf(names: readonly string[]): Array<string | undefined> {
    return names.map((name) => this.hub.state.get(name)?._id)
  }

  get planFile(): string {
    return join(this.folder, 'plan.json')
  }

  /** Saves the plan of a dry run. */
  save(options?: CleanupOptions): Promise<CleanupResult> {
    return this.clean({...(options ?? {olderThan: '30d'}), savePlan: this.planFile})
  }

  apply(options: ApplyOptions = {}): Promise<CleanupResult> {
    return applyPlan(this.planFile, {...this.#job, ...options})
  }

  /** Expects that a job fails so, and that nothing was asked to be deleted. @returns the error */
  async refused<E extends Error>(
    job: Promise<unknown>,
    error: abstract new (...parts: never[]) => E,
  ): Promise<E> {
    const before = this.names
    const found = await rejectionOf(job)
    expect(found).to.be.instanceOf(error)
    expect([this.deletions, this.names]).to.deep.equal([[], before])
    return found as E
  }

  /** Everything that is on the Hub, sorted. */
  get names(): string[] {
    return namesAt(this.hub)
  }

  /** What the Hub was asked to delete, in order, whatever it answered. */
  get deletions(): string[] {
    return deletionsAt(this.hub)
  }
}

/** The timestamp in a name. */
export const stampOf = (name = '') => name.slice(-15)

/** The status of each dataset by its full name. */
export const statusesOf = (outcomes: readonly Outcome[]) =>
  Object.fromEntries(outcomes.map(({name, status}) => [name, status]))

/** The same status for each of these. */
export const all = (names: readonly string[], status: string) =>
  Object.fromEntries(names.map((name) => [name, status]))

/** Names of what a plan's runs lose. */
export const plannedNames = ({delete: runs}: Plan) =>
  runs.flatMap(({datasets}) => datasets.map(({name}) => name))
