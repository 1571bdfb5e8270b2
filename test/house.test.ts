import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {preProcessFile} from 'typescript'

const src = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(src, {recursive: true, encoding: 'utf8'})
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join(src, path))

/** What each file imports of ours, types included. */
const imports = new Map(files.map((file) => [file, importsOf(file)]))

function importsOf(file: string): string[] {
  return preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({fileName}) => fileName.startsWith('.'))
    .map(({fileName}) => join(dirname(file), fileName.replace(/\.js$/, '.ts')))
}

/** The first circle that leads back to a file on the way; empty where there is none. */
function circleFrom(file: string, way: string[], done: Set<string>): string[] {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
  if (done.has(file)) return []
  for (const next of imports.get(file) ?? []) {
    const circle = circleFrom(next, [...way, file], done)
    if (circle.length > 0) return circle
  }

  done.add(file)
  return []
}

describe('the house', () => {
  // The linter holds which room uses which; it does not see circles, and none at all of types.
  it('has no circle of imports, types included', () => {
    const done = new Set<string>()
    const circles = files.map((file) => circleFrom(file, [], done)).filter((circle) => circle.length > 0)
    expect(circles.map((circle) => circle.map((file) => relative(src, file)).join(' → '))).to.deep.equal([])
  })

  it('has no loose file in its library', () => {
    const entries = readdirSync(join(src, 'lib'), {withFileTypes: true})
    expect(entries.filter((entry) => entry.isFile()).map(({name}) => name)).to.deep.equal([])
  })
})
