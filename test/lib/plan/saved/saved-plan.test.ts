import {expect} from 'chai'
import * as fc from 'fast-check'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {RefusedError, SmoltraceError, UsageError} from '../../../../src/lib/base/errors.js'
import {DAY} from '../../../../src/lib/base/time.js'
import {makePlanOfNames, type Plan, plannedDatasets} from '../../../../src/lib/plan/plan.js'
import {checkPlanTarget, loadPlan, savePlan} from '../../../../src/lib/plan/saved/files.js'
import {digestOf, planDocument} from '../../../../src/lib/plan/saved/format.js'
import {type SavedPlan} from '../../../../src/lib/plan/saved/parse.js'
import {someCase} from '../../../support/arbitraries.js'
import {
  ago,
  inventoryOf,
  leaderboardDataset,
  NEAR_MISSES,
  NOW,
  planOf,
  rejectionOf,
  runDatasets,
} from '../../../support/builders.js'

const RUNS = {numRuns: 150}
const USER = 'kim'
const OLD = '20260801_120000'
const OLDER = '20260701_120000'
const NEW = '20261001_120000'

/** Two runs that go, one of them incomplete, one that stays, the leaderboard and a standard dataset. */
const INVENTORY = inventoryOf(
  [...runDatasets(OLD), ...runDatasets(OLDER, ['results', 'metrics']), ...runDatasets(NEW)],
  {leaderboard: leaderboardDataset(), standard: ['kim/smoltrace-tasks']},
)
const PLAN = planOf(INVENTORY, {olderThan: '30d', keepRecent: 1, only: ['results', 'metrics']})

/** A document as it is read: no place of it is certain to be there. */
type Json = any

const documentOf = (plan: Plan = PLAN): Json => planDocument(plan, USER)

/** A document as a forger leaves it: edited, and with the digest that fits. */
function forged(edit: (document: Json) => unknown, plan: Plan = PLAN): Json {
  const document = structuredClone(documentOf(plan))
  delete document.digest
  edit(document)
  return {...document, digest: digestOf(document)}
}

/** Paths to all that is no object and no list. */
function leavesOf(value: Json, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, part]) =>
    leavesOf(part, Array.isArray(value) ? `${path}[${name}]` : path ? `${path}.${name}` : name),
  )
}

/** Another value of the same type, or of another where there is no other. */
function flipped(value: Json): Json {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  return typeof value === 'string' ? `${value}0` : 'now there is one'
}

/** The part at a path such as `delete[0].run`. */
function at(document: Json, path: string): Json {
  let part = document
  for (const name of path.match(/\w+/g) ?? []) part = part[name]
  return part
}

/** Puts a value at a path; undefined takes away what is there. */
function put(document: Json, path: string, value?: unknown): void {
  const [, parent = '', name = ''] = /^(.*?)\.?(\w+)\]?$/.exec(path) ?? []
  if (value === undefined) delete at(document, parent)[name]
  else at(document, parent)[name] = value
}

