import {type PinnedRun} from '../protecting.js'
import {describePin} from '../protection.js'

/** What became of the wish to pin runs, a line for each. */
export function formatPins(runs: PinnedRun[]): string {
  if (runs.length === 0) return 'The leaderboard cites no run that can be pinned.'
  return runs
    .map(({run, changed, pin}) => `${run} is ${changed ? 'now' : 'already'} ${describePin(pin)}.`)
    .join('\n')
}

/** What became of the wish to lift pins, a line for each. */
export function formatUnpinned(runs: PinnedRun[]): string {
  return runs
    .map(({run, pin}) =>
      pin
        ? `${run} is no longer pinned. It was ${describePin(pin)}.`
        : `${run} is not pinned: nothing to lift.`,
    )
    .join('\n')
}
