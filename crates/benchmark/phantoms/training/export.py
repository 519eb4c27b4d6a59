"""Writes the trained network as a Hugging Face folder, and compares it there with transformers' own implementation.

    python export.py --generator PROGRAM --run FOLDER --out FOLDER
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import evaluate
from generator import Generator
from network import Network, Size
from packing import pack, patches
from words import Words

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
FREE_FROM = 500  # held-out items that `qvm bench run --fresh 200` does not reach
LOGIT_TOLERANCE = 1e-3  # f32 on both sides, sums in another order


def write(network: Network, words: Words, run: Path, out: Path):
    out.mkdir(parents=True, exist_ok=True)
    size, token = network.size, words.tokenizer.token_to_id
    weights = {name: w.contiguous() for name, w in network.state_dict().items()}
    save_file(weights, str(out / "model.safetensors"), metadata={"format": "pt"})
    vision = {
        "depth": size.vision_blocks, "embed_dim": size.width, "hidden_size": size.width, "in_channels": 3,
        "mlp_ratio": size.mlp // size.width, "num_heads": size.width // size.head, "patch_size": 14,
        "spatial_merge_size": 2, "spatial_patch_size": 14, "temporal_patch_size": 2}
    config = {
        "architectures": ["Qwen2VLForConditionalGeneration"], "model_type": "qwen2_vl",
        "hidden_act": "silu", "hidden_size": size.width, "intermediate_size": size.mlp,
        "num_hidden_layers": size.text_layers, "num_attention_heads": size.width // size.head,
        "num_key_value_heads": size.width // size.head // 2, "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-6, "rope_theta": size.rope_theta, "vocab_size": size.vocabulary,
        "rope_scaling": {"type": "mrope", "mrope_section": list(size.mrope_section)},
        "tie_word_embeddings": True, "use_sliding_window": False, "torch_dtype": "float32",
        "bos_token_id": token("<|endoftext|>"), "eos_token_id": token("<|im_end|>"),
        "vision_start_token_id": token("<|vision_start|>"), "vision_end_token_id": token("<|vision_end|>"),
        "vision_token_id": token("<|vision_pad|>"), "image_token_id": token("<|image_pad|>"),
        "video_token_id": token("<|video_pad|>"), "vision_config": vision}
    preprocessor = {
        "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2VLProcessor",
        "min_pixels": 140 * 140, "max_pixels": 140 * 140, "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
    tokenizer = {
        "tokenizer_class": "Qwen2TokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "model_max_length": 4096, "add_bos_token": False, "chat_template": CHAT_TEMPLATE}
    generation = {
        "bos_token_id": token("<|endoftext|>"), "pad_token_id": token("<|endoftext|>"), "do_sample": False,
        "eos_token_id": [token("<|im_end|>"), token("<|endoftext|>")]}
    for name, content in [("config", config), ("preprocessor_config", preprocessor),
                          ("tokenizer_config", tokenizer), ("generation_config", generation)]:
        (out / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    shutil.copy(run / "tokenizer.json", out / "tokenizer.json")


def compare(network: Network, words: Words, asked, out: Path):
    """Greatest difference of the logits of whole prompts between this network and transformers', in f32."""
    from transformers import Qwen2VLForConditionalGeneration
    reference, report = Qwen2VLForConditionalGeneration.from_pretrained(
        out, dtype=torch.float32, output_loading_info=True)
    if any(report.values()):
        raise SystemExit(f"transformers does not know this folder: {report}")
    reference.eval()
    worst, whole, side = 0.0, 0, 2 * int(words.prefix.count(words.image_pad) ** 0.5)
    for _, rgb, segment in asked:
        length = len(words.prefix) + len(segment.prompt)
        batch, pixels = pack(words, [[segment]], 192), patches(rgb[None])
        every = torch.arange(192)[None] < length
        own, _ = network.text(batch.ids, batch.positions, batch.mask, batch.image, network.visual(pixels), every)
        # The reference wants both temporal slices of each patch.
        twice = pixels[0].view(-1, 3, 1, 196).expand(-1, 3, 2, 196).reshape(-1, 1176)
        ids = batch.ids[:, :length]
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values": twice,
                  "image_grid_thw": torch.tensor([[1, side, side]]), "mm_token_type_ids": (ids == words.image_pad).long()}
        worst = max(worst, (reference(**inputs).logits[0] - own).abs().max().item())
        answer = reference.generate(**inputs, max_new_tokens=16, do_sample=False)[0, length:].tolist()
        whole += answer == segment.answer
    print(f"{len(asked)} questions: logits differ by at most {worst:.1e}; {whole} answers are right, word for word")
    if not worst <= LOGIT_TOLERANCE:
        raise SystemExit(f"that is more than {LOGIT_TOLERANCE}")


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--generator", required=True)
    parser.add_argument("--run", type=Path, required=True, help="the folder that train.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    state = torch.load(args.run / "state.pt", weights_only=False)
    words = Words(str(args.run / "tokenizer.json"))
    network = Network(Size())
    network.load_state_dict(state["network"])
    network.eval()
    write(network, words, args.run, args.out)
    generator = Generator(args.generator)
    compare(network, words, evaluate.questions(generator, words, "validation", 1), args.out)
    asked = evaluate.questions(generator, words, "held", 20, start=FREE_FROM, with_options=False)
    right = evaluate.whole_answers(network, words, asked)
    print(f"free questions on held-out images: {right} of {len(asked)} answers are right, word for word")


if __name__ == "__main__":
    main()
