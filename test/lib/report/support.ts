import {type DefaultTreeAdapterTypes, parse, type ParserError} from 'parse5'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {groupDatasetsByRun} from '../../../src/lib/account/runs.js'
import {type Plan} from '../../../src/lib/plan/plan.js'
import {formatPage} from '../../../src/lib/report/page.js'
import {makeReport, type Report, type ReportSources} from '../../../src/lib/report/report.js'
import {inventoryOf} from '../../support/builders.js'

/** What a report of these rows and datasets says. */
export function reportOf(
  rows: LeaderboardRow[],
  datasets: RunDataset[] = [],
  more: Partial<ReportSources> & {plan?: Plan} = {},
): Report {
  return makeReport({
    inventory: inventoryOf(datasets),
    rows,
    runs: groupDatasetsByRun(datasets),
    sizes: 'unknown',
    plan: undefined,
    by: 'success_rate',
    warnings: [],
    ...more,
  })
}

/** The page of a report. */
export function pageOf(report: Report): string {
  return formatPage(report)
}

/** One element of a page. */
export interface Element {
  name: string
  attributes: Map<string, string>
  /** All that is written in it. */
  text: string
  parent: string | undefined
}

/** A page as a browser reads it. */
export interface ReadPage {
  elements: Element[]
  errors: string[]
}

/** Reads a page by the rules of HTML. */
export function readPage(page: string): ReadPage {
  const errors: string[] = []
  const document = parse(page, {onParseError: ({code}: ParserError) => errors.push(code)})
  return {elements: [...elementsIn(document)], errors}
}

function* elementsIn(node: DefaultTreeAdapterTypes.Node, parent?: string): Generator<Element> {
  const name = 'tagName' in node ? node.tagName : undefined
  if ('tagName' in node) {
    const attributes = new Map(node.attrs.map((each) => [each.name, each.value]))
    yield {name: node.tagName, attributes, text: textOf(node), parent}
  }

  for (const child of 'childNodes' in node ? node.childNodes : []) yield* elementsIn(child, name)
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map((child) => textOf(child)).join('') : ''
}

/** The elements of one kind. */
export function all({elements}: ReadPage, name: string, kind = ''): Element[] {
  return elements.filter(
    (each) =>
      each.name === name && (kind === '' || (each.attributes.get('class') ?? '').split(' ').includes(kind)),
  )
}
