"""Kubernetes manifests (YAML on standard input) against the schemas of Kubernetes: fields that it does not know are refused."""
import json
import sys

import kubernetes_validate
import yaml

VERSION = sys.argv[1] if len(sys.argv) > 1 else kubernetes_validate.latest_version()

found = []
for document in yaml.safe_load_all(sys.stdin):
    if document is None:
        continue
    name = f"{document.get('kind')} {document.get('metadata', {}).get('name')}"
    try:
        kubernetes_validate.validate(document, VERSION, strict=True)
        found.append({"name": name, "problem": None})
    except kubernetes_validate.ValidationError as error:
        found.append({"name": name, "problem": error.message})
json.dump(found, sys.stdout)
