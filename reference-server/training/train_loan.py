"""Train the loan-default model of the reference server.

Writes two files beside the TypeScript that reads them, byte for byte the same on every run of one machine:

  models/loan/loan.json    the trees, lean: what the server evaluates
  models/loan/golden.json  raw applications with CatBoost's own answers: what the tests compare against

The data is synthetic. It uses the vocabulary of the U.S. Small Business Administration's loan records (column names and
codes), and none of its rows: every number in the tables below was chosen by hand to be plausible, not estimated.
"""

import json
import math
import os
import tempfile
from pathlib import Path

import numpy as np
from catboost import CatBoostClassifier
from sklearn.metrics import log_loss, roc_auc_score

SEED = 20240607
ROWS = 24_000
HELD_OUT = 6_000
TREES = 100
DEPTH = 4
GOLDEN_DRAWN = 200
MODEL_DIR = Path(__file__).resolve().parent.parent / "models" / "loan"

FIELDS = [
    "Term", "NoEmp", "CreateJob", "RetainedJob", "GrAppv", "SBA_Appv", "UrbanRural", "NewExist",
    "RevLineCr", "LowDoc", "FranchiseCode", "State", "Sector", "ApprovalFY",
]

# State: (share of applications, effect on the log-odds of default). States not named: share 1, effect 0.
ALL_STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS "
    "MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY"
).split()
STATES = {
    "CA": (14.5, 0.10), "TX": (7.8, 0.12), "NY": (6.4, 0.18), "FL": (4.6, 0.55), "PA": (3.9, 0.00), "OH": (3.6, 0.05),
    "IL": (3.3, 0.32), "MA": (2.8, -0.25), "MN": (2.7, -0.30), "NJ": (2.7, 0.22), "WA": (2.6, -0.10), "GA": (2.5, 0.48),
    "WI": (2.3, -0.28), "MO": (2.3, -0.10), "MI": (2.3, 0.35), "UT": (2.1, 0.15), "CO": (2.3, 0.05), "AZ": (2.0, 0.42),
    "NV": (1.0, 0.50), "VT": (0.6, -0.60), "ND": (0.6, -0.60), "SD": (0.6, -0.62), "MT": (0.9, -0.65), "WY": (0.4, -0.70),
    "ME": (0.7, -0.55), "NH": (1.3, -0.45), "RI": (1.0, -0.40), "IA": (1.3, -0.35), "NE": (0.8, -0.30), "DC": (0.3, 0.45),
}
HOUSING_STATES = ["FL", "NV", "AZ", "CA", "GA", "MI"]

# Sector, the first two digits of NAICS: (share, effect on the log-odds of default).
SECTORS = {
    11: (1.3, -0.70), 21: (0.3, -0.65), 22: (0.2, -0.15), 23: (9.5, 0.28), 31: (1.7, 0.05), 32: (2.6, -0.20),
    33: (5.5, -0.25), 42: (7.0, 0.02), 44: (12.0, 0.22), 45: (6.0, 0.25), 48: (2.9, 0.38), 49: (0.3, 0.30),
    51: (1.6, 0.25), 52: (1.4, 0.42), 53: (2.0, 0.40), 54: (9.8, 0.00), 55: (0.1, -0.55), 56: (4.7, 0.22),
    61: (0.9, 0.30), 62: (8.0, -0.60), 71: (2.1, 0.12), 72: (9.8, 0.25), 81: (10.0, 0.08), 92: (0.1, -0.10),
}
HOUSING_SECTORS = [23, 53]


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def draw_applications(rng, rows):
    """One array per field. Money is whole dollars, in steps of 100, as such loans are written."""
    year = np.clip(np.round(rng.normal(2002.5, 5.2, rows)), 1989, 2014).astype(int)

    state_names = np.array(ALL_STATES)
    state_share = np.array([STATES.get(s, (1.0, 0.0))[0] for s in ALL_STATES])
    state = rng.choice(state_names, rows, p=state_share / state_share.sum())
    sector_codes = np.array(list(SECTORS))
    sector_share = np.array([SECTORS[s][0] for s in SECTORS])
    sector = rng.choice(sector_codes, rows, p=sector_share / sector_share.sum())

    # Revolving lines are small and short, and came into fashion after 1998; low-documentation loans went out of it.
    revolving = rng.random(rows) < np.where(year >= 1998, 0.36, 0.06)
    low_doc = ~revolving & (rng.random(rows) < np.where(year < 2000, 0.24, 0.05))
    amount = np.exp(rng.normal(11.6, 1.15, rows) - 0.85 * revolving - 0.75 * low_doc)
    amount = np.where(low_doc, np.minimum(amount, 150_000), amount)
    amount = np.clip(np.round(amount / 100) * 100, 1_000, 5_000_000)

    # Guarantee: half for express and revolving loans, three quarters to nine tenths for the rest.
    share = np.where(revolving, 0.5, rng.choice([0.5, 0.75, 0.8, 0.85, 0.9], rows, p=[0.15, 0.4, 0.12, 0.25, 0.08]))
    odd = rng.random(rows) < 0.12
    share = np.where(odd, rng.uniform(0.3, 1.0, rows), share)
    guaranteed = np.round(amount * share)

    # Term in months: multiples of a year for most; real estate (large loans) runs 20 to 25 years.
    real_estate = ~revolving & (rng.random(rows) < sigmoid((np.log(amount) - 12.9) * 1.6))
    usual = rng.choice([36, 48, 60, 72, 84, 120], rows, p=[0.08, 0.05, 0.17, 0.05, 0.45, 0.2])
    term = np.where(real_estate, rng.choice([180, 240, 300], rows, p=[0.15, 0.5, 0.35]), usual)
    ragged = rng.random(rows) < 0.35
    term = np.where(ragged, np.maximum(3, np.round(term * rng.uniform(0.25, 1.05, rows))), term).astype(int)

    new = rng.random(rows) < 0.28
    staff = np.floor(np.exp(rng.normal(1.35, 1.05, rows) + 0.18 * (np.log(amount) - 11.3))).astype(int)
    staff = np.clip(staff, 0, 2_000)
    counted = rng.random(rows) < np.where(year >= 1999, 0.6, 0.05)  # jobs were seldom recorded before
    created = np.where(counted, rng.poisson(np.where(new, 3.2, 1.1)), 0)
    retained = np.where(counted, rng.binomial(staff, 0.8), 0)

    urban = np.where(
        rng.random(rows) < np.where(year < 1999, 0.85, 0.04), 0, np.where(rng.random(rows) < 0.82, 1, 2)
    )
    # 0 and 1 both mean "no franchise" in this vocabulary.
    franchise = np.where(rng.random(rows) < 0.06, rng.integers(10_000, 99_999, rows), rng.integers(0, 2, rows))

    return {
        "Term": term, "NoEmp": staff, "CreateJob": created, "RetainedJob": retained,
        "GrAppv": amount.astype(int), "SBA_Appv": guaranteed.astype(int), "UrbanRural": urban,
        "NewExist": np.where(new, 2, 1), "RevLineCr": np.where(revolving, "Y", "N"),
        "LowDoc": np.where(low_doc, "Y", "N"), "FranchiseCode": franchise, "State": state, "Sector": sector,
        "ApprovalFY": year,
    }


