"""Several questions about one image in one row: they share the image and do not see each other."""

from dataclasses import dataclass

import numpy as np
import torch

from words import LETTERS, N_IMAGE_TOKENS, Words, multiple_choice

GRID = 5
ROW = 288  # tokens: an image and about four questions; one length, so that one compiled program serves every batch
LETTER_WEIGHT = 3.0


@dataclass
class Segment:
    """One question and its answer, as token ids."""

    prompt: list
    answer: list
    topic: int = -1  # of a multiple-choice question
    truth: int = -1  # index of the right option
    option_ends: tuple = ()  # where in the prompt each option's line ends


def choice(words: Words, question: dict, posed: dict, hint=False) -> Segment:
    prompt = words.encode(multiple_choice(posed["text"], posed["options"]))
    if hint:
        prompt = words.encode(f"Hint: {posed['options'][posed['truth']]}\n") + prompt
    ends = [i for i, token in enumerate(prompt) if token == words.newline][-len(posed["options"]):]
    truth = posed["truth"]
    answer = words.encode(f"{LETTERS[truth]}. {posed['options'][truth]}") + [words.end]
    return Segment(prompt + words.after, answer, question["topic"], truth, tuple(ends))


def free(words: Words, text: str, answer: str) -> Segment:
    return Segment(words.encode(text) + words.after, words.encode(answer) + [words.end])


@dataclass
class Batch:
    ids: torch.Tensor
    positions: torch.Tensor  # (3, n, length)
    mask: torch.Tensor  # (n, 1, length, length)
    image: torch.Tensor
    target: torch.Tensor  # -100 where nothing is asked
    weight: torch.Tensor
    option: torch.Tensor  # 1 at the end of the right option's line, 0 at the others', -1 elsewhere
    topic: torch.Tensor  # at the token that gives the letter; -1 elsewhere


def room(words: Words, row: list) -> int:
    """Tokens that are left in a row."""
    return ROW - len(words.prefix) - sum(len(s.prompt) + len(s.answer) - 1 for s in row)


def pack(words: Words, rows: list, length=ROW) -> Batch:
    """Rows of segments; one that holds more than `length` tokens is an error."""
    prefix = words.prefix
    start = len(prefix)
    n = len(rows)
    ids = np.zeros((n, length), np.int64)
    positions = np.zeros((3, n, length), np.int64)
    segment = np.full((n, length), -1)
    target = np.full((n, length), -100)
    weight = np.zeros((n, length), np.float32)
    option = np.full((n, length), -1)
    topic = np.full((n, length), -1)

    # M-RoPE: the image's tokens share one temporal place and count rows and columns; text goes on after the larger.
    image_at = prefix.index(words.image_pad)
    cells = np.arange(N_IMAGE_TOKENS)
    place = np.tile(np.arange(start) - (N_IMAGE_TOKENS - GRID), (3, 1))
    place[:, :image_at] = np.arange(image_at)
    place[:, image_at:image_at + N_IMAGE_TOKENS] = image_at
    place[1, image_at:image_at + N_IMAGE_TOKENS] += cells // GRID
    place[2, image_at:image_at + N_IMAGE_TOKENS] += cells % GRID
    following = start - (N_IMAGE_TOKENS - GRID)

    for i, row in enumerate(rows):
        ids[i, :start], positions[:, i, :start], segment[i, :start] = prefix, place, 0
        at = start
        for number, s in enumerate(row, 1):
            tokens = s.prompt + s.answer[:-1]
            end = at + len(tokens)
            ids[i, at:end], segment[i, at:end] = tokens, number
            positions[:, i, at:end] = following + np.arange(len(tokens))
            first = at + len(s.prompt) - 1
            target[i, first:first + len(s.answer)] = s.answer
            weight[i, first:first + len(s.answer)] = 1.0
            if s.topic >= 0:
                weight[i, first] = LETTER_WEIGHT
                topic[i, first] = s.topic
                for k, line_end in enumerate(s.option_ends):
                    option[i, at + line_end] = int(k == s.truth)
            at = end
    segment = torch.from_numpy(segment)
    sees = (segment[:, None, :] == 0) | (segment[:, :, None] == segment[:, None, :])
    mask = (sees & torch.ones(length, length, dtype=torch.bool).tril())[:, None]
    ids = torch.from_numpy(ids)
    to = torch.from_numpy
    return Batch(ids, to(positions), mask, ids == words.image_pad, to(target), to(weight), to(option), to(topic))


MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).repeat_interleave(196)
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711]).repeat_interleave(196)


def patches(images: np.ndarray) -> torch.Tensor:
    """(n, 140, 140, 3) uint8 to (n, 100, 588), in the merger's order, (channel, y, x) inside a patch."""
    n = len(images)
    cut = images.reshape(n, GRID, 2, 14, GRID, 2, 14, 3).transpose(0, 1, 4, 2, 5, 7, 3, 6).reshape(n, -1, 588)
    return (torch.from_numpy(np.ascontiguousarray(cut)).float() / 255 - MEAN) / DEVIATION
