/** Flows and their steps: what a virtual user, or an arrival, does in turn. */
import type { Distribution } from './load-profile.ts';
import type { Count } from './units.ts';

/** What a virtual user, or an arrival, does: steps in turn. */
export interface Flow {
  readonly name: string;
  /** Of all that is begun, its share is this of the sum of all weights. With 0 it is never begun. */
  readonly weight: number;
  /** Whatever becomes of it, what it sends comes first of all. */
  readonly steps: readonly Step[];
  /** Of a plan with several targets: what it is without them. */
  readonly shared?: SharedFlow;
  /** Which of the plan's `loads` begins it. Absent: there is one load. */
  readonly load?: number;
}

/** A flow that goes to one of several targets each time: there is one of its own for each, in the order of the targets. */
export interface SharedFlow {
  readonly name: string;
  readonly weight: number;
  /** Null: all its requests have targets of their own, and there is one for all. */
  readonly target: number | null;
}

export type Step =
  /** `request`: which of the plan's. */
  | { readonly kind: 'request'; readonly request: number }
  | { readonly kind: 'pause'; readonly time: Distribution }
  | { readonly kind: 'repeat'; readonly times: Count; readonly steps: readonly Step[] }
  /** One of them, each as often as it weighs. */
  | { readonly kind: 'choose'; readonly of: readonly Branch[] }
  /** What is captured then is text. */
  | {
      readonly kind: 'if';
      readonly captured: string;
      readonly test: CapturedTest;
      readonly steps: readonly Step[];
      readonly otherwise: readonly Step[];
    }
  /** Measured as a whole, under a name that several may share. */
  | {
      readonly kind: 'group';
      readonly name: string;
      /** Of a plan with several targets: its name without that of its target. */
      readonly shared?: string;
      readonly steps: readonly Step[];
    };

export interface Branch {
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** What a captured value must be. */
export type CapturedTest =
  | { readonly kind: 'is' | 'is-not'; readonly values: readonly string[] }
  | { readonly kind: 'matches'; readonly pattern: string };
