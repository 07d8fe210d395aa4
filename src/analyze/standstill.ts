/**
 * Times in which the generator's process stood still (a suspended machine, a stopped container), and the doubts they
 * raise.
 */

import type { StandstillResult } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { joinStandstills, type Standstill } from '../core/standstill.ts';
import type { Doubt } from '../core/verdict.ts';
import { inMs } from './latency.ts';
import { counted, formatClock, formatCount, formatMs } from './wording.ts';

/** The loop's delay is noticed a moment after the standstill's end, µs. */
const AFTERMATH = 60_000;
/** A run of which the generator missed more than this share is none. */
const MOST_MISSED = 0.5;

/** When the generator stood still: what lies in there says nothing about the target. Instants in µs since the start. */
export class StandstillFold {
  /** The standstills of all threads in order of time; those that overlap are one. */
  #all: Standstill[] = [];

  /** Whether there is anything new. */
  add({ generator }: IntervalSnapshot): boolean {
    const fresh = generator?.standstills ?? [];
    if (fresh.length === 0) return false;
    this.#all = joinStandstills([...this.#all, ...fresh]);
    return true;
  }

  /** Whether an interval has a part in one of them. */
  touches({ startAt, endAt }: { readonly startAt: number; readonly endAt: number }): boolean {
    return this.#all.some(({ from, to }) => startAt < to + AFTERMATH && endAt > from);
  }

  /** How much of a stretch of time they take, µs. */
  partOf(startAt: number, endAt: number): number {
    return this.#all.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, endAt) - Math.max(from, startAt)), 0);
  }

  /** The standstills that overlap a stretch of time. */
  within(startAt: number, endAt: number): StandstillResult[] {
    return this.#all
      .filter(({ from, to }) => from < endAt && to > startAt)
      .map(({ from, to, lasted }) => ({ from: inSeconds(from), to: inSeconds(to), lastedMs: inMs(lasted) }));
  }
}

const inSeconds = (micros: number): number => Math.round(micros / 1e3) / 1e3;

/** What came of the standstills in the measured time. */
export interface Missed {
  readonly standstills: readonly StandstillResult[];
  /** Requests that were under way, and arrivals that were due, meanwhile. */
  readonly leftOut: number;
  readonly skipped: number;
  /** The measured time without them, ms. */
  readonly measuredMs: number;
}

/** At most one doubt. */
export function standstillDoubts({ standstills, leftOut, skipped, measuredMs }: Missed): Doubt[] {
  const [first] = standstills;
  if (first === undefined) return [];
  const longest = standstills.reduce((most, one) => (one.lastedMs > most.lastedMs ? one : most), first);
  const total = standstills.reduce((sum, { lastedMs }) => sum + lastedMs, 0);
  const missedMs = standstills.reduce((sum, { from, to }) => sum + (to - from) * 1e3, 0);
  const stretch = `${formatMs(longest.lastedMs)} from ${formatClock(longest.from)}`;
  const often =
    standstills.length === 1
      ? `for ${stretch}`
      : `${formatCount(standstills.length)} times, for ${formatMs(total)} in all (the longest ${stretch})`;
  const left = `${counted(leftOut, 'request')} of ${standstills.length === 1 ? 'that stretch' : 'those stretches'} ${leftOut === 1 ? 'is' : 'are'} left out`;
  const unsent =
    skipped > 0 ? `, and ${counted(skipped, 'request')} due in it ${skipped === 1 ? 'was' : 'were'} not sent` : '';
  const suspended = longest.lastedMs > 2 * (longest.to - longest.from) * 1e3;
  return [
    {
      code: 'stood-still',
      message: `The generator stood still ${often}; ${left}${unsent}.`,
      hint: suspended
        ? 'The machine was suspended, or its clock was set forward: keep it awake, and run again.'
        : 'The process was stopped, or its machine, virtual machine or container was paused: run again for the whole.',
      invalidates: missedMs > MOST_MISSED * (missedMs + measuredMs),
    },
  ];
}

/** A clock that was set by less than this, less what a suspension explains, is not told of, ms. */
const NOTABLE = 1_000;

/**
 * A doubt about a wall clock that was set during the run. Nothing is measured by it, but readers compare its times with
 * other logs.
 */
export function clockDoubts(setBy: number, { standstills }: Pick<Missed, 'standstills'>): Doubt[] {
  const suspended = standstills.reduce((sum, { from, to, lastedMs }) => sum + lastedMs - (to - from) * 1e3, 0);
  const left = setBy - suspended;
  if (Math.abs(left) < NOTABLE) return [];
  const message =
    `The clock of this machine was set ${left < 0 ? 'back' : 'forward'} by ${formatClock(Math.abs(left) / 1e3)} under way. ` +
    'No duration depends on it; times of day are those of the start and the time since.';
  const hint = 'Compare them with other logs with care.';
  return [{ code: 'clock-set', message, hint, invalidates: false }];
}
