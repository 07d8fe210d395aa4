/** Where an axis ends and where its lines are. That of a value starts at zero. */
export interface Axis {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/**
 * An axis from zero over all values up to `max`, with lines at round numbers: of the ways that give three to `most`
 * steps, the one that wastes the least room.
 * @param whole the values are counts: no line between two of them.
 */
export function valueAxis(max: number, most = 6, whole = false): Axis {
  if (!(max > 0)) return { start: 0, end: 1, step: whole ? 1 : 0.5 };
  const power = 10 ** Math.floor(Math.log10(max / 4));
  const axes = [0.25, 0.5, 1, 2, 2.5, 5, 10, 20]
    .map((factor) => tidy(factor * power))
    .filter((step) => !whole || Number.isInteger(step))
    .map((step) => ({ step, steps: Math.ceil(max / step - 1e-9) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps * a.step - b.steps * b.step || Math.abs(a.steps - 4) - Math.abs(b.steps - 4));
  const best = axes.find(({ steps }) => steps >= 3) ?? axes[0] ?? { step: 1, steps: Math.ceil(max) };
  return { start: 0, end: tidy(best.step * best.steps), step: best.step };
}

/** An axis of time with at most seven labels; it ends where the run (or the part shown) ends, not at a round number. */
export function timeAxis(end: number, start = 0): Axis {
  const seconds = end - start;
  const longest = TIME_STEPS[TIME_STEPS.length - 1] ?? 1;
  const step = TIME_STEPS.find((candidate) => seconds / candidate <= 7) ?? Math.ceil(seconds / 7 / longest) * longest;
  return { start, end: seconds > 0 ? end : start + 1, step };
}

/** The lines of an axis: the multiples of its step. */
export function ticksOf({ start, end, step }: Axis): number[] {
  const ticks: number[] = [];
  for (let i = Math.ceil(start / step - 1e-9); i * step <= end * (1 + 1e-9); i++) ticks.push(tidy(i * step));
  return ticks;
}

/** Round values of a logarithmic axis: 1, 2 and 5 (or only 1) times powers of ten within the bounds. */
export function logTicks(low: number, high: number): number[] {
  const factors = Math.log10(high / low) > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const value = tidy(factor * 10 ** power);
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}

/** A number beside the axis: `1,250`, `0.5`. */
export function tickLabel(value: number): string {
  const [whole = '', fraction] = String(tidy(value)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A value read off a chart, about three digits: `0.062`, `61.0`, `1,240`; whole numbers as they are. */
export function readingLabel(value: number): string {
  if (Number.isInteger(value)) return tickLabel(value);
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return decimals === 0 ? tickLabel(Math.round(value)) : value.toFixed(decimals);
}

/** Time since the start: `1:05`, or `1:02:05` from an hour on. */
export function clockLabel(seconds: number): string {
  const total = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** Rounds the binary dust off (0.30000000000000004). */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
