/** Variables to set, and with undefined those to unset. */
export type Variables = Record<string, string | undefined>

/** @returns what puts the variables back as they were */
export function setVariables(variables: Variables): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  assign(variables)
  return () => assign(before)
}

function assign(variables: Variables): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}

/**
 * What has to be set for Node, oclif and us to agree on colours: Node takes an empty `NO_COLOR` for a no, and where both are set
 * warns and obeys `FORCE_COLOR`.
 * @param isOff whether colours are off whatever the environment says
 */
export function colourVariables(env: Variables, isOff: boolean): Variables {
  const {NO_COLOR} = env
  if (isOff) return {NO_COLOR: '1', FORCE_COLOR: undefined}
  if (NO_COLOR === '') return {NO_COLOR: undefined}
  return NO_COLOR === undefined ? {} : {FORCE_COLOR: undefined}
}
