"""Reads a text by the strict parser of Prometheus' client for Python, and prints the names of what is in it."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

print(json.dumps([family.name for family in text_string_to_metric_families(sys.stdin.read())]))
