import {findTarget, replaceFile} from '../base/files.js'
import {formatPage} from './page.js'
import {type Report} from './report.js'

/**
 * Checks that a report can be written to a file, before anything is sent to the Hub.
 * @returns the file, behind any links
 * @throws UsageError where it is a folder, or exists and may not be replaced
 */
export function findReportTarget(file: string, {mayReplace}: {mayReplace: boolean}): Promise<string> {
  return findTarget(file, {
    name: 'FILE',
    refuse: () => (mayReplace ? undefined : 'exists, add `force` to replace it'),
  })
}

/**
 * Writes a report, whole or not at all.
 * @param target as `findReportTarget` returns it
 * @returns its size in bytes
 * @throws RefusedError where writing fails
 */
export function writeReport(report: Report, target: string): Promise<number> {
  return replaceFile(target, {
    kind: 'report',
    text: formatPage(report),
    advice: 'Give a file elsewhere, or make room, and try again.',
  })
}
