import {expect} from 'chai'

import {completedCommands} from '../../../src/cli/completion/commands.js'

describe('what is completed of a command', () => {
  const flags = {
    yes: {name: 'yes', type: 'boolean', char: 'y'},
    only: {name: 'only', type: 'option', options: ['a', 'b']},
    plan: {name: 'plan', type: 'option', helpValue: 'FILE'},
    secret: {name: 'secret', type: 'option', hidden: true},
  }
  const commands = [
    {id: 'runs:group', hidden: false, flags, args: {}},
    {id: 'restore', hidden: false, flags: {}, args: {dir: {name: 'dir'}}},
    {id: 'autocomplete', hidden: false, flags: {}, args: {shell: {name: 'shell', options: ['zsh']}}},
    {id: 'internal', hidden: true, flags, args: {}},
  ]

  it('are the commands that help shows, by name', () => {
    const names = completedCommands(commands).map(({words}) => words.join(' '))
    expect(names).to.deep.equal(['autocomplete', 'restore', 'runs group'])
  })

  it('are the flags that help shows, with --help, and what they take', () => {
    const group = completedCommands(commands)[2]
    expect(group?.flags).to.deep.equal([
      {name: 'yes', char: 'y', takesValue: false, options: [], takesFile: false},
      {name: 'only', char: undefined, takesValue: true, options: ['a', 'b'], takesFile: false},
      {name: 'plan', char: undefined, takesValue: true, options: [], takesFile: true},
      {name: 'help', char: 'h', takesValue: false, options: [], takesFile: false},
    ])
  })

  it('are the words that may stand after it, or files', () => {
    const [autocomplete, restore, group] = completedCommands(commands)
    expect(autocomplete).to.deep.include({values: ['zsh'], takesFiles: false})
    expect(restore).to.deep.include({values: [], takesFiles: true})
    expect(group).to.deep.include({values: [], takesFiles: false})
  })
})
