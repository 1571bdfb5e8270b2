import {RefusedError} from '../base/errors.js'
import {formatWords} from '../base/shell.js'
import {printable} from '../base/text.js'
import {UnknownNamespaceError} from '../hub/access.js'
import {openSession, type Session} from '../hub/session.js'
import {type Shelved} from './entries.js'
import {type RestoreOptions} from './restore-options.js'

/** Whose archives are brought back. */
export interface Source {
  namespace: string
  /** Whether the options name it: then archives of others are left alone, and else they are refused. */
  isExplicit: boolean
  /** Why an archive of another namespace is refused, and with which flag it could be brought back. */
  whyNot: (namespace: string) => string
  /** The command that brings archives of a namespace back. */
  commandFor: (namespace: string) => string
}

/** Works out whose archives are meant. What it advises names no namespace that the token does not have but as `--from`. */
export function sourceOf(session: Session, {dir, names = [], from, namespace}: RestoreOptions): Source {
  const {access, namespaces, user} = session
  const target = access.namespace === user ? [] : ['--namespace', access.namespace]
  const source = from ?? access.namespace
  return {
    namespace: source,
    isExplicit: from !== undefined || namespace !== undefined,
    whyNot(held) {
      if (from !== undefined) return `it is of ${held}, not of ${source}`
      return namespaces.includes(held)
        ? `it is not of ${source}: add --namespace ${held}`
        : `it is of ${held}, which this token does not know: add --from ${held} to bring it back to ${access.namespace}`
    },
    commandFor(held) {
      const flags =
        from === undefined && namespaces.includes(held) ? ['--namespace', held] : ['--from', held, ...target]
      return `smoltrace ${formatWords(['restore', dir, ...names, ...flags])}`
    },
  }
}

/** There is no archive of the namespace that is meant. */
export function nothingOf({namespace, commandFor}: Source, archives: Shelved[], dir: string): RefusedError {
  const held = [...new Set(archives.map((archive) => archive.namespace))]
  return new RefusedError(`${printable(dir)} holds no archive of ${printable(namespace)}.`, {
    suggestions: held.map((each) => `It holds archives of ${printable(each)}: ${commandFor(each)}`),
  })
}

/**
 * Opens a session. A namespace that the token does not know may be the one that the archives are of: then the error says how they
 * come back under another one.
 */
export async function openSessionFor(archives: Shelved[], options: RestoreOptions): Promise<Session> {
  try {
    return await openSession(options)
  } catch (error) {
    const {dir, names = [], namespace} = options
    const held = archives.find((archive) => archive.namespace === namespace)?.namespace
    if (!(error instanceof UnknownNamespaceError) || held === undefined) throw error
    const command = formatWords(['restore', dir, ...names, '--from', held])
    throw new RefusedError(error.message, {
      cause: error,
      suggestions: [`To bring its archives back under the name of this token: smoltrace ${command}`],
    })
  }
}

/** The full name under which an archive comes back. What is refused for its namespace keeps its own. */
export function nameOf({name, namespace}: Shelved, source: Source, target: string): string {
  return namespace === source.namespace ? `${target}${name.slice(namespace.length)}` : name
}
