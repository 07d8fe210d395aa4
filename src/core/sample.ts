/**
 * What became of one request. The order is the order of codes on the hot path and of columns in tables.
 * `aborted` is a request that the run itself gave up at its end; it is a failure of nobody, but it is counted.
 * `stream-cut`: a streamed response ended, or its connection did, before it was whole. `stream-error`: it told of an error
 * itself, after it had begun as a success.
 * `cancelled`: the user had left, as the plan says; a failure of nobody either.
 * `capture-failed`: the response is right, but lacks what later steps of its flow are made of.
 * `function-failed`: a function of the scenario threw, or gave what cannot be sent: the request was not made, or its response not checked.
 */
export const OUTCOMES = [
  'ok',
  'http-error',
  'wrong-answer',
  'timeout',
  'connect-error',
  'reset',
  'protocol-error',
  'aborted',
  'capture-failed',
  'stream-cut',
  'stream-error',
  'cancelled',
  'function-failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Failures that had a whole response. */
export const ANSWERED = [
  'http-error',
  'wrong-answer',
  'capture-failed',
  'stream-error',
] as const satisfies readonly Outcome[];

/** Of each outcome, by its code: whether the response came to its end. */
export const IS_WHOLE: readonly boolean[] = OUTCOMES.map(
  (outcome) => outcome === 'ok' || (ANSWERED as readonly Outcome[]).includes(outcome),
);

/** Index into OUTCOMES: the hot path compares small integers, never strings. */
export type OutcomeCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

export const OUTCOME_CODE = {
  ok: 0,
  'http-error': 1,
  'wrong-answer': 2,
  timeout: 3,
  'connect-error': 4,
  reset: 5,
  'protocol-error': 6,
  aborted: 7,
  'capture-failed': 8,
  'stream-cut': 9,
  'stream-error': 10,
  cancelled: 11,
  'function-failed': 12,
} as const satisfies Record<Outcome, OutcomeCode>;

/** Ended, and neither a success nor a failure. */
export const unjudgedIn = ({ aborted = 0, cancelled = 0 }: Readonly<Partial<Record<Outcome, number>>>): number =>
  aborted + cancelled;