def draw_defaults(rng, a):
    """Whether each loan defaulted. About one in six does; part of the cause is in no field (the last term)."""
    term, amount, year = a["Term"], a["GrAppv"], a["ApprovalFY"]
    crisis = np.exp(-(((year - 2006.5) / 1.9) ** 2))
    housing = np.isin(a["State"], HOUSING_STATES).astype(float) + np.isin(a["Sector"], HOUSING_SECTORS)
    log_odds = (
        -2.85
        + 1.9 * np.exp(-term / 38.0)  # a short term leaves no time to recover
        - 1.6 * (term >= 180)  # property stands behind it
        - 0.16 * (np.log(amount) - 11.3)
        - 1.3 * (a["SBA_Appv"] / amount - 0.7)
        + 0.32 * (a["NewExist"] == 2)
        + 0.38 * (a["UrbanRural"] == 1)
        - 0.12 * (a["UrbanRural"] == 0)
        + 0.30 * (a["RevLineCr"] == "Y")
        - 0.45 * (a["LowDoc"] == "Y")
        - 0.25 * (a["FranchiseCode"] > 1)
        - 0.14 * np.log1p(a["NoEmp"])
        + 0.05 * np.minimum(a["CreateJob"], 10)
        + 0.22 * (a["RetainedJob"] > 0)
        + crisis * (1.05 + 0.35 * housing + 0.3 * (a["NewExist"] == 2))
        + np.array([STATES.get(s, (1.0, 0.0))[1] for s in a["State"]])
        + np.array([SECTORS[s][1] for s in a["Sector"].tolist()])
        + rng.normal(0.0, 0.45, len(term))
    )
    return (rng.random(len(term)) < sigmoid(log_odds)).astype(int)


# A feature is numeric, or "Field=value": 1 where the field has the value, 0 elsewhere. The server reads the names.
NUMERIC = ["Term", "NoEmp", "CreateJob", "RetainedJob", "GrAppv", "SBA_Appv", "ApprovalFY"]
FEATURES = (
    NUMERIC
    + ["Guarantee", "Franchise", "NewExist=2", "RevLineCr=Y", "LowDoc=Y"]
    + [f"UrbanRural={u}" for u in (0, 1, 2)]
    + [f"State={s}" for s in ALL_STATES]
    + [f"Sector={s}" for s in SECTORS]
)


def encode(a):
    """Fields to the feature matrix, float32 as CatBoost compares it."""
    columns = []
    for name in FEATURES:
        if name == "Guarantee":
            column = a["SBA_Appv"] / a["GrAppv"]
        elif name == "Franchise":
            column = a["FranchiseCode"] > 1
        elif "=" in name:
            field, value = name.split("=")
            column = a[field].astype(str) == value
        else:
            column = a[name]
        columns.append(np.asarray(column, dtype=np.float64))
    return np.column_stack(columns).astype(np.float32)


