/** A request as a plan has it: where it goes, what it holds, what is captured of and checked in its response. */
import type { Bytes, Count, Micros } from './units.ts';

/** How a streamed response is cut into events: server-sent events, JSON lines, or whatever comes in one read. */
export type StreamFormat = 'sse' | 'ndjson' | 'chunks';

export interface RequestBody {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
  readonly bytes: Bytes;
}

export interface RequestTemplate {
  /** As tables show it: `POST /predict`. No two of a plan have the same. */
  readonly name: string;
  readonly method: string;
  /** Path and query, as it goes on the request line. */
  readonly path: string;
  /** In the order sent. The driver adds Content-Length and Connection, and Host where it is not among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: RequestBody | null;
  /** Path, header values and a text body have placeholders (see core/template). Absent: they are sent as they stand. */
  readonly templated?: true;
  /** Without any of them in its response the pass through its flow ends. Absent: none. */
  readonly captures?: readonly Capture[];
  /** Which of the plan's targets it goes to. Absent: to `Plan.target`. */
  readonly target?: number;
  /** By key: what it is told together with. Absent: nothing. */
  readonly tags?: Tags;
  /** Of its own. Absent: the plan's. */
  readonly checks?: readonly RequestCheck[];
  readonly timeout?: Micros;
  readonly followRedirects?: boolean;
}

/** By key: `kind` → `batch`. */
export type Tags = Readonly<Record<string, string>>;

/** A request before the whole load, or behind it: once, and in no statistic. */
export interface FrameRequest extends RequestTemplate {
  /** Where it fails it is sent again, so often at most, after a pause. */
  readonly retries: Count;
  readonly retryPause: Micros;
}

/** A value of a response that later steps of its flow are made of, as `{{captured.NAME}}`. */
export type Capture = { readonly name: string } & (
  | { readonly from: 'json'; readonly path: string; readonly steps: readonly (string | number)[] }
  | { readonly from: 'header'; readonly header: string }
  /** Its first group, or all that it matches. */
  | { readonly from: 'regexp'; readonly pattern: string }
  | { readonly from: 'status' }
  /** What a language model said: the text of its stream, or of its response in one piece. */
  | { readonly from: 'answer' }
);

/** What a response must be to count as ok. `templated`: the text has placeholders (see core/template), those of its request. */
export type RequestCheck =
  | { readonly kind: 'status'; readonly statuses: readonly (readonly [from: number, to: number])[] }
  /** A header of that name has that value. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string; readonly templated?: true }
  /** The body is this text; its numbers may lie `tolerance` apart. */
  | { readonly kind: 'body'; readonly text: string; readonly tolerance?: number; readonly templated?: true }
  | { readonly kind: 'contains'; readonly text: string; readonly templated?: true }
  /** What a function of the scenario says of it; which one: see `core/functions`. */
  | { readonly kind: 'function'; readonly number: number }
  | {
      readonly kind: 'json';
      /** A singular path of RFC 9535 as it is shown, and its steps. */
      readonly path: string;
      readonly steps: readonly (string | number)[];
      /** What it must be; null: it must be there. */
      readonly expected: ExpectedJson | null;
      /** How far numbers may lie apart. */
      readonly tolerance: number;
    };

/** JSON text, the row's field that holds it, or a text with placeholders: JSON, or the characters of a string. */
export type ExpectedJson =
  | { readonly from: 'plan'; readonly json: string }
  | { readonly from: 'row'; readonly field: string }
  | { readonly from: 'template'; readonly text: string; readonly place: 'json' | 'text' };
