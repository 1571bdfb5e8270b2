import {readRequest, type Request} from './grammar.js'
import {Stage} from './stage.js'

/** A comment, and the fence right after it. */
const FENCED =
  /<!--\s*(?<comment>(?:screen|file)\b.*?)-->\n+(?<fence>`{3,})(?<info>[^\n]*)\n(?<body>.*?)^\k<fence>$/gms

/**
 * A page with all its screens taken anew: what stands in a fence after a `screen` comment is replaced by what the program shows.
 * A fence after a comment `file NAME` is a file that the commands of the page find in their folder.
 */
export async function takeScreens(page: string): Promise<string> {
  let stage: Stage | undefined
  let done = ''
  let at = 0
  const files = new Map<string, string>()
  try {
    for (const match of page.matchAll(FENCED)) {
      const {comment = '', fence = '', info = '', body = ''} = match.groups ?? {}
      const [, name] = /^file (\S+)\s*$/.exec(comment) ?? []
      if (name !== undefined) {
        files.set(name, body)
        await stage?.write(name, body)
        continue
      }

      const request = readRequest(comment)
      if (!request) continue
      stage = await stageFor(request, stage, files)
      const shown = await stage.play(request.steps)
      done += `${page.slice(at, match.index)}<!-- ${comment}-->\n\n${fence}${info}\n${shown}\n${fence}`
      at = match.index + match[0].length
    }
  } finally {
    await stage?.close()
  }

  return done + page.slice(at)
}

async function stageFor(
  {goesOn, runs}: Request,
  before: Stage | undefined,
  files: ReadonlyMap<string, string>,
): Promise<Stage> {
  if (goesOn && before) return before
  if (goesOn) throw new Error('the first screen of a page goes on with nothing')
  await before?.close()
  const stage = await Stage.open(runs)
  for (const [name, text] of files) await stage.write(name, text)
  return stage
}
