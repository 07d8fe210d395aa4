/** docs/settings.md, made of the table: `npm run settings-page` writes it, and a test compares. */
import type { Setting, SettingCommand, Shape, Value } from './setting.ts';
import { flagOf, GROUPS, SETTINGS, type SettingGroup, type SettingName, variableOf } from './table.ts';

const HEADINGS: Readonly<Record<SettingGroup, string>> = {
  request: 'The request',
  prompts: 'Prompts of language models',
  load: 'The load',
  replay: 'Replaying a trace',
  search: 'The search',
  target: 'Starting the target',
  agents: 'Agents',
  output: 'Results and the page',
};

const COMMANDS: readonly SettingCommand[] = ['run', 'find', 'probe'];

/** The reference of all settings, as Markdown. */
export function settingsPage(): string {
  const parts = (Object.keys(GROUPS) as SettingGroup[]).map((group) => {
    const rows = (Object.keys(GROUPS[group]) as SettingName[]).map((name) => rowOf(name, SETTINGS[name]));
    return [
      `## ${HEADINGS[group]}`,
      '',
      '| setting | flag | environment | value | of | what |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return `${INTRODUCTION}\n${parts.join('\n')}`;
}

const INTRODUCTION = `# Settings

<!-- made of src/settings by npm run settings-page -->

Every setting has a name in a [scenario file](scenario.md), a flag and a variable of the environment. What wins: defaults < scenario file < environment
< flags. Quantities are written with their unit: \`30s\`, \`500ms\`, \`200/s\`, \`10k\`, \`10MB\`, \`5%\`. *Of* names the commands that have the flag.
`;

function rowOf(name: SettingName, setting: Setting): string {
  const { flag, help, what } = setting;
  const short = /^-\w/.exec(flag ?? '')?.[0];
  const flags = flag === undefined ? 'the argument' : [flagOf(name), ...(short === undefined ? [] : [short])].map(code);
  const commands = flag === undefined ? COMMANDS : COMMANDS.filter((command) => help[command] !== undefined);
  const cells = [
    code(name),
    typeof flags === 'string' ? flags : flags.join(', '),
    code(variableOf(name)),
    valueText(setting),
    commands.join(', '),
    cell([what, ...notes(setting)].join('. ')),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What else there is to know, in sentences. */
function notes({ rivals = [], notWithAutocannon }: Setting): string[] {
  return [
    ...(rivals.length === 0 ? [] : [`Drops ${rivals.map(code).join(', ')} of lower sources`]),
    ...(notWithAutocannon === undefined ? [] : ['Not with the autocannon engine']),
  ];
}

const SHAPES: Readonly<Record<Shape, string>> = {
  text: 'text',
  quantity: 'text',
  'yes-or-no': 'yes or no',
  texts: 'list',
  headers: 'list',
  body: 'text or JSON',
  port: 'port',
  targets: 'list',
};

const valueText = ({ shape, value, file }: Setting): string =>
  file === true ? 'path' : value === undefined ? SHAPES[shape] : textOf(value);

function textOf(value: Value): string {
  switch (value.kind) {
    case 'choice':
      return value.of.map(code).join(', ');
    case 'duration':
    case 'count':
    case 'rate': {
      const { min, max } = value;
      const from = min === undefined ? '' : ` from ${min}`;
      return `${value.kind}${from}${max === undefined ? '' : ` to ${max}`}`;
    }
    case 'think-time':
      return 'duration';
    case 'amounts':
      return 'count';
    default:
      return value.kind;
  }
}

const code = (text: string): string => `\`${text}\``;

/** Within a table, and where {{}} would be taken for a placeholder of the page. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('{{', '`{{').replaceAll('}}', '}}`').replaceAll('<', '&lt;');
