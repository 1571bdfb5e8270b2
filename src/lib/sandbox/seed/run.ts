import {formatTimestamp, runDatasetName, type RunType} from '../../base/names.js'
import {MINUTE} from '../../base/time.js'
import {Random, uuidFrom} from './data.js'

/** How one run of the seed ended; one that failed has nothing but a row in the leaderboard. */
export type Fate = 'complete' | 'failed' | 'killed' | 'untraced' | 'uploading'

const TYPES: Record<Fate, readonly RunType[]> = {
  complete: ['results', 'traces', 'metrics'],
  untraced: ['results', 'metrics'],
  killed: ['results'],
  uploading: ['results'],
  failed: [],
}
/** Models on one's own GPU report what it did, others cost money; `skill` is the share of the tests that it usually passes. */
const MODELS = [
  {name: 'openai/gpt-4.1-mini', provider: 'litellm', gpu: false, skill: 0.82},
  {name: 'anthropic/claude-sonnet-4', provider: 'litellm', gpu: false, skill: 0.9},
  {name: 'google/gemini-2.5-flash', provider: 'litellm', gpu: false, skill: 0.8},
  {name: 'meta-llama/Llama-3.1-8B-Instruct', provider: 'transformers', gpu: true, skill: 0.55},
  {name: 'Qwen/Qwen2.5-Coder-32B-Instruct', provider: 'transformers', gpu: true, skill: 0.74},
  {name: 'mistralai/Mistral-Small-3.1-24B-Instruct-2503', provider: 'inference', gpu: false, skill: 0.68},
  {name: 'HuggingFaceTB/SmolLM3-3B', provider: 'transformers', gpu: true, skill: 0.41},
] as const

/**
 * Makes up one evaluation, and what it left on the Hub. `pushedAt` is when its first dataset was created, after the evaluation;
 * `namedFor` the same as far as its name, and all else that is made up, shows it; `zone` the minutes that its machine's clock is ahead of
 * UTC; a newer evaluator writes more columns; `taken` are the timestamps of the namespace, to which its own is added.
 */
export function seededRun(
  namespace: string,
  pushedAt: Date,
  {
    fate,
    zone,
    generation,
    namedFor,
  }: {fate: Fate; zone: number; generation: 'newer' | 'older'; namedFor: Date},
  taken: Set<string>,
) {
  const random = new Random(`${namespace} ${namedFor.toISOString()}`)
  const model = random.pick(MODELS)
  const tests = random.pick([13, 24, 24, 40])
  const minutes = random.whole(6, 55) + (model.gpu ? random.whole(20, 150) : 0)
  const startedAt = namedFor.getTime() - minutes * MINUTE - random.whole(0, 59) * 1000
  const timestamp = freeTimestamp(startedAt + zone * MINUTE, taken)
  return {
    namespace,
    timestamp,
    fate,
    pushedAt,
    zone,
    runId: uuidFrom(`${namespace} ${timestamp}`),
    model,
    agentType: random.pick(['tool', 'code', 'both']),
    generation,
    tests,
    successful: Math.min(tests, Math.round(tests * random.decimal(model.skill - 0.1, model.skill + 0.1, 3))),
    datasets: pushed(TYPES[fate], pushedAt, random),
  }
}

export type SeededRun = ReturnType<typeof seededRun>

/** The full name of one of a run's datasets, also of one that was never created. */
export function datasetId(run: SeededRun, type: RunType): string {
  return runDatasetName(run.namespace, type, run.timestamp)
}

/** One dataset is pushed after the other, the traces being the largest. */
function pushed(types: readonly RunType[], first: Date, random: Random) {
  let clock = first.getTime()
  return types.map((type) => {
    const createdAt = new Date(clock)
    const lastModified = new Date(clock + random.whole(4, 9) * 1000)
    clock = lastModified.getTime() + random.whole(1, type === 'traces' ? 150 : 20) * 1000
    return {type, createdAt, lastModified}
  })
}

function freeTimestamp(milliseconds: number, taken: Set<string>): string {
  const timestamp = formatTimestamp(new Date(milliseconds))
  if (taken.has(timestamp)) return freeTimestamp(milliseconds - 1000, taken)
  taken.add(timestamp)
  return timestamp
}
