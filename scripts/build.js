// Makes `dist`: the types of the library's front door, and the program in bundles that load only what a command uses.
import {build} from 'esbuild'
import {execFileSync} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'
import {glob} from 'tinyglobby'

import {pruneDeclarations} from './declarations.js'
import {writeFaces} from './faces.js'
import {lazily, LAZY_PACKAGES} from './lazily.js'
import {mapOfOwnCode} from './maps.js'
import {noticesOf} from './notices.js'

const require = createRequire(import.meta.url)
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
// A manifest that a broken-off `npm pack` has left would lead oclif to commands of another day.
for (const path of ['dist', 'oclif.manifest.json']) rmSync(path, {force: true, recursive: true})
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})

pruneDeclarations('dist/index.d.ts')
const commands = await glob('**/*.ts', {cwd: 'src/commands'})
const {version} = JSON.parse(readFileSync('package.json', 'utf8'))
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  metafile: true,
  // The compiler's `verbatimModuleSyntax` would load every module that only a type is imported from.
  tsconfigRaw: {},
  // Compilers, which oclif looks for where a plugin is run from its sources.
  external: ['typescript', 'ts-node'],
}

const bundles = [
  await build({
    ...common,
    // What oclif finds by its path, what is exported, and what is started.
    entryPoints: [
      'src/index.ts',
      'src/cli/start.ts',
      'src/cli/help/help.ts',
      'src/cli/host/host-command.ts',
      'src/lib/sandbox/index.ts',
      // The other hooks are in the program: a file of their own would be one more to read at each start.
      'src/cli/hooks/command-not-found.ts',
      ...commands.map((file) => `src/commands/${file}`),
    ],
    outbase: 'src',
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: true,
    define: {SMOLTRACE_VERSION: JSON.stringify(version)},
    // The CommonJS among it asks for modules of Node by `require`.
    banner: {
      js: "import {createRequire as createRequireOf} from 'node:module'; const require = createRequireOf(import.meta.url);",
    },
    plugins: [lazily],
  }),
  ...(await Promise.all(
    LAZY_PACKAGES.map((name) =>
      build({
        ...common,
        stdin: {
          contents: `module.exports = require('${name}')`,
          resolveDir: dirname(require.resolve('@oclif/core')),
        },
        outfile: `dist/lazy/${name}.cjs`,
        format: 'cjs',
      }),
    ),
  )),
]
for (const file of await glob('dist/**/*.js.map')) {
  const map = mapOfOwnCode(readFileSync(file, 'utf8'))
  if (map === undefined) {
    const code = file.replace(/\.map$/, '')
    rmSync(file)
    writeFileSync(code, readFileSync(code, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'))
  } else writeFileSync(file, map)
}

writeFileSync(
  'dist/THIRD-PARTY-NOTICES.txt',
  noticesOf(bundles.flatMap(({metafile}) => Object.keys(metafile.inputs))),
)
writeFaces(commands)
