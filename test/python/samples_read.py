"""Reads the samples of a run with Python's own csv and json, and prints what they come to."""

import csv
import json
import sys

folder = sys.stdin.read().strip()


def table(name):
    with open(f"{folder}/{name}", newline="") as file:
        return list(csv.DictReader(file))


def lines(name):
    with open(f"{folder}/{name}") as file:
        return [json.loads(line) for line in file]


own = table("own.csv")
measured = [row for row in own if row["phase"] == "measured"]
times = sorted(float(row["response_ms"]) for row in measured if row["outcome"] == "ok")
points = lines("k6.ndjson")
print(
    json.dumps(
        {
            "own": len(measured),
            "ok": len(times),
            "largest": times[-1],
            "columns": list(own[0]),
            "locust": len(table("locust.csv")),
            "locustColumns": list(table("locust.csv")[0]),
            "k6": sum(point["metric"] == "http_reqs" for point in points),
            "k6Durations": sum(point["metric"] == "http_req_duration" for point in points),
        }
    )
)
