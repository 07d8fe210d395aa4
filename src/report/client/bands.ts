/** Bands behind the pictures over time: phases, intervals that are missing, and where the generator was not fit. */
import type { TimelinePoint } from '../../core/result.ts';
import type { Band, Picture, Span } from './picture.ts';

/** A run has a warm-up, a drain, and what lies before a reset. */
const MOST_PHASES = 4;

/** Of the usual interval, the share from which on a hole is one. */
const MISSING = 0.5;

/** Where intervals are missing: the machine slept, or what was measured did not arrive. */
export function holesOf(timeline: readonly TimelinePoint[]): Band[] {
  const usual = timeline.reduce((longest, { seconds }) => Math.max(longest, seconds), 0);
  return timeline.slice(1).flatMap(({ t, seconds }, i): Band[] => {
    const from = timeline[i]?.t ?? 0;
    const to = t - seconds;
    return to - from > MISSING * usual ? [{ kind: 'lost', label: 'nothing recorded', from, to }] : [];
  });
}

/** No line goes on over a hole. */
export function broken(picture: Picture, holes: readonly Span[]): Picture {
  const missing = holes.filter(({ from, to }) => {
    const [first = 0, last = 0] = [picture.times[0], picture.times[picture.times.length - 1]];
    return from >= first && to <= last;
  });
  if (missing.length === 0) return picture;
  const at = [
    ...picture.times.map((time, i): readonly [number, number | null] => [time, i]),
    ...missing.map(({ from, to }): readonly [number, number | null] => [(from + to) / 2, null]),
  ].sort(([a], [b]) => a - b);
  return {
    ...picture,
    times: at.map(([time]) => time),
    lines: picture.lines.map((drawn) => ({
      ...drawn,
      values: at.map(([, i]) => (i === null ? null : (drawn.values[i] ?? null))),
    })),
  };
}

/** Warm-up, drain, and where the generator was not fit to judge. Those of a search's many levels would hide the rest. */
export function bandsOf(timeline: readonly TimelinePoint[]): Band[] {
  const phases = [
    ...phaseBands(timeline, 'warmup', 'warm-up'),
    ...phaseBands(timeline, 'ramp', 'ramp'),
    ...phaseBands(timeline, 'discarded', 'before the reset'),
    ...phaseBands(timeline, 'drain', 'drain'),
  ];
  return [
    ...(phases.length > MOST_PHASES ? [] : phases),
    ...stretchesOf(timeline, (point) => point.unfit).map((span): Band => ({ kind: 'unfit', label: '', ...span })),
  ];
}

function phaseBands(timeline: readonly TimelinePoint[], phase: TimelinePoint['phase'], label: string): Band[] {
  // What a reset took out of the statistics counts as little as a warm-up, and looks like it.
  const kind = phase === 'drain' ? 'drain' : 'warmup';
  return stretchesOf(timeline, (point) => point.phase === phase).map((stretch) => ({ kind, label, ...stretch }));
}

function stretchesOf(timeline: readonly TimelinePoint[], inside: (point: TimelinePoint) => boolean): Span[] {
  const stretches: { from: number; to: number }[] = [];
  let before = 0;
  let open: { from: number; to: number } | null = null;
  for (const point of timeline) {
    if (!inside(point)) {
      open = null;
    } else if (open === null) {
      open = { from: Math.max(before, 0), to: point.t };
      stretches.push(open);
    } else {
      open.to = point.t;
    }
    before = point.t;
  }
  return stretches;
}
