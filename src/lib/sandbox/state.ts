import {memberships} from './accounts.js'
import {belongsInLfs, GIT_ATTRIBUTES, sha1, type StoredFile, storedFile} from './objects.js'

/** Files by path. */
export type Files = ReadonlyMap<string, StoredFile>

/** One commit: the whole tree as it was then. */
export interface Commit {
  readonly oid: string
  readonly title: string
  readonly date: Date
  readonly files: Files
}

/** What is known of a dataset apart from its history. */
interface RepoFacts {
  /** `namespace/name`. */
  id: string
  readonly createdAt: Date
  private: boolean
  gated: false | 'auto' | 'manual'
  readonly downloads: number
  readonly likes: number
  /** Bytes that the whole history keeps, those of replaced and deleted files included. */
  storage: number
}

/** One dataset repository. */
export type Repo = ReturnType<typeof makeRepo>

function makeRepo(_id: string, facts: RepoFacts, first: Commit) {
  // A seeded file is made to be measured: not before somebody asks, and once.
  let initial: number | undefined
  return {
    ...facts,
    _id,
    /** Bytes that were added since the first commit. */
    added: 0,
    /** Bytes that the whole history keeps, those of replaced and deleted files included. */
    get storage(): number {
      initial ??= [...first.files.values()].reduce((sum, file) => sum + file.bytes().length, 0)
      return initial + this.added
    },
    /** The name before the last move. */
    formerId: undefined as string | undefined,
    /** Where moves modify. */
    movedAt: undefined as Date | undefined,
    /** The commits of `main`, oldest first. */
    history: [first],
    /** The commit at the end of `main`. */
    get head(): Commit {
      return this.history.at(-1) ?? first
    },
    get sha(): string {
      return this.head.oid
    },
    get lastModified(): Date {
      const {date} = this.head
      return this.movedAt && this.movedAt > date ? this.movedAt : date
    },
    get files(): Files {
      return this.head.files
    },
    get namespace(): string {
      return this.id.slice(0, this.id.indexOf('/'))
    },
  }
}

/** A dataset to put on the Hub, as a test describes it. */
export interface DatasetSpec extends Partial<Pick<RepoFacts, 'gated' | 'likes' | 'private'>> {
  /** `namespace/name`. */
  name: string
  createdAt: Date | string
  /** Default: `createdAt`. */
  lastModified?: Date | string
  /** Contents by path. `.gitattributes` comes by itself. */
  files?: Record<string, string | Uint8Array>
  /** The text of its README.md, whose front matter has the tags. */
  card?: string
}

const MACHINE = sha1('hub').slice(0, 8)

