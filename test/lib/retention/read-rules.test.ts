import {expect} from 'chai'

import {UsageError} from '../../../src/lib/base/errors.js'
import {type RunType} from '../../../src/lib/base/names.js'
import {formatFlags} from '../../../src/lib/base/shell.js'
import {flagsOf, readRules, rulesDocument} from '../../../src/lib/retention/read-rules.js'
import {REASON_RULES} from '../../../src/lib/retention/reasons.js'
import {flagOf, ofKind, type RetentionOptions, RULE_NAMES, ruleOf} from '../../../src/lib/retention/rules.js'
import {errorOf} from '../../support/builders.js'

const STAMP = '20260904_120000'

describe('rules', () => {
  const selectors: RetentionOptions[] = [
    {olderThan: '7d'},
    {incompleteOnly: true},
    {run: [STAMP]},
    {keepRecent: 1},
    {keepWithin: '7d'},
    {keepWeekly: 8},
    {keepBest: 3, by: 'success'},
    {model: ['gpt-4*']},
    {team: ['core']},
    {purpose: ['selection']},
    {status: ['failed']},
    {unreferenced: true},
    {scoreBelow: 50},
  ]
  const refused: Array<[title: string, options: RetentionOptions, words: string[]]> = [
    ['nothing at all', {}, ['`olderThan`', '`keepRecent`', '`only`', '`deleteLeaderboard`']],
    ['selectors turned off', {incompleteOnly: false, all: false, run: [], only: []}, ['`olderThan`']],
    ['zero runs to keep', {keepRecent: 0}, ['`keepRecent`']],
    ['a date to keep within', {keepWithin: '2026-01-31'}, ['`keepWithin`', '2026-01-31', '7d']],
    ['a span of zero to keep within', {keepWithin: '0d'}, ['`keepWithin`']],
    ['a metric that is none', {keepBest: 1, by: 'luck'}, ['`by`', 'luck', 'total_cost_usd (cost)']],
    ['a metric without a rule that goes by it', {keepRecent: 1, by: 'cost'}, ['`by`', '`keepBest`']],
    ['a column that is none', {keepRecent: 1, groupBy: ['x' as 'model']}, ['`groupBy`', '"x"', 'model']],
    ['groups without a keeper that counts', {olderThan: '7d', groupBy: ['model']}, ['`groupBy`']],
    ['groups with a keeper that does not count', {keepWithin: '7d', groupBy: ['model']}, ['`groupBy`']],
    ['a status that is none', {status: ['done' as 'failed']}, ['`status`', 'done', 'completed']],
    ['an empty model', {model: ['']}, ['`model`']],
    ['a team that a terminal would obey', {team: ['\u001B[2J']}, ['`team`']],
    ['a score below which nothing is', {scoreBelow: 0}, ['`scoreBelow`']],
    ['a score that all are below', {scoreBelow: 50, by: 'pass_at_1'}, ['`scoreBelow`', '1 with']],
    ['a score that is none', {scoreBelow: Number.NaN}, ['`scoreBelow`']],
    ['a score below which the best are', {scoreBelow: 50, by: 'cost'}, ['`scoreBelow`', 'total_cost_usd']],
    [
      'ignoring what nothing asks',
      {all: true, ignoreLeaderboard: true},
      ['`ignoreLeaderboard`', '`incompleteOnly`'],
    ],
    ['an age of zero', {olderThan: '0d'}, ['`olderThan`']],
    ['a grace period in months', {all: true, grace: '5m'}, ['`grace`']],
    ['a run that can be none', {run: ['20260231_000000']}, ['`run`', '20260231_000000']],
    ['one bad run among good ones', {run: [STAMP, 'latest']}, ['latest']],
    ['a type that is none', {only: ['leaderboard' as RunType]}, ['`only`', 'leaderboard']],
    ['one bad type among good ones', {only: ['traces', 'Traces' as RunType]}, ['Traces']],
  ]
  for (const [title, options, words] of refused) {
    it(`are refused for ${title}`, () => {
      const error = errorOf(() => readRules(options))
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      for (const word of words) expect(error.message).to.include(word)
    })
  }

  it('[S5] are refused for --all beside another selector or keeper', () => {
    for (const options of selectors)
      expect(() => readRules({all: true, ...options}), Object.keys(options)[0]).to.throw(UsageError, '`all`')
    expect(() => readRules({all: true, only: ['traces'], grace: '0', deleteLeaderboard: true})).not.to.throw()
    expect(() => readRules(Object.assign({}, ...selectors))).not.to.throw()
  })

  it('need not say what may go where a person picks, but must make sense', () => {
    expect(() => readRules({}, {byHand: true})).not.to.throw()
    expect(readRules({}, {byHand: true}).choosesRuns).to.equal(false)
    expect(errorOf(() => readRules({}))).to.be.instanceOf(UsageError)
    expect(errorOf(() => readRules({all: true, keepRecent: 1}, {byHand: true}))).to.be.instanceOf(UsageError)
  })

  it('name a run once, and types in one order', () => {
    const rules = readRules({run: [STAMP, STAMP], only: ['metrics', 'results', 'metrics']})
    expect(rules.run).to.deep.equal([STAMP])
    expect(rules.only).to.deep.equal(['results', 'metrics'])
  })

  it('know when only the scope says what goes, and that --delete-leaderboard alone chooses no runs', () => {
    expect(readRules({only: ['traces']}).everyRunByScope).to.equal(true)
    expect(readRules({only: ['traces'], deleteLeaderboard: true})).to.deep.include({
      everyRunByScope: true,
      choosesRuns: true,
    })
    expect(readRules({deleteLeaderboard: true}).choosesRuns).to.equal(false)
    for (const other of [...selectors, {all: true}]) {
      const name = Object.keys(other)[0]
      expect(readRules({only: ['traces'], ...other}).everyRunByScope, name).to.equal(false)
      expect(readRules({deleteLeaderboard: true, ...other}).choosesRuns, name).to.equal(true)
    }
  })
})

