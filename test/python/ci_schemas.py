"""Files of CIs, a list of {"schema", "text"} as JSON on standard input, against the schemas of those names that check-jsonschema brings along."""
import json
import sys

import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for


def problems(given):
    schema = get_builtin_schema(f"vendor.{given['schema']}")
    # YAML 1.1, which PyYAML reads, takes the key `on` for true.
    document = {"on" if key is True else key: value for key, value in yaml.safe_load(given["text"]).items()}
    return [f"{each.json_path}: {each.message}" for each in validator_for(schema)(schema).iter_errors(document)]


json.dump([problems(each) for each in json.load(sys.stdin)], sys.stdout)
