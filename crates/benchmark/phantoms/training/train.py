"""Trains the phantom model. See README.md beside it.

    python train.py --generator PROGRAM --out FOLDER [--steps N] [--init FOLDER]

Everything that is needed to go on after an interruption is in FOLDER/state.pt, written every few minutes: starting the same
command again goes on from there.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import evaluate
from auxiliary import Heads, image_loss
from generator import Generator
from muon import Optimiser
from network import Network, Size
from packing import choice, free, pack, patches, room
from start import warm_start
from words import DESCRIBE, TYPE_QUESTION, Words, description, train_tokenizer

TURNS = 6  # wordings of each question that an item brings


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--generator", required=True, help="the built examples/serve")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--init", type=Path, help="a Hugging Face folder of the same size to start from")
    parser.add_argument("--vision-steps", type=int, default=500, help="steps on images alone, before the questions")
    parser.add_argument("--steps", type=int, default=4000, help="steps on questions")
    parser.add_argument("--images", type=int, default=12, help="images with questions in a step")
    parser.add_argument("--extra", type=int, default=12, help="images without questions in a step")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=1.5e-3)
    parser.add_argument("--flat", type=float, default=0.25, help="share of the steps before the rate falls")
    parser.add_argument("--hints", type=float, default=0.3, help="questions that come with the answer, at first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-secs", type=float, default=180)
    parser.add_argument("--evaluate-every", type=int, default=400)
    return parser.parse_args()


class Training:
    def __init__(self, args):
        self.args = args
        args.out.mkdir(parents=True, exist_ok=True)
        self.generator = Generator(args.generator)
        self.topics = self.generator.topics
        tokenizer = args.out / "tokenizer.json"
        if not tokenizer.exists():
            train_tokenizer(self.topics, str(tokenizer))
        self.words = Words(str(tokenizer))
        torch.manual_seed(args.seed)
        self.network = Network(Size())
        if args.init:
            warm_start(self.network, self.words, args.init)
        self.network.compile()
        self.heads = Heads(self.topics, self.network.size.width)
        self.random = np.random.default_rng(args.seed)
        self.step = 0  # vision steps first, then the others
        self.drawn = 0
        n = len(self.topics)
        chance = np.array([1 / min(5, len(topic["answers"])) for topic in self.topics])
        self.seen, self.told = chance.copy(), chance.copy()  # running accuracy of the vision heads, of the letters
        self.trained_secs = 0.0
        self.optimiser = None
        self.state_file = args.out / "state.pt"
        self.resumed = torch.load(self.state_file, weights_only=False) if self.state_file.exists() else None
        if self.resumed:
            self.network.load_state_dict(self.resumed["network"])
            self.heads.load_state_dict(self.resumed["heads"])
            for name in ("step", "drawn", "seen", "told", "trained_secs"):
                setattr(self, name, self.resumed[name])
            self.random.bit_generator.state = self.resumed["random"]
        print(f"{sum(p.numel() for p in self.network.parameters()):,} parameters, {n} topics, {len(self.words)} tokens, "
              f"step {self.step}", flush=True)

    def run(self):
        args = self.args
        asked = evaluate.questions(self.generator, self.words, "validation", 12)
        self.vision_phase(args.vision_steps)
        self.question_phase(args.vision_steps, args.vision_steps + args.steps, asked)
        self.save()

    # ---- images alone

    def vision_phase(self, end):
        if self.step >= end:
            return
        count = 64
        self.optimiser = Optimiser(self.network, self.heads, 0.05, self.args.adam_rate, lambda name: 1.0)
        self.restore_optimiser("vision")
        self.request(count, self.seen)
        clock, hits = Clock(), {}
        while self.step < end:
            self.request(count, self.seen)
            items = self.generator.take()
            visual = self.network.visual(patches(np.stack([item.rgb for item in items])))
            loss = image_loss(self.heads, visual, items, hits)
            loss.backward()
            x = self.step / end
            self.optimiser.step(min(1, (self.step + 1) / 20) * min(1, max(0.15, (1 - x) / 0.45)))
            self.step += 1
            self.note(self.seen, hits)
            self.after_step("vision", clock, f"loss {loss.item():.3f} seen {self.seen.mean():.3f}")
        self.generator.take()  # the request that was ahead
        self.save("vision")

    # ---- questions

    def question_phase(self, start, end, asked):
        args = self.args
        rate_of = lambda name: 0.5 if name.startswith("visual") else 1.0
        self.optimiser = Optimiser(self.network, self.heads, args.muon_rate, args.adam_rate, rate_of)
        self.restore_optimiser("questions")
        self.request(args.images, self.told)
        self.request(args.extra, self.seen)
        clock, sums = Clock(), np.zeros(3)
        while self.step < end:
            x = (self.step - start) / (end - start)
            self.request(args.images, self.told)
            self.request(args.extra, self.seen)
            items = self.generator.take() + self.generator.take()
            hits, told = {}, {}
            losses = self.question_loss(items, args.hints * max(0.0, 1 - x / 0.2), hits, told)
            schedule = min(1.0, (self.step - start + 1) / 40)
            schedule *= 1.0 if x < args.flat else max(0.02, (1 - x) / (1 - args.flat))
            self.optimiser.step(schedule)
            self.step += 1
            self.note(self.seen, hits)
            self.note(self.told, told)
            sums = 0.95 * sums + 0.05 * np.array(losses)
            self.after_step("questions", clock, f"letters {sums[0]:.3f} options {sums[1]:.3f} images {sums[2]:.3f} "
                            f"seen {self.seen.mean():.3f} told {self.told.mean():.3f}")
            if self.step % args.evaluate_every == 0 or self.step == end:
                self.evaluate(asked)

    def question_loss(self, items, hints, hits, told):
        args, words = self.args, self.words
        rows = [self.row(item, hints) for item in items[:args.images]]
        batch = pack(words, rows)
        wanted, options = batch.target >= 0, batch.option >= 0
        visual = self.network.visual(patches(np.stack([item.rgb for item in items])))
        of_images = image_loss(self.heads, visual, items, hits)
        logits, tapped = self.network.text(
            batch.ids, batch.positions, batch.mask, batch.image, visual[:args.images], wanted, options)
        target, weight = batch.target[wanted], batch.weight[wanted]
        of_words = (F.cross_entropy(logits, target, reduction="none") * weight).sum() / weight.sum()
        of_options = F.binary_cross_entropy_with_logits(
            self.heads.option(tapped)[:, 0], batch.option[options].float())
        (of_words + of_options + 0.8 * of_images).backward()
        topic = batch.topic[wanted]
        hit = (logits.argmax(1) == target)[topic >= 0]
        for number, ok in zip(topic[topic >= 0].tolist(), hit.tolist()):
            told.setdefault(number, []).append(ok)
        return of_words.item(), of_options.item(), of_images.item()

    def row(self, item, hints):
        """Questions about one image until the row is full: mostly with options, some free."""
        words, random = self.words, self.random
        need = np.array([self.need(self.told)[q["topic"]] for q in item.questions])
        segments = []
        other = random.random()
        if other < 0.06:
            segments.append(free(words, DESCRIBE, description(item, self.topics)))
        elif other < 0.12:
            segments.append(free(words, TYPE_QUESTION, item.family))
        while True:
            question = item.questions[random.choice(len(need), p=need / need.sum())]
            posed = question["posed"][random.integers(TURNS)]
            if random.random() < 0.12:
                segment = free(words, posed["text"], self.topics[question["topic"]]["answers"][question["truth"]])
            else:
                segment = choice(words, question, posed, hint=random.random() < hints)
            if room(words, segments + [segment]) < 0:
                return segments
            segments.append(segment)

    # ---- what both share

    def need(self, accuracy):
        """How often a topic is drawn: more, the more is left to learn."""
        chance = np.array([1 / min(5, len(topic["answers"])) for topic in self.topics])
        left = np.clip((0.99 - accuracy) / (0.99 - chance), 0, 1)
        return 0.1 + left * (1 + 3 * left)

    def request(self, count, accuracy):
        need = self.need(accuracy)
        topics = self.random.choice(len(need), count, p=need / need.sum())
        self.generator.ask("training", topics, self.drawn, TURNS)
        self.drawn += count

    @staticmethod
    def note(running, hits):
        for topic, results in hits.items():
            for ok in results:
                running[topic] += 0.02 * (ok - running[topic])
        hits.clear()

    def after_step(self, phase, clock, text):
        threads = self.args.out / "threads"
        if self.step % 20 == 0 and threads.exists():
            torch.set_num_threads(int(threads.read_text()))
        if self.step % 40 == 0:
            print(f"{self.trained_secs + clock.secs():6.0f} s  step {self.step}  {clock.per_step(self.step):.2f} s/step  {text}",
                  flush=True)
        if clock.since_save() > self.args.save_secs:
            self.trained_secs += clock.secs()
            clock.restart()
            self.save(phase)

    def evaluate(self, asked):
        self.network.eval()
        counts = evaluate.accuracy(self.network, self.words, asked)
        self.network.train()
        total = np.array(list(counts.values())).sum(0)
        print(f"VALIDATION step {self.step}: {total[0] / total[1]:.3f} of {total[1]}")
        for task, (hits, n) in sorted(evaluate.by_task(counts, self.topics).items()):
            print(f"  {task:34} {hits / n:.3f} of {n}")
        poor = sorted((hits / n, self.topics[t]["id"]) for t, (hits, n) in counts.items())[:12]
        print("  lowest: " + ", ".join(f"{name} {value:.2f}" for value, name in poor), flush=True)

    def save(self, phase="questions"):
        state = {
            "network": self.network.state_dict(), "heads": self.heads.state_dict(), "phase": phase,
            "optimiser": self.optimiser.state(), "step": self.step, "drawn": self.drawn, "seen": self.seen,
            "told": self.told, "trained_secs": self.trained_secs, "random": self.random.bit_generator.state}
        torch.save(state, self.state_file.with_suffix(".part"))
        os.replace(self.state_file.with_suffix(".part"), self.state_file)

    def restore_optimiser(self, phase):
        if self.resumed and self.resumed["phase"] == phase:
            self.optimiser.restore(self.resumed["optimiser"])


class Clock:
    def __init__(self):
        self.restart()
        self.last = (0, time.time())

    def restart(self):
        self.started = time.time()

    def secs(self):
        return time.time() - self.started

    since_save = secs

    def per_step(self, step):
        (before, then), now = self.last, time.time()
        self.last = (step, now)
        return (now - then) / max(1, step - before)


if __name__ == "__main__":
    torch.set_num_threads(1)
    Training(arguments()).run()
