/**
 * What an arrival of its own costs a segment, by how many there are: `npm run bench:schedule`. CPU time of this process, the
 * least of several rounds, since a busy machine only adds to it.
 */
import { count, perSecond, seconds } from '../src/core/units.ts';
import { Arrivals, type OpenProfile } from '../src/load/arrivals.ts';

const ROUNDS = 15;
const ARRIVALS = 30_000;

const rate = perSecond(1e6);
const stages = [{ duration: seconds(1e6), from: rate, to: rate }];

function nanosecondsOf(arrivals: OpenProfile['arrivals'], segments: number): number {
  const profile: OpenProfile = { model: 'open', arrivals, rate: stages, maxInFlight: count(1) };
  const schedule = new Arrivals(profile, 7, { index: segments >> 1, count: segments }, null);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < ARRIVALS; n++) schedule.take();
    least = Math.min(least, (1e3 * process.cpuUsage(before).user) / ARRIVALS);
  }
  return Math.round(least);
}

process.stdout.write('segments   uniform   poisson   bursty:4   (ns of CPU for each arrival of one segment)\n');
for (const segments of [1, 2, 10, 100, 1_000, 10_000]) {
  const row = (['uniform', 'poisson', { bursty: count(4) }] as const).map((each) => nanosecondsOf(each, segments));
  process.stdout.write(`${String(segments).padStart(8)}${row.map((value) => String(value).padStart(10)).join('')}\n`);
}
