import {UsageError} from '../lib/base/errors.js'
import {type GivenFlags} from '../lib/base/shell.js'

/** Why a question would not be seen or could not be answered; undefined where it would. */
export function whyNotAsk(isJson: boolean): string | undefined {
  if (isJson) return '--json never asks'
  if (!process.stdin.isTTY) return 'there is no terminal to ask on'
  return process.stderr.isTTY ? undefined : 'stderr, where it asks, is not a terminal'
}

/** @throws UsageError where a job would ask for a confirmation, and could not */
export function requireAnswerable({yes, 'no-dry-run': isLive}: GivenFlags, isJson: boolean): void {
  const why = whyNotAsk(isJson)
  if (isLive && !yes && why !== undefined)
    throw new UsageError(`--no-dry-run asks for a confirmation, and ${why}: add --yes.`)
}
