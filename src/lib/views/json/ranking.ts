import type * as z from 'zod/mini'

import {type LeaderboardRanking, type RankedGroup, type RankedRow} from '../../account/leaderboard/ranking.js'
import {ROW_FIELDS, type RowField} from '../../account/leaderboard/row.js'
import {safeName} from '../../base/text.js'
import {boardDocument} from './documents.js'
import {type GROUP, type LEADERBOARD_SHOW, type ROW} from './schemas/leaderboard.js'

/** A ranking as a document: rows in one list, group after group; texts without tokens and what a terminal would obey. */
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
    rows: groups.flatMap(({rows}) => rows.map((row) => rowDocument(row))),
  }
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
