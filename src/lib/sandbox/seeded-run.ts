import {formatTimestamp, runDatasetName} from '../base/names.js'
import {Random, uuidFrom} from './random.js'

export type RunType = 'metrics' | 'results' | 'traces'

/** One evaluation that somebody made, and what it left on the Hub. */
export interface SeededRun {
  namespace: string
  /** `YYYYMMDD_HHMMSS` on the evaluating machine's clock, before the evaluation. */
  timestamp: string
  /** When its first dataset was created, after the evaluation. */
  pushedAt: Date
  /** Minutes that the evaluating machine's clock is ahead of UTC. */
  zone: number
  runId: string
  model: Model
  agentType: 'both' | 'code' | 'tool'
  /** Which version of the evaluator: the newer one writes more columns. */
  generation: 'newer' | 'older'
  tests: number
  successful: number
  datasets: SeededDataset[]
  /** Whether it got as far as adding its row to the leaderboard. */
  finished: boolean
}

/** One dataset of a run. */
export interface SeededDataset {
  type: RunType
  createdAt: Date
  lastModified: Date
}

/** A model, and what the leaderboard says about running it. */
export interface Model {
  name: string
  provider: string
  /** Models on one's own GPU report what it did; others cost money instead. */
  gpu: boolean
  /** Share of the tests it usually passes. */
  skill: number
}

/** What becomes of one run of the seed. */
export type Fate = 'complete' | 'killed' | 'untraced' | 'uploading'

const MINUTE = 60_000
const FULL_SET: readonly RunType[] = ['results', 'traces', 'metrics']
const TYPES: Record<Fate, readonly RunType[]> = {
  complete: FULL_SET,
  untraced: ['results', 'metrics'],
  killed: ['results'],
  uploading: ['results'],
}
const MODELS: readonly [Model, ...Model[]] = [
  {name: 'openai/gpt-4.1-mini', provider: 'litellm', gpu: false, skill: 0.82},
  {name: 'anthropic/claude-sonnet-4', provider: 'litellm', gpu: false, skill: 0.9},
  {name: 'google/gemini-2.5-flash', provider: 'litellm', gpu: false, skill: 0.8},
  {name: 'meta-llama/Llama-3.1-8B-Instruct', provider: 'transformers', gpu: true, skill: 0.55},
  {name: 'Qwen/Qwen2.5-Coder-32B-Instruct', provider: 'transformers', gpu: true, skill: 0.74},
  {name: 'mistralai/Mistral-Small-3.1-24B-Instruct-2503', provider: 'inference', gpu: false, skill: 0.68},
  {name: 'HuggingFaceTB/SmolLM3-3B', provider: 'transformers', gpu: true, skill: 0.41},
]

/** Makes up one run, with a timestamp that is not `taken` yet by another run of its namespace, and takes it. */
export function seededRun(
  namespace: string,
  pushedAt: Date,
  details: {fate: Fate; zone: number; generation: SeededRun['generation']},
  taken: Set<string>,
): SeededRun {
  const random = new Random(`${namespace} ${pushedAt.toISOString()}`)
  const model = random.pick(MODELS)
  const tests = random.pick([13, 24, 24, 40])
  const minutes = random.whole(6, 55) + (model.gpu ? random.whole(20, 150) : 0)
  const startedAt = pushedAt.getTime() - minutes * MINUTE - random.whole(0, 59) * 1000
  const timestamp = freeTimestamp(startedAt + details.zone * MINUTE, taken)
  return {
    namespace,
    timestamp,
    pushedAt,
    zone: details.zone,
    runId: uuidFrom(`${namespace} ${timestamp}`),
    model,
    agentType: random.pick(['tool', 'code', 'both']),
    generation: details.generation,
    tests,
    successful: Math.min(tests, Math.round(tests * random.decimal(model.skill - 0.1, model.skill + 0.1, 3))),
    datasets: pushed(TYPES[details.fate], pushedAt, random),
    finished: details.fate === 'complete' || details.fate === 'untraced',
  }
}

/** The full name of one of a run's datasets, also of one that was never created. */
export function datasetId(run: SeededRun, type: RunType): string {
  return runDatasetName(run.namespace, type, run.timestamp)
}

/** One dataset is pushed after the other, the traces being the largest. */
function pushed(types: readonly RunType[], first: Date, random: Random): SeededDataset[] {
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
