import {expect} from 'chai'
import {copyFileSync, mkdtempSync, readdirSync, readFileSync, realpathSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {runCli} from './support/cli.js'
import {expectGolden, GOLDENS, withColumns} from './support/golden.js'
import {at, envOf, withHub} from './support/hub.js'
import {isDelete, type Sandbox} from './support/sandbox.js'
import {shellWords} from './support/shell-words.js'

/** A Friday, so that weeks, months and days all have something in them. */
const BEGINNING = Date.parse('2026-11-20T09:12:00.000Z')
const HOUR = 3_600_000
const COLUMNS = 100

/**
 * Below `12 runs`, steps on an account of so many, in one folder, which holds the YAML files of `test/golden`: how long after the one
 * before, the file that has what it shows (without one it only prepares the next steps), its exit code, its command line, or `cat` and
 * a file that one of them left. `locked NAME` are datasets that cannot be deleted.
 */
const STEP = /^(?:\+(?<later>\d+)h )?(?:(?<file>\S+\.txt) )?(?:(?<exitCode>\d+) )?\$ ?(?<argv>.*)$/

// The docs include these files: `npm run docs` rewrites both.
const SESSIONS = `
  12 runs
    landing.txt $
    help-environment.txt $ help environment
    unknown-command.txt 2 $ cleanupp --all --no-dry-run --yes
    unknown-subcommand.txt 2 $ runs grup
    unknown-flag.txt 2 $ cleanup --older-then 30d
    foreign-flag.txt 2 $ cleanup --keep-last 3 --force
    foreign-command.txt 2 $ policy validate policy.yaml
    runs-group.txt $ runs group
    runs-show.txt $ runs show 20261109_233319
    runs-show-rules.txt $ runs show 20261109_233319 --older-than 7d --keep-best 1 --group-by model
    runs-show-unknown.txt 1 $ runs show 20261109_233318
    list-sizes.txt $ datasets list --sizes --sort size --only traces
    cleanup-dry-run.txt $ cleanup --older-than 30d --keep-recent 3
    cleanup-keep-recent.txt $ cleanup --older-than 20d --keep-recent 6
    cleanup-keep-calendar.txt $ cleanup --keep-within 14d --keep-weekly 3 --keep-monthly 3
    cleanup-keep-best.txt $ cleanup --older-than 30d --keep-best 1 --group-by model
    cleanup-incomplete.txt $ cleanup --incomplete-only --older-than 7d
    cleanup-only-traces.txt $ cleanup --only traces --older-than 30d --sizes
    cleanup-refused.txt 1 $ cleanup --older-than 20d --max-delete 10% --no-dry-run --yes
    1 $ cleanup --older-than 30d --max-delete 10% --plan plan.json --summary summary.md
    summary-refused.txt $ cat summary.md
    policy-explain.txt $ policy explain policy.yaml
    policy-explain-run.txt $ policy explain small.yaml --run 20261109_233319
    policy-explain-bad.txt 2 $ policy explain bad.yaml
    leaderboard-report.txt $ leaderboard report report.html
  12 runs
    cleanup-archive.txt $ cleanup --older-than 60d --archive copies --no-dry-run --yes
    history-job.txt $ history latest
    restore.txt $ restore copies
    runs-group-restored.txt $ runs group
    cleanup-restored.txt $ cleanup --older-than 50d
    +2h $ cleanup --run 20260929_201032 --no-dry-run --yes
    history.txt $ history
  12 runs
    cleanup-trash-dry-run.txt $ cleanup --older-than 30d --keep-recent 3 --trash
    cleanup-trash.txt $ cleanup --older-than 60d --trash --no-dry-run --yes
    trash-list.txt $ trash list --sizes
    runs-show-trashed.txt 1 $ runs show 20260819_231620
    trash-restore.txt $ trash restore 20260904_095705
    +360h trash-empty.txt $ trash empty --older-than 14d
  12 runs
    $ cleanup --older-than 60d --trash --no-dry-run --yes
    $ trash restore 20260904_095705
    history-check.txt $ history latest --check
    restore-job.txt $ restore --job latest
  12 runs
    $ cleanup --run 20260819_231620 --only traces --trash --no-dry-run --yes
    +1h $ cleanup --older-than 90d --trash --no-dry-run --yes
    restore-job-parts.txt $ restore --job latest
  12 runs
    $ cleanup --run 20260904_095705 --only results --no-dry-run --yes
    $ cleanup --run 20260819_231620 --only metrics --no-dry-run --yes
    $ cleanup --older-than 60d --trash --no-dry-run --yes
    trash-list-lacks.txt $ trash list
    trash-empty-lacks.txt $ trash empty --all
    trash-restore-lacks.txt $ trash restore 20260904_095705
  12 runs
    $ cleanup --run 20261104_010659 --no-dry-run --yes
    $ cleanup --run 20260904_095705 --only results --no-dry-run --yes
    leaderboard-show.txt $ leaderboard show
    leaderboard-check.txt $ leaderboard check
    leaderboard-prune.txt $ leaderboard prune
    leaderboard-pruned.txt $ leaderboard prune --drop --no-dry-run --yes
    cleanup-pruned.txt $ cleanup --older-than 60d --prune-leaderboard --no-dry-run --yes
  12 runs, locked traces-20260904_095705
    cleanup-failed.txt 3 $ cleanup --older-than 60d --archive copies --no-dry-run --yes
    history-job-failed.txt $ history latest
  12 runs
    runs-protect.txt $ runs protect 20260904_095705 --reason "cited in the paper" --until 2027-06-30
    leaderboard-protect.txt $ leaderboard protect --top 2 --by success_rate
    cleanup-pinned.txt $ cleanup --run 20260904_095705 --no-dry-run --yes
    cleanup-protected.txt 1 $ cleanup --run 20260819_231620 --delete-leaderboard
  12 runs
    runs-protect-one.txt $ runs protect 20260917_161440 --reason "cited in the paper" --until 2027-06-30
    cleanup-all.txt $ cleanup --all
    cleanup-unreferenced.txt $ cleanup --unreferenced
  12 runs
    plan-save.txt $ cleanup --older-than 60d --plan plan.json
    plan-show.txt $ plan show plan.json
    +24h plan-protect.txt $ runs protect 20260904_095705 --reason "cited in the paper" --until 2027-06-30
    +24h plan-review.txt $ cleanup --apply plan.json
    plan-apply.txt 3 $ cleanup --apply plan.json --no-dry-run --yes
  0 runs
    runs-group-empty.txt $ runs group
    cleanup-empty.txt $ cleanup --all
    trash-empty-none.txt $ trash empty --all
    runs-group-organisation.txt $ runs group --namespace tinyagents --sort score --limit 2
    $ cleanup --keep-recent 2 --trash --namespace tinyagents --no-dry-run --yes
    $ cleanup --keep-recent 1 --only traces --trash --namespace tinyagents --no-dry-run --yes
    trash-empty-parts.txt $ trash empty --all --namespace tinyagents
    trash-list-organisation.txt $ trash list --namespace tinyagents
  2 runs
    json/error.txt 2 $ cleanup --older-than never --json
    json/datasets-list.txt $ datasets list --json
    json/runs-group.txt $ runs group --json
    json/runs-show.txt $ runs show 20261117_234802 --older-than 2d --json
  4 runs
    json/cleanup-dry-run.txt $ cleanup --keep-recent 1 --json
    json/cleanup.txt $ cleanup --keep-recent 1 --no-dry-run --yes --json
    json/history.txt $ history --json
  4 runs
    $ cleanup --keep-recent 1 --archive copies --no-dry-run --yes
    json/restore.txt $ restore copies --dry-run --json
  2 runs
    $ cleanup --keep-recent 1 --trash --no-dry-run --yes
    json/trash-list.txt $ trash list --json
    json/trash-empty.txt $ trash empty --all --json
    trash-empty-quiet.txt $ trash empty --all --quiet
    json/history-check.txt $ history latest --check --json
    json/restore-job.txt $ restore --job latest --json
  12 runs
    json/leaderboard-show.txt $ leaderboard show --by cost --limit 1 --json
    json/leaderboard-check.txt $ leaderboard check --json
    json/leaderboard-prune.txt $ leaderboard prune --json
    json/leaderboard-report.txt $ leaderboard report report.html --json
    json/policy-explain.txt $ policy explain recent.yaml --json
    json/policy-explain-run.txt $ policy explain recent.yaml --run 20260904_095705 --json
    json/runs-protect.txt $ runs protect 20260904_095705 --until 2027-01-31 --json
    json/leaderboard-unprotect.txt $ leaderboard unprotect --json
`

describe('screens', () => {
  for (const session of SESSIONS.trim().split(/\n {2}(?=\S)/)) {
    const [heading = '', ...lines] = session.split(/\n */)
    const steps = lines.map((line) => STEP.exec(line)?.groups ?? expect.fail(line))
    it(steps.flatMap(({file}) => file ?? []).join(', '), async () => {
      let now = BEGINNING
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'smoltrace-golden-')))
      for (const file of readdirSync(GOLDENS).filter((name) => name.endsWith('.yaml')))
        copyFileSync(join(GOLDENS, file), join(folder, file))
      const [, locked] = /locked (\S+)/.exec(heading) ?? []
      await withHub({runs: Number.parseInt(heading, 10), clock: () => new Date(now)}, async (hub) => {
        if (locked !== undefined)
          hub.intercept({
            match: (request) => isDelete(request) && request.body.includes(locked),
            respond: {status: 403, body: '{"error":"This dataset belongs to a locked collection"}'},
          })
        for (const {argv = '', file, exitCode = 0, later = 0} of steps) {
          now += Number(later) * HOUR
          const shown = await show(hub, argv, {exitCode: Number(exitCode), folder, now})
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
    const [, left] = /^cat (\S+)$/.exec(line) ?? []
    if (left !== undefined) {
      // Markdown that links to nothing hides the colon.
      const text = readFileSync(join(folder, left), 'utf8').replaceAll('&#58;', ':')
      return withoutChance(text.replaceAll(hub.url, 'https://huggingface.co'), folder)
    }

    const cwd = process.cwd()
    process.chdir(folder)
    try {
      const result = await withColumns(COLUMNS, () => at(new Date(now), () => runCli(shellWords(line), env)))
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
    .replaceAll(/(?<=^(?:Deleted|Moved) .*) in [\d.]+ s\b/gm, ' in 1.4 s')
    .replaceAll(/sha256:[\da-f]{12}…/g, 'sha256:3f9a2c4b71de…')
    .replaceAll(/sha256:[\da-f]{64}/g, `sha256:${'3f9a2c4b71de'.repeat(6).slice(8)}`)
    .replaceAll(/(?<="(?:id|job)": "|Z-|Job )[\da-f]{12}(?="|\.jsonl|,)/g, '3f9a2c4b71de')
    .replaceAll(/(?<=:\d\d {2}|history |of job |--job )[\da-f]{8}\b/g, '3f9a2c4b')
    .replaceAll(
      /(?<="requestId": ")[^"]*|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g,
      '0b51d3a4-6c2f-4e0b-9d57-6f5c1c8a2e10',
    )
    .replaceAll(/(?<="deletionMs": )[1-9]\d*/g, '14')
}
