import type { DoubtCode } from '../src/core/verdict.ts';

/** What a verdict says where something else had the cores, or the whole machine slept. */
export const OF_THE_MACHINE: ReadonlySet<DoubtCode> = new Set([
  'send-lag',
  'loop-delay',
  'stood-still',
  'generator-saturated',
  'cpu-contended',
  'clock-set',
]);
