import type * as z from 'zod/mini'

import {
  type LeaderboardRanking,
  type RankedGroup,
  type RankedRow,
  type Ranking,
} from '../../account/leaderboard/ranking.js'
import {GROUP_COLUMNS, groupField, ROW_FIELDS, type RowField} from '../../account/leaderboard/row.js'
import {safeName} from '../../base/text.js'
import {type CsvCell} from '../csv.js'
import {boardDocument} from './documents.js'
import {type GROUP, type LEADERBOARD_SHOW, type ROW} from './schemas/leaderboard.js'

/** The forms that a ranking takes in `--json` and in `--csv`. Texts of the leaderboard lose tokens and what a terminal would obey. */

/** A ranking as a document. Rows are in one list, group after group. */
export function rankingDocument(ranked: LeaderboardRanking): z.output<typeof LEADERBOARD_SHOW> {
  const {by, better, groupBy, model, limit, rowsInAll, groups} = ranked
  return {
    ...boardDocument(ranked),
    by,
    better,
    groupBy,
    model,
    limit: limit ?? null,
    rowsInAll,
    groups: groups.map((group) => groupDocument(group)),
    rows: rowsOf(ranked).map((row) => rowDocument(row)),
  }
}

/** The shown rows of all groups, one after the other. */
function rowsOf({groups}: Ranking): RankedRow[] {
  return groups.flatMap(({rows}) => rows)
}

function groupDocument({values, rows, total}: RankedGroup): z.output<typeof GROUP> {
  const named = Object.entries(values).map(([column, value]) => [column, textOf(value)])
  return {values: Object.fromEntries(named), rows: total, shown: rows.length}
}

/** In addition to what is known of it, a row has what it holds: its fields as in `LeaderboardRow`, null where it has nothing. */
function rowDocument(ranked: RankedRow): z.output<typeof ROW> {
  const {row, place, score, standing, doubt, run, time, gone, isTotal, references, data} = ranked
  const cells = ROW_FIELDS.map((field) => {
    const cell = data[field]
    return [field, typeof cell === 'number' ? cell : textOf(cell)]
  })
  return {
    place: place ?? null,
    score: score ?? null,
    row,
    run: run ?? null,
    time: time && !time.isLocal ? time.date : null,
    standing,
    doubt: textOf(doubt),
    gone,
    allGone: isTotal,
    ...(Object.fromEntries(cells) as Pick<z.output<typeof ROW>, RowField>),
    datasets: references.map(({type, name, state}) => ({type, name: safeName(name), state})),
  }
}

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : safeName(text)
}

type CellOf = (ranked: RankedRow) => CsvCell

/** What `--csv` shows of a row, named after the leaderboard's columns where they come from there. */
const CSV_COLUMNS: ReadonlyArray<[title: string, cellOf: CellOf]> = [
  ['place', ({place}) => place],
  ['row', ({row}) => row],
  ['run', ({run}) => run],
  ['time', ({time}) => (time && !time.isLocal ? time.date.toISOString() : undefined)],
  ['timestamp', ({data}) => data.timestamp],
  ...GROUP_COLUMNS.map((column): [string, CellOf] => [column, ({data}) => data[groupField(column)]]),
  ['run_status', ({data}) => data.runStatus],
  ['standing', ({standing}) => standing],
  ['success_rate', ({data}) => data.successRate],
  ['pass_at_1', ({data}) => data.passAt1],
  ['avg_duration_ms', ({data}) => data.avgDurationMs],
  ['total_tokens', ({data}) => data.totalTokens],
  ['total_cost_usd', ({data}) => data.totalCostUsd],
  ['co2_emissions_g', ({data}) => data.co2EmissionsG],
  ['gone', ({gone, isTotal}) => (isTotal ? 'all' : gone.join(' '))],
  ['results_dataset', ({data}) => data.resultsDataset],
  ['traces_dataset', ({data}) => data.tracesDataset],
  ['metrics_dataset', ({data}) => data.metricsDataset],
  ['run_id', ({data}) => data.runId],
  ['submitted_by', ({data}) => data.submittedBy],
]

/** The titles of the columns of `--csv`. */
export const CSV_TITLES: readonly string[] = CSV_COLUMNS.map(([title]) => title)

/** The cells of each row of `--csv`. */
export function csvRows(ranked: Ranking): CsvCell[][] {
  return rowsOf(ranked).map((row) => CSV_COLUMNS.map(([, cellOf]) => cellOf(row)))
}
