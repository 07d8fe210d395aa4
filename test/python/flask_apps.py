"""Endpoints as articles on serving models write them, with Flask and no description: all that a client has is the text of an
error. One process, each under a prefix. Prints its port and the paths."""

import json
import sys
import threading

from flask import Flask, jsonify, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

CASES = {}


def case(name, method="POST"):
    def add(predict):
        app = Flask(name)
        app.route("/predict", methods=[method])(predict)
        CASES[name] = app
        return predict

    return add


@case("fields, one error at a time")
def loan():
    application = request.get_json()
    for name in ["Term", "NoEmp", "GrAppv", "UrbanRural", "State", "Sector", "ApprovalFY"]:
        if name not in application:
            return jsonify(error=f"missing field '{name}'"), 400
    if not isinstance(application["State"], str):
        return jsonify(error="State must be a string"), 400
    return jsonify(default_probability=0.5)


@case("a list of numbers")
def iris():
    features = request.get_json()
    if not isinstance(features, list):
        return "the body must be a list of numbers", 400
    if len(features) != 4:
        return f"X has {len(features)} features, but LogisticRegression is expecting 4 features as input.", 400
    return "setosa"


@case("a list of records")
def records():
    rows = request.get_json()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return jsonify(message="expected a list of records"), 400
    wanted = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    for row in rows:
        missing = [name for name in wanted if name not in row]
        if missing:
            return jsonify(message=f"columns are missing: {missing}"), 400
    return jsonify([0 for _ in rows])


@case("a text")
def fancy():
    body = request.get_json()
    if "text" not in body:
        return jsonify(error="'text' is a required property"), 400
    return jsonify(res="a fancy sentence")


@case("jsonschema")
def jsonschema():
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return jsonify(error="body is not of type 'object'"), 400
    for name in ["income", "amount"]:
        if name not in body:
            return jsonify(error=f"'{name}' is a required property"), 400
    return jsonify(p=0.1)


@case("lists by field, as marshmallow and DRF have them")
def marshmallow():
    body = request.get_json()
    errors = {name: ["Missing data for required field."] for name in ["age", "name"] if name not in body}
    if not errors and not isinstance(body["age"], int):
        errors = {"age": ["Not a valid integer."]}
    return (jsonify(errors={"json": errors}), 422) if errors else jsonify(label="x")


@case("a form")
def form():
    if "comment" not in request.form:
        return "missing form field 'comment'", 400
    return jsonify(label="x")


@case("nothing but a status")
def opaque():
    return jsonify(prediction=sum(request.get_json()["secret_name"]))


@case("a GET with a page", method="GET")
def page():
    return "<h1>hello</h1>"


if __name__ == "__main__":
    names = list(CASES)
    dispatcher = DispatcherMiddleware(Flask("nothing"), {f"/app{n}": app for n, app in enumerate(CASES.values())})
    server = make_server("127.0.0.1", 0, dispatcher, threaded=True)
    cases = [{"name": name, "path": f"/app{n}/predict"} for n, name in enumerate(names)]
    print(json.dumps({"port": server.server_port, "cases": cases}), flush=True)
    server.log = lambda *_args: None
    server.serve_forever()
