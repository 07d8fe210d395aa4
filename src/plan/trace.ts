/** The settings of tracing: the header of each request, and where spans go. */
import { RampartError } from '../core/errors.ts';
import type { RequestTemplate } from '../core/plan.ts';
import type { TraceKey } from '../core/trace.ts';
import type { RawSettings } from './raw-settings.ts';
import { asTemplate } from './request.ts';

/** What `--trace` asks for: where spans go, and null where only the header is sent. */
export interface TraceSettings {
  readonly url: string | null;
}

const HEADER = 'traceparent';

/** @returns null: no trace is asked for. @throws {RampartError} */
export function traceSettingsOf(given: RawSettings): TraceSettings | null {
  const { trace } = given.settings;
  if (trace === undefined) return null;
  if (trace === 'headers') return { url: null };
  if (/^https?:\/\//i.test(trace) && URL.canParse(trace)) return { url: trace };
  const { label } = given.originOf('trace');
  throw new RampartError(
    'bad-flag',
    `${label}: ${JSON.stringify(trace)} is neither an address nor "headers"`,
    `Write where spans go, ${label} http://127.0.0.1:4318, or ${label} headers to send trace ids alone.`,
  );
}

/** The requests, each with a header that says to which trace it belongs. @throws {RampartError} */
export function traced(requests: readonly RequestTemplate[], given: RawSettings): readonly RequestTemplate[] {
  return requests.map((request, number) => {
    if (request.headers.some(([name]) => name.toLowerCase() === HEADER))
      throw new RampartError(
        'usage',
        `${given.originOf('trace').label}: the request ${request.name} has a header ${HEADER} of its own`,
        'Leave one of them out.',
      );
    const plain = asTemplate(request);
    return {
      ...plain,
      headers: [...plain.headers, [HEADER, `{{traceparent ${number}}}`] as const],
    };
  });
}

/** Of ids of this run: drawn anew, also where the seed is the same. */
export const traceKeyOf = (randomSeed: () => number): TraceKey => ({ key: randomSeed() >>> 0 });
