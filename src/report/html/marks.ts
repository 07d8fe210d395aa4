/** Instants that are marked in all pictures over time. */
import { amountOf, changeLabel } from '../../analyze/changes.ts';
import type { BreakingPoint } from '../../core/breaking-point.ts';
import type { Ending } from '../../core/event.ts';
import { durationOf, isEndless, stagesOf } from '../../core/plan.ts';
import type { RunResult } from '../../core/result.ts';
import { toSeconds } from '../../core/units.ts';
import type { Mark } from '../client/picture.ts';
import { breakLabel } from './load-pictures.ts';

/** Labels beyond this many stages would only cover each other. */
const STAGES = 40;
/** Edits nearer to each other than this part of the run are one mark, which says what the last of them led to. */
const NEAREST = 1 / 150;
/** A run that ends this much before its planned end, s, was cut short. */
const EARLY = 0.5;

/** The instants of a run at which something changed, in their order. */
export function marksOf(result: RunResult): Mark[] {
  const { breakingPoint } = result;
  if (breakingPoint !== undefined) return [...breakMarks(breakingPoint), ...endMarks(result)];
  const { plan, timeline } = result;
  const early = !isEndless(plan.load) && endOf(timeline) < toSeconds(durationOf(plan.load)) - EARLY;
  return [...stageMarks(result), ...changeMarks(result), ...(early ? endMarks(result) : [])].sort(
    (a, b) => a.at - b.at,
  );
}

/** Where a stage of the plan begins: of what is left of it by the first edit. */
function stageMarks({ plan, timeline, changes = [] }: RunResult): Mark[] {
  const { load } = plan;
  const edited = changes.find(({ type }) => type === 'edited');
  const end = Math.min(endOf(timeline), edited === undefined ? Number.POSITIVE_INFINITY : toSeconds(edited.at));
  const marks: Mark[] = [];
  let at = 0;
  stagesOf(load).forEach(({ from, to, duration }, place) => {
    const users = load.model === 'mixed' ? load.vus[place] : undefined;
    const beside = users === undefined ? '' : `${amountOf({ model: 'closed' }, users.to)}, `;
    const flat = from === to && users?.from === users?.to;
    const amount = `${beside}${amountOf(load, to)}`;
    if (at > 0 && at < end && duration > 0) marks.push({ at, label: flat ? amount : `→ ${amount}` });
    at += toSeconds(duration);
  });
  return marks.length > STAGES ? [] : marks;
}

function changeMarks({ timeline, changes = [] }: RunResult): Mark[] {
  const nearest = NEAREST * endOf(timeline);
  const marks: Mark[] = [];
  let last: Mark | null = null;
  for (const change of changes) {
    const label = change.type === 'reset' ? changeLabel(change) : `edit: ${changeLabel(change)}`;
    const mark = { at: toSeconds(change.at), label };
    if (change.type === 'reset') marks.push(mark);
    else {
      if (last !== null && mark.at - last.at < nearest) marks.splice(marks.indexOf(last), 1);
      marks.push(mark);
      last = mark;
    }
  }
  return marks;
}

/** Where the load first passed the breaking point. */
function breakMarks(found: BreakingPoint): Mark[] {
  const { levels, unit, estimate } = found;
  const label = breakLabel(found);
  if (label === null || estimate === null) return [];
  const first = levels.find(({ load }) =>
    load.model === 'closed' ? unit === 'vus' && load.vus >= estimate : unit !== 'vus' && load.ratePerSec >= estimate,
  );
  return first === undefined ? [] : [{ at: toSeconds(first.startedAfter), label }];
}

/** Where a run was cut short: by hand, by Ctrl-C, by itself, or by the loss of a thread. */
function endMarks({ run, timeline }: RunResult): Mark[] {
  const cut: readonly Ending[] = ['stopped', 'interrupted', 'aborted', 'lost'];
  return cut.includes(run.ending) ? [{ at: endOf(timeline), label: run.ending }] : [];
}

const endOf = (timeline: RunResult['timeline']): number => timeline.at(-1)?.t ?? 0;
