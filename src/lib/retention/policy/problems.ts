import {UsageError} from '../../base/errors.js'
import {formatWords} from '../../base/shell.js'
import {printable, safe} from '../../base/text.js'

/** What is wrong with a policy file. */
export interface Problem {
  /** From 1. */
  line?: number | undefined
  /** `keep.weekly`. */
  key?: string | undefined
  /** What to do about it, without a full stop. */
  text: string
}

/** Makes the one error that a file is refused with. */
export type Refuse = (...problems: Problem[]) => UsageError

const MOST_SHOWN = 10

/** Errors that name the file, the line and the key: the first as the message, the others below it. */
export function refusing(file: string): Refuse {
  const place = printable(file)
  const next = `Correct it or name another file. To see what it does then: smoltrace ${formatWords(['policy', 'explain', place])}`
  const format = ({line, key, text}: Problem) =>
    safe([[place, ...(line ? [line] : [])].join(':'), ...(key ? [key] : []), text].join(': '))
  return (...problems) => {
    const [first = '', ...others] = problems
      .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
      .map((problem) => format(problem))
    const shown = others.slice(0, MOST_SHOWN)
    const rest = others.length - shown.length
    return new UsageError(`${first}.`, {
      suggestions: [...shown.map((text) => `${text}.`), ...(rest > 0 ? [`And ${rest} more.`] : []), next],
    })
  }
}
