import {existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {parse} from 'yaml'

import {root} from './cli.js'
import {startCommand} from './process.js'

/** A step of a composite action, as far as this runner knows it. */
interface Step {
  id?: string
  name?: string
  if?: string
  uses?: string
  shell?: string
  run?: string
  with?: Record<string, string>
  env?: Record<string, string>
}

interface Action {
  inputs: Record<string, {description: string; required?: boolean; default?: string}>
  outputs: Record<string, {value: string}>
  runs: {using: string; steps: Step[]}
}

/** How an action ended. */
export interface Ran {
  exitCode: number
  /** All that the steps printed. */
  log: string
  outputs: Record<string, string>
  summary: string
  /** Actions that it used, with what they were given. */
  used: Array<{uses: string; with: Record<string, string>}>
  /** What each step found in its environment. */
  environments: Array<{step: string; env: Record<string, string>}>
  /** What npm was asked for; undefined where it was not called. */
  npm: string[] | undefined
}

export const ACTION = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action

/**
 * Runs the steps of `action.yml` as a runner does, with the program that is built here in place of what npm would install.
 * @param given the inputs of the workflow
 * @param env variables of the job
 */
export async function runAction(
  given: Record<string, string>,
  env: Record<string, string>,
  workspace: string,
): Promise<Ran> {
  const temp = mkdtempSync(join(tmpdir(), 'smoltrace-runner-'))
  const files = {GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary')}
  const inputs = Object.fromEntries(
    Object.entries(ACTION.inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']),
  )
  const steps: Record<string, Record<string, string>> = {}
  const ran: Ran = {
    exitCode: 0,
    log: '',
    outputs: {},
    summary: '',
    used: [],
    environments: [],
    npm: undefined,
  }
  for (const step of ACTION.runs.steps) {
    const valueOf = (text: string) => expanded(text, {inputs, steps})
    const valuesOf = (texts: Record<string, string> = {}) =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, valueOf(text)]))
    if (step.if !== undefined && !holds(step.if, inputs)) continue
    if (step.uses !== undefined) {
      ran.used.push({uses: step.uses, with: valuesOf(step.with)})
      continue
    }

    for (const file of Object.values(files)) writeFileSync(file, '')
    const script = join(temp, 'step.sh')
    // A runner puts the values of expressions into the script before bash reads it: that is how scripts are injected.
    writeFileSync(script, valueOf(step.run ?? ''))
    const stepEnv = {
      ...env,
      PATH: [fakeNpm(temp), env.PATH ?? process.env.PATH ?? ''].join(delimiter),
      RUNNER_TEMP: temp,
      GITHUB_ACTION_PATH: root.replace(/\/$/, ''),
      ...files,
      ...valuesOf(step.env),
    }
    ran.environments.push({step: step.name ?? '', env: stepEnv})
    const words = ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', script]
    const {exitCode, stdout, stderr} = await startCommand(words, stepEnv, {cwd: workspace}).finished
    ran.log += stdout + stderr
    ran.summary += readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')
    if (step.id !== undefined) steps[step.id] = outputsIn(readFileSync(files.GITHUB_OUTPUT, 'utf8'))
    ran.exitCode = exitCode
    if (exitCode !== 0) break
  }

  ran.outputs = Object.fromEntries(
    Object.entries(ACTION.outputs).map(([name, {value}]) => [name, expanded(value, {inputs, steps})]),
  )
  if (existsSync(join(temp, 'npm.log')))
    ran.npm = readFileSync(join(temp, 'npm.log'), 'utf8').trimEnd().split('\n')
  return ran
}

type Context = {inputs: Record<string, string>; steps: Record<string, Record<string, string>>}

/** Fills in `${{ inputs.x }}` and `${{ steps.x.outputs.y }}`; knows no other expression, and fails on one. */
function expanded(text: string, {inputs, steps}: Context): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const [, input] = /^inputs\.([\w-]+)$/.exec(expression) ?? []
    if (input !== undefined && input in ACTION.inputs) return inputs[input] ?? ''
    const [, step = '', output = ''] = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(expression) ?? []
    if (ACTION.runs.steps.some(({id}) => id === step)) return steps[step]?.[output] ?? ''
    throw new Error(`An expression that no runner would fill in: ${expression}`)
  })
}

function holds(condition: string, inputs: Record<string, string>): boolean {
  const [, name, operator, value] = /^inputs\.([\w-]+) (!=|==) '([^']*)'$/.exec(condition) ?? []
  if (name === undefined || !(name in ACTION.inputs))
    throw new Error(`A condition of another kind: ${condition}`)
  return (inputs[name] === value) === (operator === '==')
}

/** The two forms in `$GITHUB_OUTPUT`: `name=value`, and `name<<END` before lines that END follows. */
function outputsIn(text: string): Record<string, string> {
  const found = text.matchAll(/^([\w-]+)(?:=(.*)|<<(.+)\n([^]*?)\n?^\3)$/gm)
  return Object.fromEntries([...found].map(([, name, value, , lines]) => [name ?? '', value ?? lines ?? '']))
}

/** Stands in for npm: writes down what it is asked for, a word a line, and installs what is built here. */
function fakeNpm(temp: string): string {
  const folder = join(temp, 'bin')
  mkdirSync(folder, {recursive: true})
  const install = `#!/bin/sh
printf '%s\n' "$@" >> "${join(temp, 'npm.log')}"
mkdir -p "$RUNNER_TEMP/smoltrace/node_modules"
ln -s "${root}" "$RUNNER_TEMP/smoltrace/node_modules/smoltrace"
`
  writeFileSync(join(folder, 'npm'), install, {mode: 0o755})
  return folder
}
