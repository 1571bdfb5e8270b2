import {expect} from 'chai'

import {UsageError} from '../../src/lib/errors.js'
import {type RunType} from '../../src/lib/naming.js'
import {asksLeaderboard, choosesRuns, isEveryRunByScope} from '../../src/lib/rule-names.js'
import {readRules, type RetentionOptions} from '../../src/lib/rules.js'
import {errorOf} from '../support/builders.js'

const STAMP = '20260904_120000'

describe('rules', () => {
  const selectors: RetentionOptions[] = [
    {olderThan: '7d'},
    {incompleteOnly: true},
    {run: [STAMP]},
    {keepRecent: 1},
  ]
  const refused: Array<[title: string, options: RetentionOptions, words: string[]]> = [
    [
      'nothing at all',
      {},
      ['--older-than', '--incomplete-only', '--run', '--all', '--keep-recent', '--only'],
    ],
    ['only a grace period', {grace: '1h'}, ['--older-than']],
    [
      'selectors that are turned off',
      {incompleteOnly: false, all: false, run: [], only: []},
      ['--older-than'],
    ],
    ['zero runs to keep', {keepRecent: 0}, ['--keep-recent']],
    ['fewer than zero runs to keep', {keepRecent: -1}, ['--keep-recent']],
    ['half a run to keep', {keepRecent: 1.5}, ['--keep-recent']],
    ['a number of runs to keep that is none', {keepRecent: Number.NaN}, ['--keep-recent']],
    ['an endless number of runs to keep', {keepRecent: Infinity}, ['--keep-recent']],
    ['an age of zero', {olderThan: '0d'}, ['--older-than']],
    ['an empty age', {olderThan: ''}, ['--older-than']],
    ['a negative age', {olderThan: '-5d'}, ['--older-than']],
    ['a grace period in months', {all: true, grace: '5m'}, ['--grace']],
    ['an empty grace period', {all: true, grace: ''}, ['--grace']],
    ['a run that can be none', {run: ['20260231_000000']}, ['--run', '20260231_000000']],
    ['a run by full name', {run: ['kim/smoltrace-results-20260101_000000']}, ['--run']],
    ['an empty run', {run: ['']}, ['--run']],
    ['one bad run among good ones', {run: [STAMP, 'latest']}, ['latest']],
    ['a type that is none', {only: ['leaderboard' as RunType]}, ['--only', 'leaderboard']],
    ['one bad type among good ones', {only: ['traces', 'Traces' as RunType]}, ['Traces']],
  ]
  for (const [title, options, words] of refused) {
    it(`are refused for ${title}`, () => {
      const error = errorOf(() => readRules(options))
      expect(error).to.be.instanceOf(UsageError).and.to.have.property('exitCode', 2)
      for (const word of words) expect(error.message).to.include(word)
    })
  }

  for (const options of selectors) {
    it(`are refused for --all with ${Object.keys(options).join(',')}`, () => {
      const error = errorOf(() => readRules({all: true, ...options}))
      expect(error).to.be.instanceOf(UsageError)
      expect(error.message).to.include('--all')
    })
  }

  it('are refused for --ignore-leaderboard where nothing asks the leaderboard', () => {
    const error = errorOf(() => readRules({all: true, ignoreLeaderboard: true}))
    expect(error).to.be.instanceOf(UsageError)
    expect(error.message).to.include('--ignore-leaderboard').and.include('--incomplete-only')
  })

  it('ask the leaderboard for --incomplete-only alone, unless they are told not to', () => {
    const asks = (options: RetentionOptions) => asksLeaderboard(readRules(options))
    expect(asks({incompleteOnly: true})).to.equal(true)
    expect(asks({incompleteOnly: true, olderThan: '7d'})).to.equal(true)
    expect(asks({incompleteOnly: true, ignoreLeaderboard: true})).to.equal(false)
    expect(asks({all: true})).to.equal(false)
  })

  it('need not say what may go where a person picks, but must make sense', () => {
    expect(() => readRules({}, {byHand: true})).not.to.throw()
    expect(choosesRuns(readRules({}, {byHand: true}))).to.equal(false)
    expect(errorOf(() => readRules({}))).to.be.instanceOf(UsageError)
    expect(errorOf(() => readRules({all: true, keepRecent: 1}, {byHand: true}))).to.be.instanceOf(UsageError)
  })

  it('may combine --all with scope and grace', () => {
    expect(() => readRules({all: true, only: ['traces'], grace: '0', deleteLeaderboard: true})).not.to.throw()
  })

  it('may combine every selector and keeper but --all', () => {
    expect(() => readRules(Object.assign({}, ...selectors))).not.to.throw()
  })

  it('name a run once, and types in one order', () => {
    const rules = readRules({
      run: [STAMP, STAMP],
      only: ['metrics', 'results', 'metrics'],
    })
    expect(rules.runs).to.deep.equal([STAMP])
    expect(rules.only).to.deep.equal(['results', 'metrics'])
  })

  it('know when only the scope says what goes', () => {
    expect(isEveryRunByScope(readRules({only: ['traces']}))).to.equal(true)
    expect(isEveryRunByScope(readRules({only: ['traces'], deleteLeaderboard: true}))).to.equal(true)
    for (const other of [...selectors, {all: true}]) {
      expect(
        isEveryRunByScope(readRules({only: ['traces'], ...other})),
        Object.keys(other).join(','),
      ).to.equal(false)
    }
  })

  it('know that --delete-leaderboard alone chooses no runs', () => {
    expect(choosesRuns(readRules({deleteLeaderboard: true}))).to.equal(false)
    for (const other of [...selectors, {all: true}, {only: ['traces' as const]}]) {
      expect(
        choosesRuns(readRules({deleteLeaderboard: true, ...other})),
        Object.keys(other).join(','),
      ).to.equal(true)
    }
  })
})
