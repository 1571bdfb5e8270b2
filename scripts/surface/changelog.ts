/** What `CHANGELOG.md` says under one heading: each entry as one line. */
export function entriesUnder(changelog: string, heading: string): string[] {
  const entries: string[] = []
  let isInside = false
  for (const line of changelog.split('\n')) {
    if (line.startsWith('## ')) isInside = line.startsWith(`## [${heading}]`)
    else if (isInside && /^[*-] /.test(line)) entries.push(line.slice(2).trim())
    else if (isInside && /^\s+\S/.test(line) && entries.length > 0)
      entries[entries.length - 1] += ` ${line.trim()}`
  }

  return entries
}

/** Whether a version has a heading, as one has that was released. */
export function isReleased(changelog: string, version: string): boolean {
  return changelog.split('\n').some((line) => line.startsWith(`## [${version}]`))
}

/** What an item of the surface is about. */
function partsOf(item: string): {command: string; flag: string | undefined; isCodes: boolean} {
  const [, command = '', flag, codes] = /^(.*?)(?: (--\S+))?(: exit codes)?$/.exec(item) ?? []
  return {command, flag, isCodes: codes !== undefined}
}

/** The command that an item belongs to. */
export function commandOf(item: string): string {
  return partsOf(item).command
}

/**
 * Whether an entry tells of an item of the surface: by the command and the flag; by the command and the words "exit code";
 * by the command alone; or by the name of the schema's file. `every command` stands for each of them.
 */
export function tellsOf(entry: string, item: string): boolean {
  if (item.startsWith('schemas/')) return has(entry, item.replace(/^.*\//, ''))
  const {command, flag, isCodes} = partsOf(item)
  if (!has(entry, command) && !/every command/i.test(entry)) return false
  if (isCodes) return /exit codes?/i.test(entry)
  return flag === undefined || has(entry, flag)
}

/** Whether a text has a name as a word of its own: `--all` is not in `--allow`. */
function has(text: string, name: string): boolean {
  const literal = name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  return new RegExp(String.raw`(?<![\w-])${literal}(?![\w-])`).test(text)
}
