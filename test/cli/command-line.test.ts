import {expect} from 'chai'
import * as fc from 'fast-check'
import {execFileSync} from 'node:child_process'

import {formatVariables, nextStep, stepsAfterRefusal} from '../../src/cli/command-line.js'
import {formatFlags, type GivenFlags} from '../../src/lib/base/shell.js'
import {DAY} from '../../src/lib/base/time.js'
import {type OutcomeStatus} from '../../src/lib/cleanup/outcomes.js'
import {type CleanupResult, resultOf} from '../../src/lib/cleanup/result.js'
import {ago, inventoryOf, planOf, runDatasets} from '../support/builders.js'

describe('a command line to type again', () => {
  it('writes each kind of flag as a person would, without what is not set and without the token', () => {
    const set = {'older-than': '30d', 'incomplete-only': true, grace: 0, only: ['traces', 'metrics']}
    const flags = formatFlags({
      ...set,
      all: false,
      run: [],
      policy: undefined,
      token: 'hf_abc',
      archive: "it's",
    })
    expect(flags.join(' ')).to.equal(
      String.raw`--older-than 30d --incomplete-only --grace 0 --only traces --only metrics --token 'hf_…' --archive 'it'\''s'`,
    )
  })

  it('means the same to a shell, whatever the words', () => {
    const words = fc.array(
      fc.string({unit: 'grapheme'}).filter((word) => !word.includes('\0')),
      {minLength: 40, maxLength: 60},
    )
    fc.assert(
      fc.property(words, (values) => {
        const line = formatFlags({x: values}).join(' ')
        const script = `for word in ${line}; do printf '%s\\0' "$word"; done`
        const env = {...process.env, LC_ALL: 'C.UTF-8'}
        const heard = execFileSync('bash', ['-c', script], {encoding: 'utf8', env}).split('\0').slice(0, -1)
        expect(heard.filter((_, index) => index % 2 === 1)).to.deep.equal(values)
      }),
      {numRuns: 20},
    )
  })
})

describe('a word that a terminal would act on', () => {
  for (const [word, written] of [
    ['a\u001B[31m', String.raw`$'a\x1b[31m'`],
    ["it's\n\\", String.raw`$'it\'s\x0a\\'`],
    ['\u009B2J\u202E', String.raw`$'\u009b2J\u202e'`],
    ['\u{E0001}1', String.raw`$'\U000e00011'`],
  ] as const)
    it(`is written as ${written}, which bash reads as it was`, () => {
      expect(formatFlags({x: word}, 'linux')).to.deep.equal([`--x ${written}`])
      const env = {...process.env, LC_ALL: 'C.UTF-8'}
      expect(execFileSync('bash', ['-c', `printf %s ${written}`], {encoding: 'utf8', env})).to.equal(word)
    })
})

describe('a command line on Windows', () => {
  const cases: Array<[word: string, written: string]> = [
    [String.raw`C:\my data\plan.json`, String.raw`"C:\my data\plan.json"`],
    ['C:\\my data\\', String.raw`"C:\my data\\"`],
    ['10%', '10%'],
    ["it's", `"it's"`],
    ['%PATH%', "'%PATH%'"],
    ["a $b's", "'a $b''s'"],
  ]
  for (const [word, written] of cases) {
    it(`writes ${word || 'nothing'} as ${written}`, () => {
      expect(formatFlags({archive: word}, 'win32')).to.deep.equal([`--archive ${written}`])
    })
  }

  it('means the same to a program, whatever the words that need double quotes', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        const [line = ''] = formatFlags({x: word}, 'win32')
        const written = line.slice('--x '.length)
        if (written.startsWith("'")) return
        expect(asProgramsRead(written)).to.equal(word)
      }),
    )
  })

  it('never leaves to a shell what it replaces between double quotes', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom(...'ab $`%!"\\')}), (word) => {
        const [line = ''] = formatFlags({x: word}, 'win32')
        expect(line.replace(/^--x /, '')).to.match(/^'|^[^$`%!]*$|^\d+%$/)
      }),
    )
  })

  it('sets variables in both shells', () => {
    const variables = {HF_ENDPOINT: 'http://127.0.0.1:8080', HF_TOKEN: 'hf_sandbox'}
    expect(formatVariables(variables, 'win32')).to.deep.equal([
      "PowerShell:  $env:HF_ENDPOINT='http://127.0.0.1:8080'; $env:HF_TOKEN='hf_sandbox'",
      'cmd.exe:     set "HF_ENDPOINT=http://127.0.0.1:8080" & set "HF_TOKEN=hf_sandbox"',
    ])
    expect(formatVariables(variables, 'linux')).to.deep.equal([
      'export HF_ENDPOINT=http://127.0.0.1:8080 HF_TOKEN=hf_sandbox',
    ])
  })
})

