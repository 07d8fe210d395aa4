/** Steps of a flow as a scenario file has them: each kind is known by the field that only it has. */
import * as z from 'zod';
import type { WrittenPath, WrittenStep } from './raw-settings.ts';
import type { RawStep, RawValue } from './raw-steps.ts';

/** Lists of steps within lists of steps. */
export const DEEPEST_STEPS = 8;
const MOST = 1_000;

export const nameSchema = z
  .string({ error: 'must be text' })
  .min(1, { error: 'is empty' })
  .max(100, { error: 'is longer than 100 characters' })
  .regex(/^[^\p{Cc}]*$/u, { error: 'has a line break or another control character' })
  // What each request, or each row, were to be called would be a row in every table.
  .refine((name) => !/\{\{\s*(?:row|seq|uuid|random|captured)\b/.test(name), {
    error: 'has a placeholder, and a name is the same for all that is sent under it',
  })
  .trim();

export const weightSchema = (description: string) =>
  z
    .number({ error: 'must be a number' })
    .min(0, { error: 'is negative' })
    .max(10_000, { error: 'is too much; at most 10000' })
    .refine((value) => Math.abs(value * 1e3 - Math.round(value * 1e3)) < 1e-6, {
      error: 'has more than three digits behind the point',
    })
    .optional()
    .describe(description);

export const several = <Part extends z.ZodType>(part: Part, what: string) =>
  z
    .array(part, { error: `must be a list of ${what}` })
    .min(1, { error: 'is empty' })
    .max(MOST, { error: `has too many ${what}; at most ${MOST}` });

const plain = z.union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, or true or false' });
const values = z.union([plain, z.array(plain).min(1)], { error: 'must be a value, or a list of values' }).optional();

const request = z.strictObject({ request: z.string({ error: 'must be the name of a request' }) });
const pause = z.strictObject({
  pause: z.union([z.string(), z.number()], { error: 'must be a time such as 1s-3s' }),
});
const repeat = z.strictObject({
  repeat: z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(MOST, { error: `is too often; at most ${MOST} times` }),
  get steps() {
    return several(stepSchema, 'steps');
  },
});
const choose = z.strictObject({
  get choose() {
    return several(
      z.strictObject(
        {
          weight: weightSchema('How often it is chosen, beside the others (default 1)'),
          // Without any: nothing is done.
          steps: z.array(stepSchema, { error: 'must be a list of steps' }).max(MOST, { error: 'has too many steps' }),
        },
        { error: 'must be an object with steps, and a weight' },
      ),
      'choices',
    );
  },
});
const condition = z.strictObject({
  if: z.string({ error: 'must be the name of a captured value' }),
  is: values,
  isNot: values,
  matches: z.string({ error: 'must be a regular expression' }).optional(),
  get steps() {
    return several(stepSchema, 'steps');
  },
  get else() {
    return several(stepSchema, 'steps').optional();
  },
});
const group = z.strictObject({
  group: nameSchema,
  get steps() {
    return several(stepSchema, 'steps');
  },
});

const KINDS = { request, pause, repeat, choose, if: condition, group } as const;
const KNOWN = 'must be the name of a request, or an object with pause, repeat, choose, if, group or request';

export const stepSchema: z.ZodType<RawStep> = z.lazy(() =>
  z.union([z.string(), request, pause, repeat, choose, condition, group], { error: KNOWN }),
);

/** What kind of step an object is meant to be, and which fields that has; null: none. */
export function kindOfStep(raw: unknown): { readonly schema: z.ZodType; readonly fields: readonly string[] } | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  const kind = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find((each) => each in raw);
  return kind === undefined ? null : { schema: KINDS[kind], fields: Object.keys(KINDS[kind].shape) };
}

/** All fields that make a step what it is. */
export const STEP_KINDS: readonly string[] = Object.keys(KINDS);

/** The place of the first list of steps that lies within too many others; null: none does. Looks no deeper than that. */
export function tooDeep(steps: unknown, path: WrittenPath, depth = 0): WrittenPath | null {
  if (!Array.isArray(steps)) return null;
  if (depth > DEEPEST_STEPS) return path;
  for (const [place, step] of steps.entries()) {
    const { steps: own, else: otherwise, choose: choices } = fieldsOf(step);
    const lists: [unknown, WrittenPath][] = [
      [own, ['steps']],
      [otherwise, ['else']],
      ...(Array.isArray(choices) ? choices : []).map((choice: unknown, at): [unknown, WrittenPath] => [
        fieldsOf(choice)['steps'],
        ['choose', at, 'steps'],
      ]),
    ];
    for (const [list, within] of lists) {
      const found = tooDeep(list, [...path, place, ...within], depth + 1);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Of an object; anything else has none. */
const fieldsOf = (raw: unknown): Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};

export function writtenStep(step: RawStep): WrittenStep {
  if (typeof step === 'string') return { request: step };
  if ('request' in step) return step;
  if ('pause' in step) return { pause: String(step.pause) };
  if ('choose' in step)
    return { choose: step.choose.map(({ weight = 1, steps }) => ({ weight, steps: steps.map(writtenStep) })) };
  const steps = step.steps.map(writtenStep);
  if ('repeat' in step) return { repeat: step.repeat, steps };
  if ('group' in step) return { group: step.group, steps };
  const texts = (value: RawValue): readonly string[] => [value].flat().map(String);
  return {
    if: step.if,
    ...(step.is === undefined ? {} : { is: texts(step.is) }),
    ...(step.isNot === undefined ? {} : { isNot: texts(step.isNot) }),
    ...(step.matches === undefined ? {} : { matches: step.matches }),
    steps,
    else: (step.else ?? []).map(writtenStep),
  };
}
