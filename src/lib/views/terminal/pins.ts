import {type PinnedRun} from '../../account/protection/pin-runs.js'
import {describePin} from '../../account/protection/pins.js'
import {type RunInDoubt} from '../../account/protection/protect-leaderboard.js'
import {firstFew, formatCount, joinWords, safe} from '../../base/text.js'
import {type Screen} from './style.js'

/** Shown where no leaderboard exists to keep pins in. */
export const WITHOUT_LEADERBOARD =
  'There is no leaderboard, so only the tag in the card pins a run, and a --reason is not saved.'

/** On a terminal, more runs are counted; those with a problem are named. */
const MAX_LISTED = 40

export function formatPins(runs: PinnedRun[], screen: Screen, until?: string): string {
  if (runs.length === 0) return 'No run that the leaderboard cites can be pinned.'
  return linesOf(runs, screen, {
    describe: (each) => describePinned(each, until),
    counts: ['now pinned', 'already pinned'],
  })
}

function linesOf(
  runs: PinnedRun[],
  {width}: Screen,
  {describe, counts}: {describe: (each: PinnedRun) => string; counts: [changed: string, unchanged: string]},
): string {
  const isLong = width !== undefined && runs.length > MAX_LISTED
  const named = isLong ? runs.filter(({problem}) => problem !== undefined) : runs
  const tallies = counts.flatMap((words, index) => {
    const own = runs.filter((each) => !named.includes(each) && each.changed === (index === 0))
    const are = own.length === 1 ? 'is' : 'are'
    return own.length > 0 ? [`${formatCount(own.length, 'run')} ${are} ${words}.`] : []
  })
  return [...named.map((each) => describe(each)), ...tallies].join('\n')
}

function describePinned({run, changed, pin, tagged, problem}: PinnedRun, until: string | undefined): string {
  const when = changed ? 'now' : 'already'
  if (pin && tagged) return `${run} is ${when} ${describePin(pin)}.`
  if (pin) return `${run} is ${when} ${describePin(pin)}, but only half pinned: ${sentence(problem)}`
  // The tag that a run has already may hold longer than what was asked for.
  return tagged
    ? `${run} is ${when} pinned by its tag${changed && until ? ` until ${until}` : ''}.`
    : `${run} is not known to be pinned: ${sentence(problem)}`
}

/** Most of it comes from the Hub, with a full stop or without. */
function sentence(problem = ''): string {
  return safe(problem).replace(/\.?$/, '.')
}

export function formatUnpinned(runs: PinnedRun[], screen: Screen): string {
  return linesOf(runs, screen, {describe: describeUnpinned, counts: ['no longer pinned', 'not pinned']})
}

function describeUnpinned({run, changed, pin, problem}: PinnedRun): string {
  // A commit may be made whose answer is lost, and a card that cannot be read may have no tag.
  if (problem !== undefined) return `${run} may still be pinned: ${sentence(problem)}`
  if (pin) return `${run} is no longer pinned. It was ${describePin(pin)}.`
  return changed ? `${run} is no longer pinned. It was pinned by its tag.` : `${run} was not pinned.`
}

export function unfinishedAdvice(runs: PinnedRun[], interrupted: boolean): string | undefined {
  const open = runs.filter(({problem}) => problem !== undefined).length
  if (open === 0) return undefined
  const start = interrupted ? 'Interrupted' : 'Not finished'
  return `${start}: ${open} of ${runs.length} runs. Run the same command again to finish.`
}

const FEW_IN_DOUBT = 3

/** Which runs were not pinned because something is unclear, and how to pin one anyway; undefined without any. */
export function inDoubtWarning(runs: RunInDoubt[], namespace: string): string | undefined {
  const [first] = runs
  if (!first) return undefined
  const named = runs.map(({run, why}) => `${run} (${safe(why)})`)
  const subject = `${formatCount(runs.length, 'run')} ${runs.length === 1 ? 'was' : 'were'}`
  const names = joinWords(firstFew(named, FEW_IN_DOUBT))
  const command = `smoltrace runs protect ${first.run} --namespace ${namespace}`
  return `${subject} not pinned because something is unclear: ${names}. To pin one anyway: ${command}`
}
