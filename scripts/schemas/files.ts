import {CONFIRMATIONS} from '../../src/lib/cleanup/journal/write.js'
import {DEFINITIONS, reasons} from './definitions.js'
import {DOCUMENTS} from './documents.js'
import {type DocumentForm} from './forms/form.js'
import {explanations} from './forms/policy.js'
import {POLICY_SCHEMA, SCHEMA_ID} from './policy.js'
import {names, PHRASES, place, timestamp} from './terms.js'
import {
  growingWord,
  list,
  moment,
  named,
  object,
  opened,
  orNull,
  type Schema,
  text,
  word,
  yesNo,
} from './words.js'

/** Everything under `schemas/` of the package is there too. */
const HOME = SCHEMA_ID.replace('policy.schema.json', '')
const DRAFT = 'http://json-schema.org/draft-07/schema#'

/** A schema as it is published, and as documents are held against it in tests. */
export interface SchemaFile {
  /** Below `schemas/`. */
  path: string
  /** Knows every property and every word. */
  exact: Schema
  published: Schema
}

const warnings = list(
  text('A warning.'),
  'What the reader should know; the same stands on stderr without --json.',
)
const envelope = (command: Schema): Record<string, Schema> => ({
  schemaVersion: {const: 1, description: 'The version of this form.'},
  command,
})

const COMMANDS = [...new Set(DOCUMENTS.map(({command}) => command))]

const failure: Schema = object('What a command prints with --json where it failed.', {
  ...envelope(growingWord([...COMMANDS, ''], 'The words that call the command; empty where they name none.')),
  error: object('What went wrong.', {
    name: growingWord(
      [
        'UsageError',
        'RefusedError',
        'NotAllowedError',
        'CancelledError',
        'HubError',
        'HubUnreachableError',
        'HubFormatError',
      ],
      'What kind of error it is.',
    ),
    message: text('What went wrong, in one line.'),
    exitCode: {enum: [1, 2, 4, 130], description: 'The exit code of the process.'},
    suggestions: list(text('A sentence.'), 'What to do next.'),
  }),
  warnings,
})

function documentSchema({command, description, properties, optional}: DocumentForm): Schema {
  const all = {
    ...envelope({const: command, description: 'The words that call the command.'}),
    ...properties,
    warnings,
  }
  return object(description, all, optional)
}

/** A dataset in a saved plan. */
const savedDataset = object('A dataset as it was when the plan was made.', {
  goes: yesNo('Whether the plan deletes it.'),
  name: text('Full name.'),
  id: text('The id that the Hub gave it.'),
  sha: {type: 'string', pattern: '^[0-9a-f]{40}$', description: 'Its newest commit.'},
  createdAt: moment('When the Hub created it.'),
  lastModified: moment('When it was changed last.'),
  private: yesNo('Whether only its owner sees it.'),
})

const savedPlan: Schema = object(
  'What `smoltrace cleanup --plan FILE` writes and `--apply FILE` carries out.',
  {
    format: {const: 'smoltrace-plan', description: 'Says that this is a plan.'},
    version: {const: 1, description: 'The version of this form.'},
    program: text('The program that wrote it.'),
    madeBy: text('The owner of the token that it was made with.'),
    madeAt: moment('When it was made.'),
    ...place,
    rules: named('Rules'),
    phrase: word(PHRASES, 'What a person types to confirm it.'),
    archives: yesNo('Whether each dataset is to be archived before it is deleted.'),
    leaderboard: orNull(savedDataset),
    delete: list(
      object('A run of which datasets go, and all datasets that it had.', {
        run: timestamp('The run.'),
        reasons,
        datasets: list(
          savedDataset,
          'Those that stay among them: one that changes holds back the whole run.',
        ),
      }),
      'The runs of which datasets go.',
    ),
    keep: list(object('A run that stays.', {run: timestamp('The run.'), reasons}), 'The runs that stay.'),
    standard: names('The standard datasets, which are never touched.'),
    digest: {
      type: 'string',
      pattern: '^sha256:[0-9a-f]{64}$',
      description: 'Covers all the rest. It finds a value that was edited, and is no signature.',
    },
  },
)

