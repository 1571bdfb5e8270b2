import {type Excerpt} from './grammar.js'

const LEFT_OUT = '…'

/**
 * The lines that excerpts name; `…` stands for what is left out between them. `blank` as an end is the line before the next
 * blank one, `end` the last line.
 * @throws Error where an excerpt begins or ends with what no line begins with: it would be stale without a sign.
 */
export function excerpt(text: string, excerpts: readonly Excerpt[]): string {
  const lines = text.split('\n')
  if (excerpts.length === 0) return text
  const shown = new Set(excerpts.flatMap((each) => rangeOf(lines, each)))
  const pieces: string[] = []
  let hidden: string[] = []
  const leaveOut = () => {
    if (hidden.some((line) => line !== '')) pieces.push(LEFT_OUT)
    else if (hidden.length > 0) pieces.push('')
    hidden = []
  }

  for (const [index, line] of lines.entries()) {
    if (!shown.has(index)) {
      hidden.push(line)
      continue
    }

    leaveOut()
    pieces.push(line)
  }

  leaveOut()
  return pieces.join('\n').trimEnd()
}

function rangeOf(lines: readonly string[], {from, to}: Excerpt): number[] {
  const start = lines.findIndex((line) => line.trimStart().startsWith(from))
  if (start === -1) throw new Error(`no line begins with "${from}" in:\n${lines.join('\n')}`)
  const end = endOf(lines, start, to)
  return Array.from({length: end - start + 1}, (_, index) => start + index)
}

function endOf(lines: readonly string[], start: number, to: string | undefined): number {
  if (to === undefined) return start
  if (to === 'end') return lines.length - 1
  const isBlank = to === 'blank'
  const found = lines.findIndex(
    (line, index) => index > start && (isBlank ? line === '' : line.trimStart().startsWith(to)),
  )
  if (found === -1 && !isBlank) throw new Error(`no line after "${lines[start]}" begins with "${to}"`)
  if (found === -1) return lines.length - 1
  return isBlank ? found - 1 : found
}
