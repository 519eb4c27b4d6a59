"""Writes the GGUF pair of a hub folder as llama.cpp's converter does: the same names, keys and types."""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import load_file

TEXT_LAYER = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
VISION_BLOCK = {"norm1": "ln1", "norm2": "ln2", "attn.proj": "attn_out", "mlp.fc1": "ffn_up", "mlp.fc2": "ffn_down"}
OTHER = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
         "visual.merger.ln_q": "v.post_ln", "visual.merger.mlp.0": "mm.0", "visual.merger.mlp.2": "mm.2"}


def renamed(name: str, tensor: np.ndarray):
    """GGUF tensors made from one hub tensor."""
    stem, _, kind = name.rpartition(".")
    if stem == "visual.patch_embed.proj":  # one slice of the three-dimensional kernel per frame
        yield "v.patch_embd.weight", tensor[:, :, 0]
        yield "v.patch_embd.weight.1", tensor[:, :, 1]
    elif stem.startswith("model.layers."):
        _, _, i, part = stem.split(".", 3)
        yield f"blk.{i}.{TEXT_LAYER[part]}.{kind}", tensor
    elif stem.startswith("visual.blocks."):
        _, _, i, part = stem.split(".", 3)
        if part == "attn.qkv":
            for letter, third in zip("qkv", np.split(tensor, 3)):
                yield f"v.blk.{i}.attn_{letter}.{kind}", third
        else:
            yield f"v.blk.{i}.{VISION_BLOCK[part]}.{kind}", tensor
    else:
        yield f"{OTHER[stem]}.{kind}", tensor


def tokenizer_keys(writer: gguf.GGUFWriter, folder: Path, n_vocab: int) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokens = {i: (text, gguf.TokenType.NORMAL) for text, i in tokenizer["model"]["vocab"].items()}
    for added in tokenizer["added_tokens"]:
        kind = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
        tokens[added["id"]] = (added["content"], kind)
    listed = [tokens.get(i, (f"[PAD{i}]", gguf.TokenType.UNUSED)) for i in range(n_vocab)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([text for text, _ in listed])
    writer.add_token_types([kind for _, kind in listed])
    special = gguf.SpecialVocab(folder, load_merges=True, n_vocab=n_vocab)
    special.add_special_token |= {"bos": False, "eos": False}
    special.add_to_gguf(writer, quiet=True)


def general_keys(writer: gguf.GGUFWriter, folder: Path, name: str, kind: str, n_parameters: int, file_type) -> None:
    generation = json.loads((folder / "generation_config.json").read_text())
    writer.add_type(kind)
    for key, add in (("top_k", writer.add_sampling_top_k), ("top_p", writer.add_sampling_top_p),
                     ("temperature", writer.add_sampling_temp),
                     ("repetition_penalty", writer.add_sampling_penalty_repeat)):
        if key in generation:
            add(generation[key])
    writer.add_name(name)
    writer.add_size_label(gguf.size_label(n_parameters, 0, 0, 0))
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def text_keys(writer: gguf.GGUFWriter, config: dict) -> None:
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_sections([*config["rope_scaling"]["mrope_section"], 0])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])


def vision_keys(writer: gguf.GGUFWriter, vision: dict, preprocessor: dict) -> None:
    writer.add_clip_has_vision_encoder(True)
    writer.add_vision_projection_dim(vision["hidden_size"])
    writer.add_vision_image_size(560)
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_embedding_length(vision["embed_dim"])
    writer.add_vision_feed_forward_length(vision["hidden_size"])  # the converter's own mistake, kept by everybody
    writer.add_vision_block_count(vision["depth"])
    writer.add_vision_head_count(vision["num_heads"])
    writer.add_vision_image_mean(preprocessor["image_mean"])
    writer.add_vision_image_std(preprocessor["image_std"])
    writer.add_clip_projector_type("qwen2vl_merger")
    writer.add_vision_attention_layernorm_eps(1e-6)


def write(folder: Path, out: Path, name: str, text_file: str = "text.gguf", mmproj_file: str = "mmproj.gguf") -> None:
    """F16 matrices (exact for these models), F32 for everything with one dimension."""
    config = json.loads((folder / "config.json").read_text())
    preprocessor = json.loads((folder / "preprocessor_config.json").read_text())
    halves = {False: {}, True: {}}
    for hub_name, tensor in load_file(folder / "model.safetensors").items():
        for gguf_name, values in renamed(hub_name, tensor.to(torch.float32).numpy()):
            dtype = np.float32 if values.ndim == 1 else np.float16
            halves[hub_name.startswith("visual.")][gguf_name] = np.ascontiguousarray(values.astype(dtype))
    for is_vision, tensors in halves.items():
        writer = gguf.GGUFWriter(out / (mmproj_file if is_vision else text_file), "clip" if is_vision else "qwen2vl")
        n_parameters = sum(t.size for t in tensors.values())
        general_keys(writer, folder, name, "mmproj" if is_vision else "model", n_parameters,
                     gguf.LlamaFileType.MOSTLY_F16)
        if is_vision:
            vision_keys(writer, config["vision_config"], preprocessor)
        else:
            text_keys(writer, config)
            tokenizer_keys(writer, folder, config["vocab_size"])
        for gguf_name, values in tensors.items():
            writer.add_tensor(gguf_name, values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], *sys.argv[4:])
