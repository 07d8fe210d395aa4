/** The documented shape of what a virtual user goes through. */
import * as z from 'zod';
import { thinkTime } from './load-schema.ts';
import { count, type TimeUnit, text } from './schema-fields.ts';

const stepKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('What the step is.');

/** Steps within steps: a type that has itself in it must be said. */
type StepShape =
  | { readonly kind: 'request'; readonly request: number }
  | { readonly kind: 'pause'; readonly time: z.infer<ReturnType<typeof thinkTime>> }
  | { readonly kind: 'repeat'; readonly times: number; readonly steps: readonly StepShape[] }
  | {
      readonly kind: 'choose';
      readonly of: readonly { readonly weight: number; readonly steps: readonly StepShape[] }[];
    }
  | {
      readonly kind: 'if';
      readonly captured: string;
      readonly test:
        | { readonly kind: 'is' | 'is-not'; readonly values: readonly string[] }
        | { readonly kind: 'matches'; readonly pattern: string };
      readonly steps: readonly StepShape[];
      readonly otherwise: readonly StepShape[];
    }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly shared?: string;
      readonly steps: readonly StepShape[];
    };

function stepsOf(unit: TimeUnit): z.ZodType<readonly StepShape[]> {
  const steps: z.ZodType<readonly StepShape[]> = z.lazy(() => z.array(step));
  const step: z.ZodType<StepShape> = z.discriminatedUnion('kind', [
    z.strictObject({ kind: stepKind('request'), request: count('Which of `requests`, from 0.') }),
    z.strictObject({ kind: stepKind('pause'), time: thinkTime(unit).describe('How long.') }),
    z.strictObject({
      kind: stepKind('repeat'),
      times: count('How often.'),
      steps: steps.describe('What is gone through so often.'),
    }),
    z.strictObject({
      kind: stepKind('choose'),
      of: z
        .array(
          z.strictObject({
            weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
            steps: steps.describe('In turn.'),
          }),
        )
        .describe('One of them.'),
    }),
    z.strictObject({
      kind: stepKind('if'),
      captured: text('The captured value that it depends on.'),
      test: z
        .discriminatedUnion('kind', [
          z.strictObject({
            kind: z.enum(['is', 'is-not']).describe('How it is tested.'),
            values: z.array(z.string()).describe('It is one of them, or none.'),
          }),
          z.strictObject({
            kind: z.literal('matches').describe('How it is tested.'),
            pattern: text('A regular expression.'),
          }),
        ])
        .describe('What that must be.'),
      steps: steps.describe('If it is.'),
      otherwise: steps.describe('If it is not.'),
    }),
    z.strictObject({
      kind: stepKind('group'),
      name: text('As tables show it; the key in `groups`.'),
      shared: text('Of several targets: its name without that of its target.').exactOptional(),
      steps: steps.describe('What is measured together.'),
    }),
  ]);
  return steps;
}

export const flow = (unit: TimeUnit) =>
  z
    .strictObject({
      name: text('As tables show it; the key in `flows` of the result.'),
      weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
      steps: stepsOf(unit).describe('In turn.'),
      load: count('Which of `loads` begins it, from 0. Absent: there is one load.').exactOptional(),
      shared: z
        .strictObject({
          name: text('Its name without that of its target.'),
          weight: z.number().nonnegative().describe('Of all its targets together.'),
          target: z
            .int()
            .nonnegative()
            .nullable()
            .describe('Which of `targets` it goes to, from 0; null: its requests say it.'),
        })
        .exactOptional()
        .describe('Of several targets: what it is without them. Absent: there is one.'),
    })
    .describe('What a virtual user, or an arrival, does.');
