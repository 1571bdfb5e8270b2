const LONGEST = 96
const SHAPE = /^[\w.-]+$/

/** What is wrong with a new dataset's name, if anything. */
export function nameProblem(name: string): string | undefined {
  if (!SHAPE.test(name) || name.length > LONGEST)
    return `Repo name must be at most ${LONGEST} characters, of letters, digits, '-', '_' and '.'`
  if (/^[.-]|[.-]$/.test(name)) return "Repo name cannot start or end with '-' or '.'"
  if (/--|\.\./.test(name)) return "Repo name cannot contain '--' or '..'"
  if (name.endsWith('.git')) return "Repo name cannot end with '.git'"
  return undefined
}
