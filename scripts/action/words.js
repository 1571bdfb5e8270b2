/** What has an input of its own, and what deletes or hides what is deleted: none of it can come in by `args`. */
const NOT_AMONG_ARGS = new Set([
  '--apply',
  '--archive',
  '--dry-run',
  '--exit-code',
  '--help',
  '--interactive',
  '--json',
  '--max-delete',
  '--namespace',
  '--no-dry-run',
  '--no-journal',
  '--plan',
  '--policy',
  '--summary',
  '--token',
  '--yes',
])

/**
 * The command that the inputs of the action make. Each value is bound to its flag by `=`, so that none becomes a flag.
 * @param {Record<string, string>} inputs by name
 * @param {string | undefined} summary file that GitHub shows as the summary of the job
 * @returns {string[]} the words of the command
 * @throws Error where an input makes no sense
 */
export function wordsOf({MODE, POLICY, ARGS, PLAN, ARCHIVE, MAX_DELETE, NAMESPACE, SUMMARY}, summary) {
  if (MODE !== 'plan' && MODE !== 'apply') throw new Error('mode: give plan or apply.')
  if (PLAN === '') throw new Error('plan: give the file of the plan.')
  if (SUMMARY !== 'true' && SUMMARY !== 'false') throw new Error('summary: give true or false.')
  const shared = [
    ...flag('policy', POLICY),
    ...flag('namespace', NAMESPACE),
    ...flag('archive', ARCHIVE),
    ...flag('max-delete', MAX_DELETE),
    ...(SUMMARY === 'true' ? flag('summary', summary ?? '') : []),
    ...argsIn(ARGS),
  ]
  return MODE === 'plan'
    ? ['cleanup', `--plan=${PLAN}`, '--exit-code', ...shared]
    : ['cleanup', `--apply=${PLAN}`, '--no-dry-run', '--yes', ...shared]
}

function flag(name, value) {
  return value === '' ? [] : [`--${name}=${value}`]
}

/** A flag in each line, and behind the first blank or `=` its value. */
function argsIn(lines) {
  return lines
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', value = ''] = /^(--[a-z][a-z-]*)(?:(?:\s+|=)(.*))?$/.exec(line) ?? []
      if (name === '') throw new Error('args: give one flag a line, such as --older-than 30d.')
      if (NOT_AMONG_ARGS.has(name)) throw new Error(`args: ${name} cannot stand there.`)
      return value === '' ? name : `${name}=${value}`
    })
}
