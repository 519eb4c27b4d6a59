"""Accuracy of the first answer token over validation or held-out items, topic by topic."""

import numpy as np
import torch

from packing import choice, pack, patches

SHORT_ROW = 160  # tokens: an image and one question


def questions(generator, words, split: str, per_topic: int, start=0):
    """[(topic, patches, segment)] of `per_topic` items of every topic."""
    asked = []
    for topic in range(len(generator.topics)):
        generator.ask(split, [topic] * per_topic, start, 1)
    for topic in range(len(generator.topics)):
        for item in generator.take():
            question = next(q for q in item.questions if q["topic"] == topic)
            asked.append((topic, item.rgb, choice(words, question, question["posed"][0])))
    return asked


@torch.no_grad()
def accuracy(network, words, asked, blank=False):
    """{topic: [hits, n]}. `blank` shows a grey image instead."""
    counts = {}
    for start in range(0, len(asked), 16):
        part = asked[start:start + 16]
        batch = pack(words, [[segment] for _, _, segment in part], SHORT_ROW)
        images = np.stack([rgb for _, rgb, _ in part])
        if blank:
            images[:] = 128
        visual = network.visual(patches(images))
        logits, _ = network.text(batch.ids, batch.positions, batch.mask, batch.image, visual, batch.topic >= 0)
        right = logits.argmax(1) == batch.target[batch.topic >= 0]
        for (topic, _, _), hit in zip(part, right.tolist()):
            count = counts.setdefault(topic, [0, 0])
            count[0] += hit
            count[1] += 1
    return counts


def by_task(counts: dict, topics: list) -> dict:
    """The same, summed over each clinical task."""
    tasks = {}
    for topic, (hits, n) in counts.items():
        task = tasks.setdefault(topics[topic]["task"], [0, 0])
        task[0] += hits
        task[1] += n
    return tasks