/** All datasets of the Hub, and the ways in which tests may change them behind a program's back. */
export class HubState {
  /** The user's organisations; a role may be changed at any time. */
  readonly orgs = memberships()
  /** What the CDN has seen. A token must never get there. */
  readonly cdn = {requests: 0, sawAuthorization: false, objects: new Map<string, StoredFile>()}
  /** Uploaded LFS objects by SHA-256, waiting for a commit that names them. */
  readonly uploads = new Map<string, Buffer>()
  /** Where nothing is known of moves on the real Hub: a client must be safe with either, and a test sets the other. */
  readonly moves = {
    /** A DELETE by a former name deletes what that leads to. Default: it is refused as any name that is not there. */
    letDeleteFollow: false,
    /** A former name answers as one that never was, where the dataset is private. Default: a redirect. */
    hideFormerNames: false,
    /** The listing still has former names. */
    lagInListing: false,
    /** A move is a modification. */
    modify: false,
    /** A private dataset is public after it. */
    publish: false,
  }
  readonly #repos = new Map<string, Repo>()
  readonly #formerNames = new Map<string, Repo>()
  readonly #clock: () => Date
  /** The files that the Hub knows tags from, while these lag. */
  #indexed = new Map<Repo, Files>()
  /** Deleted ones may still be in it; undefined where one has been added since. */
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
    this.#newestFirst = (this.#newestFirst ?? this.datasets().toSorted(byCreation)).filter(
      (repo) => this.#repos.get(repo.id) === repo,
    )
    return this.#newestFirst
  }

  /** The dataset of exactly this name. */
  get(name: string): Repo | undefined {
    return this.#repos.get(name)
  }

  /** The dataset that this name leads to: its own, a former one, or one that differs in letter case. */
  locate(name: string): Repo | undefined {
    const former = this.#formerNames.get(name)
    if (this.#repos.has(name)) return this.#repos.get(name)
    if (former?.private && this.moves.hideFormerNames) return undefined
    if (former && this.#repos.get(former.id) === former) return former
    return this.datasets().find(({id}) => id.toLowerCase() === name.toLowerCase())
  }

  /** Puts a dataset on the Hub. @throws where the name is taken, or not `namespace/name` */
  addDataset({name, createdAt, lastModified, files, card, ...facts}: DatasetSpec): Repo {
    const date = new Date(createdAt)
    const repo = this.add({id: name, createdAt: date, ...facts})
    const contents = Object.entries({...(card !== undefined && {'README.md': card}), ...files})
    const changes = contents.map(([path, content]): [string, StoredFile] => {
      const sample = Buffer.from(content).subarray(0, 512)
      return [path, storedFile(content, belongsInLfs({path, size: content.length, sample}))]
    })
    if (changes.length > 0 || lastModified !== undefined)
      this.commit(repo, 'Upload dataset', new Map(changes), new Date(lastModified ?? date))
    return repo
  }

  /** Adds a dataset with one commit. Default: the Hub's own first one. */
  add(facts: Partial<RepoFacts> & Pick<RepoFacts, 'createdAt' | 'id'>, first?: Commit): Repo {
    const {id, createdAt: date} = facts
    if (!/^[^/]+\/[^/]+$/.test(id)) throw new TypeError(`"${id}" is not of the form namespace/name`)
    if (this.#repos.has(id)) throw new Error(`${id} is already there`)
    const initial = {
      oid: sha1(id, date.toISOString(), String(this.#created), 'initial commit'),
      title: 'initial commit',
      date,
      files: new Map([['.gitattributes', GIT_ATTRIBUTES]]),
    }
    const storage = GIT_ATTRIBUTES.bytes().length
    const all = {private: false, gated: false, downloads: 0, likes: 0, storage, ...facts} as const
    const repo = makeRepo(this.#nextId(date), all, first ?? initial)
    this.#repos.set(id, repo)
    this.#formerNames.delete(id)
    this.#newestFirst = undefined
    return repo
  }

  /** Takes a dataset off the Hub. @returns whether it was there */
  remove(name: string): boolean {
    return this.#repos.delete(name)
  }

  /** Makes a commit in a dataset, as another client would: its sha and lastModified change. */
  touch(name: string): Commit {
    const repo = this.#repos.get(name)
    if (!repo) throw new Error(`there is no ${name}`)
    const note = storedFile(`Commit ${repo.history.length + 1}\n`, false)
    return this.commit(repo, 'Update notes.txt', new Map([['notes.txt', note]]))
  }

  /** Appends a commit to a dataset's main branch. @param changes new content by path; null where a file is deleted */
  commit(
    repo: Repo,
    title: string,
    changes: ReadonlyMap<string, StoredFile | null>,
    date: Date = this.now(),
  ): Commit {
    const files = new Map(repo.files)
    for (const [path, file] of changes) {
      if (file) files.set(path, file)
      else files.delete(path)
      repo.added += file?.bytes().length ?? 0
    }

    const commit = {oid: sha1(repo._id, repo.sha, title, date.toISOString()), title, date, files}
    repo.history.push(commit)
    return commit
  }

  /** Gives a dataset another name; requests for the former one are redirected to it until a dataset has that name. */
  rename(repo: Repo, name: string): void {
    this.#repos.delete(repo.id)
    this.#formerNames.set(repo.id, repo)
    this.#formerNames.delete(name)
    repo.formerId = repo.id
    repo.id = name
    if (this.moves.modify) repo.movedAt = this.now()
    if (this.moves.publish) repo.private = false
    this.#repos.set(name, repo)
  }

  /** While they lag, the Hub reads no new cards: tags stay those of before the commits made since. */
  letTagsLag(lag: boolean): void {
    this.#indexed = new Map(lag ? this.datasets().map((repo) => [repo, repo.files]) : [])
  }

  /** The files that the Hub knows the tags of a dataset from: those at the end of main, unless tags lag. */
  indexedFiles(repo: Repo): Files {
    return this.#indexed.get(repo) ?? repo.files
  }

  /** A Mongo id: seconds since 1970, then a counter, so that a name used twice never has the same id. */
  #nextId(createdAt: Date): string {
    this.#created += 1
    return toHex(Math.floor(createdAt.getTime() / 1000)) + MACHINE + toHex(this.#created)
  }
}

function toHex(value: number): string {
  return value.toString(16).padStart(8, '0').slice(-8)
}

function byCreation(one: Repo, other: Repo): number {
  return other.createdAt.getTime() - one.createdAt.getTime() || (one._id < other._id ? -1 : 1)
}
