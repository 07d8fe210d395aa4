/** Whether parts of events that go into a result unchanged have the documented shape. */
import type * as z from 'zod';
import type { RunEvent } from '../core/event.ts';
import { breakingPointSchemaIn } from './breaking-point-schema.ts';
import { changesSchemaIn } from './changes-schema.ts';
import { planSchemaIn } from './plan-schema.ts';

const PLAN = planSchemaIn('µs');
const CHANGES = changesSchemaIn('µs');
const BREAKING_POINT = breakingPointSchemaIn('µs');

/** What is wrong with a part of an event that stands in a result as it is: `plan.load.vus: …`; null: nothing. */
export function partProblem(event: RunEvent): string | null {
  switch (event.type) {
    case 'started':
      return problemOf('plan', PLAN.safeParse(event.plan));
    case 'edited':
    case 'reset':
      return problemOf('', CHANGES.safeParse([event]), 1);
    case 'answer':
      return problemOf('breakingPoint', BREAKING_POINT.safeParse(event.breakingPoint));
    default:
      return null;
  }
}

/** @param skipped the first of the path, which are ours. */
function problemOf(field: string, parsed: z.ZodSafeParseResult<unknown>, skipped = 0): string | null {
  if (parsed.success) return null;
  const [issue] = parsed.error.issues;
  const path = [field, ...(issue?.path.slice(skipped).map(String) ?? [])].filter((part) => part !== '').join('.');
  return `${path}: ${issue?.message ?? 'is not as it must be'}`;
}
