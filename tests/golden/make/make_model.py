"""Writes a tiny Qwen2-VL with random weights in the hub's layout (flat config.json, the 2B's tensor names, bf16)."""

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from shapes import MERGE, PATCH, SPECIAL, TEMPORAL, VOCAB, Shape

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "chat_template.json")


class Weights:
    """Random tensors that are exact in bf16 and in f16. Biases and norms are random too: a forgotten one must show."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.tensors: dict[str, torch.Tensor] = {}

    def put(self, name: str, values: np.ndarray) -> None:
        # Below 2^-16 a bf16 value may not be an f16 value; zero is both.
        values = np.where(np.abs(values) < 2.0**-16, 0.0, values).astype(np.float32)
        self.tensors[name] = torch.from_numpy(values).to(torch.bfloat16).contiguous()

    def matrix(self, name: str, rows: int, cols: int, gain: float = 1.0, bias: bool = False) -> None:
        self.put(f"{name}.weight", self.rng.standard_normal((rows, cols)) * gain / np.sqrt(cols))
        if bias:
            self.put(f"{name}.bias", self.rng.standard_normal(rows) * 0.3)

    def norm(self, name: str, width: int, bias: bool = False) -> None:
        self.put(f"{name}.weight", self.rng.uniform(0.5, 1.5, width))
        if bias:
            self.put(f"{name}.bias", self.rng.standard_normal(width) * 0.2)


def weights(shape: Shape, seed: int) -> dict[str, torch.Tensor]:
    w, s = Weights(seed), shape
    w.put("model.embed_tokens.weight", w.rng.standard_normal((VOCAB, s.hidden)) * 0.5)
    for i in range(s.layers):
        layer = f"model.layers.{i}"
        w.norm(f"{layer}.input_layernorm", s.hidden)
        w.norm(f"{layer}.post_attention_layernorm", s.hidden)
        w.matrix(f"{layer}.self_attn.q_proj", s.heads * s.head_dim, s.hidden, 1.5, bias=True)
        w.matrix(f"{layer}.self_attn.k_proj", s.kv_heads * s.head_dim, s.hidden, 1.5, bias=True)
        w.matrix(f"{layer}.self_attn.v_proj", s.kv_heads * s.head_dim, s.hidden, 1.0, bias=True)
        w.matrix(f"{layer}.self_attn.o_proj", s.hidden, s.heads * s.head_dim, 2.0)
        w.matrix(f"{layer}.mlp.gate_proj", s.intermediate, s.hidden, 1.5)
        w.matrix(f"{layer}.mlp.up_proj", s.intermediate, s.hidden, 1.5)
        w.matrix(f"{layer}.mlp.down_proj", s.hidden, s.intermediate, 1.5)
    w.norm("model.norm", s.hidden)
    if not s.tied:
        w.matrix("lm_head", VOCAB, s.hidden, 4.0)

    e, block_width = s.vision_embed, s.vision_embed * MERGE * MERGE
    patch_len = 3 * TEMPORAL * PATCH * PATCH
    w.put("visual.patch_embed.proj.weight",
          w.rng.standard_normal((e, 3, TEMPORAL, PATCH, PATCH)) * 2 / np.sqrt(patch_len))
    for i in range(s.vision_depth):
        block = f"visual.blocks.{i}"
        w.norm(f"{block}.norm1", e, bias=True)
        w.norm(f"{block}.norm2", e, bias=True)
        w.matrix(f"{block}.attn.qkv", 3 * e, e, 1.5, bias=True)
        w.matrix(f"{block}.attn.proj", e, e, 1.5, bias=True)
        w.matrix(f"{block}.mlp.fc1", e * s.vision_mlp_ratio, e, 1.5, bias=True)
        w.matrix(f"{block}.mlp.fc2", e, e * s.vision_mlp_ratio, 1.5, bias=True)
    w.norm("visual.merger.ln_q", e, bias=True)
    w.matrix("visual.merger.mlp.0", block_width, block_width, 1.5, bias=True)
    w.matrix("visual.merger.mlp.2", s.hidden, block_width, 1.0, bias=True)
    return w.tensors


def config(s: Shape) -> dict:
    return {
        "architectures": ["Qwen2VLForConditionalGeneration"], "model_type": "qwen2_vl", "torch_dtype": "bfloat16",
        "vocab_size": VOCAB, "hidden_size": s.hidden, "intermediate_size": s.intermediate,
        "num_hidden_layers": s.layers, "num_attention_heads": s.heads, "num_key_value_heads": s.kv_heads,
        "hidden_act": "silu", "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "max_position_embeddings": 32768,
        "rope_scaling": {"type": "mrope", "mrope_section": list(s.mrope_section)},
        "tie_word_embeddings": s.tied, "use_sliding_window": False, "sliding_window": 32768,
        "max_window_layers": s.layers, "attention_dropout": 0.0, "initializer_range": 0.02, "use_cache": True,
        "bos_token_id": SPECIAL, "eos_token_id": SPECIAL + 2, "vision_start_token_id": SPECIAL + 9,
        "vision_end_token_id": SPECIAL + 10, "vision_token_id": SPECIAL + 11, "image_token_id": SPECIAL + 12,
        "video_token_id": SPECIAL + 13,
        "vision_config": {
            "depth": s.vision_depth, "embed_dim": s.vision_embed, "num_heads": s.vision_heads,
            "mlp_ratio": s.vision_mlp_ratio, "hidden_size": s.hidden, "in_chans": 3, "patch_size": PATCH,
            "spatial_patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": TEMPORAL,
        },
    }


GENERATION = {"bos_token_id": SPECIAL, "pad_token_id": SPECIAL, "eos_token_id": [SPECIAL + 2, SPECIAL],
              "do_sample": True, "temperature": 0.01, "top_p": 0.001, "top_k": 1, "repetition_penalty": 1.0}
PREPROCESSOR = {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": PATCH, "temporal_patch_size": TEMPORAL,
                "merge_size": MERGE, "image_mean": [0.48145466, 0.4578275, 0.40821073],
                "image_std": [0.26862954, 0.26130258, 0.27577711],
                "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2VLProcessor"}


def write(shape: Shape, seed: int, tokenizer: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    save_file(weights(shape, seed), out / "model.safetensors", metadata={"format": "pt"})
    for name, value in (("config", config(shape)), ("generation_config", GENERATION),
                        ("preprocessor_config", PREPROCESSOR)):
        (out / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")
    for name in TOKENIZER_FILES:
        shutil.copyfile(tokenizer / name, out / name)
