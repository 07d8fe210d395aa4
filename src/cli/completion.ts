/**
 * What a shell offers behind `rampart`: commands, their flags, and the values of flags that have a few. Made of the
 * commands as they are, so that none is forgotten.
 */
import type { Argument, Command, Option } from 'commander';
import type { World } from '../core/world.ts';
import { parseChoice } from '../plan/syntax.ts';
import type { Setting } from '../settings/setting.ts';
import { flagOf, SETTING_NAMES, SETTINGS } from '../settings/table.ts';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `rampart completion <shell>`: the script for a shell, on standard output. @throws RampartError for other shells. */
export function completionCommand({ stdout }: Pick<World, 'stdout'>, shell: string, program: Command): void {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript };
  stdout.write(scripts[parseChoice(shell, 'shell', SHELLS)](commandsOf(program)));
}

/** What may stand in a place: one of a few words, the path of a file or of a folder, or something nobody can guess. */
type Values = readonly string[] | 'files' | 'folders' | 'any';

interface Flag {
  readonly names: readonly string[];
  readonly help: string;
  readonly repeat: boolean;
  /** Null: it takes no value. */
  readonly values: Values | null;
  /** The name of its value. */
  readonly of: string;
}

interface CommandShape {
  readonly name: string;
  readonly help: string;
  readonly flags: readonly Flag[];
  /** Values of its argument; null: it takes none. */
  readonly values: Values | null;
}

function commandsOf(program: Command): CommandShape[] {
  const shown = program.createHelp().visibleCommands(program);
  const names = shown.map((command) => command.name());
  return shown.map((command) => ({
    name: command.name(),
    help: command.description(),
    flags: command.createHelp().visibleOptions(command).map(flagIn),
    values: command.name() === 'help' ? names : argumentValues(command.registeredArguments[0]),
  }));
}

function argumentValues(argument: Argument | undefined): Values | null {
  if (argument === undefined) return null;
  if (argument.name() === 'shell') return SHELLS;
  return argument.name() === 'model' ? 'any' : argument.name() === 'run' ? 'folders' : 'files';
}

function flagIn(option: Option): Flag {
  const { short, long, description, flags } = option;
  const of = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  const setting = SETTING_NAMES.find((name) => flagOf(name) === long);
  const declared: Setting | undefined = setting === undefined ? undefined : SETTINGS[setting];
  return {
    names: [short, long].filter((name) => name !== undefined),
    help: description,
    repeat: declared?.repeat === true || /repeat/.test(description),
    values: of === undefined ? null : valuesOf(of, declared),
    of: of ?? '',
  };
}

function valuesOf(of: string, setting: Setting | undefined): Values {
  if (setting?.value?.kind === 'choice') return setting.value.of;
  if (setting?.value?.kind === 'arrivals') return ['uniform', 'poisson'];
  return of === 'path' || setting?.file === true ? 'files' : of === 'folder' ? 'folders' : 'any';
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

function bashScript(commands: readonly CommandShape[]): string {
  const generator = (values: Values): string =>
    values === 'files'
      ? '-f'
      : values === 'folders'
        ? '-d'
        : `-W ${quoted([...(values === 'any' ? [] : values)].join('\n'))}`;
  const offer = (values: Values): string =>
    values === 'any' ? 'return' : `_rampart_offer ${generator(values)}; return`;
  const lines = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ names, values }) =>
      values === null ? [] : [`    ${names.map((flag) => `${name}/${flag}`).join('|')}) ${offer(values)} ;;`],
    ),
  );
  const words = commands.map(({ name, flags, values }) => {
    const all = quoted(flags.flatMap(({ names }) => names).join('\n'));
    const other = values === null ? '' : values === 'any' ? '' : `; else _rampart_offer ${generator(values)}`;
    return `    ${name}) if [[ $word == -* ]]; then _rampart_offer -W ${all}${other}; fi ;;`;
  });
  return `# Completion of rampart for bash. In ~/.bashrc: source <(rampart completion bash)
_rampart_offer() {
  local IFS=$'\\n'
  [[ $1 == -W ]] || compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$@" -- "$word"))
}
_rampart() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  # bash takes --flag=value for three words.
  if [[ $word == = ]]; then word=
  elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in ${commands.map(({ name }) => name).join('|')}) command=\${COMP_WORDS[i]}; break ;; esac
  done
  case $command/$before in
${lines.join('\n')}
  esac
  case $command in
${words.join('\n')}
    *) _rampart_offer -W ${quoted([...commands.map(({ name }) => name), '--ui', '--help', '--version'].join('\n'))} ;;
  esac
}
complete -F _rampart rampart
`;
}

