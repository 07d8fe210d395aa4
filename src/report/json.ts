/** Writes `result.json`, in an order that stays. */
import { breakingPointInMillis, changeInMillis, type InMillis, planInMillis } from '../core/in-millis.ts';
import type { RunResult } from '../core/result.ts';
import { inertJson } from './html/escape.ts';

/** The order of the parts in the file. */
export const RESULT_PARTS = [
  'format',
  'tool',
  'run',
  'plan',
  'verdict',
  'until',
  'totals',
  'rates',
  'latency',
  'streams',
  'goodput',
  'series',
  'flows',
  'groups',
  'regions',
  'tags',
  'targetRatios',
  'ramp',
  'timeline',
  'changes',
  'generator',
  'failures',
  'breakingPoint',
  'abortedBy',
  'decoded',
  'redirects',
  'functions',
  'teardown',
  'traces',
  'outputs',
] as const satisfies readonly (keyof RunResult)[];

/** Fails to compile when a part of the result is not in the list. */
true satisfies Exclude<keyof RunResult, (typeof RESULT_PARTS)[number]> extends never ? true : false;

/**
 * `result.json`: indented, with a stable order, so that two results can be compared as text. Each point of the timeline
 * is one line, which keeps a long run's file short enough to look at. Ends in a line break.
 */
export function toResultJson(measured: RunResult): string {
  const result = resultInMillis(measured);
  const parts = RESULT_PARTS.filter((part) => result[part] !== undefined).map((part) => {
    if (part === 'timeline') return `  "timeline": ${lines(result.timeline)}`;
    // A line break within JSON is always between tokens: in strings it is escaped.
    return `  "${part}": ${JSON.stringify(result[part], null, 2).replaceAll('\n', '\n  ')}`;
  });
  return inertJson(`{\n${parts.join(',\n')}\n}\n`);
}

/** A result as its file has it. */
export type ResultFile = InMillis<RunResult>;

export function resultInMillis({ plan, changes, breakingPoint, ...rest }: RunResult): ResultFile {
  return {
    ...rest,
    plan: planInMillis(plan),
    ...(changes === undefined ? {} : { changes: changes.map(changeInMillis) }),
    ...(breakingPoint === undefined ? {} : { breakingPoint: breakingPointInMillis(breakingPoint) }),
  };
}

function lines(points: RunResult['timeline']): string {
  return points.length === 0 ? '[]' : `[\n${points.map((point) => `    ${JSON.stringify(point)}`).join(',\n')}\n  ]`;
}
