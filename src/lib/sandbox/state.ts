import {memberships} from './accounts.js'
import {belongsInLfs, GIT_ATTRIBUTES, GIT_ATTRIBUTES_FILE} from './git-attributes.js'
import {type StoredFile, storedFile} from './objects.js'
import {sha1} from './random.js'
import {type Commit, type Past, Repo, type RepoFacts} from './repo.js'

/** A dataset to put on the Hub, as a test describes it. */
export interface DatasetSpec {
  /** `namespace/name`. */
  name: string
  createdAt: Date | string
  /** Default: `createdAt`. */
  lastModified?: Date | string
  private?: boolean
  /** Id of a group of the organisation: of its members, only those in the group and admins see a private dataset of it. */
  resourceGroup?: string
  gated?: false | 'auto' | 'manual'
  disabled?: boolean
  /** Who created it; matters to an organisation's contributors. Default: the namespace. */
  createdBy?: string
  /** Contents by path. `.gitattributes` comes by itself. */
  files?: Record<string, string | Uint8Array>
  /** The text of its README.md, whose front matter has the tags. */
  card?: string
}

/** What becomes of each path in a commit: new content, or null where it is deleted. */
export type Changes = ReadonlyMap<string, StoredFile | null>

const MACHINE = sha1('hub').slice(0, 8)

/** All datasets of the Hub, and the ways in which tests may change them behind a program's back. */
export class HubState {
  /** The user's organisations; a role may be changed at any time. */
  readonly orgs = memberships()
  /** What the CDN has seen. A token must never get there. */
  readonly cdn = {requests: 0, sawAuthorization: false, objects: new Map<string, StoredFile>()}
  /** Uploaded LFS objects by SHA-256, waiting for a commit that names them. */
  readonly uploads = new Map<string, Buffer>()
  /** While true, the Hub reads no new cards: tags stay those of before the commits that come meanwhile. */
  tagsLag = false
  readonly #indexed = new Map<Repo, Commit['files']>()
  readonly #repos = new Map<string, Repo>()
  readonly #formerNames = new Map<string, Repo>()
  /** By their names in lower case. */
  readonly #spellings = new Map<string, Repo[]>()
  readonly #clock: () => Date
  /** Those that are gone since stand in it still; undefined where one has come since. */
  #newestFirst: Repo[] | undefined
  #created = 0

  constructor(clock: () => Date) {
    this.#clock = clock
  }

