"""Reads an HdrHistogram log from a file with HdrHistogram's own library for Python, and prints what is in it."""

import json
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

path = sys.stdin.read().strip()
reader = HistogramLogReader(path, HdrHistogram(1, 2**31 - 1, 3))
found = []
while True:
    histogram = reader.get_next_interval_histogram()
    if histogram is None:
        break
    found.append(
        {
            "tag": histogram.get_tag() or "",
            "count": histogram.get_total_count(),
            "p50": histogram.get_value_at_percentile(50),
            "p99": histogram.get_value_at_percentile(99),
            "max": histogram.get_max_value(),
        }
    )
print(json.dumps(found))
