import {formatDuration} from '../base/time.js'
import {count, minute, thousands} from '../views/format.js'
import {type LostRun} from './losses.js'
import {type Markup, markup, type Part} from './markup.js'
import {type Report} from './report.js'
import {heading} from './sections.js'
import {storageChart} from './storage-chart.js'
import {amountText, isSized} from './storage.js'
import {type Column, dataTable, pairs, table} from './tables.js'
import {METRIC_WORDS} from './units.js'

/** What runs take up, by their age. */
export function storageSection({storage: {bands, all}, losses}: Report): Markup {
  const areSized = isSized(all)
  const head = heading('storage', areSized ? 'Storage by run age' : 'Datasets by run age')
  if (bands.length === 0) return markup`${head}<p class="empty">There are no runs on the Hub.</p>`
  const unsized = areSized
    ? all.unknown > 0
      ? `The size of ${count(all.unknown, 'dataset')} is unknown and not counted.`
      : ''
    : 'Storage is unknown: the Hub did not say what the datasets take up. So the bars count datasets.'
  const columns: Column[] = [
    {title: 'Age of the run'},
    {title: 'Runs', isNumber: true},
    {title: 'Datasets', isNumber: true},
    {title: 'Storage', isNumber: true},
    ...(losses
      ? [
          {title: 'Datasets to delete', isNumber: true},
          {title: 'Storage to free', isNumber: true},
        ]
      : []),
  ]
  const rows = bands.map((band): Part[] => [
    band.title,
    thousands(band.runs),
    thousands(band.all.datasets),
    areSized ? amountText(band.all, true) : 'unknown',
    ...(losses ? [thousands(band.goes.datasets), areSized ? amountText(band.goes, true) : 'unknown'] : []),
  ])
  return markup`${head}
<p>${areSized ? `${amountText(all, true)} in ${count(all.datasets, 'dataset')} of runs, without the leaderboard.` : ''} ${unsized}</p>
${losses ? markup`<ul class="key"><li>${sample('stays')}stays</li><li>${sample('goes')}would be deleted</li></ul>` : undefined}
<figure>${storageChart(bands, areSized)}</figure>
${dataTable(areSized ? 'Storage by run age' : 'Datasets by run age', columns, rows)}`
}

function sample(kind: string): Markup {
  return markup`<svg class="swatch" width="22" height="12" aria-hidden="true" focusable="false"><rect class="${kind}" width="22" height="12"/></svg>`
}

/** Runs that are in sight at once; the others wait behind a line to open. */
const IN_SIGHT = 25

/** What the policy would delete, why, and what it is worth. */
export function lossesSection(report: Report): Markup {
  const {losses, now, scores, storage} = report
  if (!losses) return markup``
  const {runs, total, kept, amount, rules, keepers} = losses
  const areSized = isSized(storage.all)
  const {title, format} = METRIC_WORDS[scores.by]
  const columns: Column[] = [
    {title: 'Run'},
    {title: 'Age', isNumber: true},
    {title: 'Model'},
    {title, isNumber: true},
    {title: 'What goes'},
    ...(areSized ? [{title: 'Storage', isNumber: true}] : []),
    {title: 'Why'},
  ]
  const rowOf = ({run, time, model, score, types, amount: own, reasons}: LostRun): Part[] => [
    run,
    formatDuration(now.getTime() - time.getTime()),
    markup`<bdi>${model ?? '–'}</bdi>`,
    score === undefined ? '–' : format(score),
    types.join(', '),
    ...(areSized ? [amountText(own, true)] : []),
    reasons,
  ]
  const rows = runs.map((run) => rowOf(run))
  const [first, rest] = [rows.slice(0, IN_SIGHT), rows.slice(IN_SIGHT)]
  const unnamed =
    total > runs.length
      ? markup`<p>${count(total - runs.length, 'older run')} of the plan ${total - runs.length === 1 ? 'is' : 'are'} counted above and not named here.</p>`
      : undefined
  return markup`${heading('policy', 'What the policy would delete')}
<p>A dry run of ${minute(now)} UTC: nothing was deleted. The same policy may choose other runs later.</p>
${pairs('facts', [
  ['Would be deleted', `${count(amount.datasets, 'dataset')} of ${count(total, 'run')}`],
  ['Would be freed', areSized ? amountText(amount, true) : 'unknown'],
  ['Would stay', count(kept, 'run')],
  ...rules,
])}
${total === 0 ? markup`<p class="empty">No run would be deleted.</p>` : table('Runs to delete, newest first', columns, first)}
${rest.length > 0 ? markup`${dataTable('More runs to delete', columns, rest)}<p class="unprinted">${count(rest.length, 'older run')} ${rest.length === 1 ? 'is' : 'are'} not printed here: open the table of more runs on the screen, and print again.</p>` : undefined}${unnamed}
${
  keepers.length > 0
    ? dataTable(
        'Why runs stay',
        [{title: 'Rule'}, {title: 'Runs', isNumber: true}],
        keepers.map(([rule, number]) => [rule, thousands(number)]),
      )
    : undefined
}`
}
