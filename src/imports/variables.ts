/** Variables between two braces, as API clients write them: their values, the placeholders that mean the same, or the environment. */
import { literalText } from '../plan/template.ts';
import { DEEPEST, unusable } from './imported.ts';

/** Longest text, once all of its variables are filled in. */
const LONGEST = 4 * 2 ** 20;
const VARIABLE = /\{\{([^{}\r\n]{1,200})\}\}/g;

/** Dynamic values that have a counterpart. */
const SAME: readonly (readonly [pattern: RegExp, placeholder: string])[] = [
  [/^\$(?:guid|uuid|randomUUID|random\.uuid)$/, '{{uuid}}'],
  [/^\$randomInt$/, '{{random.int 0 1000}}'],
  [/^\$(?:randomInt|random\.integer\(?)\s*(-?\d+)[\s,]+(-?\d+)\)?$/, '{{random.int $1 $2}}'],
  [/^\$random(?:Boolean)$/, '{{random.choice true false}}'],
];

/** Variables of the environment that mean something else to a shell. */
const TAKEN = new Set([
  'USER',
  'PATH',
  'HOME',
  'HOST',
  'HOSTNAME',
  'PWD',
  'SHELL',
  'LANG',
  'TERM',
  'TMPDIR',
  'LOGNAME',
]);

/** A name that a variable of the environment may have. */
export function envName(name: string): string {
  const plain = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(0, 60);
  const named = plain === '' ? 'VALUE' : plain;
  return /^\d/.test(named) || TAKEN.has(named) || named.startsWith('RAMPART') ? `API_${named}` : named;
}

export const envPlaceholder = (name: string): string => `{{env.${envName(name)}}}`;

/** What a variable stands for, where it is known; null: the environment says it. */
export type Lookup = (name: string) => string | null;

/**
 * A text as a template of ours.
 *
 * @throws RampartError where a variable contains itself, or too much comes of them.
 */
export function withVariables(text: string, lookup: Lookup): string {
  return expanded(text, lookup, [], { left: LONGEST });
}

function expanded(text: string, lookup: Lookup, open: readonly string[], room: { left: number }): string {
  let made = '';
  let at = 0;
  for (const { 0: written, 1: inside = '', index } of text.matchAll(VARIABLE)) {
    made += literalText(text.slice(at, index)) + meaningOf(inside.trim(), lookup, open, room);
    at = index + written.length;
  }
  const whole = made + literalText(text.slice(at));
  room.left -= whole.length;
  if (room.left < 0) throw unusable('has variables that make more than 4 MiB of one text');
  return whole;
}

function meaningOf(name: string, lookup: Lookup, open: readonly string[], room: { left: number }): string {
  for (const [pattern, placeholder] of SAME) if (pattern.test(name)) return name.replace(pattern, placeholder);
  const environment = /^\$(?:processEnv|dotenv|env\.?)\s*%?([A-Za-z_]\w*)$/.exec(name)?.[1];
  if (environment !== undefined) return `{{env.${environment}}}`;
  const value = lookup(name);
  if (value === null) return envPlaceholder(name);
  if (open.includes(name)) throw unusable(`has a variable that contains itself: ${[...open, name].join(' → ')}`);
  if (open.length >= DEEPEST) throw unusable(`has variables more than ${DEEPEST} within each other`);
  return expanded(value, lookup, [...open, name], room);
}
