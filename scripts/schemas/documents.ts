import {RUN_STATES} from '../../src/lib/evidence.js'
import {FINDING_KINDS, REMARK_KINDS} from '../../src/lib/findings.js'
import {DATASET_STATES} from '../../src/lib/job-record.js'
import {CONFIRMATIONS} from '../../src/lib/journal.js'
import {type LeaderboardRow} from '../../src/lib/leaderboard-rows.js'
import {RUN_TYPES} from '../../src/lib/naming.js'
import {KEYS} from '../../src/lib/policy/keys.js'
import {GUARD_RULES} from '../../src/lib/reasons.js'
import {GROUP_COLUMNS} from '../../src/lib/rule-words.js'
import {
  bytes,
  column,
  metric,
  ms,
  names,
  now,
  place,
  reasons,
  runProperties,
  runType,
  runWith,
  tally,
  timestamp,
  visibility,
  where,
} from './definitions.js'
import {
  count,
  growingWord,
  list,
  moment,
  named,
  number,
  object,
  orNull,
  type Schema,
  text,
  word,
  yesNo,
} from './words.js'

/** A document that a command prints with `--json` where it did not fail. */
export interface DocumentForm {
  /** The words that call the command. */
  command: string
  title: string
  description: string
  properties: Record<string, Schema>
  optional?: readonly string[]
}

const look = {...place, now}
const cutoff = orNull(moment('The moment that --older-than stands for; null where it is not given.'))
const board = {...look, leaderboard: named('BoardName')}

const cleanup: DocumentForm = {
  command: 'cleanup',
  title: 'smoltrace cleanup --json',
  description: 'A plan, and after a deletion what became of it.',
  properties: {
    ...look,
    dryRun: yesNo('Whether nothing was to be deleted.'),
    declined: yesNo('Whether somebody said no; never with --json, which does not ask.'),
    interrupted: yesNo('Whether it was told to stop before everything had been attempted.'),
    rules: named('Rules'),
    phrase: word(['DELETE', 'YES DELETE ALL'], 'What a person types to confirm this plan.'),
    archives: yesNo('Whether each dataset is archived before it is deleted.'),
    found: named('RunCounts'),
    delete: list(named('PlannedRun'), 'The runs of which datasets go, newest first.'),
    keep: list(named('KeptRun'), 'The runs that stay, newest first; none where a saved plan is carried out.'),
    leaderboard: orNull(named('PlannedLeaderboard')),
    standard: names('The standard datasets, which are never touched.'),
    wouldDelete: count('Datasets in the plan, the leaderboard among them where it goes.'),
    stale: list(named('Outcome'), 'What of a saved plan could not be deleted from the start.'),
    outcomes: list(named('Outcome'), 'One for each dataset of a plan that was carried out.'),
    counts: named('OutcomeCounts'),
    remaining: named('RunCounts'),
    archive: orNull(
      object('Where datasets were archived before they were deleted.', {
        dir: text('The folder.'),
        datasets: count('How many datasets.'),
        bytes: count('What was written there. In bytes.'),
      }),
    ),
    journal: orNull(text('The file that tells of this deletion.')),
    deletionMs: ms('How long the deletion took, archiving not included.'),
    storage: bytes('What all runs that were found take up.'),
    frees: bytes('What the plan frees.'),
    freed: bytes('What was freed.'),
    policy: orNull(text('The policy that the rules came from.')),
  },
  optional: ['storage', 'frees', 'freed'],
}

const datasetsList: DocumentForm = {
  command: 'datasets list',
  title: 'smoltrace datasets list --json',
  description: 'The SMOLTRACE datasets of a namespace.',
  properties: {
    ...look,
    cutoff,
    datasets: list(named('Dataset'), 'The datasets of runs, in the order of --sort.'),
    counts: tally([...RUN_TYPES, 'leaderboard'], 'How many of these datasets there are of each type.'),
    storage: bytes('What these datasets take up.'),
    leaderboard: orNull(named('Leaderboard')),
    standard: names('The standard datasets, which no command touches.'),
  },
  optional: ['storage'],
}

const standing = ['finished', 'partial', 'failed', 'unclear']
const runsGroup: DocumentForm = {
  command: 'runs group',
  title: 'smoltrace runs group --json',
  description: 'The evaluation runs of a namespace.',
  properties: {
    ...look,
    cutoff,
    runs: list(
      runWith('A run, and what is known of it beside its datasets.', {
        state: word(RUN_STATES, 'Its datasets and the leaderboard taken together.'),
        standing: orNull(
          word(
            [...standing, 'unknown'],
            'What the leaderboard says of it; null where no row is about it, unknown where the leaderboard cannot be read.',
          ),
        ),
        pinned: orNull(yesNo('Whether it is pinned; null where that is not known.')),
      }),
      'Newest first.',
    ),
    totals: object(
      'Counts of these runs.',
      {
        runs: count('How many.'),
        complete: count('Those that have results, traces and metrics.'),
        incomplete: count('Those that lack one.'),
        mayBeUploading: count('Of the incomplete ones, those that may still be uploading.'),
        datasets: count('Their datasets.'),
        states: tally(RUN_STATES, 'How many are in which state.'),
        storage: bytes('What they take up.'),
      },
      ['storage'],
    ),
  },
}

