import type * as z from 'zod/mini'

import {formatNumber} from '../base/text.js'
import {freedBy, plannedDatasets} from '../plan/plan.js'
import {type Pair} from '../views/columns.js'
import {formatMoment, formatStorage} from '../views/format.js'
import {certainBytes} from '../views/json/documents.js'
import {type LEADERBOARD_REPORT} from '../views/json/schemas/leaderboard.js'
import {DEFINITIONS} from './charts.js'
import {type Markup, markup, pairs} from './markup.js'
import {type Report} from './report.js'
import {costSection, lossesSection, rankingSection, storageSection, timeSection} from './sections.js'
import {STYLES} from './styles.js'

/** What the page may load: nothing. The styles are inline, and it has no script. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** A report as one page that needs no other file. */
export function formatPage(report: Report): string {
  const {inventory, isPrivate, warnings, scores, costs, plan} = report
  const {namespace, endpoint, now} = inventory
  const title = `Leaderboard of ${namespace}`
  const secret = isPrivate ? 'It includes names from private datasets: think before sharing.' : ''
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}, ${formatMoment(now)}</title>
<link rel="icon" href="data:,">
<style>${STYLES}</style>
</head>
<body>
${DEFINITIONS}
<header>
<p class="product">SMOLTRACE evaluations</p>
<h1>Leaderboard of <bdi>${namespace}</bdi></h1>
${pairs('origin', [
  ['Hub', endpoint],
  ['Made', formatMoment(now)],
  ['Score', scores.title],
])}
</header>
<main>
${figures(report)}
${warnings.length > 0 ? markup`<div class="notice" role="note"><strong>Before you trust this page</strong><ul>${warnings.map((warning) => markup`<li>${warning}</li>`)}</ul></div>` : undefined}
${rankingSection(report)}${timeSection(scores)}${costSection(costs)}${storageSection(report)}${plan && lossesSection(report, plan)}</main>
<footer><p>Made by smoltrace. This page names models and runs. ${secret} It links to the Hub, loads nothing and runs no script.</p></footer>
</body>
</html>
`.text
}

function figures({counts, storage, plan}: Report): Markup {
  return pairs('figures', [
    countPair(counts.evaluations, 'scored evaluation'),
    countPair(counts.models, 'model'),
    countPair(counts.runs, 'run', ' on the Hub'),
    countPair(counts.datasets, 'dataset', ' of runs'),
    ['storage', formatStorage(storage)],
    ...(plan ? [countPair(plannedDatasets(plan).length, 'dataset', ' to delete')] : []),
  ])
}

function countPair(number: number, noun: string, rest = ''): Pair {
  return [`${noun}${number === 1 ? '' : 's'}${rest}`, formatNumber(number)]
}

/** A report in the document of `--json`: where it is and what it counts. The rest is in the page. */
export function reportDocument(
  {inventory, by, counts, storage, plan, sizes}: Report,
  written: {file: string; bytes: number},
): z.output<typeof LEADERBOARD_REPORT> {
  const {endpoint, namespace, now} = inventory
  return {
    ...written,
    endpoint,
    namespace,
    now,
    by,
    counts,
    storage: certainBytes(storage),
    policy: plan
      ? {
          runs: plan.delete.length,
          datasets: plannedDatasets(plan).length,
          keeps: plan.keep.length,
          frees: certainBytes(freedBy(plan, sizes)),
        }
      : null,
  }
}
