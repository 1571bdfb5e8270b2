import {readFileSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {globSync} from 'tinyglobby'
import typescript from 'typescript'

/**
 * Takes away the declarations that a reader of the front door never comes to: the compiler writes those of every source.
 * @param {string} front the declarations that everything is imported from
 */
export function pruneDeclarations(front) {
  const reached = reachedFrom(front)
  for (const file of globSync(join(dirname(front), '**/*.d.ts'))) if (!reached.has(file)) rmSync(file)
}

/**
 * @param {string} front a file of declarations
 * @returns {Set<string>} its path, and those of all that it imports, and that these import
 */
export function reachedFrom(front) {
  const reached = new Set([front])
  // What is added while it is walked through is walked through, too.
  for (const file of reached) {
    for (const name of importsOf(file))
      if (name.startsWith('.')) reached.add(join(dirname(file), name.replace(/\.js$/, '.d.ts')))
  }

  return reached
}

/**
 * @param {string} file of declarations
 * @returns {string[]} what it imports, as it stands there
 */
export function importsOf(file) {
  return typescript.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({fileName}) => fileName)
}
