import {type Command} from '@oclif/core'

import {findByWords, namingWords, runsInside, splitArguments, wordsOf} from './host/words.js'

/** The shells that words are completed in, and the file that each reads at its start. */
export const PROFILES = {
  bash: '~/.bashrc',
  zsh: '~/.zshrc',
  fish: '~/.config/fish/config.fish',
  powershell: '$PROFILE',
}
type Shell = keyof typeof PROFILES
export const SHELLS = Object.keys(PROFILES) as Shell[]

/** The lines by which a shell asks the program itself at each press of the tab key: nothing has to be renewed after an update. */
export function completionScript(shell: Shell, bin: string): string {
  const ask = `${bin} autocomplete`
  const bash = `complete -o default -C '${ask} --' ${bin}`
  const scripts: Record<Shell, string> = {
    bash,
    zsh: `autoload -Uz compinit bashcompinit && compinit && bashcompinit && ${bash}`,
    fish: `complete -c ${bin} -a '(set -lx COMP_LINE (commandline -cp); ${ask})'`,
    powershell: `Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($word, $line, $cursor)
  $env:COMP_LINE = "$line".PadRight($cursor)
  ${ask} | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
  Remove-Item Env:COMP_LINE
}`,
  }
  return scripts[shell]
}

/** Finds whole words that may end a command line, from the program's name to the cursor: commands, flags, and known values. */
export function completionsOf(line: string, commands: readonly Command.Loadable[]): string[] {
  const [, ...words] = line.trimStart().split(/\s+/)
  const last = words.pop() ?? ''
  const {typed, isOffered} = innerWords(words, last)
  const shown = commands.filter(({id, hidden}) => !hidden && isOffered(id))
  const found = findByWords(typed, [], (id) => shown.some((command) => command.id === id))
  const command = shown.find(({id}) => id === found?.id)
  const candidates = command ? wordsFor(command, typed.at(-1), last) : nextNames(shown, namingWords(typed))
  return [...new Set(candidates)].filter((word) => word.startsWith(last)).sort()
}

/** After `help` and in the sandbox, the words are those of another command. */
function innerWords(words: string[], last: string): {typed: string[]; isOffered: (id: string) => boolean} {
  const typed = words.filter((word) => word !== '--no-color')
  const [first, ...rest] = typed
  if (first === 'help') return {typed: rest, isOffered: (id) => id !== 'help'}
  const {inner} = splitArguments(rest)
  const isInside = first === 'sandbox' && (inner.length > 0 || !last.startsWith('-'))
  return isInside
    ? {typed: inner, isOffered: (id) => runsInside(wordsOf(id))}
    : {typed, isOffered: () => true}
}

function nextNames(commands: readonly Command.Loadable[], typed: string[]): string[] {
  const names = commands.map(({id}) => id.split(':'))
  return names.flatMap((name) =>
    typed.every((word, index) => word === name[index]) ? (name[typed.length] ?? []) : [],
  )
}

function wordsFor({flags, args}: Command.Loadable, previous = '', last: string): string[] {
  const [before, value] = last.split('=', 2) as [string, string?]
  const after = value === undefined ? previous : before
  const all = Object.values(flags).filter(({hidden}) => hidden !== true)
  const valued = all.find(({name, char}) => [`-${char}`, `--${name}`].includes(after))
  if (valued?.type === 'option')
    return (valued.options ?? []).map((option) => (value === undefined ? option : `${before}=${option}`))
  if (last.startsWith('-')) return ['--help', ...all.map(({name}) => `--${name}`)]
  return Object.values(args).flatMap(({options = []}) => options)
}
