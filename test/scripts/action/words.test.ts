import {expect} from 'chai'
import * as fc from 'fast-check'

// @ts-expect-error It runs as it stands, on a runner that compiles nothing.
import {wordsOf} from '../../../scripts/action/words.js'
import {cleanupFlags} from '../../../src/cli/flags/cleanup.js'
import {errorOf} from '../../support/builders.js'

const INPUTS = {
  MODE: 'plan',
  POLICY: '',
  ARGS: '',
  PLAN: 'plan.json',
  ARCHIVE: '',
  MAX_DELETE: '',
  NAMESPACE: '',
  SUMMARY: 'true',
}
const words = (inputs: Partial<typeof INPUTS> = {}, summary?: string): string[] =>
  wordsOf({...INPUTS, ...inputs}, summary)
const whyNot = (inputs: Partial<typeof INPUTS>) => errorOf(() => words(inputs)).message

describe('the command that the inputs of the action stand for', () => {
  it('plans, and deletes only in the mode for it', () => {
    expect(words()).to.deep.equal(['cleanup', '--plan=plan.json', '--exit-code'])
    expect(words({MODE: 'apply'})).to.deep.equal(['cleanup', '--apply=plan.json', '--no-dry-run', '--yes'])
    for (const MODE of ['', 'Plan', 'delete', 'apply ']) expect(whyNot({MODE})).to.include('mode:')
  })

  it('has every input as one word, bound to its flag', () => {
    const value = fc.string().filter((text) => text !== '')
    fc.assert(
      fc.property(value, value, value, (one, two, three) => {
        expect(
          words({POLICY: one, ARCHIVE: two, MAX_DELETE: three, NAMESPACE: one, PLAN: two}).slice(1),
        ).to.deep.equal([
          `--plan=${two}`,
          '--exit-code',
          `--policy=${one}`,
          `--namespace=${one}`,
          `--archive=${two}`,
          `--max-delete=${three}`,
        ])
      }),
    )
  })

  it('adds a summary where there is a place for it, unless none is wanted', () => {
    expect(words({}, '/s.md')).to.include('--summary=/s.md')
    expect(words({SUMMARY: 'false'}, '/s.md')).not.to.include('--summary=/s.md')
    expect(whyNot({SUMMARY: 'no'})).to.include('summary:')
  })

  it('takes flags a line each, with the value as it is', () => {
    const ARGS = '--older-than 30d\n\n  --all  \r\n--model=openai/*\n--team a b "c"'
    expect(words({ARGS}).slice(3)).to.deep.equal([
      '--older-than=30d',
      '--all',
      '--model=openai/*',
      '--team=a b "c"',
    ])
  })

  it('takes no flag that would end in a page of help, and in success', () => {
    expect(whyNot({ARGS: '--help'})).to.equal('args: --help cannot stand there.')
  })

  it('never deletes in the mode plan, whatever the lines say', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '--no-dry-run',
        '--yes',
        '-y',
        '--no-dry-run=true',
        ' --yes x',
        '--apply p',
        '--NO-DRY-RUN',
        '--\tyes',
      ),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        let made: string[] = []
        try {
          made = words({ARGS: lines.join('\n')})
        } catch {
          return
        }

        for (const word of made) expect(word).not.to.match(/^(--(no-dry-run|yes|apply)\b|-[^-])/)
      }),
    )
  })

  it('lets through only what chooses runs, and how the job runs', () => {
    const taken = new Set(
      Object.keys(cleanupFlags).filter((name) => {
        try {
          return words({ARGS: `--${name}`}).includes(`--${name}`)
        } catch {
          return false
        }
      }),
    )
    const own = [
      'apply',
      'archive',
      'dry-run',
      'exit-code',
      'interactive',
      'max-delete',
      'no-dry-run',
      'no-journal',
    ]
    expect(Object.keys(cleanupFlags).filter((name) => !taken.has(name))).to.have.members([
      ...own,
      'plan',
      'policy',
      'summary',
      'yes',
    ])
    for (const ARGS of ['cleanup', '-i', '--', '---yes', 'older-than 30d'])
      expect(whyNot({ARGS})).to.include('args:')
  })
})
