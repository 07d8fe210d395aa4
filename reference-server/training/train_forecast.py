"""Train the forecast model of the reference server: a decision tree that says the next day's close of a made-up share.

Writes, beside the TypeScript that reads them, byte for byte the same on every run of one machine:

  models/forecast/forecast.json  the tree
  models/forecast/golden.json    the 691 held-out days as a split frame, with scikit-learn's own forecasts
  scenarios/forecast-days.jsonl  the same, a request a line with the answer that is expected of it, for `rampart run --data`

The data is synthetic: a geometric random walk with slowly changing volatility. No market's prices are in it.
"""

import datetime
import json
from pathlib import Path

import numpy as np
from sklearn.tree import DecisionTreeRegressor

SEED = 20240613
TRAINING_DAYS = 2764
HELD_OUT_DAYS = 691
COLUMNS = ["date", "open", "high", "low", "close", "volume"]
FEATURES = COLUMNS[1:]
MODEL_DIR = Path(__file__).resolve().parent.parent / "models" / "forecast"
SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "forecast-days.jsonl"


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def draw_days(rng, days):
    """Open, high, low, close (dollars and cents) and volume (shares) of each day, and its date (no weekends)."""
    volatility = 0.012 * np.exp(0.35 * np.sin(np.arange(days) / 90.0) + rng.normal(0, 0.15, days))
    # Drawn back to 100, so that the held-out days lie in the range of those before.
    close = np.empty(days)
    level = np.log(100.0)
    for day in range(days):
        level += 0.01 * (np.log(100.0) - level) + volatility[day] * rng.normal()
        close[day] = np.exp(level)
    opened = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0, 0.003, days))
    high = np.maximum(opened, close) * np.exp(np.abs(rng.normal(0, 0.5, days)) * volatility)
    low = np.minimum(opened, close) * np.exp(-np.abs(rng.normal(0, 0.5, days)) * volatility)
    volume = np.round(1e6 * np.exp(rng.normal(0, 0.3, days) + 20 * volatility)).astype(int)
    dates = []
    date = datetime.date(2010, 1, 4)
    while len(dates) < days:
        if date.weekday() < 5:
            dates.append(date.isoformat())
        date += datetime.timedelta(days=1)
    prices = [np.round(column, 2) for column in (opened, high, low, close)]
    return dates, np.column_stack([*prices, volume])


def lean(tree):
    return {
        "feature": tree.feature.tolist(), "threshold": tree.threshold.tolist(), "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(), "value": tree.value[:, 0, 0].tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    dates, days = draw_days(rng, TRAINING_DAYS + HELD_OUT_DAYS + 1)
    features, following = days[:-1], days[1:, 3]
    model = DecisionTreeRegressor(max_depth=8, min_samples_leaf=8, random_state=SEED)
    model.fit(features[:TRAINING_DAYS], following[:TRAINING_DAYS])
    held_out, truth = features[TRAINING_DAYS:], following[TRAINING_DAYS:]
    predicted = model.predict(held_out)
    metrics = {
        "rmse": round(float(np.sqrt(np.mean((predicted - truth) ** 2))), 4),
        "rmseOfTheMean": round(float(np.sqrt(np.mean((following[:TRAINING_DAYS].mean() - truth) ** 2))), 4),
        "rmseOfTheLastClose": round(float(np.sqrt(np.mean((held_out[:, 3] - truth) ** 2))), 4),
    }
    metadata = {
        "trainedBy": "reference-server/training/train_forecast.py", "library": "scikit-learn 1.9.1", "seed": SEED,
        "trainingRows": TRAINING_DAYS, "heldOutRows": HELD_OUT_DAYS, "heldOut": metrics, "data": "synthetic",
    }
    tree = ",\n".join(f'"{key}":{compact(value)}' for key, value in lean(model.tree_).items())
    (MODEL_DIR / "forecast.json").write_text(
        "{" + f'"metadata":{compact(metadata)},\n"features":{compact(FEATURES)},\n{tree}' + "}\n", newline="\n"
    )
    data = [[dates[TRAINING_DAYS + n], *row[:4].tolist(), int(row[4])] for n, row in enumerate(held_out)]
    rows = ",\n".join(compact(row) for row in data)
    index = list(range(TRAINING_DAYS, TRAINING_DAYS + HELD_OUT_DAYS))
    (MODEL_DIR / "golden.json").write_text(
        "{" + f'"columns":{compact(COLUMNS)},\n"index":{compact(index)},\n"data":[\n{rows}\n],\n'
        f'"y_pred":{compact(predicted.tolist())}' + "}\n", newline="\n"
    )
    SCENARIO.write_text(
        "".join(
            compact({
                "columns": COLUMNS, "index": [number], "data": [row],
                "expected": {"y_pred": compact([forecast])},
            }) + "\n"
            for number, row, forecast in zip(index, data, predicted.tolist())
        ),
        newline="\n",
    )
    print(compact(metrics), "nodes", model.tree_.node_count)


if __name__ == "__main__":
    main()