const INVENTORY = inventoryOf(runDatasets(ago(60 * DAY)))
const PLAN = planOf(INVENTORY, {olderThan: '30d'})
const CALLER = {bin: 'smoltrace', isRehearsal: false, words: 'cleanup'}

function next(given: GivenFlags, {archives = false, isRehearsal = false} = {}) {
  const result = resultOf({
    plan: {...PLAN, archives},
    inventory: INVENTORY,
    dryRun: true,
    user: 'kim',
    warnings: [],
  })
  return nextStep(result, given, {...CALLER, isRehearsal})
}

describe('the next step after a dry run', () => {
  const cases: Array<[title: string, given: GivenFlags, arguments_: string | undefined, facts?: object]> = [
    [
      'repeats what says what is deleted, and what makes it safer',
      {
        'older-than': '30d',
        'keep-recent': 3,
        archive: 'my copies',
        'max-delete': '10%',
        'dry-run': true,
        'exit-code': true,
      },
      "--older-than 30d --keep-recent 3 --archive 'my copies' --max-delete 10%",
    ],
    ['never says --yes', {all: true, yes: true}, '--all'],
    [
      'applies the plan that was saved, with what makes it safer and without what chose the runs',
      {'older-than': '30d', plan: 'p.json', 'max-delete': '50', concurrency: 2, namespace: 'org'},
      '--apply p.json --max-delete 50 --concurrency 2',
    ],
    [
      'applies what was picked and saved',
      {'older-than': '30d', interactive: true, plan: 'p.json'},
      '--apply p.json',
    ],
    [
      'asks for the folder where a plan archives',
      {apply: 'p'},
      '--apply p --archive copies',
      {archives: true},
    ],
    [
      'asks for no folder where one is given',
      {apply: 'p', archive: 'd'},
      '--apply p --archive d',
      {archives: true},
    ],
    ['names no command for what is lost', {interactive: true}, undefined, {isRehearsal: true}],
    ['names no command for a Hub that is gone', {all: true, plan: 'p'}, undefined, {isRehearsal: true}],
    ['names the command of a rehearsal', {all: true}, '--all', {isRehearsal: true}],
  ]
  for (const [title, given, flags, facts] of cases) {
    it(title, () => {
      const expected = flags === undefined ? undefined : `smoltrace cleanup ${flags} --no-dry-run`
      expect(next(given, facts)?.command).to.equal(expected)
    })
  }

  it('says how much it is about, and what is not kept', () => {
    expect(next({all: true})?.text).to.include('To delete these 3 datasets, run:')
    const picked = next({'older-than': '30d', interactive: true, 'exit-code': true})
    expect(picked?.text).to.include('not kept')
    expect(picked?.command).to.equal('smoltrace cleanup --older-than 30d --interactive --plan plan.json')
    expect(next({plan: 'p.json'}, {isRehearsal: true})?.text)
      .to.include('saved to p.json')
      .and.include('--port')
  })
})

