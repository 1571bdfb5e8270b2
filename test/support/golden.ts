import {expect} from 'chai'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {root} from './cli.js'

/** Where what the program shows is on file. */
export const GOLDENS = join(root, 'test/golden')

/**
 * Expects a text to be the one on file in `test/golden`; with `UPDATE_GOLDENS=1` puts it there instead, for `git diff` to show.
 * @param name of the file, such as `history.txt`
 */
export function expectGolden(name: string, text: string): void {
  const file = join(GOLDENS, name)
  const actual = `${text.trimEnd()}\n`
  if (process.env.UPDATE_GOLDENS === '1') {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, actual)
  } else {
    const expected = existsSync(file) ? readFileSync(file, 'utf8') : ''
    expect(actual, `${name} (UPDATE_GOLDENS=1 rewrites it)`).to.equal(expected)
  }
}

/** Runs a job with stdout and stderr a terminal of so many columns. */
export async function withColumns<T>(columns: number, job: () => Promise<T>): Promise<T> {
  const streams = [process.stdout, process.stderr].map((stream) => ({
    stream,
    before: Object.getOwnPropertyDescriptors(stream),
  }))
  const wanted = Object.entries({isTTY: true, columns})
  for (const {stream} of streams)
    for (const [name, value] of wanted)
      Object.defineProperty(stream, name, {value, configurable: true, writable: true})
  try {
    return await job()
  } finally {
    for (const {stream, before} of streams) {
      for (const [name] of wanted) {
        Reflect.deleteProperty(stream, name)
        const {[name]: own} = before as Record<string, PropertyDescriptor>
        if (own) Object.defineProperty(stream, name, own)
      }
    }
  }
}

/** A comment that names a golden and perhaps lines of it, and the fence behind it. */
const INCLUDED = /(<!-- golden (\S+)\n?(.*?)-->\n+(`{3,})\w*\n).*?^\4$/gms

/**
 * A page of the docs with its goldens as they are on file. A comment `golden FILE` may name the lines to show, a range a line: `A` is the
 * first that begins with A, `A …` goes on to the next blank line, `A … B` to the next line that begins with B, `A … end` to the last.
 * @throws Error where no line begins so
 */
export function includeGoldens(page: string): string {
  return page.replaceAll(INCLUDED, (...[, head, file, ranges, fence]: string[]) => {
    const lines = readFileSync(join(GOLDENS, String(file)), 'utf8')
      .trimEnd()
      .split('\n')
    return `${head}${excerptOf(lines, String(ranges).trim().split('\n').filter(Boolean))}\n${fence}`
  })
}

function excerptOf(lines: string[], ranges: string[]): string {
  if (ranges.length === 0) return lines.join('\n')
  // The command is always shown.
  const shown = new Set([0])
  for (const range of ranges) {
    const [from = '', to] = range.split(/ …(?: |$)/)
    const isAt = (text: string) => (line: string) => line.trimStart().startsWith(text)
    const start = lines.findIndex(isAt(from))
    const rest = lines.slice(start + 1)
    const blank = rest.includes('') ? rest.indexOf('') : rest.length
    const ends: Record<string, number> = {'': blank, end: rest.length}
    const length = to === undefined ? 0 : (ends[to] ?? rest.findIndex(isAt(to)) + 1)
    if (start === -1 || (length === 0 && to)) throw new Error(`no lines "${range}":\n${lines.join('\n')}`)
    for (let index = start; index <= start + length; index++) shown.add(index)
  }

  const text = lines.map((line, index) => (shown.has(index) || line === '' ? line : '…')).join('\n')
  return text.replaceAll(/^(?:…?\n)*…$(?:\n…?$)*/gm, '…')
}
