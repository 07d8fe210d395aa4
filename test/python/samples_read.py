"""Reads the samples of a run with pandas, and prints what they come to."""

import json
import sys

import pandas

folder = sys.stdin.read().strip()
own = pandas.read_csv(f"{folder}/own.csv")
measured = own[own["phase"] == "measured"]
times = measured[measured["outcome"] == "ok"]["response_ms"]
locust = pandas.read_csv(f"{folder}/locust.csv")
points = pandas.read_json(f"{folder}/k6.ndjson", lines=True)
print(
    json.dumps(
        {
            "own": len(measured),
            "ok": len(times),
            "largest": float(times.max()),
            "columns": list(own.columns),
            "locust": len(locust),
            "locustColumns": list(locust.columns),
            "k6": int((points["metric"] == "http_reqs").sum()),
            "k6Durations": int((points["metric"] == "http_req_duration").sum()),
        }
    )
)