const pinning = {
  leaderboard: text('Full name of the leaderboard, in which pins are kept.'),
  changed: yesNo('Whether anything was written; false where all was so already.'),
}

const changes: DocumentForm[] = [
  {
    command: 'runs protect',
    title: 'smoltrace runs protect --json',
    description: 'The runs that were to be pinned.',
    properties: {...pinning, runs: list(named('PinnedRun'), 'In the order in which they were named.')},
  },
  {
    command: 'runs unprotect',
    title: 'smoltrace runs unprotect --json',
    description: 'The runs whose pins were to be lifted.',
    properties: {...pinning, runs: list(named('UnpinnedRun'), 'In the order in which they were named.')},
  },
  {
    command: 'leaderboard protect',
    title: 'smoltrace leaderboard protect --json',
    description: "The leaderboard's protection, and the runs that were to be pinned with it.",
    properties: {
      leaderboard: text('Full name of the leaderboard.'),
      changed: yesNo("Whether the leaderboard's own protection is new."),
      protection: named('Protection'),
      runs: list(named('PinnedRun'), 'With --runs or --top: the runs that the leaderboard cites.'),
    },
  },
  {
    command: 'leaderboard unprotect',
    title: 'smoltrace leaderboard unprotect --json',
    description: "What became of the leaderboard's protection.",
    properties: {
      leaderboard: text('Full name of the leaderboard.'),
      changed: yesNo('Whether there was a protection to lift.'),
      lifted: orNull(named('Protection')),
    },
  },
]

const cell = (title: string, inWords = '') =>
  orNull(text(`${title} of the row${inWords}; null where it has none.`))
const measure = (title: string) => orNull(number(`${title}; null where the row has none.`))
const cells = {
  runId: cell('run_id'),
  model: cell('model'),
  agentType: cell('agent_type'),
  provider: cell('provider'),
  timestamp: cell('timestamp', ', the local time of the evaluating machine'),
  submittedBy: cell('submitted_by'),
  useCase: cell('use_case'),
  team: cell('team'),
  purpose: cell('purpose'),
  suiteVersion: cell('suite_version'),
  resultsDataset: cell('results_dataset'),
  tracesDataset: cell('traces_dataset', ', named also where there never was one'),
  metricsDataset: cell('metrics_dataset'),
  datasetUsed: cell('dataset_used'),
  runStatus: cell('run_status'),
  successRate: measure('success_rate, 0 to 100'),
  passAt1: measure('pass_at_1, 0 to 1'),
  avgDurationMs: measure('avg_duration_ms, of one test, in milliseconds'),
  totalTokens: measure('total_tokens'),
  totalCostUsd: measure('total_cost_usd, in US dollars'),
  co2EmissionsG: measure('co2_emissions_g, in grams'),
} satisfies Record<keyof LeaderboardRow, Schema>

const show: DocumentForm = {
  command: 'leaderboard show',
  title: 'smoltrace leaderboard show --json',
  description: 'The rows of a leaderboard, ranked by one metric.',
  properties: {
    ...board,
    by: metric('What they are ranked by.'),
    better: word(['higher', 'lower'], 'Which end of the metric is the better one.'),
    groupBy: list(column('A column of the leaderboard.'), '--group-by.'),
    model: list(text('A pattern.'), '--model.'),
    limit: orNull(count('--limit; null where it is not given.')),
    rowsInAll: count('How many rows the leaderboard has.'),
    groups: list(
      object('Rows that agree in the columns they are grouped by.', {
        values: object(
          'What they agree in, by column; null where the rows have nothing there.',
          Object.fromEntries(GROUP_COLUMNS.map((name) => [name, orNull(text(`Of the column ${name}.`))])),
          GROUP_COLUMNS,
        ),
        rows: count('How many there are.'),
        shown: count('How many of them stand in this document.'),
      }),
      'The group with the best row first; one group where nothing is grouped by.',
    ),
    rows: list(
      object('One row.', {
        place: orNull(count('From 1, within its group; null for one that did not finish or has no score.')),
        score: orNull(number("In the metric's own unit; null where it has none.")),
        row: count('Which row of the leaderboard it is, counted from 1.'),
        run: orNull(timestamp('The run that it is about; null where it names none of this namespace.')),
        time: orNull(moment('When that was; null where only the local time of a machine is known.')),
        standing: orNull(word(standing, 'What the row says of its evaluation; null where it says nothing.')),
        gone: list(
          word(['results', 'metrics'], 'A type.'),
          'The types of the datasets that are gone; a missing traces dataset says nothing.',
        ),
        allGone: yesNo('Whether nothing that the row names is there any more.'),
        ...cells,
        datasets: list(
          object('A dataset that the row names.', {
            type: runType('Which column of the row names it.'),
            name: text('As the row has it.'),
            state: growingWord(
              ['there', 'gone', 'inexact', 'renamed', 'elsewhere', 'local', 'other', 'unknown'],
              'there; gone; inexact: there in other letters; renamed: there, under a former namespace; elsewhere: of another namespace; local: a file of the evaluating machine; other: no dataset of a run; unknown.',
            ),
          }),
          'The datasets that the row names.',
        ),
      }),
      'The shown rows of all groups, one group after the other.',
    ),
  },
}