  /** The Hub's time, to the second: its dates have no milliseconds. */
  now(): Date {
    return new Date(Math.floor(this.#clock().getTime() / 1000) * 1000)
  }

  /** Every dataset, in the order they were added. */
  datasets(): Repo[] {
    return [...this.#repos.values()]
  }

  /** Every dataset by its date of creation, newest first; of one moment, the lowest id first. */
  newestFirst(): readonly Repo[] {
    const known = this.#newestFirst ?? this.datasets().toSorted(byCreation)
    this.#newestFirst =
      known.length === this.#repos.size ? known : known.filter((repo) => this.#repos.get(repo.id) === repo)
    return this.#newestFirst
  }

  /** The dataset of exactly this name. */
  get(name: string): Repo | undefined {
    return this.#repos.get(name)
  }

  /** The dataset that this name leads to: its own, a former one, or one that differs in letter case. */
  locate(name: string): Repo | undefined {
    const former = this.#formerNames.get(name)
    const followed = former && this.#repos.get(former.id) === former ? former : undefined
    return this.#repos.get(name) ?? followed ?? this.#inOtherLetterCase(name)
  }

  /**
   * Puts a dataset on the Hub.
   * @throws TypeError where the name is not `namespace/name`; Error where it is taken.
   */
  addDataset(spec: DatasetSpec): Repo {
    const createdAt = new Date(spec.createdAt)
    const contents = {...(spec.card !== undefined && {'README.md': spec.card}), ...spec.files}
    const files = Object.entries(contents).map(([path, content]): [string, StoredFile] => {
      const bytes = Buffer.from(content)
      return [
        path,
        storedFile(bytes, belongsInLfs({path, size: bytes.length, sample: bytes.subarray(0, 512)})),
      ]
    })
    const repo = this.add({
      id: spec.name,
      createdAt,
      createdBy: spec.createdBy ?? spec.name.split('/')[0] ?? '',
      private: spec.private ?? false,
      resourceGroup: spec.resourceGroup,
      gated: spec.gated ?? false,
      disabled: spec.disabled ?? false,
    })
    if (files.length > 0 || spec.lastModified !== undefined)
      this.commit(repo, 'Upload dataset', new Map(files), new Date(spec.lastModified ?? createdAt))
    return repo
  }

  /** Adds a dataset with the history that `past` builds when it is needed, or with only the first commit. */
  add(
    facts: Partial<RepoFacts> & Pick<RepoFacts, 'createdAt' | 'createdBy' | 'id'>,
    past: Past = firstCommit(facts.id, facts.createdAt, this.#created),
  ): Repo {
    if (!/^[^/]+\/[^/]+$/.test(facts.id))
      throw new TypeError(`"${facts.id}" is not of the form namespace/name`)
    if (this.#repos.has(facts.id)) throw new Error(`${facts.id} is already there`)
    const repo = new Repo(
      {
        _id: this.#nextId(facts.createdAt),
        private: false,
        gated: false,
        disabled: false,
        downloads: 0,
        likes: 0,
        trendingScore: Number.parseInt(sha1(facts.id).slice(0, 2), 16),
        storage: GIT_ATTRIBUTES.length,
        ...facts,
      },
      past,
    )
    this.#put(repo)
    this.#formerNames.delete(repo.id)
    return repo
  }

  /** Takes a dataset off the Hub. @returns whether it was there. */
  remove(name: string): boolean {
    const repo = this.#repos.get(name)
    if (repo) this.#take(repo)
    return repo !== undefined
  }

  /** Makes a commit in a dataset, as somebody else would: its sha and lastModified change. */
  touch(name: string): Commit {
    const repo = this.#repos.get(name)
    if (!repo) throw new Error(`there is no ${name}`)
    const note = storedFile(`Commit ${repo.history.length + 1}\n`, false)
    return this.commit(repo, 'Update notes.txt', new Map([['notes.txt', note]]))
  }

  /** The files that the Hub knows the tags of a dataset from: those at the end of main, unless tags lag. */
  indexedFiles(repo: Repo): Commit['files'] {
    return (this.tagsLag && this.#indexed.get(repo)) || repo.files
  }

  /** Appends a commit to a dataset's main branch. */
  commit(repo: Repo, title: string, changes: Changes, date: Date = this.now()): Commit {
    if (!this.tagsLag) this.#indexed.clear()
    else if (!this.#indexed.has(repo)) this.#indexed.set(repo, repo.files)
    const files = new Map(repo.head.files)
    for (const [path, file] of changes) {
      if (file) files.set(path, file)
      else files.delete(path)
      repo.storage += file?.bytes().length ?? 0
    }

    const commit = {oid: sha1(repo._id, repo.sha, title, date.toISOString()), title, date, files}
    repo.push(commit)
    return commit
  }

  /** Gives a dataset another name; the former one goes on leading to it. */
  rename(repo: Repo, name: string): void {
    this.#take(repo)
    this.#formerNames.set(repo.id, repo)
    this.#formerNames.delete(name)
    repo.id = name
    this.#put(repo)
  }

  #inOtherLetterCase(name: string): Repo | undefined {
    return this.#spellings.get(name.toLowerCase())?.[0]
  }

  #put(repo: Repo): void {
    const spelling = repo.id.toLowerCase()
    this.#repos.set(repo.id, repo)
    this.#spellings.set(spelling, [...(this.#spellings.get(spelling) ?? []), repo])
    this.#newestFirst = undefined
  }

  #take(repo: Repo): void {
    const spelling = repo.id.toLowerCase()
    const rest = (this.#spellings.get(spelling) ?? []).filter((each) => each !== repo)
    this.#repos.delete(repo.id)
    if (rest.length > 0) this.#spellings.set(spelling, rest)
    else this.#spellings.delete(spelling)
  }

  /** A Mongo id: seconds since 1970, then a counter, so that a name used twice never has the same id. */
  #nextId(createdAt: Date): string {
    const seconds = Math.floor(createdAt.getTime() / 1000)
    this.#created += 1
    return (
      seconds.toString(16).padStart(8, '0').slice(-8) + MACHINE + this.#created.toString(16).padStart(8, '0')
    )
  }
}

function firstCommit(id: string, date: Date, count: number): Past {
  const oid = sha1(id, date.toISOString(), String(count), 'initial commit')
  const files = new Map([['.gitattributes', GIT_ATTRIBUTES_FILE]])
  return {oid, date, files: () => files, build: () => [{oid, title: 'initial commit', date, files}]}
}

function byCreation(one: Repo, other: Repo): number {
  return other.createdAt.getTime() - one.createdAt.getTime() || (one._id < other._id ? -1 : 1)
}
