/** Requests as spans of OpenTelemetry, in protobuf's JSON mapping: ids are hex, 64-bit integers are strings. */

/** Instants of the wall clock, µs. */
export interface RequestSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly method: string;
  readonly url: string;
  /** When it was due: the caller waited from then. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null: never. */
  readonly sentAt: number | null;
  readonly firstByteAt: number | null;
  /** 0: there was none. */
  readonly status: number;
  /** Null: it succeeded. */
  readonly failure: string | null;
}

/** SPAN_KIND_CLIENT, STATUS_CODE_ERROR. */
const CLIENT = 3;
const ERROR = 2;

/** An ExportTraceServiceRequest. */
export function spansRequest(spans: readonly RequestSpan[], run: string): object {
  const resource = { 'service.name': 'rampart', 'service.instance.id': run };
  return {
    resourceSpans: [
      {
        resource: { attributes: Object.entries(resource).map(([key, value]) => text(key, value)) },
        scopeSpans: [{ scope: { name: 'rampart' }, spans: spans.map(spanOf) }],
      },
    ],
  };
}

function spanOf({
  traceId,
  spanId,
  name,
  method,
  url,
  startedAt,
  endedAt,
  sentAt,
  firstByteAt,
  status,
  failure,
}: RequestSpan): object {
  const events = [
    ...(sentAt === null ? [] : [{ timeUnixNano: nanos(sentAt), name: 'sent' }]),
    ...(firstByteAt === null ? [] : [{ timeUnixNano: nanos(firstByteAt), name: 'first byte' }]),
  ];
  return {
    ...{ traceId, spanId, name, kind: CLIENT },
    ...{ startTimeUnixNano: nanos(startedAt), endTimeUnixNano: nanos(Math.max(startedAt, endedAt)) },
    attributes: [
      text('http.request.method', method),
      text('url.full', url),
      ...(status === 0 ? [] : [{ key: 'http.response.status_code', value: { intValue: String(status) } }]),
    ],
    events,
    ...(failure === null ? {} : { status: { code: ERROR, message: failure } }),
  };
}

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** Beyond what a double holds exactly. */
const nanos = (micros: number): string => `${Math.round(micros)}000`;
