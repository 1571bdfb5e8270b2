import {SmoltraceError} from '../../lib/base/errors.js'
import {EXIT, exitCodeFrom, type Failure} from '../../lib/base/exit-codes.js'
import {safe} from '../../lib/base/text.js'
import {adviceOn, type ParsedCommand, type ParseError, withoutFrame} from './failure.js'

/** What is thrown by us, by oclif's parser, or by what nobody has foreseen. */
type Thrown = Error & ParseError & {oclif?: {exit?: number | false}; suggestions?: string[]}

/**
 * Turns whatever was thrown into what a person, or a script under `--json`, is told.
 * @param command whose words the error is about
 */
export function failureOf(error: Thrown, command: ParsedCommand): Failure {
  const exitCode = exitCodeFrom(error.oclif?.exit)
  const said =
    error instanceof SmoltraceError
      ? {name: error.name, message: withoutFrame(error.message), suggestions: error.suggestions}
      : {name: exitCode === EXIT.usage ? 'UsageError' : error.name, ...adviceOn(error, command)}
  return {
    name: said.name,
    message: safe(said.message),
    exitCode,
    suggestions: said.suggestions.map((text) =>
      text.replaceAll('{bin}', command.bin).replaceAll('{help}', command.help),
    ),
  }
}
