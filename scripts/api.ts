/**
 * Generates the pages of the library in `docs/api` from its TSDoc; what is not documented, or named and not exported, is an
 * error. With `--check` changes nothing and ends with 1 where they are not current.
 */
import {Application} from 'typedoc'

import {readFiles, regenerate} from './files.js'
import {root} from './source-face.js'

const PLACE = 'docs/api/**/*.md'

process.chdir(root)
await regenerate('docs:api', [PLACE], async () => {
  const app = await Application.bootstrapWithPlugins()
  const project = await app.convert()
  if (project) app.validate(project)
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('TypeDoc has something to say.')
  await app.generateOutputs(project)
  return readFiles(PLACE)
})
