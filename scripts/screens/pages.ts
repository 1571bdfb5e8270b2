import {globSync} from 'tinyglobby'

import {root} from '../source-face.js'

/** The pages that hold screens, examples or links, by their paths: the README and `docs/`, but not what is generated. */
export function pages(): string[] {
  return globSync(['README.md', 'docs/*.md'], {cwd: root}).toSorted()
}