describe('saved plan', () => {
  let folder: string
  let file: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smoltrace-plan-'))
    file = join(folder, 'plan.json')
  })

  afterEach(() => {
    rmSync(folder, {recursive: true, force: true})
  })

  const load = (text: string): Promise<SavedPlan> => {
    writeFileSync(file, text)
    return loadPlan(file)
  }

  const loadDocument = (document: Json) => load(JSON.stringify(document))

  const saveAndLoad = async (plan: Plan): Promise<SavedPlan> => {
    await savePlan(plan, file, USER)
    return loadPlan(file)
  }

  /** The message of the usage error that loading ends with. */
  const refusalOf = async (loading: Promise<unknown>): Promise<string> => {
    const error = await rejectionOf(loading)
    expect(error).to.be.instanceOf(UsageError)
    expect(error.message).to.match(/^`applyPlan` .*plan\.json: .+\.$/)
    return error.message
  }

  describe('and loaded again', () => {
    it('is the same in all that a deletion uses', async () => {
      await fc.assert(
        fc.asyncProperty(someCase, async ({inventory, options}) => {
          const plan = planOf(inventory, options)
          const {plan: loaded} = await saveAndLoad(plan)
          expect(loaded).to.deep.equal({...plan, keep: []})
          expect(plannedDatasets(loaded)).to.deep.equal(plannedDatasets(plan))
        }),
        RUNS,
      )
    })

    it('says who made it and when, and what it keeps', async () => {
      const {plan, ...rest} = await saveAndLoad(PLAN)
      expect(rest).to.deep.equal({
        madeBy: 'kim',
        madeAt: NOW,
        digest: documentOf().digest,
        keptRuns: PLAN.keep.map(({run, reasons}) => ({run: run.timestamp, reasons})),
      })
      expect(rest.keptRuns.map(({run}) => run)).to.deep.equal([NEW])
      expect(plan.keep).to.deep.equal([])
    })

    it('is frozen, archived where it was to be, and does not say that the leaderboard is protected', async () => {
      const plan = planOf(INVENTORY, {all: true}, {leaderboard: {by: 'ann', at: NOW}})
      const saved = await saveAndLoad({...plan, archives: true})
      for (const part of [saved, saved.keptRuns, saved.plan, saved.plan.delete[0]?.run.datasets])
        expect(part).to.be.frozen
      expect(saved.plan.archives).to.equal(true)
      expect(saved.plan.leaderboard).to.deep.include({planned: false, protection: undefined})
    })
  })

  describe('to be reviewed', () => {
    it('is laid out in lines, ends with one, and has the same bytes each time', async () => {
      for (const plan of [PLAN, structuredClone(PLAN)]) {
        await savePlan(plan, file, USER)
        expect(readFileSync(file, 'utf8')).to.equal(`${JSON.stringify(documentOf(), undefined, 2)}\n`)
      }
    })

    it('names every dataset of each run, those that go in the order of deletion', () => {
      const [first, second] = documentOf().delete
      expect(first.run).to.equal(OLD)
      expect(first.datasets.map(({name, planned}: Json) => [name, planned])).to.deep.equal([
        [`kim/smoltrace-metrics-${OLD}`, true],
        [`kim/smoltrace-traces-${OLD}`, false],
        [`kim/smoltrace-results-${OLD}`, true],
      ])
      expect(second.run).to.equal(OLDER)
      expect(second.reasons.map(({rule}: Json) => rule)).to.deep.equal(['older-than'])
    })

    it('says by which rules it was made', () => {
      const {format, version, program, madeAt, rules, phrase} = documentOf()
      expect({format, version, madeAt, phrase}).to.deep.equal({
        format: 'smoltrace-plan',
        version: 2,
        madeAt: NOW.toISOString(),
        phrase: 'DELETE',
      })
      expect(program).to.match(/^smoltrace \d+\.\d+\.\d+/)
      expect(Object.keys(rules).slice(0, 2)).to.deep.equal(['olderThan', 'cutoff'])
      expect(rules).to.deep.include({
        olderThan: '30d',
        cutoff: ago(30 * DAY).toISOString(),
        incompleteOnly: false,
        run: [],
        scoreBelow: null,
        keepRecent: 1,
        by: null,
        graceMs: 6 * 60 * 60 * 1000,
        only: ['results', 'metrics'],
      })
    })

    it('shows no token, nothing that a terminal obeys, and is still loaded', async () => {
      const [first] = PLAN.delete
      const plan = {
        ...PLAN,
        delete: PLAN.delete.map((each) =>
          each === first
            ? {...each, reasons: [{rule: 'run' as const, text: '\u001B[2J hf_secretsecret \u202Ex'}]}
            : each,
        ),
      }
      expect((await saveAndLoad(plan)).plan.delete[0]?.reasons).to.deep.equal([
        {rule: 'run', text: '[2J hf_…  x'},
      ])
      expect(readFileSync(file, 'utf8')).not.to.include('secret')
    })
  })

  describe('that somebody touched', () => {
    const edits: Array<[title: string, edit: (document: Json, path: string) => void]> = [
      ['another', (document, path) => put(document, path, flipped(at(document, path)))],
      ['missing', (document, path) => put(document, path)],
      ['added', (document, path) => put(document, path.replace(/(\w+\]?)$/, '9$1'), 1)],
    ]
    for (const [title, edit] of edits) {
      it(`is refused where any one value is ${title}`, async () => {
        const paths = leavesOf(documentOf())
        expect(paths.length).to.be.greaterThan(70)
        for (const path of paths) {
          const document = structuredClone(documentOf())
          edit(document, path)
          const isKnown = title === 'added' || !['format', 'version'].includes(path)
          const wanted = isKnown ? 'was edited' : path === 'format' ? 'is not a plan' : / version|newer/
          expect(await refusalOf(loadDocument(document)), path).to.match(new RegExp(wanted))
        }
      })
    }

    it('is still good where only its layout changed', async () => {
      const wanted = await saveAndLoad(PLAN)
      const turned = (value: Json): Json => {
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          return Array.isArray(value) ? value.map((part) => turned(part)) : value
        return Object.fromEntries(
          Object.entries(value)
            .toReversed()
            .map(([name, part]) => [name, turned(part)]),
        )
      }

      const document = documentOf()
      const texts = {
        'tabs and CRLF': JSON.stringify(document, undefined, '\t').replaceAll('\n', '\r\n'),
        'another order of names': JSON.stringify(turned(document)),
        escapes: JSON.stringify(document).replaceAll('smoltrace-results', String.raw`smoltrac\u0065-results`),
        'another form of a number': JSON.stringify(document).replace('21600000', '2.16e7'),
      }
      for (const [title, text] of Object.entries(texts)) expect(await load(text), title).to.deep.equal(wanted)
    })

    it('is refused where a name stands twice and shows a reviewer what does not count', async () => {
      const text = JSON.stringify(documentOf())
      for (const [name, value] of [
        ['archives', 'true'],
        [String.raw`archi\u0076es`, String.raw`{"a \": b": ":"}`],
      ]) {
        const twice = text.replace('"archives":false', `"${name}":${value},"archives":false`)
        expect(twice).not.to.equal(text)
        expect(await refusalOf(load(twice))).to.include('twice')
      }
    })
  })

  describe('with a digest that fits', () => {
    const [first] = documentOf().delete
    const near = NEAR_MISSES.map((name) => `kim/${name}`)
    const foreign = [
      `ann/smoltrace-metrics-${OLD}`,
      `Kim/smoltrace-metrics-${OLD}`,
      `kim/smoltrace-metrics-${OLDER}`,
      `smoltrace-metrics-${OLD}`,
      `kim/../ann/smoltrace-metrics-${OLD}`,
      `kim/kim/smoltrace-metrics-${OLD}`,
      `kim/smoltrace-leaderboard`,
    ]

    const names: Array<[title: string, place: string, names: string[]]> = [
      ['that is not exactly one of its run', 'delete[0].datasets[0].name', [...near, ...foreign]],
      [
        'that is not the leaderboard',
        'leaderboard.name',
        [...near, 'ann/smoltrace-leaderboard', first.datasets[0].name],
      ],
    ]
    for (const [title, place, wrong] of names) {
      it(`still refuses every name ${title}`, async () => {
        for (const name of wrong)
          expect(await refusalOf(loadDocument(forged((draft) => put(draft, place, name)))), name).to.include(
            place,
          )
      })
    }

    const values: Array<[title: string, path: string, value: unknown, place?: string]> = [
      ['nobody as its maker', 'madeBy', ''],
      ['a day that does not exist', 'madeAt', '2026-02-31T00:00:00.000Z'],
      ['a secret in its endpoint', 'endpoint', 'https://a:b@huggingface.co'],
      ['two namespaces', 'namespace', 'kim/ann'],
      ['an age that is none', 'rules.olderThan', '0d', 'rules'],
      ['a cutoff after its making', 'rules.olderThan', '2026-12-01', 'rules'],
      ['an age that is not that of its cutoff', 'rules.olderThan', '31d', 'rules.cutoff'],
      ['another cutoff', 'rules.cutoff', ago(DAY).toISOString()],
      ['no cutoff', 'rules.cutoff', null],
      ['--all beside a selector', 'rules.all', true, 'rules'],
      ['a grace that no flag gives', 'rules.graceMs', 1, 'rules'],
      ['a run that is none', 'rules.run', ['20260231_000000'], 'rules'],
      ['a type that is none', 'rules.only', ['leaderboard'], 'rules'],
      ['a type twice', 'rules.only', ['results', 'metrics', 'metrics'], 'rules.only'],
      ['a keeper of nothing', 'rules.keepRecent', 0, 'rules'],
      ['a text for a no', 'rules.incompleteOnly', 'no'],
      ['a rule that is not known', 'rules.keepPurple', 3, 'rules: Unrecognized key'],
      ['a rule less', 'rules.graceMs', undefined, 'rules.graceMs: missing'],
      ['another phrase', 'phrase', 'YES DELETE ALL'],
      ['a leaderboard that is planned against its rules', 'leaderboard.planned', true],
      ['a leaderboard that stays against its rules', 'rules.deleteLeaderboard', true, 'leaderboard.planned'],
      ['a dataset that is planned beyond its scope', 'delete[0].datasets[1].planned', true],
      ['a dataset that is left out within its scope', 'delete[0].datasets[0].planned', false],
      ['no id', 'delete[0].datasets[0].id', ''],
      ['an id without end', 'delete[0].datasets[0].id', 'a'.repeat(65)],
      ['a short commit', 'delete[1].datasets[0].sha', 'abc'],
      ['a date in words', 'delete[1].datasets[0].lastModified', 'yesterday'],
      ['a run without datasets', 'delete[1].datasets', [], 'delete[1]'],
      ['a reason of no rule', 'delete[0].reasons[0].rule', 'constructor'],
      ['a reason that moves the cursor', 'keep[0].reasons[0].text', 'a\u001B[1Ab'],
      ['a token', 'keep[0].reasons[0].text', 'hf_secret'],
      ['a run that is planned and kept', 'keep[0].run', OLD, 'it names'],
      ['a standard dataset that is none', 'standard[0]', `kim/smoltrace-results-${OLD}`],
      ['a part of a run that is not known', 'delete[0].confirmed', true, 'delete[0]: Unrecognized key'],
      ['a part that is not known', 'comment', 'harmless', 'Unrecognized key'],
      ['no runs to keep', 'keep', undefined, 'keep: missing'],
    ]
    const edits: Array<[title: string, edit: (draft: Json) => unknown, place: string]> = [
      ['a dataset twice', ({delete: [run]}) => run.datasets.push(run.datasets[0]), 'it names'],
      ['a run twice', ({delete: runs}) => runs.push(runs[0]), 'it names'],
      [
        'a run in two parts',
        ({delete: runs}) => runs.push({...runs[0], datasets: runs[0].datasets.splice(1)}),
        'it names',
      ],
      ['another order of runs', ({delete: runs}) => runs.reverse(), 'delete[0].run'],
      ['another order within a run', ({delete: [run]}) => run.datasets.reverse(), 'delete[0].datasets[0]'],
      [
        'no rule at all',
        ({rules}) => Object.assign(rules, {olderThan: null, cutoff: null, keepRecent: null, only: []}),
        'rules: not valid',
      ],
      ...values.map(([title, path, value, place = path]): [string, (draft: Json) => unknown, string] => [
        title,
        (draft) => put(draft, path, value),
        place,
      ]),
    ]
    for (const [title, edit, place] of edits) {
      it(`still refuses ${title}`, async () => {
        expect(await refusalOf(loadDocument(forged(edit)))).to.include(`plan.json: ${place}`)
      })
    }

    it('still refuses names of what every object has', async () => {
      for (const name of ['__proto__', 'constructor']) {
        for (const path of ['', 'rules', 'delete[0].datasets[0]']) {
          const document = forged((draft) => {
            Object.defineProperty(at(draft, path), name, {
              value: {planned: true, polluted: 1},
              enumerable: true,
            })
          })
          expect(JSON.stringify(document)).to.include('polluted')
          expect(await refusalOf(loadDocument(document)), `${path} ${name}`).to.include(`"${name}"`)
        }
      }

      expect(({} as Json).polluted).to.equal(undefined)
    })
  })

  describe('in a file', () => {
    const noPlans: Array<[title: string, text: string, wanted: string]> = [
      ['nothing', '', 'not JSON'],
      ['not JSON', '{"format": "smoltrace-plan"', 'not JSON'],
      ['a list', '[]', 'not a plan'],
      ['null', 'null', 'not a plan'],
      ['a newer version', '{"format": "smoltrace-plan", "version": 3}', 'version 3'],
      ['a text for its version', '{"format": "smoltrace-plan", "version": "2"}', 'unknown version'],
      ['no digest', '{"format": "smoltrace-plan", "version": 2}', 'was edited'],
      ['lists in lists without end', `${'['.repeat(1e6)}${']'.repeat(1e6)}`, 'too deeply'],
      [
        'a plan with lists in lists without end',
        `{"format": "smoltrace-plan", "version": 2, "delete": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
        'too deeply',
      ],
    ]
    for (const [title, text, wanted] of noPlans) {
      it(`that holds ${title} is refused`, async () => {
        expect(await refusalOf(load(text))).to.include(wanted)
      })
    }

    it('that is missing is refused, and how to go on is said', async () => {
      expect(await refusalOf(loadPlan(file))).to.include('no such file')
      const {suggestions} = (await rejectionOf(loadPlan(file))) as SmoltraceError
      expect(suggestions.join(' ')).to.include('Create a new one').and.include('`savePlan`')
    })
  })

  describe('is written', () => {
    it('in place of an older one, one that is broken inside, or one of a newer version', async () => {
      const broken = '{"format":"smoltrace-plan"}'
      const texts = [JSON.stringify(documentOf()), broken, broken.slice(0, -1), ` ${broken}`]
      for (const text of [...texts, broken.replace('}', ',"version":9}')]) {
        writeFileSync(file, text)
        expect(plannedDatasets((await saveAndLoad(PLAN)).plan)).to.have.length(4)
      }

      expect(readdirSync(folder)).to.deep.equal(['plan.json'])
    })

    it('never in place of anything else', async () => {
      for (const text of [
        '',
        'notes',
        '[]',
        '{"format": "other"}',
        '{"plan": {"format": "smoltrace-plan"}}',
        '[{"format": "smoltrace-plan"}]',
      ]) {
        writeFileSync(file, text)
        for (const attempt of [() => checkPlanTarget(file), () => savePlan(PLAN, file, USER)]) {
          const error = await rejectionOf(attempt())
          expect(error).to.be.instanceOf(UsageError)
          expect(error.message).to.include('`savePlan`').and.include('exists and is not a plan')
        }

        expect(readFileSync(file, 'utf8')).to.equal(text)
      }
    })

    const unsavable: Array<[title: string, plan: Plan, wanted: string]> = [
      ['where the protection is unknown', planOf(INVENTORY, {all: true}, 'unknown'), 'protected'],
      ['where it names datasets', makePlanOfNames(INVENTORY, [`kim/smoltrace-results-${OLD}`], {}), 'rules'],
      [
        'where it has a commit that is none',
        planOf(inventoryOf(runDatasets(OLD, ['results'], {sha: 'HEAD'})), {all: true}),
        'sha',
      ],
      [
        'where it takes in less than its rules say',
        {...PLAN, delete: PLAN.delete.map((each) => ({...each, datasets: each.datasets.slice(1)}))},
        'delete[0].datasets[0].planned',
      ],
      [
        'where it has more values than are read',
        {
          ...PLAN,
          keep: PLAN.keep.map((each) => ({...each, reasons: [{rule: 'all', text: ','.repeat(3e6)}]})),
        },
        'could not be read: too many values',
      ],
    ]
    for (const [title, plan, wanted] of unsavable) {
      it(`never ${title}`, async () => {
        const error = await rejectionOf(savePlan(plan, file, USER))
        expect(error).to.be.instanceOf(RefusedError)
        expect(error.message)
          .to.match(/^The plan was not saved: .+\.$/)
          .and.include(wanted)
        expect(readdirSync(folder)).to.deep.equal([])
      })
    }
  })
})
