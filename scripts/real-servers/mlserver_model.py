"""Writes a model of irises and its settings into the folder; its metadata says nothing of its inputs."""
import json
import os
import sys

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

port, folder = int(sys.argv[1]), sys.argv[2]
x, y = load_iris(return_X_y=True)
os.makedirs(f"{folder}/iris", exist_ok=True)
joblib.dump(LogisticRegression(max_iter=500).fit(x, y), f"{folder}/iris/model.joblib")
model = {"name": "iris", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.joblib", "version": "v1"}}
server = {"host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2, "parallel_workers": 0, "debug": False}
for path, settings in (("iris/model-settings.json", model), ("settings.json", server)):
    with open(f"{folder}/{path}", "w") as file:
        json.dump(settings, file)
