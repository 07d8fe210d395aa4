/** What was found out about a target, in words; and what to do where it was not enough. */
import { formatBytes, formatMs } from '../analyze/wording.ts';
import { RampartError } from '../core/errors.ts';
import { MASK, type Secrets } from '../core/secret.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Question, Reply } from '../discover/exchange.ts';
import { printable } from './terminal.ts';

const BODY_SHOWN = 300;
const ROUTES_SHOWN = 20;

/** What was found, in the few lines that are told before a load. */
export function foundLines({ target, evidence, accepted }: Discovery, secrets: Secrets): string[] {
  if (accepted === null) return [];
  const what =
    target === ''
      ? []
      : [`Found: ${shown(target, secrets)} (${evidence.map((each) => shown(each, secrets)).join('; ')})`];
  return [
    ...what,
    `Sends ${requestOf(accepted.question, secrets)}`,
    `  made of ${shown(accepted.from, secrets)}; it answered ${replyOf(accepted.reply, secrets)}`,
  ];
}

/** Everything that was found, for somebody who asked for it. */
export function discoveryText(discovery: Discovery, secrets: Secrets): string {
  const { target, evidence, routes, asked, accepted, problem, hint, refusal } = discovery;
  const lines = [
    `Target:   ${target === '' ? 'unknown: it describes itself nowhere' : shown(target, secrets)}`,
    ...listed(
      'Evidence: ',
      evidence.map((each) => shown(each, secrets)),
    ),
    ...listed(
      'Routes:   ',
      [
        ...routes.slice(0, ROUTES_SHOWN),
        ...(routes.length > ROUTES_SHOWN ? [`… ${routes.length - ROUTES_SHOWN} more`] : []),
      ].map((each) => shown(each, secrets)),
    ),
    ...listed('Asked:    ', askedLines(asked, secrets)),
  ];
  if (accepted === null) {
    lines.push(`No request was accepted: ${shown(problem, secrets)}.`);
    if (refusal !== null) lines.push(`  Its last response: ${replyOf(refusal, secrets)}`);
    return `${[...lines, ...(hint === '' ? [] : [`  ${hint}`])].join('\n')}\n`;
  }
  lines.push(
    `Accepted: ${requestOf(accepted.question, secrets)}`,
    `          made of ${shown(accepted.from, secrets)}`,
    `Response: ${replyOf(accepted.reply, secrets)}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Response times of bodies that a target had not seen, and of those it had: medians, ms. */
interface CacheFinding {
  readonly turns: number;
  readonly unseenMs: number;
  readonly repeatedMs: number;
}

/** That a target answers from a cache, and what to do. */
export function cacheLines({ turns, unseenMs, repeatedMs }: CacheFinding, url: string): string[] {
  return [
    `Cache:    a body that it has seen takes it ${formatMs(repeatedMs)}, another ${formatMs(unseenMs)} (medians of ${turns} turns):`,
    "          it answers repeats from a cache, so its capacity with one body is not the model's. Give it rows that differ:",
    `          rampart discover ${url} --rows 1000 > rows.jsonl, then --data rows.jsonl`,
  ];
}

/** Why no load is sent to an address of which nothing was found that it accepts. */
export function notFound(discovery: Discovery, path: string, secrets: Secrets): RampartError {
  const { target, evidence, asked, refusal, problem, hint } = discovery;
  const lines = [
    `nothing was found that ${shown(path, secrets)} accepts: ${shown(problem, secrets)}; no load was sent`,
    ...(target === ''
      ? []
      : [`it is ${shown(target, secrets)} (${evidence.map((each) => shown(each, secrets)).join('; ')})`]),
    `asked: ${askedLines(asked, secrets).join(', ')}`,
    ...(refusal === null ? [] : [`its last response: ${replyOf(refusal, secrets)}`]),
  ];
  return new RampartError('unusable', lines.join('\n  '), hint);
}

export const shown = (text: string, secrets: Secrets): string => printable(secrets.mask(text));

function listed(name: string, entries: readonly string[]): string[] {
  return entries.map((each, n) => `${n === 0 ? name : ' '.repeat(name.length)}${each}`);
}

/** In turn, those that ended alike together. */
function askedLines(asked: Discovery['asked'], secrets: Secrets): string[] {
  const counts = new Map<string, number>();
  for (const { method, path, status } of asked) {
    const line = `${method} ${printable(secrets.maskAddresses(path))} → ${status === 0 ? 'no response' : status}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

function requestOf({ method, path, headers, body, bytes }: Question, secrets: Secrets): string {
  const told = headers.map(([name, value]) => ` ${name}: ${secrets.isSecret(name) ? MASK : shown(value, secrets)}`);
  const size = bytes === undefined ? '' : `  (${formatBytes((bytes.length * 3) / 4)})`;
  const written = body === null ? size : `  ${printable(secrets.excerpt(body, 0, BODY_SHOWN))}`;
  return `${method} ${printable(secrets.maskAddresses(path))}${told.join(',')}${written}`;
}

function replyOf({ status, body, message }: Reply, secrets: Secrets): string {
  if (status === 0) return printable(secrets.mask(message));
  const text = body === null ? '(no text)' : printable(secrets.excerpt(body.trim(), 0, BODY_SHOWN));
  return `HTTP ${status} ${text === '' ? '(an empty body)' : text}`;
}
