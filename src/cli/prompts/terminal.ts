import {UsageError} from '../../lib/base/errors.js'
import {whyPlain} from '../../lib/views/terminal/style.js'

/**
 * Refuses to ask where the question would not be seen or could not be answered, before anything is listed.
 * @param asks what asks: `--no-dry-run asks for a confirmation`
 * @param instead what to do then: `add --yes`
 * @throws UsageError
 */
export function requireTerminal(asks: string, instead: string, isJson: boolean): void {
  if (isJson) throw new UsageError(`${asks}, and --json never asks: ${instead}.`)
  if (!process.stdin.isTTY) throw new UsageError(`${asks}, and there is no terminal to ask on: ${instead}.`)
  if (!process.stderr.isTTY) throw new UsageError(`${asks} on stderr, which is not a terminal: ${instead}.`)
}

/**
 * Refuses a list to pick from where the cursor cannot move, or in CI: a CI job may have a terminal, but no person.
 * @throws UsageError
 */
export function requireScreen(isJson: boolean): void {
  const shows = '--interactive shows a list to pick from'
  const instead = 'name runs with --run TIMESTAMP'
  requireTerminal(shows, instead, isJson)
  const why = whyPlain()
  if (why !== undefined) throw new UsageError(`${shows}, and ${why}: ${instead}.`)
}
