/**
 * The summary in a person's own words: a text with {{places}} of result.json, each with the way to write it:
 * {{latency.response.p95 ms}}, {{series."POST /predict".totals.ok count}}. {{{{ stands for two braces that are meant as
 * such.
 */
import { headline } from '../analyze/headline.ts';
import { formatBytes, formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import { RampartError } from '../core/errors.ts';
import type { RunResult } from '../core/result.ts';
import { RESULT_PARTS, resultInMillis } from './json.ts';
import { printable } from './terminal.ts';

const WAYS = {
  ms: formatMs,
  rate: formatRate,
  count: formatCount,
  share: formatShare,
  bytes: formatBytes,
} as const;

/** What stands for something that is in no result by itself. */
const SENTENCE = 'sentence';

interface Place {
  readonly steps: readonly string[];
  readonly way: keyof typeof WAYS | null;
}

export type SummaryTemplate = readonly (string | Place)[];

/** @param path of the file, for messages. @throws {RampartError} bad-file, with the line. */
export function parseSummaryTemplate(text: string, path: string): SummaryTemplate {
  const pieces: (string | Place)[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{\{\{|\{\{([^{}]*)(\}\})?/g)) {
    const [whole, inside, closed] = match;
    pieces.push(text.slice(at, match.index));
    at = match.index + whole.length;
    if (inside === undefined) {
      pieces.push('{{');
      continue;
    }
    const line = text.slice(0, match.index).split('\n').length;
    const refuse = (problem: string, hint = ''): never => {
      throw new RampartError('bad-file', `${path}, line ${line}: {{${inside.trim()}}} ${problem}`, hint);
    };
    if (closed === undefined) refuse('is not closed', 'Write }} behind it; {{{{ stands for two braces.');
    pieces.push(placeOf(inside.trim(), refuse));
  }
  pieces.push(text.slice(at));
  return pieces.filter((piece) => piece !== '');
}

function placeOf(inside: string, refuse: (problem: string, hint?: string) => never): Place {
  const [, route = '', way] = /^((?:"[^"]*"|[^\s"])+)(?:\s+(\w+))?$/.exec(inside) ?? [];
  if (route === '') refuse('names no place', 'Write a place of result.json: {{latency.response.p95 ms}}');
  if (way !== undefined && !(way in WAYS))
    refuse(
      `is to be written as ${way}`,
      `There are: ${Object.keys(WAYS).join(', ')}; without one it is as in result.json.`,
    );
  const steps = [...route.matchAll(/"([^"]*)"|[^."]+/g)].map(([step, quoted]) => quoted ?? step);
  const [part = ''] = steps;
  if (part !== SENTENCE && !(RESULT_PARTS as readonly string[]).includes(part))
    refuse('is no part of the result', `There are: ${[SENTENCE, ...RESULT_PARTS].join(', ')}`);
  return { steps, way: (way ?? null) as Place['way'] };
}

/** What is not known is a dash. Ends in a line break. */
export function fillSummaryTemplate(template: SummaryTemplate, result: RunResult): string {
  const whole = { ...resultInMillis(result), [SENTENCE]: headline(result).sentence };
  const text = template
    .map((piece) => (typeof piece === 'string' ? piece : printed(valueAt(whole, piece), piece)))
    .join('');
  return text.endsWith('\n') ? text : `${text}\n`;
}

const valueAt = (whole: unknown, { steps }: Place): unknown =>
  steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    whole,
  );

function printed(value: unknown, { way }: Place): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number' && way !== null) return WAYS[way](value);
  // Names and messages come from outside.
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
