/** The lines of the picture of what became of requests. */
import type { Archive, Slot } from './archive.ts';
import { bandsOf } from './bands.ts';
import { type ColourKey, framed, type Line, type Mark, type Picture, type Span } from './picture.ts';
import { line, rateWithin, toggled, type View } from './pictures.ts';
import { cellsIn, type Names, slotsIn } from './selection.ts';

/** More lines than this cannot be told apart; the rest is added up. */
const KINDS = 5;
const COLOURS: readonly ColourKey[] = ['failed', 'p99', 'loop', 'cpu', 'other'];

/**
 * What became of the requests over time: a line for each status, and for each outcome without one (`timeout`). A failed
 * response whose status is a success is counted as its outcome (`wrong-answer`), a redirect as one (`307 redirect`).
 */
export function outcomesOf(archive: Archive, names: Names, span: Span, marks: readonly Mark[], view: View): Picture {
  const slots = slotsIn(archive, view.span);
  const counts = slots.map((slot) => countsOf(archive, slot, names));
  const totals = new Map<string, number>();
  for (const byLabel of counts) for (const [label, n] of byLabel) totals.set(label, (totals.get(label) ?? 0) + n);
  const labels = [...totals].sort((a, b) => b[1] - a[1]).map(([label]) => label);
  const good = labels.filter(isGood);
  const bad = labels.filter((label) => !isGood(label));
  const rest = bad.slice(KINDS - 1);
  const shown = rest.length > 1 ? bad.slice(0, KINDS - 1) : bad;
  const seconds = slots.map(({ from, to }) => ({ seconds: to - from }));
  const rate = rateWithin(seconds);
  const lineOf = (label: string, members: readonly string[], colour: ColourKey, dashed: boolean): Line => ({
    ...line(label, colour, counts, () => null),
    values: counts.map((byLabel, i) =>
      rate(
        members.reduce((sum, member) => sum + (byLabel.get(member) ?? 0), 0),
        seconds[i]?.seconds ?? 0,
      ),
    ),
    dashed,
  });
  const lines = [
    ...good.map((label, i) => lineOf(label, [label], 'achieved', i > 0)),
    ...shown.map((label, i) => lineOf(label, [label], COLOURS[i] ?? 'other', i > 0)),
    ...(rest.length > 1 ? [lineOf('others', rest, 'other', true)] : []),
  ];
  return framed({
    id: 'outcomes',
    title: 'Status codes and outcomes',
    unit: 'responses per second',
    empty: lines.length === 0 ? 'No request ended.' : '',
    times: slots.map(({ to }) => to),
    lines: toggled(lines, 'outcomes', view.toggled),
    bands: bandsOf(archive.timeline),
    limits: [],
    marks,
    span,
  });
}

function isGood(label: string): boolean {
  return label === 'ok' || /^[123]\d\d$/.test(label);
}

function countsOf({ kinds }: Archive, slot: Slot, names: Names): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (label: string, n: number): void => {
    counts.set(label, (counts.get(label) ?? 0) + n);
  };
  for (const cell of cellsIn(slot, names)) {
    // A flow or a group has no status.
    if (cell.name < 0) add('ok', cell.ok);
    for (const [status, n] of cell.statuses) add(String(status), n);
    for (const [at, n] of cell.kinds) {
      const kind = kinds[at];
      if (kind === undefined || kind.status >= 400) continue;
      if (kind.status > 0) add(String(kind.status), -n);
      add(kind.outcome === 'http-error' ? `${kind.status} redirect` : kind.outcome, n);
    }
  }
  return new Map([...counts].filter(([, n]) => n > 0));
}