describe('the next step after a deletion', () => {
  const nextAfter = (
    statuses: OutcomeStatus[],
    given: GivenFlags,
    {isRehearsal = false, ...more}: Partial<CleanupResult> & {isRehearsal?: boolean} = {},
  ) => {
    const outcomes = statuses.map((status, index) => ({name: `kim/${index}`, status}))
    const report = {plan: PLAN, inventory: INVENTORY, dryRun: false, user: 'kim', warnings: []}
    return nextStep(resultOf({...report, outcomes, ...more}), given, {...CALLER, isRehearsal})
  }

  const GIVEN = {'older-than': '30d', archive: 'my copies', yes: true, 'no-dry-run': true, summary: 's.md'}
  const again = "smoltrace cleanup --older-than 30d --archive 'my copies' --no-dry-run"
  for (const status of ['failed', 'unattempted', 'skipped'] as const)
    it(`is the same command, which asks again, where something is ${status}`, () => {
      expect(nextAfter(['deleted', status], GIVEN)).to.deep.equal({
        text: 'To delete the rest:',
        command: again,
      })
    })

  it('is none where all is deleted or gone, nor in a rehearsal, whose Hub is gone', () => {
    expect(nextAfter(['deleted', 'gone'], GIVEN)).to.equal(undefined)
    expect(nextAfter(['deleted', 'failed'], GIVEN, {isRehearsal: true})).to.equal(undefined)
  })

  it('is the same plan where trying again may help, else a new one', () => {
    const saved = {apply: 'p.json', yes: true, 'no-dry-run': true}
    expect(nextAfter(['deleted', 'failed'], saved, {applied: true})?.command).to.equal(
      'smoltrace cleanup --apply p.json --no-dry-run',
    )
    expect(nextAfter(['deleted', 'skipped'], saved, {applied: true})).to.deep.equal({
      text: 'What was skipped is kept until a new plan includes it.',
    })
    expect(nextAfter(['skipped'], saved, {applied: true})?.text).to.match(/^Create a new plan: /)
  })

  it('shows the list again where runs were picked', () => {
    expect(nextAfter(['deleted', 'failed'], {interactive: true, 'no-dry-run': true})).to.deep.equal({
      text: 'To delete the rest, pick it again:',
      command: 'smoltrace cleanup --interactive --no-dry-run',
    })
  })
})

describe('the next step where there is no run at all', () => {
  const empty = inventoryOf([])
  const report = {plan: planOf(empty, {all: true}), inventory: empty, user: 'kim', warnings: []}
  const textOf = (dryRun: boolean, otherNamespaces?: string[], more: GivenFlags = {}) => {
    const result = resultOf({...report, dryRun})
    return nextStep(result, {all: true, ...more}, CALLER, {otherNamespaces})?.text
  }

  it('names the namespaces in which they may be, dry run or not', () => {
    for (const dryRun of [true, false])
      expect(textOf(dryRun, ['acme', 'openbench'])).to.equal(
        'No SMOLTRACE datasets in kim. You also belong to acme, openbench: --namespace NAME',
      )
    expect(textOf(true, [])).to.equal('No SMOLTRACE datasets in kim.')
    expect(textOf(true)).to.equal(undefined)
    expect(textOf(true, ['acme'], {plan: 'p.json'})).to.equal('The plan was saved to p.json.')
  })
})

describe('the next steps after --max-delete refused a plan', () => {
  const cases: Array<[title: string, given: GivenFlags, steps: RegExp[]]> = [
    [
      'repeat the command without the limit',
      {'older-than': '30d', 'max-delete': '10%', yes: true, 'no-dry-run': true},
      [/: smoltrace cleanup --older-than 30d --no-dry-run$/],
    ],
    [
      'show the plan that was saved, and apply it',
      {all: true, plan: 'a b.json', 'max-delete': '1'},
      [/: smoltrace plan show 'a b\.json'$/, /: smoltrace cleanup --apply 'a b\.json' --no-dry-run$/],
    ],
    [
      'apply the same plan',
      {apply: 'p.json', 'max-delete': '1'},
      [/: smoltrace cleanup --apply p\.json --no-dry-run$/],
    ],
  ]
  for (const [title, given, expected] of cases) {
    it(title, () => {
      const result = resultOf({plan: PLAN, inventory: INVENTORY, dryRun: true, user: 'kim', warnings: []})
      const steps = stepsAfterRefusal(result, given, CALLER)
      expect(steps).to.have.length(expected.length)
      for (const [index, step] of expected.entries()) expect(steps[index]).to.match(step)
    })
  }
})

/** One word as the runtime of a Windows program reads it: backslashes are doubled only before a quote. */
function asProgramsRead(written: string): string {
  return written.replaceAll(/(\\*)"/g, (_, slashes: string) => slashes.slice(slashes.length / 2))
}
