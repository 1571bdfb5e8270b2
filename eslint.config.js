import oclif from 'eslint-config-oclif'
import prettier from 'eslint-config-prettier'

/** Each room of `src`, with the rooms below it: it uses these and no others. `docs/architecture.md` draws them. */
const LIB = ['views', 'cleanup', 'plan', 'retention', 'archive', 'account', 'hub', 'base']
const ROOMS = {
  commands: ['cli', 'lib'],
  cli: LIB.map((room) => `lib/${room}`),
  ...roomsOfLib({
    report: ['views', 'plan', 'retention', 'account', 'hub', 'base'],
    views: ['cleanup', 'plan', 'retention', 'archive', 'account', 'hub', 'base'],
    cleanup: ['plan', 'retention', 'archive', 'account', 'hub', 'base'],
    plan: ['retention', 'account', 'hub', 'base'],
    retention: ['account', 'base'],
    archive: ['account', 'hub', 'base'],
    account: ['hub', 'base'],
    hub: ['base'],
    sandbox: ['base'],
    base: [],
  }),
}
/** Packages that only some rooms know. */
const STRANGERS = {
  '@oclif/core': ['src/lib'],
  '@huggingface/hub': ['src/cli', 'src/commands', 'src/lib/!(hub)/**', 'src/lib/hub/!(library).ts'],
  yaml: [
    'src/cli',
    'src/commands',
    'src/lib/!(account|retention)/**',
    'src/lib/account/!(protection){,/**}',
    'src/lib/retention/!(policy){,/**}',
  ],
}
const zones = [
  ...Object.entries(ROOMS).map(([room, below]) => ({
    target: `./src/${room}`,
    from: './src',
    except: [room, ...below].map((each) => `./${each}`),
    message: `${room} may use only ${below.join(', ') || 'itself'}.`,
  })),
  ...Object.entries(STRANGERS).map(([name, rooms]) => ({
    target: rooms.map((room) => `./${room}`),
    from: `./node_modules/${name}`,
    message: `${name} is not known in this room.`,
  })),
]

/** Rooms of `src/lib`, by their names there. */
function roomsOfLib(rooms) {
  return Object.fromEntries(
    Object.entries(rooms).map(([room, below]) => [`lib/${room}`, below.map((each) => `lib/${each}`)]),
  )
}

export default [
  {ignores: ['api/', 'dist/', 'coverage/']},
  ...oclif,
  {
    // The order of keys, members and alternatives tells the reader something: the life of a run, the groups of
    // the help, metrics before results. Alphabetical order would hide it.
    rules: {
      'perfectionist/sort-classes': 'off',
      'perfectionist/sort-interfaces': 'off',
      'perfectionist/sort-objects': 'off',
      'perfectionist/sort-object-types': 'off',
      'perfectionist/sort-switch-case': 'off',
      'perfectionist/sort-union-types': 'off',
    },
  },
  {
    rules: {
      // One after the other is a rule of the job: pages, the datasets of a run, tries.
      'no-await-in-loop': 'off',
      // TSDoc explains the parameters that need it, not all of them.
      'jsdoc/check-param-names': ['warn', {disableMissingParamChecks: true}],
      // Called experimental in Node 20, where they work and warn of nothing, or are asked for before they are used.
      'n/no-unsupported-features/node-builtins': [
        'error',
        {
          ignores: [
            'fetch',
            'Headers',
            'Response',
            'process.setSourceMapsEnabled',
            'module.enableCompileCache',
            'util.styleText',
          ],
        },
      ],
      // What a stream yields, its type says.
      'jsdoc/require-yields': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A file of tests tells of one room from several sides, and reads best with each helper where it is used.
      'max-nested-callbacks': 'off',
      'mocha/max-top-level-suites': 'off',
      // Of `setup.ts`, for all of them.
      'mocha/no-top-level-hooks': 'off',
      'unicorn/consistent-function-scoping': 'off',
      // Terminals speak in control characters.
      'no-control-regex': 'off',
      // Fakes have empty functions, and what they return is often of no interest.
      '@typescript-eslint/no-empty-function': 'off',
      'no-void': 'off',
      camelcase: 'off',
      // What --json prints is looked at, not typed again.
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
  // The compiler knows the global types, and what a namespace holds: the linter took half of its time for that.
  {files: ['**/*.ts'], rules: {'no-undef': 'off', 'import/namespace': 'off'}},
  {
    files: ['src/**/*.ts'],
    settings: {'import/resolver': {typescript: {project: './tsconfig.json'}}},
    rules: {'import/no-restricted-paths': ['error', {zones}]},
  },
  {
    // Printing a document loads no schema.
    files: ['src/**/*.ts'],
    ignores: ['src/lib/views/json/schemas/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {patterns: [{group: ['**/schemas/*'], allowTypeImports: true}]},
      ],
    },
  },
  prettier,
]
