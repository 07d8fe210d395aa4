"""Holds texts of JUnit's format, in a list of JSON, against the schema beside this file; prints what is wrong with each."""

import json
import sys
from pathlib import Path

import xmlschema

schema = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
print(json.dumps([[error.reason for error in schema.iter_errors(text)] for text in json.load(sys.stdin)]))
