"""Train the two iris classifiers of the reference server: a logistic regression and a support vector machine.

Writes, beside the TypeScript that reads them, byte for byte the same on every run of one machine:

  models/iris-logistic/iris-logistic.json, models/iris-svm/iris-svm.json   the weights
  models/iris-logistic/golden.json, models/iris-svm/golden.json            measurements with scikit-learn's own answers

The data is Fisher's (1936), 150 flowers, as scikit-learn ships it.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

SEED = 20240611
GOLDEN_DRAWN = 200
MODELS = Path(__file__).resolve().parent.parent / "models"


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def write(folder, name, lines):
    (MODELS / folder / name).write_text("{" + ",\n".join(lines) + "}\n", newline="\n")


def golden(rows, labels, numbers):
    body = ",\n".join(
        compact([*map(float, row), str(label), *map(float, values)]) for row, label, values in zip(rows, labels, numbers)
    )
    return [f'"rows":[\n{body}\n]']


def main():
    iris = load_iris()
    names = iris.target_names
    train_x, test_x, train_y, test_y = train_test_split(
        iris.data, iris.target, test_size=50, random_state=SEED, stratify=iris.target
    )
    # Every flower, and measurements drawn over and beyond their range: where the classes meet, and where none is.
    rng = np.random.default_rng(SEED)
    drawn = np.round(rng.uniform(iris.data.min(axis=0) - 0.5, iris.data.max(axis=0) + 0.5, (GOLDEN_DRAWN, 4)), 1)
    rows = np.vstack([iris.data, np.maximum(drawn, 0.1)])
    metadata = {
        "trainedBy": "reference-server/training/train_iris.py", "library": "scikit-learn 1.9.1", "seed": SEED,
        "trainingRows": len(train_x), "heldOutRows": len(test_x), "data": "Fisher's iris",
    }

    logistic = LogisticRegression(max_iter=1000).fit(train_x, train_y)
    held_out = {
        "accuracy": round(float(accuracy_score(test_y, logistic.predict(test_x))), 4),
        "logloss": round(float(log_loss(test_y, logistic.predict_proba(test_x))), 4),
    }
    write("iris-logistic", "iris-logistic.json", [
        f'"metadata":{compact({**metadata, "heldOut": held_out})}', f'"labels":{compact(names.tolist())}',
        f'"coefficients":{compact(logistic.coef_.tolist())}', f'"intercepts":{compact(logistic.intercept_.tolist())}',
    ])
    write("iris-logistic", "golden.json", golden(rows, names[logistic.predict(rows)], logistic.predict_proba(rows)))
    print("logistic", compact(held_out))

    svm = SVC(kernel="rbf", gamma="scale", C=1.0, decision_function_shape="ovo").fit(train_x, train_y)
    held_out = {"accuracy": round(float(accuracy_score(test_y, svm.predict(test_x))), 4)}
    write("iris-svm", "iris-svm.json", [
        f'"metadata":{compact({**metadata, "heldOut": held_out})}', f'"labels":{compact(names.tolist())}',
        f'"gamma":{compact(float(svm._gamma))}', f'"supports":{compact(svm.n_support_.tolist())}',
        f'"vectors":{compact(svm.support_vectors_.tolist())}', f'"weights":{compact(svm.dual_coef_.tolist())}',
        f'"intercepts":{compact(svm.intercept_.tolist())}',
    ])
    write("iris-svm", "golden.json", golden(rows, names[svm.predict(rows)], svm.decision_function(rows)))
    print("svm", compact(held_out), "vectors", len(svm.support_))


if __name__ == "__main__":
    main()
