"""A Jenkinsfile on standard input as Groovy's grammar reads it: what it cannot read, and which blocks stand in which."""
import json
import sys

import tree_sitter_groovy
from tree_sitter import Language, Parser

root = Parser(Language(tree_sitter_groovy.language())).parse(sys.stdin.buffer.read()).root_node
problems, blocks = [], []


def visit(node, path):
    if node.is_error or node.is_missing:
        problems.append(f"line {node.start_point[0] + 1}: {node.type}")
    name = node.child_by_field_name("name")
    # A call with a closure: `stage` of `stage('Load test') { … }`.
    if node.type == "method_invocation" and name is not None and node.child_by_field_name("body") is not None:
        path = [*path, name.text.decode()]
        blocks.append("/".join(path))
    for child in node.children:
        visit(child, path)


visit(root, [])
json.dump({"problems": problems, "blocks": blocks}, sys.stdout)
