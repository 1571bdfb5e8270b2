import {EXIT, type Failure} from '../../base/exit-codes.js'
import {indented, wrapText} from './layout.js'
import {type Screen} from './style.js'

const MARGIN = '  '

/**
 * What went wrong, and what to do next, a paragraph each. A command to be copied is never broken: where it does not fit behind what
 * is said of it, it has a line of its own.
 * @param bin what commands begin with
 */
export function formatFailure(failure: Failure, bin: string, screen: Screen): string {
  const {message, suggestions, exitCode} = failure
  const {style, width = Infinity} = screen
  const title = exitCode === EXIT.cancelled ? style.yellow('Cancelled:') : style.red('Error:')
  const advice = suggestions.map((text) => indented(formatAdvice(text, bin, width - MARGIN.length), MARGIN))
  return [wrapText(`${title} ${message}`, width), ...advice].join('\n')
}

function formatAdvice(text: string, bin: string, width: number): string {
  const start = text.indexOf(`: ${bin} `)
  if (text.length <= width || (start === -1 && text.includes(`${bin} `))) return text
  if (start === -1) return wrapText(text, width)
  return `${wrapText(text.slice(0, start + 1), width)}\n${MARGIN}${text.slice(start + 2)}`
}
