/** Words that people know from other tools, and ours for the same: the same meaning comes before a similar spelling. */

/** Of each flag, or of a flag with its value, what it is called elsewhere. A word of several means the first that a command has. */
const FLAGS = {
  'keep-recent': 'keep keep-last keep-latest keep-newest keep-n last newest',
  'keep-within': 'keep-days keep-since keep-newer keep-younger',
  force: 'f',
  yes: 'force f confirm assume-yes assumeyes auto-approve autoapprove no-confirm noconfirm no-prompt batch',
  'no-dry-run': 'execute delete for-real real commit run-now wet-run no-preview no-dryrun',
  'dry-run': 'n preview simulate what-if whatif noop check',
  only: 'type types kind include',
  namespace: 'org organization organisation user username owner account author',
  'older-than': 'before age max-age older min-age days',
  json: 'output o format output-format',
  'max-delete': 'limit max max-count',
  'status failed': 'failed failures',
  'incomplete-only': 'incomplete broken',
  'delete-leaderboard': 'leaderboard include-leaderboard with-leaderboard',
  archive: 'backup backup-dir',
  trash: 'soft-delete soft recycle bin recycle-bin move-to-trash to-trash reversible undoable',
  run: 'runs run-id id timestamp',
  interactive: 'pick select',
  plan: 'out save save-plan',
  policy: 'config rules',
  'no-color': 'no-colour monochrome',
}

/** Of each command, with what belongs after it, what it is called elsewhere. */
const COMMANDS = {
  autocomplete: 'completion, completions, complete',
  cleanup:
    'delete, prune, clean, rm, remove, purge, forget, gc, runs cleanup, runs prune, runs clean, ' +
    'datasets delete, datasets rm, datasets remove, datasets prune, datasets cleanup, datasets clean',
  'cleanup --run TIMESTAMP': 'runs delete, runs rm, runs remove',
  'cleanup --delete-leaderboard': 'leaderboard delete, leaderboard rm, leaderboard remove',
  'cleanup --apply FILE': 'apply, plan apply',
  'cleanup --policy FILE': 'policy apply, policy run',
  'cleanup --older-than 30d --plan FILE': 'plan create, plan new, plan save',
  'cleanup --archive DIR': 'archive, backup',
  'cleanup --older-than 30d --trash': 'trash move, trash add, trash put, trash run, soft-delete',
  'trash list': 'bin, recycle-bin, recyclebin, trashed, trash show, trash ls, trash group',
  'trash restore':
    'undelete, untrash, unremove, recycle, trash undo, trash recover, trash undelete, trash put-back, ' +
    'runs restore, runs undelete, datasets restore',
  'trash empty':
    'empty, expunge, empty-trash, trash purge, trash delete, trash clear, trash clean, trash rm, trash cleanup',
  'restore --job latest': 'undo, rollback, revert',
  restore: 'recover',
  history: 'log, logs, jobs, journal',
  sandbox: 'demo, try',
  'runs group': 'list, ls, ps, group, runs list, runs ls',
  'runs show': 'show, runs get, runs describe, runs info',
  'runs protect': 'pin, protect, runs pin, runs keep',
  'runs unprotect': 'unpin, unprotect, runs unpin',
  'leaderboard show': 'leaderboard list, leaderboard ls, leaderboard get, rank, ranking',
  'leaderboard report': 'report',
  'leaderboard check': 'check, leaderboard validate, leaderboard verify',
  'policy explain': 'explain, validate, policy validate, policy check, policy show, policy lint, policy test',
  'datasets list': 'datasets ls, datasets show',
  'datasets list --sizes': 'stats, du, df, storage, usage, size, sizes, datasets du, datasets sizes',
  'hf auth whoami': 'whoami, auth, auth whoami, auth status',
  'hf auth login': 'login, auth login',
  'hf auth logout': 'logout, auth logout',
  'help environment': 'env, environment, variables',
}

function byForeignWord(table: Record<string, string>, separator: string): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const [own, words] of Object.entries(table))
    for (const word of words.split(separator)) all.set(word, [...(all.get(word) ?? []), own])
  return all
}

const FOREIGN_FLAGS = byForeignWord(FLAGS, ' ')
const FOREIGN_COMMANDS = byForeignWord(COMMANDS, ', ')

/** What a flag of another tool is called here, with a value where it needs one; undefined where the command has no such flag. */
export function ownFlag(foreign: string, known: ReadonlySet<string>): string | undefined {
  return FOREIGN_FLAGS.get(foreign)?.find((own) => known.has(own.split(' ')[0] ?? ''))
}

/** What a command of another tool is called here, or where it is; undefined if none is known. */
export function ownCommand(foreign: string, known: readonly string[]): string | undefined {
  return FOREIGN_COMMANDS.get(foreign)?.find((own) =>
    known.some((name) => own === name || own.startsWith(`${name} `)),
  )
}
