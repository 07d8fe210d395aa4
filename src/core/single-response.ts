/** What came of a single request outside a load. */
import type { Outcome } from './sample.ts';

/** What came of a single request of a plan: nothing in it is masked. */
export interface SingleResponse {
  /** The name of the request. */
  readonly request: string;
  readonly outcome: Outcome;
  /** 0: none came. */
  readonly status: number;
  /** Why it would count as a failure; empty: it would not. */
  readonly message: string;
  /** What was expected and what came, where a check refuses the response; else empty. */
  readonly example: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Uncompressed; null where it is no text, or larger than checks read (1 MiB). */
  readonly body: string | null;
  /** As they came: of the body, 0 where it is too large to be kept. */
  readonly bodyBytes: number;
  /** Secret values that its row gave to the request. */
  readonly sentSecrets: readonly string[];
  /** From the instant it was due, ms; the connect is in it. */
  readonly responseMs: number;
  readonly connectMs: number;
  /** It was followed piece by piece. */
  readonly streamed: boolean;
}
