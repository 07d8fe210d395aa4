/** Runs at rising numbers of users -> what people choose an operating point by. Pure. */

import type { RunResult } from '../core/result.ts';
import type { Sweep, SweepLevel, SweepTier } from '../core/sweep.ts';
import type { Check } from '../core/verdict.ts';
import { figuresOf } from './compare/figures.ts';
import { frontOf } from './front.ts';

export interface SweptLevel {
  readonly vus: number;
  readonly from: string;
  readonly result: RunResult;
}

export interface Tier {
  readonly name: string;
  readonly slos: readonly string[];
}

/** @param runs one for each level, in any order. */
export function sweepOf(
  runs: readonly SweptLevel[],
  tiers: readonly Tier[],
  { target, version }: { readonly target: string; readonly version: string },
): Sweep {
  const sorted = runs.toSorted((a, b) => a.vus - b.vus);
  const streamed = sorted.some(({ result }) => result.streams !== undefined);
  const levels = sorted.map((one) => levelOf(one, streamed));
  const front = frontOf(
    levels.filter(({ leftOut, perUser }) => leftOut === undefined && perUser !== null),
    ({ perUser, inAll }) => [perUser ?? 0, inAll],
  );
  return {
    format: 1,
    tool: { name: 'rampart', version },
    target,
    streamed,
    levels: levels.map((level) => ({ ...level, pareto: front.includes(level) })),
    tiers: tiers.map((tier) => tierOf(tier, sorted, levels)),
    doubts: levels.flatMap(({ vus, leftOut }) =>
      leftOut === undefined ? [] : [`The level of ${usersText(vus)} says nothing of the target: ${leftOut}`],
    ),
  };
}

export const usersText = (vus: number): string => (vus === 1 ? 'one user' : `${vus} users`);

function levelOf({ vus, from, result }: SweptLevel, streamed: boolean): SweepLevel {
  const { totals, rates, latency, streams, goodput } = result;
  const { leftOut } = figuresOf(result);
  const ended = totals.ok + totals.failed;
  const { timeToFirstToken: ttft, timePerOutputToken: tpot } = latency;
  const tpotP50 = tpot?.p50 ?? null;
  return {
    ...{ vus, id: result.run.id, from },
    ...(leftOut === undefined ? {} : { leftOut }),
    achievedPerSec: rates.achievedPerSec,
    errors: ended === 0 ? null : totals.failed / ended,
    p50: latency.responseWithFailures.p50,
    p95: latency.responseWithFailures.p95,
    ...(ttft === undefined ? {} : { ttftP50: ttft.p50, ttftP95: ttft.p95 }),
    ...(tpot === undefined ? {} : { tpotP50, tpotP95: tpot.p95 }),
    ...(streams === undefined ? {} : { tokensPerSec: streams.outputTokensPerSec }),
    ...(goodput === undefined ? {} : { goodput: goodput.share, goodPerSec: goodput.perSec }),
    perUser: streamed ? (tpotP50 === null || tpotP50 === 0 ? null : 1_000 / tpotP50) : rates.achievedPerSec / vus,
    inAll: streamed ? (streams?.outputTokensPerSec ?? 0) : rates.achievedPerSec,
    pareto: false,
  };
}

function tierOf({ name, slos }: Tier, runs: readonly SweptLevel[], levels: readonly SweepLevel[]): SweepTier {
  const checks = runs.map(({ result }) =>
    slos.flatMap((slo) => result.verdict.checks.find(({ threshold }) => threshold === slo) ?? []),
  );
  const held = checks.map((all, i) => heldBy(all, slos.length, levels[i]?.leftOut !== undefined));
  const broken = held.indexOf('broken');
  const firstNot = held.findIndex((each) => each !== 'held' && each !== 'not-sure');
  const last = firstNot < 0 ? held.length - 1 : firstNot - 1;
  return {
    ...{ name, slos, held },
    upTo: levels[last]?.vus ?? null,
    brokenAt: broken < 0 ? null : (levels[broken]?.vus ?? null),
    brokenBy: (checks[broken] ?? []).flatMap(({ outcome, threshold }) => (outcome === 'broken' ? [threshold] : [])),
  };
}

function heldBy(checks: readonly Check[], wanted: number, isVoid: boolean): SweepTier['held'][number] {
  if (checks.some(({ outcome }) => outcome === 'broken')) return isVoid ? 'unknown' : 'broken';
  if (isVoid || checks.length < wanted || checks.some(({ outcome }) => outcome === 'unknown')) return 'unknown';
  return checks.some(({ outcome }) => outcome === 'not-sure') ? 'not-sure' : 'held';
}
