"""Writes published.tsv.

    python3 make_published.py QUESTIONS.tsv.gz FOLDER README.md > published.tsv

QUESTIONS.tsv.gz holds the benchmark's questions without images, FOLDER the four models' predictions with their hits, README.md
the tables as printed. crates/benchmark/bench/tests/published.rs recounts the result from the questions and predictions where they are at
hand.
"""

import csv
import gzip
import sys
from collections import defaultdict
from pathlib import Path

MODELS = ["Qwen2-VL-7B-Instruct", "Qwen2-VL-2B-Instruct", "Qwen2-VL-7B-Med", "Qwen-VL-7B-Chat"]
LABEL_CELL = ["category", "clinical VQA task", "department", "modality", "perceptual granularity"]
COLUMNS = {  # as VLMEvalKit reads them and as in the benchmark's file, in the order of the README's tables
    "clinical vqa task": "clinical VQA task",
    "department": "department",
    "perceptual granularity": "perceptual granularity",
}
ABOUT = """\
# Four published rows on GMAI-MMBench VAL (4550 questions): hits as recounted, and values as printed.
# n, hits: QiYuan-tech/Qwen2-VL-Med@50aefcd, eval_output/*/*_GMAI-MMBench_VAL_openai_result.xlsx, column hit \
(VLMEvalKit's matching rules of 2024).
# printed: README.md of the same commit; empty where the group has no column there.
# sum_of_chances: the sum of 1/options over the group's questions; over n it is the share that guessing gets right.
# label cells: how many different (category, clinical task, department, modality, granularity). n squared, hits squared, hits \
times n: sums over them."""


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


def rows(path):
    with gzip.open(path, "rt", encoding="utf8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def main(questions_path, folder, readme_path):
    questions = rows(questions_path)
    hits = {}
    for model in MODELS:
        predictions = rows(Path(folder) / f"{model.lower()}.predictions.tsv.gz")
        assert [p["index"] for p in predictions] == [q["index"] for q in questions], model
        hits[model] = [int(p["hit"]) for p in predictions]
    with open(readme_path, encoding="utf8") as file:
        tables = printed_tables(file)
    print(ABOUT)
    heads = [f"{what} {model}" for model in MODELS for what in ("hits", "hits squared", "hits times n", "printed")]
    print("grouping", "group", "n", "sum_of_chances", "label cells", "n squared", *heads, sep="\t")
    for (key, column), table in zip(COLUMNS.items(), tables, strict=True):
        chances = defaultdict(float)
        cells = defaultdict(lambda: defaultdict(list))  # group -> label cell -> places of its questions
        for place, question in enumerate(questions):
            n_options = sum(1 for letter in "ABCDE" if question[letter])
            for group in (question[column] or "None", "Overall"):
                chances[group] += 1 / n_options
                cells[group][tuple(question[name] for name in LABEL_CELL)].append(place)
        for group in ["Overall", *sorted(set(cells) - {"Overall"})]:
            sizes = [len(places) for places in cells[group].values()]
            row = [key, group, sum(sizes), f"{chances[group]:.4f}", len(sizes), sum(n * n for n in sizes)]
            for model in MODELS:
                h = [sum(hits[model][place] for place in places) for places in cells[group].values()]
                row += [sum(h), sum(a * a for a in h), sum(a * n for a, n in zip(h, sizes))]
                row.append(table[model].get(group, ""))
            print(*row, sep="\t")


main(*sys.argv[1:])
