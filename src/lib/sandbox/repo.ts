import type {StoredFile} from './objects.js'

/** One commit: the whole tree as it was then. */
export interface Commit {
  oid: string
  title: string
  date: Date
  files: ReadonlyMap<string, StoredFile>
}

/** Everything about a dataset but its history. */
export interface RepoFacts {
  _id: string
  /** `namespace/name`. */
  id: string
  createdAt: Date
  createdBy: string
  private: boolean
  /** Id of the organisation's group that it belongs to. */
  resourceGroup?: string | undefined
  gated: false | 'auto' | 'manual'
  disabled: boolean
  downloads: number
  likes: number
  trendingScore: number
  /** Bytes that the whole history keeps, those of replaced and deleted files included. */
  storage: number
}

/** A history that is not built yet, and what is known of its last commit without it. */
export interface Past {
  oid: string
  date: Date
  /** The files of the last commit: a listing of thousands shows something of them, but must not keep them. */
  files: () => Commit['files']
  /** Makes the history, oldest commit first. */
  build: () => Commit[]
}

/** One dataset repository. */
export class Repo implements RepoFacts {
  readonly _id: string
  id: string
  readonly createdAt: Date
  readonly createdBy: string
  private: boolean
  readonly resourceGroup: string | undefined
  gated: false | 'auto' | 'manual'
  disabled: boolean
  downloads: number
  likes: number
  trendingScore: number
  storage: number
  readonly #past: Past
  #history: Commit[] | undefined

  constructor(facts: RepoFacts, past: Past) {
    this._id = facts._id
    this.id = facts.id
    this.createdAt = facts.createdAt
    this.createdBy = facts.createdBy
    this.private = facts.private
    this.resourceGroup = facts.resourceGroup
    this.gated = facts.gated
    this.disabled = facts.disabled
    this.downloads = facts.downloads
    this.likes = facts.likes
    this.trendingScore = facts.trendingScore
    this.storage = facts.storage
    this.#past = past
  }

  get namespace(): string {
    return this.id.slice(0, this.id.indexOf('/'))
  }

  get name(): string {
    return this.id.slice(this.id.indexOf('/') + 1)
  }

  get sha(): string {
    return (this.#history?.at(-1) ?? this.#past).oid
  }

  get lastModified(): Date {
    return (this.#history?.at(-1) ?? this.#past).date
  }

  /** The files at the end of `main`. */
  get files(): Commit['files'] {
    return this.#history?.at(-1)?.files ?? this.#past.files()
  }

  /** Every commit, oldest first. */
  get history(): readonly Commit[] {
    this.#history ??= this.#past.build()
    return this.#history
  }

  /** The commit at the end of `main`. */
  get head(): Commit {
    const last = this.history.at(-1)
    if (!last) throw new Error(`${this.id} has no commit`)
    return last
  }

  /** Appends a commit to `main`. */
  push(commit: Commit): void {
    this.#history = [...this.history, commit]
  }
}
