/** Single requests, as they are written down where a person asks for them: in bulk, since there may be thousands a second. */

/** What is kept of a request. */
export interface SampleSettings {
  /** The share of requests that is kept, 0..1: 0.1 keeps every tenth. */
  readonly share: number;
  /** In one interval of one thread at most; what is beyond is dropped, and counted. */
  readonly most: number;
}

/** The numbers kept of each, in this order; times in µs, −1 where there was none; instants of the clock of `core/ports`, 0: never. */
export const SAMPLE_FIELDS = [
  'request',
  'user',
  'index',
  'epoch',
  'outcome',
  'status',
  'dueAt',
  'sentAt',
  'firstByteAt',
  'doneAt',
  'connectTook',
  'tlsTook',
  'bytesIn',
  'bodyBytesIn',
  'bytesOut',
  /** 1: the generator stood still meanwhile, so that its times say nothing of the target; else 0. */
  'leftOut',
  /** Index into the messages of the batch; −1: none. */
  'message',
] as const;

export type SampleField = (typeof SAMPLE_FIELDS)[number];

/** The single requests of one interval and one thread. */
export interface SampleBatch {
  /** `SAMPLE_FIELDS` of one request after the other. */
  readonly values: Float64Array;
  readonly messages: readonly string[];
  /** How many were not kept for lack of room. */
  readonly dropped: number;
}
