/** Runs in virtual time as `compare` gets them: of builds and machines that differ, or do not. */
import { compareRuns, type SideInput } from '../../src/analyze/compare/comparison.ts';
import { figuresOf } from '../../src/analyze/compare/figures.ts';
import { fewLooks } from '../../src/analyze/compare/looks.ts';
import type { Comparison, RunFigures } from '../../src/core/comparison.ts';
import type { RunResult } from '../../src/core/result.ts';
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

/** How the head differs from the base, as so many times: what it serves takes, or each response as a whole. */
export type Slower = { readonly service: number } | { readonly response: number };

/** A run in virtual time, not yet summarised. */
export interface Simulated {
  readonly seconds: number;
  readonly seed: number;
  /** Which one it was, of both sides together. */
  readonly turn: number;
  /** When requests were sent, and how long each took, s. */
  readonly arrivals: readonly number[];
  readonly took: readonly number[];
}

export interface Paired {
  readonly base: Simulated;
  readonly head: Simulated;
}

/** Pairs of runs without an end, measured in turns in blocks of random order. */
export function* pairsOf(
  law: Law,
  machine: Machine,
  slower: Slower,
  seed: number,
  seconds: number = RUN.seconds,
): Generator<Paired, never> {
  const random = new Random(seed, 11);
  // The wandering forgets half of itself in ten runs.
  const memory = 0.5 ** (1 / 10);
  let wandered = machine.wander * random.normal();
  const [service, response] = 'service' in slower ? [slower.service, 1] : [1, slower.response];
  for (let turn = 0; ; turn += 2) {
    const first = random.uniform() < 0.5 ? 0 : 1;
    const runs: Simulated[] = [];
    for (const [place, side] of [first, 1 - first].entries()) {
      wandered = memory * wandered + Math.sqrt(1 - memory ** 2) * machine.wander * random.normal();
      const speed = Math.exp(wandered + machine.jitter * random.normal());
      const [serves, responds] = side === 1 ? [service, response] : [1, 1];
      runs[side] = simulated(law, {
        ...{ serves: serves * speed, responds, seconds, side },
        ...{ seed: seed * 100 + (turn >> 1), turn: turn + place },
      });
    }
    yield { base: runs[0] as Simulated, head: runs[1] as Simulated };
  }
}

interface Run {
  readonly serves: number;
  readonly responds: number;
  readonly seconds: number;
  readonly side: number;
  readonly seed: number;
  readonly turn: number;
}

function simulated(law: Law, { serves, responds, seconds, side, seed, turn }: Run): Simulated {
  // Both runs of a pair have the same arrivals, as when they are measured with one seed.
  const random = new Random(seed, 7);
  const mean = 1 / RUN.perSecond;
  const scale = serves * mean * law.servers * RUN.load;
  const arrivals: number[] = [];
  for (let at = random.exponential(mean); at < seconds; at += random.exponential(mean)) arrivals.push(at);
  const done = queue(law.servers, (draw) => scale * law.service(draw)).open(
    Float64Array.from(arrivals),
    new Random(seed, 8 + side),
  );
  const took = arrivals.map((at, i) => responds * ((done[i] as number) - at));
  return { seconds, seed, turn, arrivals, took };
}

/** By Rampart's own fold, with all that a result has. */
export function resultOf({ seconds, seed, turn, arrivals, took }: Simulated): RunResult {
  const result = simulatedRun(arrivals, took, RUN.perSecond, seconds);
  const startedAt = new Date(Date.UTC(2026, 0, 1) + turn * 1_000 * (seconds + 10)).toISOString();
  return { ...result, run: { ...result.run, id: `${seed}`, startedAt } };
}

export const foldedFigures = (run: Simulated): RunFigures => figuresOf(resultOf(run));

/**
 * The same figures, counted out: of runs of hundreds of thousands of requests, of which nothing else is needed.
 *
 * @param like figures of another run of the same kind.
 */
export function countedFigures(run: Simulated, like: RunFigures): RunFigures {
  const { seconds, turn, arrivals, took } = run;
  const sorted = Float64Array.from(took).sort();
  const at = (p: number): number => 1e3 * (sorted[Math.ceil(p * sorted.length) - 1] as number);
  const inTime = took.filter((time, i) => (arrivals[i] as number) + time < seconds).length;
  const { curve: _, ...rest } = like;
  return {
    ...rest,
    id: `${run.seed}-${turn}`,
    startedAt: new Date(Date.UTC(2026, 0, 1) + turn * 1_000 * (seconds + 10)).toISOString(),
    requests: took.length,
    values: { ...like.values, p50: at(0.5), p95: at(0.95), p99: at(0.99), throughput: inTime / seconds, errors: 0 },
  };
}

/** What `compare` says of targets that it measures in turns: it looks after five pairs, and at the end. */
export function comparedInTurns(
  pairs: Iterator<Paired>,
  most: number,
  margin: number,
  figures: (run: Simulated) => RunFigures = foldedFigures,
): Comparison {
  const looks = fewLooks(most);
  const sides: [SideInput['runs'][number][], SideInput['runs'][number][]] = [[], []];
  for (let count = 1; ; count++) {
    const { base, head } = pairs.next().value as Paired;
    sides[0].push({ from: `base ${count}`, figures: figures(base) });
    sides[1].push({ from: `head ${count}`, figures: figures(head) });
    if (!looks.at.includes(count)) continue;
    const [left, right] = [
      { label: 'base', runs: sides[0] },
      { label: 'head', runs: sides[1] },
    ];
    const comparison = compareRuns(left, right, { margin, version: '', confidence: looks.confidenceAt(count) });
    if (comparison.verdict !== 'undecided' || count >= most) return comparison;
  }
}
