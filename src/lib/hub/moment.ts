import {type Ask} from './transport.js'

/** A moment in ISO 8601 that says its zone: any other text would be read in the zone of this machine. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/
/** Long before there was a Hub. */
const OLDEST_DATE = Date.UTC(2000, 0)

/**
 * A date of the Hub.
 * @param value as the Hub wrote it, or what the library has made of that
 * @returns undefined for anything but a moment
 */
export function momentOf(value: unknown): Date | undefined {
  const isReadable = value instanceof Date || (typeof value === 'string' && MOMENT.test(value))
  const date = isReadable ? new Date(value) : undefined
  return date && date.getTime() > OLDEST_DATE ? date : undefined
}

/**
 * What the library is given to read of a dataset. It fails over what is no object, and reads a date without a zone in this
 * machine's.
 */
export function readable(entry: unknown): object {
  const fields = {...(entry as Record<string, unknown> | null)}
  return momentOf(fields.lastModified) ? fields : {...fields, lastModified: undefined}
}

/** Asks for one dataset, which the library can read then. */
export function readableAnswers(request: Ask): Ask {
  return async (url, question) => {
    const answer = await request(url, question)
    return answer.ok ? answer.withJson(readable(await answer.json())) : answer
  }
}
