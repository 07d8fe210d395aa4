import type { SideInput } from '../../src/analyze/compare/comparison.ts';
import { figuresOf } from '../../src/analyze/compare/figures.ts';
import { Random } from '../../src/load/random.ts';
import { queue } from '../accuracy/server.ts';
import type { Law } from '../intervals/laws.ts';
import { simulatedRun } from '../simulated-run.ts';

/** What every run of a comparison is: Poisson arrivals at a constant rate against a target that is fresh at its start. */
export const RUN = { perSecond: 100, seconds: 20, load: 0.5 } as const;

/** How a machine differs from itself. */
export interface Machine {
  readonly name: string;
  /** Deviation of ln speed from run to run, and of the slow wandering that neighbours share. */
  readonly jitter: number;
  readonly wander: number;
}

export const MACHINES: readonly Machine[] = [
  { name: 'steady', jitter: 0.005, wander: 0 },
  { name: 'a little different at each start', jitter: 0.02, wander: 0 },
  { name: 'wandering by 10 %', jitter: 0.01, wander: 0.1 },
];

/**
 * Pairs of runs, measured in turns in blocks of random order. @param slower how many times as long the head serves.
 */
export function pairsOf(
  law: Law,
  machine: Machine,
  slower: number,
  pairs: number,
  seed: number,
): [SideInput, SideInput] {
  const random = new Random(seed, 11);
  const sides = [[], []] as SideInput['runs'][number][][];
  // The wandering forgets half of itself in ten runs.
  const memory = 0.5 ** (1 / 10);
  let wandered = machine.wander * random.normal();
  let first = 0;
  for (let turn = 0; turn < 2 * pairs; turn++) {
    if (turn % 2 === 0) first = random.uniform() < 0.5 ? 0 : 1;
    const side = turn % 2 === 0 ? first : 1 - first;
    wandered = memory * wandered + Math.sqrt(1 - memory ** 2) * machine.wander * random.normal();
    const speed = Math.exp(wandered + machine.jitter * random.normal());
    const result = runOf(law, (side === 1 ? slower : 1) * speed, seed * 100 + (turn >> 1), side, turn);
    sides[side]?.push({ from: `${turn}`, figures: figuresOf(result) });
  }
  const [base = [], head = []] = sides;
  return [
    { label: 'base', runs: base },
    { label: 'head', runs: head },
  ];
}

function runOf(law: Law, slower: number, seed: number, side: number, turn: number) {
  // Both runs of a pair have the same arrivals, as when they are measured with one seed.
  const random = new Random(seed, 7);
  const mean = 1 / RUN.perSecond;
  const scale = slower * mean * law.servers * RUN.load;
  const arrivals: number[] = [];
  for (let at = random.exponential(mean); at < RUN.seconds; at += random.exponential(mean)) arrivals.push(at);
  const done = queue(law.servers, (draw) => scale * law.service(draw)).open(
    Float64Array.from(arrivals),
    new Random(seed, 8 + side),
  );
  const took = arrivals.map((at, i) => (done[i] as number) - at);
  const result = simulatedRun(arrivals, took, RUN.perSecond, RUN.seconds);
  const startedAt = new Date(Date.UTC(2026, 0, 1) + turn * 30_000).toISOString();
  return { ...result, run: { ...result.run, id: `${seed}`, startedAt } };
}
