import { finishedOf, foldOf, planOf, secondOf, startedOf } from '../src/analyze/events.fixture.ts';
import type { RunResult } from '../src/core/result.ts';
import { count, perSecond, seconds } from '../src/core/units.ts';

/**
 * What a run at a constant rate of Poisson arrivals comes to, through Rampart's own fold.
 *
 * @param due when requests were due, s since its start; those after its end are left out.
 * @param took how long each took, s.
 * @param rate 1/s. @param length of the run, s.
 */
export function simulatedRun(due: readonly number[], took: readonly number[], rate: number, length: number): RunResult {
  const intervals: { ok: number[]; sent: number }[] = [];
  const secondAt = (index: number) => {
    while (intervals.length <= index) intervals.push({ ok: [], sent: 0 });
    return intervals[index] as { ok: number[]; sent: number };
  };
  due.forEach((instant, i) => {
    if (instant >= length) return;
    const time = took[i] as number;
    secondAt(Math.floor(instant)).sent++;
    secondAt(Math.floor(instant + time)).ok.push(Math.round(time * 1e6));
  });
  const constant = perSecond(rate);
  const plan = planOf({
    load: {
      model: 'open',
      arrivals: 'poisson',
      rate: [{ duration: seconds(length), from: constant, to: constant }],
      maxInFlight: count(100_000),
    },
  });
  const events = intervals.map(({ ok, sent }, index) =>
    secondOf(index, { ok, sentMore: sent - ok.length }, { phase: index < length ? 'measure' : 'drain', vus: 0 }),
  );
  return foldOf([startedOf(plan), ...events, finishedOf('completed', intervals.length)]).result();
}
