import {Listr, type ListrRendererFactory, ListrTaskEventType, type ListrTaskObject} from 'listr2'

import {type Outcome} from '../../lib/cleanup/outcomes.js'
import {type Rows} from './rows.js'

/** The deletion of one dataset as a task of listr2. */
export interface RowTask {
  /** Says why it takes longer. */
  explain: (reason: string) => void
  /** Ends it, whatever became of the dataset. */
  finish: (outcome: Outcome) => void
  /** Settles when listr2 has let go of it; never rejects. */
  over: Promise<unknown>
}

/**
 * Starts the task of one dataset, in a list of its own: a list keeps all its tasks until it ends, and thirty thousand of
 * them take 70 MB. The rows show it until it is finished.
 */
export function startTask(name: string, rows: Rows): RowTask {
  let finish: RowTask['finish'] | undefined
  const finished = new Promise<Outcome>((resolve) => {
    finish = resolve
  })
  const list = new Listr<unknown, ListrRendererFactory, ListrRendererFactory>(
    [{title: name, task: async (_, task) => endAs(await finished, (reason) => task.skip(reason))}],
    {
      exitOnError: false,
      registerSignalListeners: false,
      renderer: RowRenderer,
      rendererOptions: {rows},
    },
  )
  const [task] = list.tasks
  return {
    explain(reason) {
      if (task) task.output$ = reason
    },
    finish: (outcome) => finish?.(outcome),
    over: list.run(),
  }
}

/** Nothing that fails ends the list: other datasets go on, and the outcome tells of it. */
function endAs({status, reason = ''}: Outcome, skip: (reason: string) => void): void {
  if (status === 'failed') throw new Error(reason)
  if (status === 'skipped' || status === 'unattempted') skip(reason)
}

type Task = ListrTaskObject<unknown, ListrRendererFactory>

/** Puts what listr2 says of a task into the rows, of which another renderer draws those for which there is room. */
class RowRenderer {
  static nonTTY = true
  static rendererOptions: {rows: Rows}
  static rendererTaskOptions: Record<PropertyKey, never>
  private readonly tasks: Task[]
  private readonly rows: Rows

  constructor(tasks: Task[], {rows}: typeof RowRenderer.rendererOptions) {
    this.tasks = tasks
    this.rows = rows
  }

  render(): void {
    const {rows} = this
    for (const task of this.tasks) {
      const {title = ''} = task
      rows.start(title)
      task.on(ListrTaskEventType.OUTPUT, (reason) => rows.explain(title, reason))
    }
  }

  end(): void {}
}
