"""What transformers computes in f32 with one model: the golden outputs of every case."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from transformers import AutoTokenizer, Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from make_model import PREPROCESSOR
from shapes import CASES, MAX_PIXELS, MERGE, MIN_PIXELS, N_GREEDY, PATCH

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def load(folder: Path):
    model = Qwen2VLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def preprocess(image: Image.Image):
    """Pillow's bicubic, not torchvision's: (pixel_values, grid_thw)."""
    keep = ("patch_size", "temporal_patch_size", "merge_size", "image_mean", "image_std")
    processor = Qwen2VLImageProcessorPil(min_pixels=MIN_PIXELS, max_pixels=MAX_PIXELS,
                                         **{k: PREPROCESSOR[k] for k in keep})
    out = processor(images=[image], return_tensors="pt")
    return out["pixel_values"].float(), out["image_grid_thw"]


def resized(pixel_values: torch.Tensor, grid: list[int]) -> Image.Image:
    """The 8-bit image behind the patches: 2x2 blocks of patches, each (channel, frame, row, column), undone."""
    _, rows, cols = grid
    side = PATCH
    a = pixel_values.numpy().reshape(rows // MERGE, cols // MERGE, MERGE, MERGE, 3, 2, side, side)[:, :, :, :, :, 0]
    a = a.transpose(0, 2, 5, 1, 3, 6, 4).reshape(rows * side, cols * side, 3)
    a = (a * np.float32(PREPROCESSOR["image_std"]) + np.float32(PREPROCESSOR["image_mean"])) * 255
    assert np.abs(a - np.rint(a)).max() < 1e-3
    return Image.fromarray(np.rint(a).astype(np.uint8))


def run(model, tokenizer, images: dict[str, Image.Image], names: tuple[str, ...], text: str):
    """One user turn. Returns the arrays to store and the facts to report."""
    content = [{"type": "image"} for _ in names] + [{"type": "text", "text": text}]
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True,
                                           tokenize=False)
    prepared = [preprocess(images[name]) for name in names]
    image_token = model.config.image_token_id
    expand = iter([int(grid.prod()) // MERGE**2 for _, grid in prepared])
    raw = tokenizer(prompt, add_special_tokens=False).input_ids
    ids = torch.tensor([[t for token in raw for t in [token] * (next(expand) if token == image_token else 1)]])
    types = (ids == image_token).int()

    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": types}
    arrays = {"input_ids": ids[0]}
    if prepared:
        pixels, grids = (torch.cat(list(part)) for part in zip(*prepared))
        inputs |= {"pixel_values": pixels, "image_grid_thw": grids}
        arrays |= {"pixel_values": pixels, "grid_thw": grids,
                   "vision_merged": model.model.visual(pixels, grid_thw=grids).pooler_output}
        positions, delta = model.model.get_rope_index(ids, types, image_grid_thw=grids)
        arrays |= {"position_ids": positions[:, 0], "rope_delta": delta[0]}
    else:
        arrays |= {"position_ids": torch.arange(ids.shape[1]).expand(3, -1), "rope_delta": torch.zeros(1)}
    logits = model(**inputs).logits[0]
    generated = model.generate(**inputs, max_new_tokens=N_GREEDY, do_sample=False, temperature=None, top_p=None,
                               top_k=None, eos_token_id=[], pad_token_id=0, output_logits=True,
                               return_dict_in_generate=True)
    greedy = generated.sequences[0, ids.shape[1]:]
    best = torch.cat(generated.logits).topk(2).values
    arrays |= {"logits": logits, "greedy": greedy}
    facts = {
        "n_prompt": ids.shape[1], "grids": [grid[0].tolist() for _, grid in prepared], "greedy": greedy.tolist(),
        "n_distinct": len(set(greedy.tolist())), "least_gap": round((best[:, 0] - best[:, 1]).min().item(), 4),
        "logit_std": round(logits.std().item(), 3), "prompt": prompt,
    }
    integers = ("input_ids", "position_ids", "grid_thw", "rope_delta", "greedy")
    dtype = lambda name: np.int32 if name in integers else np.float32
    return {k: np.ascontiguousarray(v.numpy().astype(dtype(k))) for k, v in arrays.items()}, facts


def every_case(folder: Path, images: dict[str, Image.Image]):
    model, tokenizer = load(folder)
    return {name: run(model, tokenizer, images, names, text) for name, names, text in CASES}


def save(cases: dict, out: Path, keep_pixels_of: tuple[str, ...]) -> None:
    """Pixel values are large and the same for every model: kept where asked, elsewhere the resized PNG tells."""
    for (name, images, text) in CASES:
        arrays = {k: v for k, v in cases[name][0].items() if k != "pixel_values" or name in keep_pixels_of}
        case = {"images": images, "text": text, "min_pixels": MIN_PIXELS, "max_pixels": MAX_PIXELS}
        # One key: safetensors writes several in an order that changes from run to run.
        save_file(arrays, out / f"case_{name}.safetensors", metadata={"case": json.dumps(case)})
