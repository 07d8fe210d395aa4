"""Saves a model of irises with its signature into the folder."""
import sys

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

x, y = load_iris(return_X_y=True, as_frame=True)
model = LogisticRegression(max_iter=500).fit(x, y)
mlflow.sklearn.save_model(model, sys.argv[2] + "/model", signature=infer_signature(x, model.predict(x)))
