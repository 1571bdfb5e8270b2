#!/usr/bin/env node
import module from 'node:module'
import {homedir} from 'node:os'
import {join} from 'node:path'

keepCompiledCode()
if (process.env.DEBUG) process.setSourceMapsEnabled(true)
const {execute} = await import('../dist/program.js')
await execute({dir: import.meta.url})

/**
 * Lets Node read its compiled code back at the next start, where it can. In a folder of the user's own: in the common
 * one for temporary files, another user could leave code for us to run.
 */
function keepCompiledCode() {
  try {
    const {XDG_CACHE_HOME, LOCALAPPDATA} = process.env
    const caches = XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache')
    module.enableCompileCache?.(join(caches, 'smoltrace', 'compiled'))
  } catch {
    // Without a home there is no such folder, and the program starts all the same.
  }
}
