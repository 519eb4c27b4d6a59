"""Makes every golden file: make_all.py TOKENIZER_FOLDER GOLDEN_FOLDER.

A seed is taken when all its cases have a clear winner at every greedy step; otherwise the next one is tried."""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import numpy
import PIL
import torch
import transformers
from PIL import Image

import make_cases
import make_gguf
import make_images
import make_model
from shapes import CASES, IMAGES, LEAST_GAP, MAX_PIXELS, MIN_PIXELS, MODELS


def main(tokenizer: Path, golden: Path) -> None:
    make_images.main(golden / "images")
    images = {name: Image.open(golden / "images" / f"{name}.png").convert("RGB") for name in IMAGES}
    for name, image in images.items():
        pixels, grid = make_cases.preprocess(image)
        make_cases.resized(pixels, grid[0].tolist()).save(golden / "images" / f"{name}_resized.png", optimize=True)

    report = {
        "versions": {"python": platform.python_version(), "torch": torch.__version__,
                     "transformers": transformers.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
                     "gguf": version("gguf")},
        "min_pixels": MIN_PIXELS, "max_pixels": MAX_PIXELS,
        "cases": {name: {"images": names, "text": text} for name, names, text in CASES}, "models": {},
    }
    for shape in MODELS:
        out = golden / "model" / shape.name
        seed = shape.seed
        while True:
            make_model.write(shape, seed, tokenizer, out / "hf")
            cases = make_cases.every_case(out / "hf", images)
            facts = {name: facts for name, (_, facts) in cases.items()}
            gap = min(f["least_gap"] for f in facts.values())
            print(shape.name, "seed", seed, "least gap", gap, "distinct", [f["n_distinct"] for f in facts.values()],
                  flush=True)
            if gap >= LEAST_GAP and min(f["n_distinct"] for f in facts.values()) >= 8:
                break
            seed += 1
        make_cases.save(cases, out, keep_pixels_of=("image",) if shape.tied else ())
        make_gguf.write(out / "hf", out, f"Golden {shape.name.capitalize()}")
        report["models"][shape.name] = {"seed": seed, "cases": facts}
    (golden / "model" / "report.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
