"""Reads the samples of a run in Parquet with DuckDB and with pandas, and prints what they come to."""

import json
import sys

import duckdb
import pandas

folder = sys.stdin.read().strip()


def one(query):
    [row] = duckdb.sql(query).fetchall()
    return row


own = f"read_parquet('{folder}/own.parquet')"
k6 = f"read_parquet('{folder}/k6.parquet')"
count, ok, largest, first = one(
    f"""select count(*), count(*) filter (where outcome = 'ok'), max(response_ms) filter (where outcome = 'ok'), min(time)
    from {own} where phase = 'measured'"""
)
kinds = {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {own}").fetchall()}
requests, failed = one(
    f"""select count(*) filter (where metric_name = 'http_reqs'),
    coalesce(sum(metric_value) filter (where metric_name = 'http_req_failed'), 0) from {k6}"""
)
frame = pandas.read_parquet(f"{folder}/own.parquet")
measured = frame[frame["phase"] == "measured"]
print(
    json.dumps(
        {
            "own": count,
            "ok": ok,
            "largest": largest,
            "first": first.isoformat(),
            "kinds": kinds,
            "pandas": len(measured),
            "pandasLargest": float(measured[measured["outcome"] == "ok"]["response_ms"].max()),
            "pandasTime": str(frame["time"].dtype),
            "k6": requests,
            "k6Failed": failed,
        }
    )
)