describe('the table of rules', () => {
  it('has a sentence and a reason for every selector and keeper', () => {
    for (const name of [...ofKind('selector'), ...ofKind('keeper')]) {
      expect(ruleOf(name).says, name).to.be.a('function')
      expect(REASON_RULES, name).to.include(flagOf(name))
    }
  })

  it('has of every rule words where it takes some of a few, and what it modifies', () => {
    for (const name of RULE_NAMES) {
      const {value, words = [], modifies} = ruleOf(name)
      expect(words.length > 0, name).to.equal(value === 'words')
      const modified = RULE_NAMES.filter((each) => modifies?.(ruleOf(each)))
      expect(modified.length > 0, name).to.equal(modifies !== undefined)
    }
  })
})

describe('what follows from the rules given', () => {
  it('is said of each kind of them, in the order of the table', () => {
    const rules = readRules({
      keepBest: 2,
      keepRecent: 1,
      groupBy: ['model'],
      unreferenced: true,
      status: ['failed'],
      incompleteOnly: true,
      olderThan: '7d',
    })
    expect(rules).to.deep.include({
      selectors: ['olderThan', 'incompleteOnly', 'status', 'unreferenced'],
      keepers: ['keepRecent', 'keepBest'],
      needRows: ['status', 'unreferenced', 'keepBest', 'groupBy'],
      needScores: ['keepBest'],
      needLeaderboard: ['incompleteOnly', 'status', 'unreferenced', 'keepBest', 'groupBy'],
      restOnAbsence: ['incompleteOnly', 'unreferenced'],
      choosesRuns: true,
      everyRunByScope: false,
    })
    expect(readRules({incompleteOnly: true, ignoreLeaderboard: true}).needLeaderboard).to.deep.equal([])
  })

  it('is computed once, and cannot be changed', () => {
    const rules = readRules({run: ['20260904_120000']})
    expect(() => Object.assign(rules, {all: true})).to.throw(TypeError)
    expect(() => rules.run.push('20260905_120000')).to.throw(TypeError)
    expect(() => rules.selectors.push('all')).to.throw(TypeError)
  })

  const typed: Array<[flags: string, options: RetentionOptions]> = [
    ['--older-than 9d', {olderThan: '9d', all: false, grace: '6h', by: 'success_rate'}],
    [`--run ${STAMP} --grace 0`, {run: [STAMP], grace: '0'}],
    ['--keep-best 3 --by total_cost_usd --group-by model', {keepBest: 3, by: 'cost', groupBy: ['model']}],
    ['--all --grace 1h30min --delete-leaderboard', {all: true, grace: '90min', deleteLeaderboard: true}],
  ]
  for (const [flags, options] of typed) {
    it(`are written as ${flags}`, () => {
      const by = options.keepBest === undefined ? undefined : options.by
      const document = rulesDocument({rules: readRules({...options, by})})
      expect(formatFlags(flagsOf(document)).join(' ')).to.equal(flags)
    })
  }
})
