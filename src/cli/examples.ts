/** Examples of a command's help, from what each does and the words that follow the command. */
export function examplesOf(
  pairs: ReadonlyArray<readonly [description: string, words: string]>,
): Array<{description: string; command: string}> {
  return pairs.map(([description, words]) => ({
    description,
    command: `<%= config.bin %> <%= command.id %> ${words}`.trimEnd(),
  }))
}