def lean(model):
    """CatBoost's JSON export without what an evaluator does not read: only used features, and splits as index pairs."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.json")
        model.save_model(path, format="json")
        raw = json.loads(Path(path).read_text())

    used = {}
    for tree in raw["oblivious_trees"]:
        for split in tree["splits"]:
            assert split["split_type"] == "FloatFeature"
            used.setdefault(split["float_feature_index"], set()).add(np.float32(split["border"]))
    order = sorted(used)
    borders = [sorted(used[index]) for index in order]
    trees = [
        {
            "splits": [
                [order.index(s["float_feature_index"]), borders[order.index(s["float_feature_index"])].index(np.float32(s["border"]))]
                for s in tree["splits"]
            ],
            "leaves": tree["leaf_values"],
        }
        for tree in raw["oblivious_trees"]
    ]
    scale, (bias,) = raw["scale_and_bias"]
    return {
        "features": [FEATURES[index] for index in order],
        # The shortest decimal that is this float32 again.
        "borders": [[float(np.format_float_positional(b, unique=True, trim="0")) for b in row] for row in borders],
        "scale": scale,
        "bias": bias,
        "trees": trees,
    }


def take(a, indices):
    return {field: a[field][indices] for field in FIELDS}


def edge_cases(a, model):
    """Applications whose dollars lie on a border of the model, a cent above, and a cent below: where rounding to float32
    decides the branch. The guarantee is kept below the loan."""
    rows = {field: [] for field in FIELDS}
    base = 0
    for field in ("GrAppv", "SBA_Appv"):
        for border in model["borders"][model["features"].index(field)]:
            for amount in (border, round(border + 0.01, 2), round(border - 0.01, 2)):
                row = {name: a[name][base].item() for name in FIELDS}
                base += 1
                row[field] = amount
                if field == "GrAppv":
                    row["SBA_Appv"] = math.floor(amount * 0.75)
                elif amount > row["GrAppv"]:
                    row["GrAppv"] = math.ceil(amount * 1.25)
                for name in FIELDS:
                    rows[name].append(row[name])
    return {field: np.array(values) for field, values in rows.items()}


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def plain(number):
    """4 rather than 4.0: JSON has one kind of number."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def main():
    rng = np.random.default_rng(SEED)
    applications = draw_applications(rng, ROWS)
    defaulted = draw_defaults(rng, applications)
    matrix = encode(applications)

    # Rows are drawn independently, so the last ones are as good a held-out set as any.
    split = ROWS - HELD_OUT
    model = CatBoostClassifier(
        iterations=TREES, depth=DEPTH, learning_rate=0.15, loss_function="Logloss", random_seed=SEED,
        thread_count=1, border_count=64, allow_writing_files=False, verbose=False,
    )
    model.fit(matrix[:split], defaulted[:split])
    held_out = model.predict_proba(matrix[split:])[:, 1]
    base_rate = defaulted[:split].mean()
    metrics = {
        "auc": round(float(roc_auc_score(defaulted[split:], held_out)), 4),
        "logloss": round(float(log_loss(defaulted[split:], held_out)), 4),
        "loglossOfBaseRate": round(float(log_loss(defaulted[split:], np.full(HELD_OUT, base_rate))), 4),
        "defaultRate": round(float(defaulted[split:].mean()), 4),
    }

    exported = lean(model)
    metadata = {
        "trainedBy": "reference-server/training/train_loan.py", "library": "catboost 1.2.10", "seed": SEED,
        "trees": TREES, "depth": DEPTH, "trainingRows": split, "heldOutRows": HELD_OUT, "heldOut": metrics,
        "data": "synthetic",
    }
    parts = [f'"{key}":{compact(exported[key])}' for key in ("features", "borders", "scale", "bias")]
    trees = ",\n".join(compact(tree) for tree in exported["trees"])
    (MODEL_DIR / "loan.json").write_text(
        "{" + f'"metadata":{compact(metadata)},\n' + ",\n".join(parts) + ',\n"trees":[\n' + trees + "\n]}\n",
        newline="\n",
    )

    drawn = take(applications, np.arange(split, split + GOLDEN_DRAWN))
    edges = edge_cases(take(applications, np.arange(split + GOLDEN_DRAWN, ROWS)), exported)
    lines = []
    for batch in (drawn, edges):
        answers = model.predict_proba(encode(batch))[:, 1]
        for index, answer in enumerate(answers):
            lines.append(compact([*(plain(batch[field][index].item()) for field in FIELDS), float(answer)]))
    (MODEL_DIR / "golden.json").write_text(
        "{" + f'"fields":{compact(FIELDS)},\n"rows":[\n' + ",\n".join(lines) + "\n]}\n", newline="\n"
    )
    print(compact({**metrics, "features": len(exported["features"]), "golden": len(lines)}))


if __name__ == "__main__":
    main()
