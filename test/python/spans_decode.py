"""Reads OTLP trace requests, a line of JSON each, as OpenTelemetry's own schema has them, and prints their spans."""

import base64
import json
import sys

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def with_bytes(line):
    # OTLP's JSON writes ids as hex; protobuf's own mapping, which the parser here has, as base64.
    request = json.loads(line)
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId"):
                    span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    return json.dumps(request)


spans = []
for line in sys.stdin:
    if not line.strip():
        continue
    # A field that the schema does not have is an error.
    request = Parse(with_bytes(line), ExportTraceServiceRequest())
    for resource in request.resource_spans:
        names = {each.key: each.value.string_value for each in resource.resource.attributes}
        assert names["service.name"] == "rampart"
        for span in resource.scope_spans[0].spans:
            assert span.start_time_unix_nano < span.end_time_unix_nano
            assert span.kind == 3
            assert len(span.trace_id) == 16 and len(span.span_id) == 8
            spans.append(
                {
                    "trace": span.trace_id.hex(),
                    "span": span.span_id.hex(),
                    "name": span.name,
                    "ms": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
                    "status": {each.key: each.value.int_value for each in span.attributes}.get("http.response.status_code"),
                    "error": span.status.code == 2,
                    "events": [event.name for event in span.events],
                }
            )
print(json.dumps(spans))
