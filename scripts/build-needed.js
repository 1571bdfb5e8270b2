// Builds unless that was done already, so that one command after the other does not build anew.
import {existsSync, statSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {globSync} from 'tinyglobby'

/** What goes into `dist`; a folder is as old as the last change of its list, and npm's file as the last installation. */
const SOURCES = [
  'src/**',
  'scripts/*.js',
  'package.json',
  'tsconfig*.json',
  'node_modules/.package-lock.json',
]
/** What the build writes last. */
const LAST = 'dist/face/oclif.manifest.json'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
if (!isCurrent()) await import('./build.js')

/** Whether `dist` is newer than everything that it is made of. A manifest that a broken-off `npm pack` has left has to go, too. */
function isCurrent() {
  const built = statSync(LAST, {throwIfNoEntry: false})
  if (!built || existsSync('oclif.manifest.json')) return false
  const sources = globSync(SOURCES, {dot: true, onlyFiles: false})
  return sources.every((path) => statSync(path).mtimeMs < built.mtimeMs)
}
