"""Items of the Rust generator (examples/serve.rs), asked for ahead of time so that drawing overlaps with learning."""

import json
import queue
import subprocess
import threading
from dataclasses import dataclass

import numpy as np


@dataclass
class Item:
    """An image with everything that is known about it."""

    rgb: np.ndarray  # (side, side, 3) uint8
    family: str
    places: list  # [x, y, marked] in hundredths of the side, from the middle
    questions: list  # {"topic", "truth", "granularity", "posed": [{"text", "options", "truth"}]}


class Generator:
    """The generator's process. Requests and answers keep their order."""

    def __init__(self, program: str):
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        schema = json.loads(self._process.stdout.readline())
        self.topics = schema["topics"]
        self.side_px = schema["side_px"]
        self._ready: queue.Queue = queue.Queue()
        self._asked: queue.Queue = queue.Queue()
        threading.Thread(target=self._serve, daemon=True).start()

    def ask(self, split: str, topics: list, start: int, turns: int):
        """Asks for one item of each topic in the list; `take` hands them over."""
        self._asked.put({"split": split, "topics": [int(t) for t in topics], "from": int(start), "turns": turns})

    def take(self) -> list:
        """The items of the oldest request that has not been taken."""
        items = self._ready.get()
        if isinstance(items, Exception):
            raise items
        return items

    def _serve(self):
        try:
            while True:
                request = self._asked.get()
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
                self._ready.put([self._read() for _ in request["topics"]])
        except Exception as error:  # handed to whoever waits in `take`
            self._ready.put(error)

    def _read(self) -> Item:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the generator ended; its message is above")
        fields = json.loads(line)
        n_bytes = self.side_px * self.side_px * 3
        rgb = np.frombuffer(self._process.stdout.read(n_bytes), np.uint8).reshape(self.side_px, self.side_px, 3)
        return Item(rgb, fields["family"], fields["places"], fields["questions"])
