import {type Config} from '@oclif/core'
import {expect} from 'chai'
import {copyFileSync, mkdtempSync, readdirSync, realpathSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {type Sandbox} from '../src/lib/sandbox/index.js'
import {findCommands, runCli} from './support/cli.js'
import {expectGolden, GOLDENS, withColumns} from './support/golden.js'
import {at, envOf, withHub} from './support/hub.js'
import {shellWords} from './support/shell-words.js'

/** A Friday, so that weeks, months and days all have something in them. */
const BEGINNING = Date.parse('2026-11-20T09:12:00.000Z')
const HOUR = 3_600_000
const COLUMNS = 100

interface Step {
  argv: string
  /** What it shows is on file there; nothing: it only prepares the next steps. */
  file?: string
  exitCode?: number
  /** Hours that go by before it. */
  later?: number
}

/** Steps on one account, in one folder, which holds the YAML files of `test/golden`. */
interface Session {
  runs?: number
  steps: Step[]
}

// The docs include these files: `npm run docs` rewrites both.
const SESSIONS: Session[] = [
  {
    steps: [
      {file: 'landing.txt', argv: ''},
      {file: 'unknown-command.txt', argv: 'cleanupp --all --no-dry-run --yes', exitCode: 2},
      {file: 'unknown-subcommand.txt', argv: 'runs grup', exitCode: 2},
      {file: 'unknown-flag.txt', argv: 'cleanup --older-then 30d', exitCode: 2},
      {file: 'runs-group.txt', argv: 'runs group'},
      {file: 'list-sizes.txt', argv: 'datasets list --sizes --sort size --only traces'},
      {file: 'cleanup-dry-run.txt', argv: 'cleanup --older-than 30d --keep-recent 3'},
      {file: 'cleanup-keep-recent.txt', argv: 'cleanup --older-than 20d --keep-recent 6'},
      {
        file: 'cleanup-keep-calendar.txt',
        argv: 'cleanup --keep-within 14d --keep-weekly 3 --keep-monthly 3',
      },
      {file: 'cleanup-keep-best.txt', argv: 'cleanup --older-than 30d --keep-best 1 --group-by model'},
      {file: 'cleanup-incomplete.txt', argv: 'cleanup --incomplete-only --older-than 7d'},
      {file: 'cleanup-only-traces.txt', argv: 'cleanup --only traces --older-than 30d --sizes'},
      {
        file: 'cleanup-refused.txt',
        argv: 'cleanup --older-than 20d --max-delete 10% --no-dry-run --yes',
        exitCode: 1,
      },
      {file: 'policy-explain.txt', argv: 'policy explain policy.yaml'},
      {file: 'policy-explain-run.txt', argv: 'policy explain small.yaml --run 20261109_233319'},
      {file: 'policy-explain-bad.txt', argv: 'policy explain bad.yaml', exitCode: 2},
      {file: 'leaderboard-report.txt', argv: 'leaderboard report report.html'},
    ],
  },
  {
    steps: [
      {
        file: 'cleanup-archive.txt',
        argv: 'cleanup --older-than 60d --archive copies --no-dry-run --yes',
      },
      {file: 'restore.txt', argv: 'restore copies'},
      {file: 'runs-group-restored.txt', argv: 'runs group'},
      {later: 2, argv: 'cleanup --run 20260929_201032 --no-dry-run --yes'},
      {file: 'history.txt', argv: 'history'},
    ],
  },
  {
    steps: [
      {argv: 'cleanup --run 20261104_010659 --no-dry-run --yes'},
      {argv: 'cleanup --run 20260904_095705 --only results --no-dry-run --yes'},
      {file: 'leaderboard-show.txt', argv: 'leaderboard show'},
      {file: 'leaderboard-check.txt', argv: 'leaderboard check'},
    ],
  },
  {
    steps: [
      {
        file: 'runs-protect.txt',
        argv: 'runs protect 20260904_095705 --reason "cited in the paper" --until 2027-06-30',
      },
      {file: 'leaderboard-protect.txt', argv: 'leaderboard protect --top 2 --by success_rate'},
      {file: 'cleanup-pinned.txt', argv: 'cleanup --run 20260904_095705 --no-dry-run --yes'},
      {
        file: 'cleanup-protected.txt',
        argv: 'cleanup --run 20260819_231620 --delete-leaderboard',
        exitCode: 1,
      },
    ],
  },
  {
    steps: [
      {
        file: 'runs-protect-one.txt',
        argv: 'runs protect 20260917_161440 --reason "cited in the paper" --until 2027-06-30',
      },
      {file: 'cleanup-all.txt', argv: 'cleanup --all'},
      {file: 'cleanup-unreferenced.txt', argv: 'cleanup --unreferenced'},
    ],
  },
  {
    steps: [
      {file: 'plan-save.txt', argv: 'cleanup --older-than 60d --plan plan.json'},
      {
        later: 24,
        file: 'plan-protect.txt',
        argv: 'runs protect 20260904_095705 --reason "cited in the paper" --until 2027-06-30',
      },
      {later: 24, file: 'plan-review.txt', argv: 'cleanup --apply plan.json'},
      {file: 'plan-apply.txt', argv: 'cleanup --apply plan.json --no-dry-run --yes', exitCode: 3},
    ],
  },
  {
    runs: 2,
    steps: [
      {file: 'json/error.txt', argv: 'cleanup --older-than never --json', exitCode: 2},
      {file: 'json/datasets-list.txt', argv: 'datasets list --json'},
      {file: 'json/runs-group.txt', argv: 'runs group --json'},
    ],
  },
  {
    runs: 4,
    steps: [
      {file: 'json/cleanup-dry-run.txt', argv: 'cleanup --keep-recent 1 --json'},
      {file: 'json/cleanup.txt', argv: 'cleanup --keep-recent 1 --no-dry-run --yes --json'},
      {file: 'json/history.txt', argv: 'history --json'},
    ],
  },
  {
    runs: 4,
    steps: [
      {argv: 'cleanup --keep-recent 1 --archive copies --no-dry-run --yes'},
      {file: 'json/restore.txt', argv: 'restore copies --dry-run --json'},
    ],
  },
  {
    steps: [
      {file: 'json/leaderboard-show.txt', argv: 'leaderboard show --by cost --limit 1 --json'},
      {file: 'json/leaderboard-check.txt', argv: 'leaderboard check --json'},
      {file: 'json/leaderboard-report.txt', argv: 'leaderboard report report.html --json'},
      {file: 'json/policy-explain.txt', argv: 'policy explain recent.yaml --json'},
      {
        file: 'json/policy-explain-run.txt',
        argv: 'policy explain recent.yaml --run 20260904_095705 --json',
      },
      {
        file: 'json/runs-protect.txt',
        argv: 'runs protect 20260904_095705 --until 2027-01-31 --json',
      },
      {file: 'json/leaderboard-unprotect.txt', argv: 'leaderboard unprotect --json'},
    ],
  },
]

describe('screens', () => {
  let commands: Config

  before(async () => {
    commands = await findCommands()
  })

  for (const {runs = 12, steps} of SESSIONS) {
    it(steps.flatMap(({file}) => file ?? []).join(', '), async () => {
      let now = BEGINNING
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'smoltrace-golden-')))
      for (const file of readdirSync(GOLDENS).filter((name) => name.endsWith('.yaml')))
        copyFileSync(join(GOLDENS, file), join(folder, file))
      await withHub({runs, clock: () => new Date(now)}, async (hub) => {
        for (const {argv, file, exitCode = 0, later = 0} of steps) {
          now += later * HOUR
          const shown = await show(hub, argv, {exitCode, folder, now})
          if (file !== undefined) expectGolden(file, shown)
        }
      })
    })
  }

  /** What a person sees: the command, its answer, and an error. */
  async function show(
    hub: Sandbox,
    line: string,
    {exitCode, folder, now}: {exitCode: number; folder: string; now: number},
  ): Promise<string> {
    const env = {...envOf(hub), XDG_DATA_HOME: `${folder}.data`, LANG: 'C.UTF-8', CI: ''}
    const cwd = process.cwd()
    process.chdir(folder)
    try {
      const result = await withColumns(COLUMNS, () =>
        at(new Date(now), () => runCli(shellWords(line), env, commands)),
      )
      expect(result.exitCode, result.stderr).to.equal(exitCode)
      const [, error = ''] = /^(Error: .*)$/ms.exec(result.stderr) ?? []
      const shown = `$ smoltrace ${line}`.trimEnd() + `\n${result.stdout.trimEnd()}\n${error}`
      return withoutChance(shown.replaceAll(hub.url, 'https://huggingface.co'), folder)
    } finally {
      process.chdir(cwd)
    }
  }
})

/** Without what differs from one run to the next: folders, durations and random ids. */
function withoutChance(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}.data`, '/home/mira/.local/share')
    .replaceAll(folder, '/home/mira/evaluations')
    .replaceAll(/(?<=complete|ended) in [\d.]+ (?:ms|s)\b/g, ' in 1.4 s')
    .replaceAll(/sha256:[\da-f]{12}…/g, 'sha256:3f9a2c4b71de…')
    .replaceAll(/(?<="id": "|Z-)[\da-f]{12}(?="|\.jsonl)/g, '3f9a2c4b71de')
    .replaceAll(/(?<=:\d\d {2})[\da-f]{8}(?= )/g, '3f9a2c4b')
    .replaceAll(
      /(?<="requestId": ")[^"]*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g,
      '0b51d3a4-6c2f-4e0b-9d57-6f5c1c8a2e10',
    )
    .replaceAll(/(?<="deletionMs": )[1-9]\d*/g, '14')
}
