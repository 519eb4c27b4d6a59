#!/usr/bin/env python3
"""Regenerates the golden files beside it. They were made with Python 3.11, Pillow 11.3.0, numpy 2.4.6,
transformers 5.23.0 (its Qwen2VLImageProcessorPil), safetensors 0.8.0:

    pip install pillow==11.3.0 numpy transformers==5.23.0 safetensors && python make.py
"""
import json
import random
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save_file
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil, smart_resize

HERE = Path(__file__).parent
FACTOR = 28

# name: (width, height, min_pixels, max_pixels, write pixel values)
CASES = {
    "tiny": (20, 31, 3136, 100352, True),         # enlarged to the minimum
    "half": (70, 98, 3136, 100352, True),         # 2.5 and 3.5 tokens: halves to even
    "odd": (151, 103, 3136, 100352, False),       # one side grows, the other shrinks
    "large": (221, 167, 3136, 6272, False),       # reduced to the maximum
    "wide": (280, 25, 3136, 100352, False),       # width stays, one pass only
    "tall": (31, 140, 3136, 100352, False),       # height stays, one pass only
    "exact": (84, 56, 3136, 100352, False),       # no pass at all
}


def draw(width, height, seed):
    """A gradient, discs and bars with hard edges, and black-and-white noise, which makes the filter overshoot."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    image = np.stack([columns * 255 // width, rows * 255 // height, (columns * 3 + rows * 5) % 256], axis=-1)
    for _ in range(5):
        centre = rng.uniform(0, 1, 2) * (height, width)
        radius = rng.uniform(0.05, 0.3) * min(width, height)
        disc = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2
        image[disc] = rng.integers(0, 256, 3)
    image[:, width // 3 : width // 3 + 2] = 255
    noise = columns > 0.8 * width
    image[noise] = rng.integers(0, 2, (int(noise.sum()), 3)) * 255
    return Image.fromarray(image.astype(np.uint8))


def resize_cases():
    sizes = {}
    for seed, (name, (width, height, least, most, with_values)) in enumerate(CASES.items()):
        image = draw(width, height, seed)
        image.save(HERE / f"{name}.png", optimize=True)
        out_height, out_width = smart_resize(height, width, FACTOR, least, most)
        resized = image.resize((out_width, out_height), Image.BICUBIC)
        resized.save(HERE / f"{name}_resized.png", optimize=True)
        sizes[name] = {"min_pixels": least, "max_pixels": most, "height": out_height, "width": out_width}
        if with_values:
            processor = Qwen2VLImageProcessorPil(min_pixels=least, max_pixels=most)
            out = processor(image, return_tensors="np")
            save_file(
                {
                    "pixel_values": np.ascontiguousarray(out["pixel_values"], dtype=np.float32),
                    "grid_thw": np.ascontiguousarray(out["image_grid_thw"], dtype=np.int32),
                },
                HERE / f"{name}.safetensors",
            )
    (HERE / "cases.json").write_text(json.dumps(sizes, indent=1) + "\n")


def size_vectors():
    """[height, width, min_pixels, max_pixels, [height, width] or null where the reference refuses]."""
    rng = random.Random(7)
    edges = [(1, 1), (13, 13), (14, 14), (2, 400), (10, 1500), (42, 42), (70, 98), (126, 126), (154, 42), (168, 168),
             (1000, 1), (28, 5600), (28, 5601), (480, 640), (1080, 1920), (3024, 4032), (4000, 6000), (1, 200), (1, 201)]
    sizes = edges + [(rng.randint(1, 3000), rng.randint(1, 3000)) for _ in range(60)]
    vectors = []
    for least, most in [(3136, 12845056), (3136, 1003520), (3136, 100352), (200704, 1003520), (784, 784), (0, 50176)]:
        for height, width in sizes:
            try:
                out = list(smart_resize(height, width, FACTOR, least, most))
            except ValueError:
                out = None
            vectors.append([height, width, least, most, out])
    (HERE / "smart_resize.json").write_text("[\n" + ",\n".join(map(json.dumps, vectors)) + "\n]\n")


def format_samples():
    """The same small picture in many kinds of file, and as `<file>.png` what Pillow reads from it (over white)."""
    out = HERE / "formats"
    image = draw(37, 23, 99)
    rgba = image.copy()
    rgba.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 37).astype(np.uint8), (23, 1))))
    grey = image.convert("L")
    palette = image.quantize(32)
    samples = {
        "rgb.png": (image, {}), "rgba.png": (rgba, {}), "grey.png": (grey, {}), "palette.png": (palette, {}),
        "bilevel.png": (image.convert("1"), {}), "grey_alpha.png": (rgba.convert("LA"), {}),
        "baseline.jpg": (image, {"quality": 90, "subsampling": 0}), "progressive.jpg": (image, {"quality": 90, "progressive": True}),
        "grey.jpg": (grey, {"quality": 90}), "subsampled.jpg": (image, {"quality": 90, "subsampling": 2}),
        "restart.jpg": (image, {"quality": 90, "restart_marker_blocks": 1}),
        "cmyk.jpg": (image.convert("CMYK"), {"quality": 90}),
        "lossless.webp": (rgba, {"lossless": True, "exact": True}), "lossy.webp": (image, {"quality": 80}),
        "lossy_alpha.webp": (rgba, {"quality": 80}),
        "rgb.bmp": (image, {}), "palette.bmp": (palette, {}), "grey.bmp": (grey, {}),
        "palette.gif": (palette, {}),
        "raw.tif": (image, {}), "lzw.tif": (image, {"compression": "tiff_lzw"}), "rgba.tif": (rgba, {}),
        "deflate.tif": (grey, {"compression": "tiff_adobe_deflate"}), "packbits.tif": (image, {"compression": "packbits"}),
        "fax.tif": (image.convert("1"), {"compression": "group4"}),
    }
    for name, (sample, options) in samples.items():
        sample.save(out / name, **options)
    # Two frames, the second green: only the first may be shown.
    second = Image.new("RGB", image.size, (0, 255, 0))
    palette.convert("RGB").save(out / "animated.gif", save_all=True, append_images=[second], duration=100)
    image.save(out / "animated.webp", save_all=True, append_images=[second], duration=100, lossless=True)
    deep = (np.arange(23 * 37, dtype=np.uint32).reshape(23, 37) * 77 % 65536).astype(np.uint16)
    Image.fromarray(deep).save(out / "grey16.png")
    Image.fromarray(deep).save(out / "grey16.tif")
    rounded = ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 levels to 255, to nearest
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    for path in sorted(out.iterdir()):
        if path.suffix == ".png" and path.stem.count("."):
            continue
        if path.name.startswith("grey16"):
            expected = Image.fromarray(rounded).convert("RGB")
        else:
            expected = Image.alpha_composite(white, Image.open(path).convert("RGBA")).convert("RGB")
        expected.save(out / f"{path.name}.png", optimize=True)


resize_cases()
size_vectors()
format_samples()
