"""Reads OTLP requests, a line of JSON each, as OpenTelemetry's own schema has them, and prints what the last one holds."""

import json
import sys

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

# A field that the schema does not have is an error.
requests = [Parse(line, ExportMetricsServiceRequest()) for line in sys.stdin if line.strip()]
[resource] = requests[-1].resource_metrics
attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
metrics = {}
for metric in resource.scope_metrics[0].metrics:
    kind = metric.WhichOneof("data")
    points = []
    for point in getattr(metric, kind).data_points:
        found = {"labels": {each.key: each.value.string_value for each in point.attributes}}
        assert point.start_time_unix_nano <= point.time_unix_nano
        if kind == "exponential_histogram":
            buckets = list(point.positive.bucket_counts)
            base = 2 ** (2**-point.scale)
            assert point.count == point.zero_count + sum(buckets)
            seen, rank, p95 = point.zero_count, 0.95 * point.count, 0.0
            for index, count in enumerate(buckets):
                seen += count
                if seen >= rank:
                    p95 = base ** (point.positive.offset + index + 1)
                    break
            found.update(count=point.count, sum=point.sum, max=point.max, p95=p95, base=base)
        else:
            found["value"] = point.as_double
        points.append(found)
    metrics[metric.name] = {"kind": kind, "unit": metric.unit, "points": points}
print(json.dumps({"requests": len(requests), "attributes": attributes, "metrics": metrics}))
