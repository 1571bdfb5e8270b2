import crypto from 'node:crypto'
import {syncBuiltinESMExports} from 'node:module'

/** Does a job for which what is drawn by chance is counted instead, from job to job: ids are the same every time. */
export async function withSteadyIds<T>(ids: {count: number}, job: () => Promise<T>): Promise<T> {
  const {randomBytes} = crypto
  crypto.randomBytes = ((size: number) =>
    crypto
      .createHash('sha256')
      .update(`id ${ids.count++}`)
      .digest()
      .subarray(0, size)) as typeof crypto.randomBytes
  syncBuiltinESMExports()
  try {
    return await job()
  } finally {
    crypto.randomBytes = randomBytes
    syncBuiltinESMExports()
  }
}

/** Does a job for which stdout is a terminal of so many columns, without colours. */
export async function withScreenWidth<T>(columns: number, job: () => Promise<T>): Promise<T> {
  const wanted = {isTTY: true, columns}
  const before = Object.keys(wanted).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process.stdout, name)] as const,
  )
  const noColour = process.env.NO_COLOR
  process.env.NO_COLOR = '1'
  for (const [name, value] of Object.entries(wanted))
    Object.defineProperty(process.stdout, name, {value, configurable: true, writable: true})
  try {
    return await job()
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(process.stdout, name, descriptor)
      else Reflect.deleteProperty(process.stdout, name)
    }

    if (noColour === undefined) delete process.env.NO_COLOR
    else process.env.NO_COLOR = noColour
  }
}