const check: DocumentForm = {
  command: 'leaderboard check',
  title: 'smoltrace leaderboard check --json',
  description: 'What does not agree between a leaderboard and the datasets.',
  properties: {
    ...board,
    rows: count('How many rows the leaderboard has.'),
    runs: count('How many runs the namespace has.'),
    findings: list(
      object('Something that is not as it should be.', {
        kind: growingWord(FINDING_KINDS, 'What it is.'),
        message: text('What it is, in words.'),
        suggestion: text('What to do about it.'),
        ...where,
      }),
      'What was found.',
    ),
    remarks: list(
      object('Something that explains why a row or a run is not found fault with.', {
        kind: growingWord(REMARK_KINDS, 'What it is.'),
        message: text('What it is, in words.'),
        ...where,
      }),
      'What is told without being wrong.',
    ),
  },
}

const report: DocumentForm = {
  command: 'leaderboard report',
  title: 'smoltrace leaderboard report --json',
  description: 'Where a report was written, and what it counts.',
  properties: {
    file: text('The page.'),
    bytes: count('Its size. In bytes.'),
    ...look,
    by: metric('What evaluations are compared by.'),
    counts: object('What it is made of.', {
      rows: count('Rows of the leaderboard.'),
      evaluations: count('Evaluations that finished and have a score.'),
      models: count('Models of these.'),
      runs: count('Runs of the namespace.'),
      datasets: count('Datasets of these.'),
    }),
    storage: orNull(count('What all runs take up. In bytes; null where any of it is unknown.')),
    policy: orNull(
      object('With --policy: what it would delete.', {
        runs: count('Runs of which datasets would go.'),
        datasets: count('Datasets that would go.'),
        keeps: count('Runs that would stay.'),
        frees: orNull(count('What that would free. In bytes; null where any of it is unknown.')),
      }),
    ),
  },
}

const kinds = ['selector', 'keeper', 'guard']
/** These say how other rules count, and are no rules themselves. */
const BESIDE_RULES: ReadonlySet<string> = new Set([KEYS.by, KEYS.groupBy, KEYS.ignoreLeaderboard, KEYS.only])
const ruleKeys = [
  ...new Set([...GUARD_RULES, ...Object.values(KEYS).filter((key) => !BESIDE_RULES.has(key))]),
]
const line = orNull({
  type: 'integer',
  minimum: 1,
  description: 'Its line in the file; null for what holds without being written.',
})
const policy = {file: text('The policy, as it was named.'), options: named('PolicyOptions')}

/** What a policy says, or with `--run` what it does with one run. */
export const explanations: Record<'all' | 'run', DocumentForm> = {
  all: {
    command: 'policy explain',
    title: 'smoltrace policy explain --json',
    description:
      'What a policy says. With --run the document has the form of policy-explain-run.schema.json.',
    properties: {
      ...policy,
      rules: list(
        object('A rule in words.', {
          kind: word(kinds, 'What kind of rule it is.'),
          key: growingWord(ruleKeys, 'Its key in the file, or the name of a guard.'),
          line,
          text: text('What it says.'),
        }),
        'Every rule that the policy comes down to, those that always hold among them.',
      ),
    },
  },
  run: {
    command: 'policy explain',
    title: 'smoltrace policy explain --run TIMESTAMP --json',
    description: 'What a policy does with one run, and why.',
    properties: {
      ...policy,
      ...look,
      action: word(['delete', 'keep'], 'What cleanup does with the run.'),
      reasons,
      deletes: names("The run's datasets that would go, in the order of deletion."),
      verdicts: list(
        object('What one rule says of the run, asked alone.', {
          kind: word([...kinds, 'scope'], 'What kind of rule it is.'),
          key: growingWord([...ruleKeys, KEYS.only], 'Its key in the file, or the name of a guard.'),
          line,
          holds: yesNo(
            'A selector selects the run, a keeper or a guard keeps it, the scope takes in something of it.',
          ),
          text: text('Why.'),
          decided: yesNo('Whether it is one of those that decided.'),
        }),
        'Every rule.',
      ),
      ...runProperties,
    },
  },
}

