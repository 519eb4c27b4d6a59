#!/usr/bin/env python3
"""Regenerates statistics.json beside it. It was made with Python 3.11, statsmodels 0.15.0, SciPy 1.17.1, numpy 2.4.6:

    pip install statsmodels==0.15.0 scipy==1.17.1 numpy && python make.py FOLDER

FOLDER holds questions.tsv.gz (GMAI-MMBench VAL without images) and the published <model>.predictions.tsv.gz. Only counts by label
cell get into the result: no text of a question or an answer.
"""
import csv
import gzip
import json
import random
import sys
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).parent
LABEL_CELL = ["category", "clinical VQA task", "department", "modality", "perceptual granularity"]
PAIRS = [  # names of published runs, the first less the second
    ("qwen2-vl-7b-instruct", "qwen2-vl-2b-instruct"),
    ("qwen2-vl-7b-instruct", "qwen2-vl-7b-med"),
    ("qwen2-vl-7b-med", "qwen2-vl-2b-instruct"),
    ("qwen2-vl-7b-instruct", "qwen-vl-7b-chat"),
]


def clustered(values, groups):
    """Mean and cluster-robust standard error: least squares on a constant."""
    fit = sm.OLS(np.asarray(values, float), np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": np.asarray(groups)}
    )
    return {"mean": float(fit.params[0]), "standard_error": float(fit.bse[0]), "interval": fit.conf_int()[0].tolist()}


def shares(name, clusters):
    """`clusters`: [hits, n] each."""
    values, groups = [], []
    for group, (hits, n) in enumerate(clusters):
        values += [1] * hits + [0] * (n - hits)
        groups += [group] * n
    return {"name": name, "clusters": clusters, **clustered(values, groups)}


def differences(name, clusters):
    """`clusters`: [both, only first, only second, neither] each."""
    values, groups = [], []
    for group, (both, first, second, neither) in enumerate(clusters):
        values += [0] * both + [1] * first + [-1] * second + [0] * neither
        groups += [group] * (both + first + second + neither)
    both, first, second, neither = (sum(column) for column in zip(*clusters))
    table = [[both, first], [second, neither]]
    p = float(mcnemar(table, exact=True).pvalue)
    return {"name": name, "clusters": clusters, **clustered(values, groups), "p": p}


def random_clusters(rng, n_clusters, largest, spread):
    """Ragged, each with a share of its own: hits [hits, n]."""
    clusters = []
    for _ in range(n_clusters):
        n = rng.randint(1, largest)
        share = min(max(rng.gauss(0.45, spread), 0.0), 1.0)
        clusters.append([sum(rng.random() < share for _ in range(n)), n])
    return clusters


def random_pairs(rng, n_clusters, largest):
    clusters = []
    for _ in range(n_clusters):
        counts = [0, 0, 0, 0]
        lean = rng.random()
        for _ in range(rng.randint(1, largest)):
            first = rng.random() < 0.3 + 0.5 * lean
            second = rng.random() < 0.6 * lean
            counts[3 - 2 * first - second if first or second else 3] += 1
        clusters.append(counts)
    return clusters


def rows(path):
    with gzip.open(path, "rt", encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def main(folder):
    rng = random.Random(20241121)
    questions = rows(folder / "questions.tsv.gz")
    cells = {}
    for question in questions:
        cells.setdefault(tuple(question[name] for name in LABEL_CELL), len(cells))
    cell_of = [cells[tuple(question[name] for name in LABEL_CELL)] for question in questions]
    models = dict.fromkeys(model for pair in PAIRS for model in pair)
    hits = {m: [int(p["hit"]) for p in rows(folder / f"{m}.predictions.tsv.gz")] for m in models}

    share_sets = [
        shares("one each", [[hit, 1] for hit in (1, 0, 0, 1, 1, 0, 1)]),
        shares("two clusters", [[3, 4], [1, 9]]),
        shares("ragged", random_clusters(rng, 23, 9, 0.3)),
        shares("many small", random_clusters(rng, 140, 3, 0.5)),
        shares("few large", random_clusters(rng, 6, 70, 0.2)),
        shares("alike", [[2, 5], [3, 5], [2, 5], [2, 4], [3, 6], [2, 5]]),
    ]
    for model in models:
        clusters = [[0, 0] for _ in cells]
        for cell, hit in zip(cell_of, hits[model], strict=True):
            clusters[cell][0] += hit
            clusters[cell][1] += 1
        share_sets.append(shares(f"VAL {model}", clusters))

    pair_sets = [
        differences("two clusters", [[1, 2, 0, 3], [2, 1, 4, 0]]),
        differences("ragged", random_pairs(rng, 31, 8)),
        differences("one each", random_pairs(rng, 60, 1)),
    ]
    for first, second in PAIRS:
        clusters = [[0, 0, 0, 0] for _ in cells]
        for cell, a, b in zip(cell_of, hits[first], hits[second], strict=True):
            clusters[cell][{(1, 1): 0, (1, 0): 1, (0, 1): 2, (0, 0): 3}[a, b]] += 1
        pair_sets.append(differences(f"VAL {first} - {second}", clusters))

    wilson = []
    for k, n in [(0, 1), (0, 10), (1, 1), (8, 10), (10, 10), (15, 50), (336, 360), (2114, 4550), (1530, 4550)]:
        interval = binomtest(k, n).proportion_ci(0.95, "wilson")
        wilson.append({"hits": k, "n": n, "interval": [float(interval.low), float(interval.high)]})

    tests = []
    for b, c in [(0, 1), (1, 2), (0, 9), (5, 14), (10, 10), (31, 57), (300, 420), (700, 820), (4, 1500), (0, 1060)]:
        tests.append({"only_first": b, "only_second": c, "p": float(mcnemar([[5, b], [c, 5]], exact=True).pvalue)})

    holm = []
    for ps in [[0.2], [0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9], [rng.random() ** 4 for _ in range(18)]]:
        holm.append({"p": ps, "corrected": multipletests(ps, method="holm")[1].tolist()})

    golden = {"shares": share_sets, "pairs": pair_sets, "wilson": wilson, "mcnemar": tests, "holm": holm}
    lines = ",\n".join(
        f'"{key}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]"
        for key, cases in golden.items()
    )
    (HERE / "statistics.json").write_text("{\n" + lines + "\n}\n")


main(Path(sys.argv[1]))
