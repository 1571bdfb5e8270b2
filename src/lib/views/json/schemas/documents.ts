import * as z from 'zod/mini'

import {
  DATASETS_LIST,
  LEADERBOARD_PROTECT,
  LEADERBOARD_UNPROTECT,
  RUNS_GROUP,
  RUNS_PROTECT,
  RUNS_UNPROTECT,
} from './account.js'
import * as t from './builders.js'
import {CLEANUP, PLAN_SHOW} from './cleanup.js'
import {HISTORY, RESTORE, RESTORE_JOB} from './history.js'
import {LEADERBOARD_CHECK, LEADERBOARD_PRUNE, LEADERBOARD_REPORT, LEADERBOARD_SHOW} from './leaderboard.js'
import {POLICY_EXPLAIN, POLICY_EXPLAIN_RUN} from './rules.js'
import {RUNS_SHOW} from './run.js'
import {TRASH_LIST, TRASH_RESTORE} from './trash.js'

const SANDBOX = t.object('The address of the sandbox, printed when it starts.', {
  endpoint: t.url('For HF_ENDPOINT.'),
  token: t.text('For HF_TOKEN; works only in the sandbox.'),
  dataDir: t.text('For SMOLTRACE_DATA_DIR: a temporary folder, so that its jobs are not in your history.'),
  user: t.text('The made-up user.'),
  organisation: t.text('Their organisation.'),
})
const AUTOCOMPLETE = t.object('How to set up completion in a shell.', {
  shell: t.word(['bash', 'zsh', 'fish', 'powershell'], 'The shell.'),
  profile: t.text('The file the shell reads when it starts.'),
  script: t.text('The lines to add to that file.'),
})

/** What each command prints with `--json`, by its words and what changes the form. */
const CONTENTS = {
  cleanup: CLEANUP,
  'datasets list': DATASETS_LIST,
  'runs group': RUNS_GROUP,
  'runs show': RUNS_SHOW,
  'runs protect': RUNS_PROTECT,
  'runs unprotect': RUNS_UNPROTECT,
  'leaderboard protect': LEADERBOARD_PROTECT,
  'leaderboard unprotect': LEADERBOARD_UNPROTECT,
  'leaderboard show': LEADERBOARD_SHOW,
  'leaderboard check': LEADERBOARD_CHECK,
  'leaderboard prune': LEADERBOARD_PRUNE,
  'leaderboard report': LEADERBOARD_REPORT,
  'policy explain': POLICY_EXPLAIN,
  'policy explain --run TIMESTAMP': POLICY_EXPLAIN_RUN,
  'plan show': PLAN_SHOW,
  history: HISTORY,
  restore: RESTORE,
  'restore --job ID': RESTORE_JOB,
  'trash list': TRASH_LIST,
  'trash restore': TRASH_RESTORE,
  'trash empty': CLEANUP,
  sandbox: SANDBOX,
  autocomplete: AUTOCOMPLETE,
} as const

/** What a command returns; the base command adds the envelope. */
export type Content<Call extends keyof typeof CONTENTS> = z.output<(typeof CONTENTS)[Call]>

const ERRORS = [
  'UsageError',
  'RefusedError',
  'NotAllowedError',
  'CancelledError',
  'HubError',
  'HubUnreachableError',
  'HubFormatError',
]
/** What a command prints with `--json` where it failed. */
const FAILURE = t.object('What a command prints with --json when it fails.', {
  error: t.object('What went wrong.', {
    name: t.growingWord(ERRORS, 'The type of error.'),
    message: t.text('What went wrong, in one line.'),
    exitCode: z.literal([1, 2, 4, 130]).check(z.meta({description: 'The exit code of the process.'})),
    suggestions: t.list(t.text('A sentence.'), 'What to do next.'),
  }),
  plan: t.optional(CLEANUP),
})

/** A document as it is printed; `path` is where its schema is published, below `schemas/`. */
function documentOf(call: string, title: string, command: z.ZodMiniType, content: z.ZodMiniObject) {
  const warning = 'Warnings; without --json they go to stderr.'
  const shape = {
    schemaVersion: t.constant(1, 'The version of this format.'),
    command,
    ...content.shape,
    warnings: t.list(t.text('A warning.'), warning),
  }
  // `policy explain --run TIMESTAMP` → `json/policy-explain-run.schema.json`
  const path = `json/${call.replace(/--(\w+).*/, '$1').replaceAll(' ', '-')}.schema.json`
  return {path, title, schema: t.object(z.globalRegistry.get(content)?.description ?? '', shape)}
}

const commandOf = (call: string) => call.replace(/ --.*/, '')
const COMMANDS = [...new Set(Object.keys(CONTENTS).map((call) => commandOf(call)))]

/** Every document that a command prints. */
export const DOCUMENTS = [
  ...Object.entries(CONTENTS).map(([call, content]) => {
    const command = t.constant(commandOf(call), 'The command.')
    return documentOf(call, `smoltrace ${call} --json`, command, content)
  }),
  documentOf(
    'error',
    'An error of smoltrace',
    t.growingWord([...COMMANDS, ''], 'The command; empty if there is none.'),
    FAILURE,
  ),
]
