import type {HubState} from './state.js'

import {formatTimestamp} from '../base/names.js'
import {ORG, READ_ONLY_ORG, USER} from './accounts.js'
import {toParquet} from './parquet.js'
import {CARD_FILE, FRONT_MATTER} from './run-files.js'

const DAY = 86_400_000

/**
 * Puts on the Hub what no cleanup may ever touch: the standard datasets, datasets with nearly right names, and those
 * that have nothing to do with evaluations.
 */
export function seedOthers(state: HubState, now: Date): void {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY)
  const stamp = (days: number): string => formatTimestamp(daysAgo(days))
  const add = (name: string, days: number, isPrivate = true): void => {
    const card = `${FRONT_MATTER}\n# ${name.split('/')[1]}\n`
    state.addDataset({
      name,
      createdAt: daysAgo(days),
      private: isPrivate,
      files: {[CARD_FILE]: card},
      createdBy: USER,
    })
  }

  for (const name of ['smoltrace-benchmark-v1', 'smoltrace-tasks'])
    state.addDataset({
      name: `${USER}/${name}`,
      createdAt: daysAgo(110.7),
      lastModified: daysAgo(96.2),
      files: {[CARD_FILE]: `${FRONT_MATTER}\n# ${name}\n`, 'data/train-00000-of-00001.parquet': tasks(name)},
    })

  add(`${USER}/smoltrace-results-${now.getUTCFullYear()}0231_120000`, 52.4)
  add(`${USER}/smoltrace-results-${stamp(37.31)}-copy`, 37.2)
  add(`${USER}/smoltrace-resultsx-${stamp(44.67)}`, 44.6)
  add(`${USER}/Smoltrace-traces-${stamp(29.18)}`, 29.1)
  add(`${USER}/my-smoltrace-metrics-${stamp(61.83)}`, 61.8)
  add(`${USER}/smoltrace-leaderboard-backup`, 20.5)

  const unrelated = {
    [CARD_FILE]: '---\nlicense: cc-by-4.0\nlanguage:\n- en\n---\n\n# Notes from the balcony\n',
  }
  state.addDataset({name: `${USER}/balcony-herbs`, createdAt: daysAgo(200), files: unrelated})
  state.addDataset({
    name: `${ORG}/tool-call-samples`,
    createdAt: daysAgo(150),
    createdBy: 'jonas',
    files: unrelated,
  })
  state.addDataset({name: `${READ_ONLY_ORG}/agent-chores`, createdAt: daysAgo(300), files: unrelated})
  state.addDataset({
    name: `${READ_ONLY_ORG}/draft-scores`,
    createdAt: daysAgo(12),
    private: true,
    files: unrelated,
  })
  state.addDataset({name: 'jonas/private-notes', createdAt: daysAgo(33), private: true, files: unrelated})
}

function tasks(name: string): Buffer {
  const rows = Array.from({length: 20}, (_, index) => index + 1)
  return toParquet<number>(
    [
      ['id', 'STRING', (row) => `${name}-${row}`],
      ['prompt', 'STRING', (row) => `What is ${row} times ${row + 2}?`],
      ['expected_tool', 'STRING', () => 'calculator'],
      ['difficulty', 'STRING', (row) => (row % 3 === 0 ? 'hard' : 'easy')],
    ],
    rows,
  )
}
