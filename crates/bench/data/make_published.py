"""Writes published.tsv.

    python3 make_published.py CELLS.json QUESTIONS.tsv.gz README.md > published.tsv

CELLS.json holds the recounted hits, QUESTIONS.tsv.gz the benchmark's questions without images, README.md the tables as
printed. crates/bench/tests/published.rs recounts the result from the questions and predictions where they are at hand.
"""

import csv
import gzip
import json
import sys
from collections import defaultdict

MODELS = ["Qwen2-VL-7B-Instruct", "Qwen2-VL-2B-Instruct", "Qwen2-VL-7B-Med", "Qwen-VL-7B-Chat"]
COLUMNS = {  # as in the recounted hits and as in the benchmark's file, in the order of the README's tables
    "clinical vqa task": "clinical VQA task",
    "department": "department",
    "perceptual granularity": "perceptual granularity",
}
ABOUT = """\
# Four published rows on GMAI-MMBench VAL (4550 questions): hits as recounted, and values as printed.
# n, hits: QiYuan-tech/Qwen2-VL-Med@50aefcd, eval_output/*/*_GMAI-MMBench_VAL_openai_result.xlsx, column hit \
(VLMEvalKit's matching rules of 2024).
# printed: README.md of the same commit; empty where the group has no column there.
# sum_of_chances: the sum of 1/options over the group's questions; over n it is the share that guessing gets right."""


def printed_tables(readme):
    """The README's three tables: model -> {column: text}."""
    tables = []
    for line in readme:
        cells = line.strip().strip("|").split("|")
        if cells[:2] == ["Model Name", "Overall"]:
            tables.append({})
            head = cells
        elif tables and cells[0] in MODELS:
            tables[-1][cells[0]] = dict(zip(head, (cell.strip("*") for cell in cells)))
    return tables


def main(cells_path, questions_path, readme_path):
    models = json.load(open(cells_path))["models"]
    with gzip.open(questions_path, "rt", encoding="utf8", newline="") as file:
        questions = list(csv.DictReader(file, delimiter="\t"))
    with open(readme_path, encoding="utf8") as file:
        tables = printed_tables(file)
    print(ABOUT)
    heads = [f"{what} {model}" for model in MODELS for what in ("hits", "printed")]
    print("grouping", "group", "n", "sum_of_chances", *heads, sep="\t")
    for (key, column), table in zip(COLUMNS.items(), tables, strict=True):
        n, chances = defaultdict(int), defaultdict(float)
        for question in questions:
            n_options = sum(1 for letter in "ABCDE" if question[letter])
            for group in (question[column] or "None", "Overall"):
                n[group] += 1
                chances[group] += 1 / n_options
        for group in ["Overall", *sorted(set(n) - {"Overall"})]:
            row = [key, group, n[group], f"{chances[group]:.4f}"]
            for model in MODELS:
                cell = models[model]["overall"] if group == "Overall" else models[model][key][group]
                assert cell["n"] == n[group], (model, key, group)
                row += [cell["hits"], table[model].get(group, "")]
            print(*row, sep="\t")


main(*sys.argv[1:])
