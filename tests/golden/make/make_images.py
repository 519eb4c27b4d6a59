"""Draws the source images: gradients, hard edges and noise, so that a wrong filter, order or rounding shows."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from shapes import IMAGES


def draw(width: int, height: int, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = 128 + 100 * np.sin(rows / 5 + cols / 9)
    ramp = np.stack([255 * rows / height, waves, 255 * (1 - cols / width)], axis=-1)
    picture = Image.fromarray(ramp.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):
        (x0, x1), (y0, y1) = np.sort(rng.integers(0, width, 2)), np.sort(rng.integers(0, height, 2))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        (pen.ellipse if rng.random() < 0.5 else pen.rectangle)((int(x0), int(y0), int(x1), int(y1)), fill=colour)
    pixels = np.asarray(picture).astype(np.int16)
    pixels[: height // 3] += rng.integers(-50, 51, pixels[: height // 3].shape, dtype=np.int16)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, (width, height)) in enumerate(IMAGES.items()):
        draw(width, height, seed).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
