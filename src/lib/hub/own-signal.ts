/**
 * A signal for one job, aborted with the program's. A listener that the job leaves behind, as the library's commit does, and
 * those of many jobs at a time would pile up on the one signal that lives as long as the program, until Node warns of it.
 */
export function ownSignal(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal])
}
