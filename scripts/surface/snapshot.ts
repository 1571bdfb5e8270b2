import {commandOf, entriesUnder, isReleased, tellsOf} from './changelog.js'
import {digestOf, type Surface} from './items.js'

/** What is on file about the surface. */
export interface Snapshot {
  /** The release that `baseline` is of; null before the first. */
  release: string | null
  /** The digest of each item of the surface at that release: what differs needs an entry in the changelog. */
  baseline: Readonly<Record<string, string>>
  /** The surface as it was when the snapshot was taken: what differs was not meant, or has not been taken yet. */
  surface: Surface
}

/** How things are. */
export interface State {
  surface: Surface
  changelog: string
  /** In `package.json`. */
  version: string
}

/** One item that is not as it was. */
export interface Change {
  item: string
  kind: 'added' | 'changed' | 'removed'
}

/** What differs between two lists of items, by name. */
function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Change[] {
  const items = [...new Set([...Object.keys(after), ...Object.keys(before)])].toSorted()
  return items.flatMap((item): Change[] => {
    if (!Object.hasOwn(before, item)) return [{item, kind: 'added'}]
    if (!Object.hasOwn(after, item)) return [{item, kind: 'removed'}]
    return digestOf(before[item]) === digestOf(after[item]) ? [] : [{item, kind: 'changed'}]
  })
}

/** The surface against what is on file, in lines for a person; none where they agree. */
export function changedLines(snapshot: Snapshot, {surface}: State): string[] {
  return changesBetween(snapshot.surface, surface).flatMap(({item, kind}) => [
    ...(kind === 'added' ? [] : [show('-', item, snapshot.surface[item])]),
    ...(kind === 'removed' ? [] : [show('+', item, surface[item])]),
  ])
}

function show(sign: '+' | '-', item: string, facts: unknown): string {
  return `  ${sign} ${item}  ${JSON.stringify(facts)}`
}

/** What changed since the last release and is told of by no entry that has come since. */
function untold({release, baseline}: Snapshot, {surface, changelog, version}: State): Change[] {
  const since = isDue({release}, {changelog, version}) ? [version] : []
  const entries = ['Unreleased', ...since].flatMap((heading) => entriesUnder(changelog, heading))
  const isTold = (item: string) => entries.some((entry) => tellsOf(entry, item))
  const changes = changesBetween(baseline, digestsOf(surface))
  // With a command that is new or gone, all of its flags are.
  const whole = new Set(
    changes.filter(({item, kind}) => kind !== 'changed' && isTold(item)).map(({item}) => item),
  )
  return changes.filter(({item}) => !isTold(item) && !whole.has(commandOf(item)))
}

/** Whether a release has happened of which the snapshot does not know. */
function isDue({release}: Pick<Snapshot, 'release'>, {changelog, version}: Omit<State, 'surface'>): boolean {
  return version !== release && isReleased(changelog, version)
}

/** Everything that is wrong, each with what to do about it; none where all is well. */
export function problemsOf(snapshot: Snapshot, state: State): string[] {
  const lines = changedLines(snapshot, state)
  const missing = untold(snapshot, state)
  return [
    ...(lines.length > 0
      ? [
          `What users rely on is not what test/surface.snapshot.json has. Was that meant? Then: npm run surface\n${lines.join('\n')}`,
        ]
      : []),
    ...(missing.length > 0
      ? [
          `What users rely on changed since ${snapshot.release ?? 'the first snapshot'}. Tell them of it under Unreleased in CHANGELOG.md, naming each of these:\n${missing.map(({item, kind}) => `  ${item} (${kind})`).join('\n')}`,
        ]
      : []),
    ...(isDue(snapshot, state)
      ? [`CHANGELOG.md has a section of ${state.version}, and the snapshot does not know: npm run surface`]
      : []),
  ]
}

/**
 * The next snapshot. A release becomes what later changes are measured by, unless something of it is told of nowhere: that
 * would be forgotten for good.
 */
export function nextSnapshot(snapshot: Snapshot, state: State): Snapshot {
  const {surface, version} = state
  if (!isDue(snapshot, state) || untold(snapshot, state).length > 0) return {...snapshot, surface}
  return {release: version, baseline: digestsOf(surface), surface}
}

/** The digest of each item. */
export function digestsOf(surface: Surface): Record<string, string> {
  return Object.fromEntries(Object.entries(surface).map(([item, facts]) => [item, digestOf(facts)]))
}

/** A snapshot as it is on file: an item a line, for diffs that are read. */
export function formatSnapshot({release, baseline, surface}: Snapshot): string {
  const lines = (items: Readonly<Record<string, unknown>>) =>
    Object.entries(items)
      .map(([item, value]) => `    ${JSON.stringify(item)}: ${JSON.stringify(value)}`)
      .join(',\n')
  return `{
  "release": ${JSON.stringify(release)},
  "surface": {
${lines(surface)}
  },
  "baseline": {
${lines(baseline)}
  }
}
`
}
