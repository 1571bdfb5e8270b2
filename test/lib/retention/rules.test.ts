import {expect} from 'chai'

import {readRules} from '../../../src/lib/retention/read-rules.js'
import {REASON_RULES} from '../../../src/lib/retention/reasons.js'
import {flagOf, ofKind, RULE_NAMES, ruleOf} from '../../../src/lib/retention/rules.js'

describe('the table of rules', () => {
  it('has a sentence and a reason for every selector and keeper', () => {
    for (const name of [...ofKind('selector'), ...ofKind('keeper')]) {
      expect(ruleOf(name).says, name).to.be.a('function')
      expect(REASON_RULES, name).to.include(flagOf(name))
    }
  })

  it('has of every rule a key in policies, or why not, words where it takes some of a few, and what it modifies', () => {
    for (const name of RULE_NAMES) {
      const {policy, notInPolicy, value, words = [], modifies} = ruleOf(name)
      expect([policy, notInPolicy].filter(Boolean), name).to.have.length(1)
      expect(words.length > 0, name).to.equal(value === 'words')
      if (modifies)
        expect(
          RULE_NAMES.some((each) => modifies(ruleOf(each))),
          name,
        ).to.equal(true)
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
  })

  it('is computed once, and cannot be changed', () => {
    const rules = readRules({run: ['20260904_120000']})
    expect(() => Object.assign(rules, {all: true})).to.throw(TypeError)
    expect(() => rules.run.push('20260905_120000')).to.throw(TypeError)
    expect(() => rules.selectors.push('all')).to.throw(TypeError)
  })
})
