import {type DefaultTreeAdapterTypes, parse, type ParserError} from 'parse5'

import {type RunDataset} from '../../../src/lib/account/datasets.js'
import {indexRows} from '../../../src/lib/account/leaderboard/index.js'
import {type LeaderboardRow} from '../../../src/lib/account/leaderboard/row.js'
import {formatPage} from '../../../src/lib/report/page.js'
import {makeReport, type Report, type ReportSources} from '../../../src/lib/report/report.js'
import {inventoryOf} from '../../support/builders.js'

/** What a report of these rows and datasets says. */
export function reportOf(
  rows: LeaderboardRow[],
  datasets: RunDataset[] = [],
  more: Partial<ReportSources> = {},
): Report {
  const inventory = inventoryOf(datasets)
  return makeReport({
    inventory,
    rows,
    index: indexRows(rows, inventory.namespace),
    sizes: 'unknown',
    plan: undefined,
    by: 'success_rate',
    warnings: [],
    ...more,
  })
}

/** The page of the same. */
export function pageOf(...sources: Parameters<typeof reportOf>): string {
  return formatPage(reportOf(...sources))
}

/** One element of a page, and all that is written in it. */
type Element = {name: string; attributes: Map<string, string>; text: string}

/** A page as a browser reads it. */
export type ReadPage = {elements: Element[]; errors: string[]}

/** Reads a page by the rules of HTML. */
export function readPage(page: string): ReadPage {
  const errors: string[] = []
  const document = parse(page, {onParseError: ({code}: ParserError) => errors.push(code)})
  return {elements: [...elementsIn(document)], errors}
}

function* elementsIn(node: DefaultTreeAdapterTypes.Node): Generator<Element> {
  if ('tagName' in node) {
    const attributes = new Map(node.attrs.map((each) => [each.name, each.value]))
    yield {name: node.tagName, attributes, text: textOf(node)}
  }

  for (const child of 'childNodes' in node ? node.childNodes : []) yield* elementsIn(child)
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map((child) => textOf(child)).join('') : ''
}

/** The elements of one kind. */
export function all({elements}: ReadPage, name: string, kind = ''): Element[] {
  const kindsOf = ({attributes}: Element) => ['', ...(attributes.get('class') ?? '').split(' ')]
  return elements.filter((each) => each.name === name && kindsOf(each).includes(kind))
}
