const CONTEXT = 2

interface Line {
  mark: ' ' | '+' | '-'
  text: string
  /** In the text before, from 1. */
  number: number
}

/** What differs between two texts, line by line, each place with the lines around it. */
export function differences(path: string, before: string, after: string): string {
  const lines = compared(before.split('\n'), after.split('\n'))
  const shown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({mark}) => mark !== ' '),
  )
  return lines
    .flatMap(({mark, text, number}, index) => [
      ...(shown[index] && !shown[index - 1] ? [`${path}:${number}`] : []),
      ...(shown[index] ? [`${mark} ${text}`] : []),
    ])
    .join('\n')
}

/** Lines that one of the texts lacks are found between those that both begin and end with. */
function compared(before: string[], after: string[]): Line[] {
  let start = 0
  while (start < before.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++
  const same = (from: number, to: number): Line[] =>
    before.slice(from, to).map((text, index) => ({mark: ' ', text, number: from + index + 1}))
  return [
    ...same(0, start),
    ...between(before.slice(start, before.length - end), after.slice(start, after.length - end), start),
    ...same(before.length - end, before.length),
  ]
}

/** By the longest common subsequence. */
function between(before: string[], after: string[], offset: number): Line[] {
  const lengths = Array.from({length: before.length + 1}, () => new Uint32Array(after.length + 1))
  const at = (row: number, column: number) => lengths[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const length =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
      lengths[row]?.fill(length, column, column + 1)
    }
  }

  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    const number = offset + row + 1
    if (row < before.length && before[row] === after[column]) {
      lines.push({mark: ' ', text: before[row++] ?? '', number})
      column++
    } else if (row < before.length && at(row + 1, column) >= at(row, column + 1))
      lines.push({mark: '-', text: before[row++] ?? '', number})
    else lines.push({mark: '+', text: after[column++] ?? '', number})
  }

  return lines
}
