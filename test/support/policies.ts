import {mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** Writes a policy file of its own. */
export function policyFile(text: Uint8Array | string, name = 'policy.yaml'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'smoltrace-policy-')), name)
  writeFileSync(file, text)
  return file
}

/** Writes the first line that every policy has, and these below it: they begin with line 2. */
export function policyOf(...lines: string[]): string {
  return policyFile(['version: 1', ...lines, ''].join('\n'))
}
