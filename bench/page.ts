/** The page of the benchmark: made anew, or with some of its parts replaced. */
import type { Cores } from './machine.ts';
import type { Part } from './parts.ts';
import type { Peer } from './peer.ts';
import { toMarkdown } from './table.ts';

interface Page {
  readonly parts: readonly Part[];
  readonly cores: Cores;
  readonly found: readonly { readonly peer: Peer; readonly version: string }[];
  readonly missing: readonly string[];
}

const ACCURACY = [
  'In the accuracy tables every tool has a run of its own against `rampart serve --law`, a queue whose law is exact.',
  'The truth is worked out from the law, without a clock or a network: what callers would have waited, had every request',
  'been sent when it was due; in brackets, where chance plays a part, the range of 90 % of runs. "How" is what the tool was',
  'asked for to keep the rate. A closed tool offers none: it gets as many connections as give about that rate while nothing',
  'waits, and what it then says of a stall or an overload is the answer to another question.',
].join(' ');

/** A page with these parts in it anew, each with when it was measured; all else stays as it is. */
export function withParts(page: string, parts: readonly Part[]): string {
  let text = page;
  for (const { tables, measured, note } of parts)
    for (const table of tables) {
      const when = [`Measured ${measured}.`, ...(note === undefined ? [] : [note])].join(' ');
      const section = toMarkdown({ ...table, notes: [when, ...table.notes] }).trim();
      const present = new RegExp(`^## ${table.title}\n[\\s\\S]*?(?:^\\|.*(?:\n|$))+`, 'm').exec(text);
      if (present !== null) text = text.replace(present[0], () => `${section}\n`);
      else if (text.includes(ACCURACY)) text = text.replace(ACCURACY, () => `${section}\n\n${ACCURACY}`);
      else text = `${text.trimEnd()}\n\n${section}\n`;
    }
  return text;
}

/** The results as a page of Markdown. */
export function pageOf({ parts, cores, found, missing }: Page): string {
  const pins =
    cores.server === null
      ? 'Processes could not be pinned to cores.'
      : `The target is pinned to core ${cores.server}, every client to core ${cores.client}${cores.twoThreads === cores.client ? '' : ` (two threads: ${cores.twoThreads})`}.`;
  const disturbed = parts
    .filter(({ busy }) => busy > 0.5)
    .map(({ name, busy }) => `In the minute before ${name}, something else used ${busy.toFixed(1)} cores.`);
  const notes = [...new Set(parts.flatMap(({ note }) => note ?? []))];
  const tables = parts.flatMap((part) => part.tables);
  const peers = found.map(({ peer, version }) => `${peer.name} ${version} (${peer.madeIn})`).join(', ');
  const accuracy = tables.filter(({ title }) => title.startsWith('Accuracy'));
  return [
    '# Benchmarks',
    [`Measured ${parts[0]?.measured}.`, pins, ...disturbed, ...notes].filter((text) => text !== '').join(' '),
    '`npm run bench` makes this page again; nobody edits it by hand. A benchmark is no test: nothing fails where a figure is missed, and of the costs only ratios within one run mean anything.',
    `Compared with ${peers || 'nobody'}. Not installed: ${missing.join(', ') || 'none'}.`,
    'What streamed responses cost, and what tools of Python report of them, is on [a page of its own](streams-bench.md); so is [what scenarios cost](scenario-cost.md).',
    ...tables.filter((table) => !accuracy.includes(table)).map(toMarkdown),
    ...(accuracy.length > 0 ? [ACCURACY] : []),
    ...accuracy.map(toMarkdown),
  ]
    .map((part) => part.trim())
    .join('\n\n')
    .concat('\n');
}
