/** Every control character but the ordinary space, and the marks that turn the direction of writing. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/g

/**
 * Makes text from outside safe for a terminal: control characters, among them the escape that begins a terminal's
 * command, and invisible marks become one space.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim()
}