function zshScript(commands: readonly CommandShape[]): string {
  const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const action = (values: Values): string => {
    if (values === 'any') return ' ';
    return values === 'files' ? '_files' : values === 'folders' ? '_files -/' : `(${values.join(' ')})`;
  };
  const spec = ({ names, help, repeat, values, of }: Flag): string => {
    const rest = quoted(`[${plain(help)}]${values === null ? '' : `:${plain(of)}:${action(values)}`}`);
    const all = names.length > 1 ? `{${names.join(',')}}` : (names[0] ?? '');
    const before = repeat ? "'*'" : names.length > 1 ? quoted(`(${names.join(' ')})`) : '';
    return `      ${before}${all}${rest}`;
  };
  const cases = commands.map(({ name, flags, values }) => {
    const operands = values === null ? [] : [`      '*: :${action(values)}'`];
    return `    ${name}) _arguments -s \\\n${[...flags.map(spec), ...operands].join(' \\\n')} ;;`;
  });
  return `#compdef rampart
# Completion of rampart for zsh. In ~/.zshrc, behind compinit: source <(rampart completion zsh)
_rampart() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map(({ name, help }) => `    ${quoted(`${name}:${plain(help)}`)}`).join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) _describe command commands; return ;;
  esac
  case $words[1] in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _rampart ]]; then _rampart "$@"; else compdef _rampart rampart; fi
`;
}

function fishScript(commands: readonly CommandShape[]): string {
  const text = (words: string): string => `'${words.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  const taking = (values: Values): string => {
    if (values === 'any') return '-x';
    return values === 'files'
      ? '-rF'
      : values === 'folders'
        ? "-xa '(__fish_complete_directories)'"
        : `-xa ${text(values.join(' '))}`;
  };
  const lines = commands.flatMap(({ name, help, flags, values }) => {
    const seen = `complete -c rampart -n ${text(`__fish_seen_subcommand_from ${name}`)}`;
    const operand =
      values === null || values === 'any'
        ? []
        : [values === 'files' ? `${seen} -F` : `${seen} -a ${fishWords(values)}`];
    return [
      `complete -c rampart -n __fish_use_subcommand -a ${name} -d ${text(help)}`,
      ...operand,
      ...flags.map(({ names, help: what, values: taken }) => {
        const flag = names.map((each) => (each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`));
        return `${seen} ${flag.join(' ')}${taken === null ? '' : ` ${taking(taken)}`} -d ${text(what)}`;
      }),
    ];
  });
  return `# Completion of rampart for fish: rampart completion fish > ~/.config/fish/completions/rampart.fish
complete -c rampart -f
${lines.join('\n')}
`;
}

const fishWords = (values: Exclude<Values, 'files' | 'any'>): string =>
  values === 'folders' ? "'(__fish_complete_directories)'" : `'${values.join(' ')}'`;

/** Its tables know no case, and -H is not -h: what goes by flags is a list, or a switch that knows it. */
function powershellScript(commands: readonly CommandShape[]): string {
  const text = (words: string): string => `'${words.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
  const list = (words: readonly string[]): string => `@(${words.map(text).join(', ')})`;
  const taken = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ names, values }) =>
      values === null
        ? []
        : names.map(
            (flag) =>
              `    ${text(`${name}/${flag}`)} { return & $offer ${list(typeof values === 'string' ? [] : values)} }`,
          ),
    ),
  );
  const flags = commands.map(({ name, flags: own }) => {
    const each = own.flatMap(({ names, help }) => names.map((flag) => `      ${text(`${flag} ${help}`)}`));
    return `    ${text(name)} = @(\n${each.join('\n')}\n    )`;
  });
  const operands = commands.flatMap(({ name, values }) =>
    values === null || typeof values === 'string' ? [] : [`    ${text(name)} = ${list(values)}`],
  );
  return `# Completion of rampart for PowerShell. In $PROFILE: rampart completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName rampart -ScriptBlock {
  param($word, $line, $cursor)
  # Each a word, and behind it what it means.
  $commands = @(
${commands.map(({ name, help }) => `    ${text(`${name} ${help}`)}`).join('\n')}
  )
  $flags = @{
${flags.join('\n')}
  }
  $operands = @{
${operands.join('\n')}
  }
  $offer = { param($entries) $entries | ForEach-Object {
    $each, $about = $_ -split ' ', 2
    if (-not $about) { $about = $each }
    if ($each.StartsWith($word)) { [System.Management.Automation.CompletionResult]::new($each, $each, 'ParameterValue', $about) }
  } }
  $names = $commands | ForEach-Object { ($_ -split ' ', 2)[0] }
  $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  $command = $before | Select-Object -Skip 1 | Where-Object { $names -contains $_ } | Select-Object -First 1
  if (-not $command) { return & $offer $commands }
  # What a flag takes; nothing where nobody can guess it, or where it is a file, which PowerShell offers itself.
  switch -CaseSensitive ("$command/$($before[-1])") {
${taken.join('\n')}
  }
  if ($word -like '-*') { return & $offer $flags[$command] }
  if ($operands.ContainsKey($command)) { return & $offer $operands[$command] }
}
`;
}
