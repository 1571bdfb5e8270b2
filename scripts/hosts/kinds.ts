/** Another oclif command line that our package is put into. */
export interface Kind {
  /** As it is asked for. */
  name: string
  bin: string
  /** What npm installs, as `package.json` would name it. */
  packages: Record<string, string>
  /** What starts it, in its folder. */
  script: string
  /** What it shows between the words of a command. */
  separator: ' ' | ':'
  /** The oldest major of Node that it runs on, where ours is older. */
  node?: number
  /** For a host that is made here, how its modules are written; it then has commands of its own. */
  made?: 'commonjs' | 'module'
  /** Variables that keep it from calling home. */
  env?: Record<string, string>
  /** Its arguments that let a package be installed that it would ask about. */
  allow?: (what: string) => string[]
}

/** Of the last plugins for core 4; those for core 5 have another major. */
const OF_CORE_4 = {'@oclif/plugin-help': '^6', '@oclif/plugin-plugins': '^5'}
const OF_CORE_5 = {'@oclif/core': '^5', '@oclif/plugin-help': '^7', '@oclif/plugin-plugins': '^7'}
const MADE = {bin: 'mycli', script: 'run.js'}

/** All hosts that are tried; the first is the one that every change is tried in. */
export const KINDS: readonly Kind[] = [
  {...MADE, name: 'esm', made: 'module', packages: {'@oclif/core': '^4', ...OF_CORE_4}, separator: ' '},
  {...MADE, name: 'cjs', made: 'commonjs', packages: {'@oclif/core': '^4', ...OF_CORE_4}, separator: ':'},
  {...MADE, name: 'oldest', made: 'module', packages: {'@oclif/core': '4.0.0', ...OF_CORE_4}, separator: ' '},
  {...MADE, name: 'core5', made: 'module', packages: OF_CORE_5, separator: ' ', node: 22},
  {...MADE, name: 'core5-cjs', made: 'commonjs', packages: OF_CORE_5, separator: ':', node: 22},
  {
    name: 'heroku',
    bin: 'heroku',
    packages: {heroku: 'latest'},
    script: 'node_modules/heroku/bin/run.js',
    separator: ':',
    env: {DISABLE_TELEMETRY: 'true', HEROKU_SKIP_NEW_VERSION_CHECK: '1'},
  },
  {
    name: 'sf',
    bin: 'sf',
    packages: {'@salesforce/cli': 'latest'},
    script: 'node_modules/@salesforce/cli/bin/run.js',
    separator: ' ',
    node: 22,
    env: {SF_DISABLE_TELEMETRY: 'true', SF_SKIP_NEW_VERSION_CHECK: 'true'},
    allow: (what) => ['plugins', 'trust', 'allowlist', 'add', '--name', what],
  },
]
