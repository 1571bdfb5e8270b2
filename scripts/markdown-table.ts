/** A table that can be pasted into a document: its columns are aligned in the source, too. */
export function markdownTable(titles: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const all = [titles, ...rows]
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map((row) => line(row))].join(
    '\n',
  )
}
