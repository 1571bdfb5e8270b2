/**
 * Whether an object in a JSON text has a name twice. Only the last one counts for `JSON.parse`, while a person, or a tool
 * that merged the file, may have looked at the first.
 * @param value what `JSON.parse` made of the text
 */
export function hasNameTwice(text: string, value: unknown): boolean {
  return countNames(text) !== countKeys(value)
}

/** Names in the objects of a JSON text: each is followed by a colon outside of every string. */
function countNames(text: string): number {
  let count = 0
  let isInString = false
  for (const [mark] of text.matchAll(/\\.|[":]/g)) {
    if (mark === '"') isInString = !isInString
    else if (mark === ':' && !isInString) count++
  }

  return count
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const part of Object.values(value)) if (typeof part === 'object') count += countKeys(part)
  return count
}
