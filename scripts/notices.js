import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * @param {string[]} files what went into the bundles, as paths from here
 * @returns the licences of the packages that these files belong to, as their notices have to go with the code
 */
export function noticesOf(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])
  const notices = [...new Set(folders)].map((folder) => noticeOf(folder))
  const head = 'The files beside this one contain code of these packages, under their own licences.\n'
  return [head, ...notices.toSorted()].join(`\n${'-'.repeat(80)}\n`)
}

function noticeOf(folder) {
  const {name, version, license, author} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (!license) throw new Error(`${name} names no licence, so it cannot be shipped`)
  const texts = readdirSync(folder, {recursive: true}).filter((file) => isNotice(file))
  const by = typeof author === 'object' ? author.name : author
  const title = [`${name} ${version}: ${license}`, ...(by ? [`By ${by}`] : []), '']
  const bodies = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  // Some packages name their licence and ship no text of it.
  if (bodies.length === 0) bodies.push(`Its terms are those of https://spdx.org/licenses/${license}.html`)
  return [...title, ...bodies, ''].join('\n')
}

/** Of the package, or of what is copied into it; a package inside has a notice of its own. */
function isNotice(file) {
  const isInside = /(^|[\\/])node_modules[\\/]/.test(file)
  return (
    !isInside &&
    /(^|[\\/])vendor[\\/].*[\\/]licen[cs]e[^\\/]*$|^(licen[cs]e|notice|copying)[^\\/]*$/i.test(file)
  )
}
