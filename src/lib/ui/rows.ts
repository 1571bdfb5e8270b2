import {type ListrRendererFactory, type ListrTaskObject} from 'listr2'

/** What a task of the deletion list looks like to a renderer. */
export type DeletionTask = ListrTaskObject<unknown, ListrRendererFactory, ListrRendererFactory>

/** What the renderers share with the list beside its tasks. */
export interface Board {
  stream: NodeJS.WriteStream
  /** What holds up the whole job at the moment, if anything. */
  note: string
  /** Set by a renderer that writes notes down instead of keeping one on the screen. */
  announce: (text: string) => void
  /** Set by a renderer that has to be told that the job ended before its list did. */
  abandon: () => void
}

/** One dataset as a line shows it. */
export interface Row {
  name: string
  state: 'deleted' | 'deleting' | 'failed' | 'other' | 'waiting'
  /** The state in a word or two. */
  word: string
  /** Why it is not deleted. */
  reason: string
}

/** Set as a task's output once its DELETE is sent: before that, listr2 has started the task, but it only waits. */
export const DELETING = 'deleting'

/** Reads a dataset's state off its task. */
export function toRow(task: DeletionTask): Row {
  const name = task.title ?? ''
  if (task.isCompleted()) return {name, state: 'deleted', word: 'deleted', reason: ''}
  if (task.hasFailed()) return {name, state: 'failed', word: 'failed', reason: task.message.error ?? ''}
  if (task.isSkipped()) {
    const [word = '', ...reason] = (task.message.skip ?? '').split(': ')
    return {name, state: 'other', word, reason: reason.join(': ')}
  }

  return task.output === DELETING
    ? {name, state: 'deleting', word: 'deleting', reason: ''}
    : {name, state: 'waiting', word: 'waiting', reason: ''}
}
