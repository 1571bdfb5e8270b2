import {runsInside} from '../host/sandbox-arguments.js'
import {type CompletedCommand, type CompletedFlag} from './commands.js'

/** Commands whose words after the first are those of another command, and whether that may begin with a word. */
const BEFORE_COMMANDS = new Map([
  ['help', (word: string) => word !== 'help'],
  ['sandbox', runsInside],
])

/**
 * Writes what completes the program's words in bash, back to 3.2, as macOS has it: commands and their topics, flags, and the
 * values of flags that have a list of them. Where only the user knows the word, it offers nothing; where a file may stand, files.
 * @param bin the program's name
 * @returns a script to be sourced
 */
export function bashCompletion(bin: string, commands: CompletedCommand[]): string {
  const name = `_${bin.replaceAll(/\W/g, '_')}_autocomplete`
  return `# Completes the words of ${bin} in bash.
${name}() {
  local IFS=$' \\t\\n' cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local line='' word i words='' flags='' known=''
  COMPREPLY=()
  # In --flag=value the sign is a word of its own.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -z $line && $word == --no-color ]]; then
      continue
    elif [[ $word == -* ]]; then
      [[ $line == sandbox ]] || break
      case "$word" in
      ${patternOf(valuedFlagsOf('sandbox', commands))}) ((i++)) ;;
      esac
    elif [[ ${[...BEFORE_COMMANDS.keys()].map((word) => `$line == ${word}`).join(' || ')} ]]; then
      line="$word"
    else
      line="\${line:+$line }$word"
    fi
  done
  # Files only where it says so.
  compopt +o default 2>/dev/null
  case "$line " in
${branches(commands)}
  esac
  if [[ -n $known ]]; then
    COMPREPLY=($(compgen -W "$known" -- "$cur"))
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -F ${name} ${bin}
`
}

function branches(commands: CompletedCommand[]): string {
  const topics = [...new Set(commands.flatMap(({words}) => (words.length > 1 ? [words[0] ?? ''] : [])))]
  const first = [...new Set(commands.map(({words}) => words[0] ?? ''))]
  return [
    `  ' ') words='${first.join(' ')}' ;;`,
    ...commands.map((command) => branchOf(command, first)),
    ...topics.map((topic) => {
      const verbs = commands.filter(({words}) => words[0] === topic).map(({words}) => words[1])
      return `  '${topic} ') words='${verbs.join(' ')}' ;;`
    }),
  ].join('\n')
}

function branchOf({words, flags, values, takesFiles}: CompletedCommand, first: string[]): string {
  const name = words.join(' ')
  const isNext = BEFORE_COMMANDS.get(name)
  const next = isNext ? first.filter((word) => isNext(word)) : values
  const valued = flags.filter(({takesValue}) => takesValue)
  const listed = valued.filter(({options}) => options.length > 0)
  const others = valued.filter(({options}) => options.length === 0)
  return [
    `  '${name} '*)`,
    `    flags='${flags.map((flag) => `--${flag.name}`).join(' ')}'`,
    `    words='${next.join(' ')}'`,
    '    case "$prev" in',
    ...listed.flatMap((flag) => branchAfter([flag], `known='${flag.options.join(' ')}'`)),
    ...branchAfter(
      others.filter(({takesFile}) => takesFile),
      `${OFFER_FILES}; return`,
    ),
    ...branchAfter(
      others.filter(({takesFile}) => !takesFile),
      'return',
    ),
    ...(takesFiles ? [`    *) ${OFFER_FILES} ;;`] : []),
    '    esac',
    '    ;;',
  ].join('\n')
}

const OFFER_FILES = 'compopt -o default 2>/dev/null'

/** What to do where one of these flags stands before the word. */
function branchAfter(flags: CompletedFlag[], then: string): string[] {
  return flags.length > 0 ? [`    ${patternOf(flags)}) ${then} ;;`] : []
}

function patternOf(flags: CompletedFlag[]): string {
  return flags.flatMap(({name, char}) => [`--${name}`, ...(char ? [`-${char}`] : [])]).join(' | ')
}

function valuedFlagsOf(name: string, commands: CompletedCommand[]): CompletedFlag[] {
  const command = commands.find(({words}) => words.join(' ') === name)
  return command?.flags.filter(({takesValue}) => takesValue) ?? []
}
