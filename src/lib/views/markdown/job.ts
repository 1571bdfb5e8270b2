import {type Failure} from '../../base/exit-codes.js'
import {askedFact, exitFact, type JobFacts, warningsPart} from './job-2.js'
import {facts, page, text} from './markdown.js'

/** What a command has to say of its failure. */
export interface Failed extends Pick<Failure, 'message' | 'name' | 'suggestions'> {
  /** What stays as it was in spite of it. */
  reassurance?: string | undefined
}

/** What a title calls the end, where it is no fault. */
const ENDS: Readonly<Record<string, string>> = {CancelledError: 'cancelled', RefusedError: 'refused'}

/**
 * The summary of a job that ended with an error.
 * @param title what the job was, such as `Cleanup`
 */
export function failureSummary(
  title: string,
  {name, message, suggestions, reassurance}: Failed,
  job: JobFacts,
): string {
  const ended = ENDS[name] ?? 'failed'
  return page([
    `## ${title}: ${ended}`,
    `**Error:** ${text(message)}`,
    reassurance,
    suggestions
      .filter((suggestion) => suggestion !== reassurance)
      .map((suggestion) => `- ${text(suggestion)}`)
      .join('\n'),
    facts([askedFact(job), exitFact(job)]),
    warningsPart(job),
  ])
}
