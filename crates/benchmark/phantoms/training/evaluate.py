"""How often answers are right over validation or held-out items."""

import numpy as np
import torch

from packing import choice, free, pack, patches

SHORT_ROW = 160  # tokens: an image and one question


def questions(generator, words, split: str, per_topic: int, start=0, with_options=True):
    """[(topic, image, segment)] of `per_topic` items of every topic, from number `start` on."""
    asked = []
    for topic in range(len(generator.topics)):
        generator.ask(split, [topic] * per_topic, start, 1)
    for topic in range(len(generator.topics)):
        for item in generator.take():
            question = next(q for q in item.questions if q["topic"] == topic)
            posed = question["posed"][0]
            truth = generator.topics[topic]["answers"][question["truth"]]
            segment = choice(words, question, posed) if with_options else free(words, posed["text"], truth)
            asked.append((topic, item.rgb, segment))
    return asked


@torch.no_grad()
def whole_answers(network, words, asked) -> int:
    """How many answers greedy decoding gives right to the last token: those whose every token is the likeliest."""
    n_right = 0
    for start in range(0, len(asked), 16):
        part = asked[start:start + 16]
        batch = pack(words, [[segment] for _, _, segment in part], SHORT_ROW)
        wanted = batch.target >= 0
        visual = network.visual(patches(np.stack([rgb for _, rgb, _ in part])))
        logits, _ = network.text(batch.ids, batch.positions, batch.mask, batch.image, visual, wanted)
        wrong = logits.argmax(1) != batch.target[wanted]
        n_right += len(part) - len(wanted.nonzero()[wrong, 0].unique())
    return n_right


@torch.no_grad()
def accuracy(network, words, asked):
    """{topic: [hits, n]} of the first answer token."""
    counts = {}
    for start in range(0, len(asked), 16):
        part = asked[start:start + 16]
        batch = pack(words, [[segment] for _, _, segment in part], SHORT_ROW)
        visual = network.visual(patches(np.stack([rgb for _, rgb, _ in part])))
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