const journaled = (description: string): Schema => ({type: 'object', description, additionalProperties: true})
const history: DocumentForm = {
  command: 'history',
  title: 'smoltrace history --json',
  description: 'What was deleted from this machine, and what of it is certain.',
  properties: {
    dataDir: text('The folder in which the journals are.'),
    since: orNull(moment('The moment that --since stands for; null where it is not given.')),
    jobs: list(
      object('One plan that was carried out, as far as its journal tells.', {
        id: text('12 hexadecimal digits.'),
        at: moment('When it began.'),
        endedAt: orNull(moment('When it ended; null where nothing says so.')),
        state: word(
          ['finished', 'interrupted', 'broken-off'],
          'How it ended; broken-off: it was killed, it crashed, or it is still running.',
        ),
        program: text('The program and its version.'),
        endpoint: text('The Hub.'),
        namespace: text('The user or organisation whose datasets these are.'),
        user: text("The token's owner."),
        phrase: text('What a person types to confirm such a plan.'),
        confirmedBy: word(
          CONFIRMATIONS,
          'Who said yes: a person who typed the phrase, --yes, or a program that uses the library.',
        ),
        rules: journaled(
          'The rules of the plan, as in cleanup.schema.json; a journal of another version may have others.',
        ),
        archive: orNull(text('The folder in which copies were kept.')),
        savedPlan: orNull(journaled('Where a saved plan was carried out: madeBy and digest.')),
        datasets: list(
          object('One dataset of the plan.', {
            name: text('Full name.'),
            id: text('The id that the Hub had given it.'),
            sha: text('Its newest commit.'),
            lastModified: moment('When it was changed last.'),
            state: word(
              DATASET_STATES,
              'What is certain of it: an outcome; untouched: nothing was sent for it; or uncertain: it may be deleted or not.',
            ),
            reason: orNull(text('Why it is in this state.')),
            requestId: orNull(text("The Hub's id of the request that failed.")),
            at: orNull(moment('When the last line about it was written.')),
          }),
          'In the order of the plan.',
        ),
        counts: tally(DATASET_STATES, 'How many datasets are in which state.'),
        problems: list(text('A problem.'), 'What in the journal could not be read.'),
      }),
      'Newest first.',
    ),
    problems: list(
      object('Something among the journals that is not certain.', {
        file: text('The file.'),
        job: orNull(text('The job that it tells of; null where it tells of none.')),
        message: text('What is wrong with it.'),
      }),
      'What could not be read.',
    ),
  },
}

const RESTORED = ['restored', 'present', 'refused', 'failed', 'unattempted', 'restorable']
const restore: DocumentForm = {
  command: 'restore',
  title: 'smoltrace restore --json',
  description: 'What became of archived datasets.',
  properties: {
    ...place,
    dir: text('The folder of archives.'),
    dryRun: yesNo('Whether nothing was to be created.'),
    outcomes: list(
      object(
        'What became of one archived dataset.',
        {
          name: text('Full name.'),
          status: word(
            RESTORED,
            'restored; present: was there already, equal in every file; refused: a rule forbids it, or the archive is not whole; failed; unattempted; after a dry run restorable.',
          ),
          reason: text('Why it is not restored, or what about it is not as it was.'),
          visibility: visibility('Who sees it, there or once it is created.'),
          files: count('Files in the archive; 0 where it cannot be read.'),
          bytes: count('Their size. In bytes; 0 where it cannot be read.'),
        },
        ['reason', 'visibility'],
      ),
      'One for each archive, sorted by name.',
    ),
    counts: tally(RESTORED, 'How many came to what.'),
    interrupted: yesNo('Whether it was told to stop before everything had been attempted.'),
  },
}

const sandbox: DocumentForm = {
  command: 'sandbox',
  title: 'smoltrace sandbox --json',
  description: 'Where the sandbox serves. It is printed when serving begins.',
  properties: {
    endpoint: {type: 'string', format: 'uri', description: 'For HF_ENDPOINT.'},
    token: text('For HF_TOKEN; good for nothing else.'),
    user: text('The invented person.'),
    organisation: text('Their organisation.'),
  },
}

/** Every document of a command that did not fail. */
export const DOCUMENTS: readonly DocumentForm[] = [
  cleanup,
  datasetsList,
  runsGroup,
  ...changes,
  show,
  check,
  report,
  explanations.all,
  history,
  restore,
  sandbox,
]