/** One line of a journal. */
const journalLine: Schema = {
  description:
    'One line of a journal (JSON Lines): first the plan, then intents and outcomes, at last the end.',
  oneOf: [
    object('The plan, before anything is sent.', {
      kind: {const: 'plan'},
      version: {const: 1, description: 'The version of this form.'},
      id: text('12 hexadecimal digits.'),
      at: moment('When it began.'),
      program: text('The program and its version.'),
      ...place,
      user: text("The token's owner."),
      phrase: word(PHRASES, 'What a person types to confirm it.'),
      confirmedBy: word(CONFIRMATIONS, 'Who said yes: a person who typed the phrase, --yes, or a program.'),
      savedPlan: orNull(
        object('Where a saved plan is carried out.', {
          madeBy: text('Who made it.'),
          digest: text('Its digest.'),
        }),
      ),
      rules: named('Rules'),
      archive: orNull(text('The folder in which copies are kept.')),
      datasets: list(
        object('A dataset that goes.', {
          name: text('Full name.'),
          id: text('The id that the Hub gave it.'),
          sha: text('Its newest commit.'),
          lastModified: moment('When it was changed last.'),
        }),
        'In the order of the plan.',
      ),
    }),
    object('A DELETE is about to be sent.', {
      kind: {const: 'intent'},
      at: moment('When.'),
      name: text('Full name.'),
      id: text('The id that the Hub gave it.'),
      sha: text('Its newest commit.'),
    }),
    object(
      'What became of a dataset.',
      {
        kind: {const: 'outcome'},
        at: moment('When.'),
        ...(DEFINITIONS.Outcome?.properties as Record<string, Schema>),
        sha: text('Its newest commit.'),
      },
      ['reason', 'requestId', 'uncertain', 'sha'],
    ),
    object('The job came to an end.', {
      kind: {const: 'end'},
      at: moment('When.'),
      interrupted: yesNo('Whether it was told to stop.'),
    }),
  ],
}

/** A whole schema: it stands alone, with the parts that it needs in it. */
function fileOf(path: string, title: string, schema: Schema, isStrict = false): SchemaFile {
  const exact = {
    $schema: DRAFT,
    $id: `${HOME}${path}`,
    title,
    ...schema,
    ...definitionsFor(schema),
  }
  return {path, exact, published: isStrict ? exact : opened(exact)}
}

function definitionsFor(schema: Schema): {definitions?: Record<string, Schema>} {
  const found = new Set<string>()
  const look = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/definitions\/(\w+)"/g)) {
      if (found.has(name)) continue
      found.add(name)
      look(DEFINITIONS[name])
    }
  }

  look(schema)
  if (found.size === 0) return {}
  return {definitions: Object.fromEntries(Object.entries(DEFINITIONS).filter(([name]) => found.has(name)))}
}

/** The file of a document, by the command that prints it. */
export function fileName(command: string): string {
  return `json/${command.replaceAll(' ', '-')}.schema.json`
}

/** Where the schema of the document about one run is. */
export const EXPLAINED_RUN = 'json/policy-explain-run.schema.json'
export const FAILURE = 'json/error.schema.json'
export const SAVED_PLAN = 'plan.schema.json'
export const JOURNAL_LINE = 'journal.schema.json'

/** Every schema but that of policies, which the program itself uses. */
export const SCHEMA_FILES: readonly SchemaFile[] = [
  ...DOCUMENTS.map((form) => fileOf(fileName(form.command), form.title, documentSchema(form))),
  fileOf(EXPLAINED_RUN, explanations.run.title, documentSchema(explanations.run)),
  fileOf(FAILURE, 'An error of smoltrace', failure),
  // Who reads a plan refuses what it does not know.
  fileOf(SAVED_PLAN, 'Saved plan of smoltrace', savedPlan, true),
  fileOf(JOURNAL_LINE, 'Journal of smoltrace, one line', journalLine),
]

/** The files under `schemas/`, as they are published. */
export function publishedSchemas(): Array<[path: string, text: string]> {
  return [
    ['policy.schema.json', `${JSON.stringify(POLICY_SCHEMA, undefined, 2)}\n`],
    ...SCHEMA_FILES.map(({path, published}): [string, string] => [
      path,
      `${JSON.stringify(published, undefined, 2)}\n`,
    ]),
  ]
}
