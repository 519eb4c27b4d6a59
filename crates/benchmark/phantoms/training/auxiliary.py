"""Heads that are thrown away after training. All but one read the merged vision tokens, and all are linear, so that the text
model can read the same there: every answer, on the mean of the tokens and on the token where the thing lies; each token's
row, column and whether something lies in it. The last one tells right options from wrong ones inside the text model."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

GRID = 5


class Heads(nn.Module):
    def __init__(self, topics: list, width: int):
        super().__init__()
        self.sizes = [len(topic["answers"]) for topic in topics]
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)]).tolist()
        self.norm = nn.LayerNorm(width)
        self.whole = nn.Linear(width, self.starts[-1])
        self.local = nn.Linear(width, self.starts[-1])
        self.token = nn.Linear(width, 2 * GRID + 2)
        self.option = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 1))
        cells = torch.arange(GRID * GRID)
        self.register_buffer("row", cells // GRID, persistent=False)
        self.register_buffer("column", cells % GRID, persistent=False)


def cell_of(place) -> int:
    x, y, _ = place
    column, row = (min(GRID - 1, max(0, int((value + 50) / 100 * GRID))) for value in (x, y))
    return row * GRID + column


def image_loss(heads: Heads, visual, items: list, hits: dict):
    """The loss of one batch of images; `hits[topic]` collects whether the mean told the answer."""
    x = heads.norm(visual)
    whole, local, token = heads.whole(x.mean(1)), heads.local(x), heads.token(x)
    n = len(items)
    lies = torch.zeros(n, GRID * GRID, 2)
    asked, pointed = {}, {}  # by topic: [(image, truth)], [(image, cell, truth)]
    for i, item in enumerate(items):
        for place in item.places:
            lies[i, cell_of(place), int(place[2])] = 1
        for question in item.questions:
            topic, truth = question["topic"], question["truth"]
            asked.setdefault(topic, []).append((i, truth))
            about_mark = question["granularity"] != "Image level"
            where = [place for place in item.places if bool(place[2]) == about_mark]
            if len(where) == 1:
                pointed.setdefault(topic, []).append((i, cell_of(where[0]), truth))
    total = 0.0
    for topic, known in asked.items():
        i, truth = torch.tensor(known).T
        scores = whole[i, heads.starts[topic]:heads.starts[topic + 1]]
        total = total + F.cross_entropy(scores, truth, reduction="sum") / (n * np.log(heads.sizes[topic]))
        hits.setdefault(topic, []).extend((scores.argmax(1) == truth).tolist())
    for topic, known in pointed.items():
        i, cell, truth = torch.tensor(known).T
        scores = local[i, cell, heads.starts[topic]:heads.starts[topic + 1]]
        total = total + F.cross_entropy(scores, truth, reduction="sum") / (n * np.log(heads.sizes[topic]))
    tokens = token.reshape(-1, 2 * GRID + 2)
    place = F.cross_entropy(tokens[:, :GRID], heads.row.repeat(n))
    place = place + F.cross_entropy(tokens[:, GRID:2 * GRID], heads.column.repeat(n))
    return total + 0.15 * place + 3 * F.binary_cross_entropy_with_logits(token[..., 2 * GRID:], lies)
