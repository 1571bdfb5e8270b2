import {expect} from 'chai'
import * as fc from 'fast-check'

import {noteOf, pickColumns, PickList, type PickRow, pickRows} from '../../../src/cli/prompts/pick-list.js'
import {HOUR} from '../../../src/lib/base/time.js'
import {ago, inventoryOf, NOW, planOf, runDatasets} from '../../support/builders.js'
import {finished, viewOf} from '../../support/rows.js'

const OLD = '20260801_120000'
const BROKEN = '20260701_120000'
const NEW = '20261001_120000'
const UPLOADING = runDatasets(ago(HOUR), ['results'])
const INVENTORY = inventoryOf([
  ...runDatasets(OLD),
  ...runDatasets(BROKEN, ['results', 'metrics']),
  ...runDatasets(NEW),
  ...UPLOADING,
])
const ROWS = viewOf([finished(OLD, {model: 'qwen/Coder-7B', successRate: 62.5})], INVENTORY).index
const SIZES = new Map(INVENTORY.datasets.map(({name}) => [name, 1_500_000]))
const listOf = (reason?: string) => {
  const pins = reason ? {runs: {[OLD]: {by: 'ann', at: NOW, reason}}} : {}
  const plan = planOf(INVENTORY, {olderThan: '30d'}, pins)
  return new PickList(pickRows(plan, pickColumns(plan, {rows: ROWS, sizes: SIZES})))
}

/** A list in which every third row is held and every second one checked. */
const longList = (length: number) =>
  new PickList(
    Array.from({length}, (_, index): PickRow => {
      const isHeld = index % 3 === 0
      const isSelected = !isHeld && index % 2 === 0
      return {
        timestamp: `20260101_${String(index).padStart(6, '0')}`,
        cells: [`20260101_${String(index).padStart(6, '0')}`, '9d', 'complete'],
        why: 'because',
        datasets: 3,
        isSelected,
        isHeld,
        isChecked: isSelected,
      }
    }),
  )
const stamps = (rows: PickRow[]) => rows.map(({timestamp}) => timestamp)

describe('the list to pick from', () => {
  it('has every run, newest first, with what the rules would delete checked', () => {
    const {rows, checked} = listOf()
    expect(stamps(rows)).to.deep.equal([UPLOADING[0]?.timestamp, NEW, OLD, BROKEN])
    expect(stamps(checked)).to.deep.equal([OLD, BROKEN])
    expect(rows.map(({isHeld}) => isHeld)).to.deep.equal([true, false, false, false])
    expect(rows.map(({datasets}) => datasets)).to.deep.equal([1, 3, 3, 2])
    expect(rows.map(({cells}) => cells.slice(2).join(' '))).to.deep.equal([
      '- - results 1.5 MB',
      '? ? complete 4.5 MB',
      'qwen/Coder-7B 62.5% complete 4.5 MB',
      '? ? results, metrics 3.0 MB',
    ])
  })

  it('says of each why it goes or stays, and what a person changed of that', () => {
    const list = listOf()
    const notes = () => list.rows.map((row) => noteOf(row))
    expect(notes()).to.deep.equal([
      'kept: may still be uploading: changed 30min ago',
      'not older than 30d',
      'older than 30d',
      'older than 30d',
    ])
    list.move(1)
    list.toggle()
    list.move(1)
    list.toggle()
    expect(notes().slice(1, 3)).to.deep.equal([
      'picked by hand (your rules keep it: not older than 30d)',
      'not picked (your rules select it: older than 30d)',
    ])
    list.toggle()
    expect(notes()[2]).to.equal('older than 30d')
  })

  it('checks no run that is pinned or may be uploading, alone or with all', () => {
    const list = listOf('keep \u001B[31mthis')
    expect(list.toggle()).to.equal(false)
    list.move(2)
    expect(list.focused?.timestamp).to.equal(OLD)
    expect(list.toggle()).to.equal(false)
    expect(noteOf(list.rows[2] as PickRow)).to.equal(
      'kept: pinned by ann: keep  [31mthis (half: not in its card)',
    )
    expect(list.toggleAll()).to.equal(true)
    expect(stamps(list.checked)).to.deep.equal([NEW, BROKEN])
    expect(list.toggleAll()).to.equal(true)
    expect(list.checked).to.deep.equal([])
  })

  it('finds runs by timestamp, model, score, types and reason, and checks with all only those', () => {
    const list = listOf()
    const found = (text: string) => {
      list.search(text)
      return stamps(list.matching)
    }

    list.move(2)
    expect(found('202608')).to.deep.equal([OLD])
    expect(list.focused?.timestamp).to.equal(OLD)
    expect(found('older')).to.deep.equal([NEW, OLD, BROKEN])
    expect(list.focused?.timestamp).to.equal(OLD)
    expect(found('METRICS')).to.deep.equal([BROKEN])
    expect(found('coder-7b')).to.deep.equal([OLD])
    expect(found('62.5%')).to.deep.equal([OLD])
    expect(found('uploading')).to.deep.equal([UPLOADING[0]?.timestamp])
    expect(found('(')).to.deep.equal([])
    expect(list.toggle()).to.equal(false)
    expect(list.toggleAll()).to.equal(false)
    expect(found('20261001')).to.deep.equal([NEW])
    list.toggleAll()
    expect(found('')).to.have.length(4)
    expect(stamps(list.checked)).to.deep.equal([NEW, OLD, BROKEN])
  })

  it('shows as many rows as there is room for, the cursor always among them', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 60}),
        fc.array(
          fc.tuple(fc.constantFrom(1, -1, 10, -10, Infinity, -Infinity), fc.integer({min: 1, max: 20})),
        ),
        (length, moves) => {
          const list = longList(length)
          for (const [by, height] of moves) {
            list.move(by)
            const {rows, focus} = list.window(height)
            expect(rows).to.have.length(Math.min(height, length))
            expect(rows[focus]).to.equal(list.focused)
          }
        },
      ),
    )
  })

  it('never checks what is held and never forgets what was checked, whatever keys are pressed', () => {
    const key = fc.oneof(
      fc.constantFrom('toggle', 'all').map((name) => ({name, text: '', by: 0})),
      fc.integer({min: -9, max: 9}).map((by) => ({name: 'move', text: '', by})),
      fc.constantFrom('0', '01', 'x', '', '00002').map((text) => ({name: 'search', text, by: 0})),
    )
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const list = longList(30)
        for (const {name, text, by} of keys) {
          const before = stamps(list.checked)
          if (name === 'toggle') list.toggle()
          if (name === 'all') list.toggleAll()
          if (name === 'move') list.move(by)
          if (name === 'search') list.search(text)
          if (name === 'move' || name === 'search') expect(stamps(list.checked)).to.deep.equal(before)
          expect(list.checked.filter(({isHeld}) => isHeld)).to.deep.equal([])
        }
      }),
    )
  })
})
