import {quoteForPosix, quoteForPowershell} from '../../lib/base/shell.js'

/** The shells that words can be completed in. */
export const SHELLS = ['bash', 'zsh', 'powershell'] as const

/** One of them. */
export type Shell = (typeof SHELLS)[number]

/** How a shell is told of the completion. */
interface Setup {
  /** Read by the shell, in the folder of all of them. */
  file: string
  /** Where the line for it belongs. */
  profile: string
  /** What adds that line. */
  install: (bin: string) => string
  /** The line: it reads the file, if it is there. */
  line: (file: string) => string
}

/** What each of them needs. */
export const SETUPS: Record<Shell, Setup> = {
  bash: {
    file: 'bash_setup',
    profile: '~/.bashrc',
    install: (bin) => `${bin} autocomplete script bash >> ~/.bashrc`,
    line: posixLine,
  },
  zsh: {
    file: 'zsh_setup',
    profile: '~/.zshrc',
    install: (bin) => `${bin} autocomplete script zsh >> ~/.zshrc`,
    line: posixLine,
  },
  powershell: {
    file: 'powershell_setup.ps1',
    profile: '$PROFILE',
    install: (bin) =>
      `New-Item -Type Directory -Force (Split-Path $PROFILE) | Out-Null; ${bin} autocomplete script powershell | Add-Content $PROFILE`,
    line: (file) => `if (Test-Path ${quoteForPowershell(file)}) { . ${quoteForPowershell(file)} }`,
  },
}

/** Leads zsh to the functions in a folder, without looking through all others once more where that was done. */
export function zshSetup(bin: string, folder: string): string {
  return `fpath=(${quoteForPosix(folder)} $fpath)
if (( ! $+functions[compdef] )); then
  autoload -Uz compinit && compinit
fi
autoload -Uz _${bin} && compdef _${bin} ${bin}
`
}

function posixLine(file: string): string {
  return `[ -f ${quoteForPosix(file)} ] && . ${quoteForPosix(file)}`
}
