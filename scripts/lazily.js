/**
 * What oclif loads at each start and hardly ever uses: it globs only where there is no manifest, matches patterns only
 * of plugins, … These packages get files of their own, which are read at first use.
 */
export const LAZY_PACKAGES = ['cli-spinners', 'ejs', 'lilconfig', 'minimatch', 'semver', 'tinyglobby']

/** Of esbuild: puts in place of such a package an object that loads it when it is asked for one of its parts. */
export const lazily = {
  name: 'lazily',
  setup({onResolve, onLoad}) {
    const filter = new RegExp(`^(${LAZY_PACKAGES.join('|')})$`)
    onResolve({filter}, ({path, kind}) => (kind === 'require-call' ? {path, namespace: 'lazy'} : undefined))
    onLoad({filter, namespace: 'lazy'}, ({path}) => ({
      contents: `let loaded
module.exports = new Proxy({}, {
  // oclif's own modules ask this of each package at once.
  get: (_, part) => (part === '__esModule' ? false : (loaded ??= load('../lazy/${path}.cjs'))[part]),
})
const load = require`,
    }))
  },
}
