/** Writes `junit.xml`. */
import { headline } from '../analyze/headline.ts';
import { targetSentences } from '../analyze/target-ratios.ts';
import { formatMs } from '../analyze/wording.ts';
import type { RunResult } from '../core/result.ts';
import { targetLine } from '../core/targets.ts';
import type { Check, Doubt, VerdictStatus } from '../core/verdict.ts';
import { goodputSentence } from './goodput.ts';
import { streamNotes, streamTimes } from './streams.ts';

/** An XML element; strings in `children` are text. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Element | string)[];
}

const element = (
  name: string,
  attributes: Element['attributes'],
  ...children: readonly (Element | string)[]
): Element => ({ name, attributes, children });

/**
 * `junit.xml`, as Jenkins, GitLab and Azure read it: a test case per threshold (failed: a failure; not sure: passed, with a note; undecided, or passed
 * in an invalid or interrupted run: an error, since nothing is known), one for the validity of the measurement, and one for
 * the result of a search (failed: an SLO fails at every load; an error: no result). So a run that measured nothing, or
 * was cut off, is never green.
 */
export function toJunitXml(result: RunResult): string {
  const { verdict, plan, run, totals } = result;
  const cases = [
    validityCase(result),
    ...searchCases(result),
    ...verdict.checks.map((check) => checkCase(check, targetLine(plan), verdict.status)),
  ];
  const count = (kind: string): number =>
    cases.filter(({ children }) => children.some((child) => typeof child !== 'string' && child.name === kind)).length;
  const time = (totals.durationMs / 1000).toFixed(3);
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), time };
  const suite = element(
    'testsuite',
    { name: `rampart ${targetLine(plan)}`, ...counts, skipped: 0, timestamp: run.startedAt.replace(/(\.\d+)?Z$/, '') },
    ...cases,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(element('testsuites', { name: 'rampart', ...counts }, suite))}`;
}

function validityCase(result: RunResult): Element {
  const { doubts, status } = result.verdict;
  const isError = (doubt: Doubt): boolean =>
    doubt.invalidates || (status === 'interrupted' && doubt.code === 'interrupted');
  const invalidating = doubts.filter(isError);
  const { sentence, why } = headline(result);
  const text = (list: typeof doubts): string => list.map(({ message, hint }) => `${message} ${hint}`.trim()).join('\n');
  const attributes = { classname: `rampart ${targetLine(result.plan)}`, name: 'the measurement is valid', time: 0 };
  const [first] = invalidating;
  return element(
    'testcase',
    attributes,
    ...(first === undefined
      ? []
      : [element('error', { message: first.message, type: first.code }, text(invalidating))]),
    element(
      'system-out',
      {},
      [
        sentence,
        why,
        ...streamLines(result),
        ...targetLines(result),
        goodputSentence(result),
        text(doubts.filter((doubt) => !isError(doubt))),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    ),
  );
}

const targetLines = ({ targetRatios, plan }: RunResult): readonly string[] =>
  targetRatios === undefined ? [] : targetSentences(targetRatios, plan);

/** `Time to first token: p50 12.1 ms, p95 18.0 ms, p99 –.`, and so on. */
function streamLines(result: RunResult): string[] {
  if (result.streams === undefined) return [];
  const shown = ['p50', 'p95', 'p99'] as const;
  const lines = streamTimes(result).map(({ label, summary }) => {
    const figures = shown.map((name) => `${name} ${summary[name] === null ? '–' : formatMs(summary[name])}`);
    return `${label}: ${figures.join(', ')}.`;
  });
  return [...lines, ...streamNotes(result)];
}

function searchCases({ plan, breakingPoint }: RunResult): Element[] {
  if (breakingPoint === undefined) return [];
  const { status, stoppedBy, summary, spentSeconds, slos } = breakingPoint;
  const name = `the breaking point under ${slos.join(' and ') || 'the SLO'}`;
  const attributes = { classname: `rampart ${targetLine(plan)}`, name, time: spentSeconds.toFixed(3) };
  if (status === 'fails-at-every-load') {
    return [element('testcase', attributes, element('failure', { message: summary, type: stoppedBy }))];
  }
  if (status === 'undecided') {
    return [element('testcase', attributes, element('error', { message: summary, type: stoppedBy }))];
  }
  return [element('testcase', attributes, element('system-out', {}, summary))];
}

function checkCase({ threshold, status, message }: Check, url: string, verdict: VerdictStatus): Element {
  const attributes = { classname: `rampart ${url}`, name: threshold, time: 0 };
  if (status === 'failed') return element('testcase', attributes, element('failure', { message, type: 'threshold' }));
  if (status === 'undecided') return element('testcase', attributes, element('error', { message, type: 'undecided' }));
  if (verdict !== 'invalid' && verdict !== 'interrupted')
    return element('testcase', attributes, element('system-out', {}, message));
  const why = verdict === 'invalid' ? 'The measurement is not valid' : 'The run was interrupted';
  const unknown = `${why}, so this means nothing: ${message}`;
  return element('testcase', attributes, element('error', { message: unknown, type: verdict }));
}

function render({ name, attributes, children }: Element, indent = ''): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  const open = `${indent}<${name}${pairs.join('')}`;
  if (children.length === 0) return `${open}/>\n`;
  // Text stands alone in its element, so indentation never becomes part of it.
  if (children.every((child) => typeof child === 'string')) {
    return `${open}>${children.map(escapeText).join('')}</${name}>\n`;
  }
  const inner = children.map((child) => (typeof child === 'string' ? escapeText(child) : render(child, `${indent}  `)));
  return `${open}>\n${inner.join('')}${indent}</${name}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** What XML 1.0 has no way to say (most control characters, lone surrogates), or turns the direction of writing, becomes U+FFFD. */
function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|[\u007f-\u009f]|\p{Cf}/gu, '\uFFFD')
    .replace(/[&<>\r]/g, (character) => ENTITIES[character] ?? character);
}

/** A parser would turn white space in an attribute into spaces. */
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/["\t\n]/g, (character) => ENTITIES[character] ?? character);
}
