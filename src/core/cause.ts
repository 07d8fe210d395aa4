/**
 * Causes of failure that the run itself is judged by: the messages a driver gives them and the judgement knows them by.
 */

/** What the generator's machine can run out of when it opens a connection, by the system's error code. */
export const EXHAUSTION = {
  EADDRNOTAVAIL: 'the generator is out of ports (EADDRNOTAVAIL)',
  EMFILE: 'the generator is out of file descriptors (EMFILE)',
  ENFILE: "the generator's system is out of file descriptors (ENFILE)",
  ENOBUFS: "the generator's system is out of memory for sockets (ENOBUFS)",
} as const;

export type ExhaustionCode = keyof typeof EXHAUSTION;

export function isExhaustion(code: string | undefined): code is ExhaustionCode {
  return code !== undefined && Object.hasOwn(EXHAUSTION, code);
}

/** End of the message of a request whose connection had carried others, and went before the first byte of a response. */
export const ON_A_REUSED_CONNECTION = 'before any response, on a connection used before';

/** Messages of requests that the run gave up at its end: how far they had come. */
export const GIVEN_UP = {
  connecting: 'still without a connection when the run ended',
  waiting: 'still unanswered when the run ended',
  receiving: 'the response had not ended when the run ended',
} as const;

export function givenUpMessage({
  sentAt,
  firstByteAt,
}: {
  readonly sentAt: number;
  readonly firstByteAt: number;
}): string {
  if (firstByteAt > 0) return GIVEN_UP.receiving;
  return sentAt > 0 ? GIVEN_UP.waiting : GIVEN_UP.connecting;
}
