"""Two LoRA adapters for the tied golden model, and the weights that PEFT's own merge makes of them.

    python make.py ../model/tied .

Every factor is a small multiple of 1/64: products of two are exact in f32, and so are sums of a few. The order of the sum
therefore does not matter, and whoever merges right gets the same bits.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import Qwen2VLForConditionalGeneration

SEED = 14
ADAPTERS = {
    # Ranks and alphas by module; text and vision.
    "plain": LoraConfig(
        r=4,
        lora_alpha=6,
        target_modules=r".*(layers\.0\.self_attn\.[qv]_proj|layers\.1\.mlp\.(gate|down)_proj|blocks\.1\.attn\.qkv|blocks\.0\.mlp\.fc1)",
        rank_pattern={"down_proj": 8, r"layers\.0\.self_attn\.v_proj": 2, "attn.qkv": 3},
        alpha_pattern={"q_proj": 5, "blocks.1.attn.qkv": 7},
    ),
    # The scale is alpha / sqrt(r); the merger's norm is not adapted but replaced.
    "rslora": LoraConfig(
        r=3,
        lora_alpha=5,
        target_modules=["o_proj", "fc2"],
        layers_to_transform=[1],
        layers_pattern=["layers", "blocks"],
        use_rslora=True,
        modules_to_save=["ln_q"],
    ),
}


def hub_name(name: str) -> str:
    """The checkpoint's name of one of transformers' parameters."""
    return name.replace("model.language_model.", "model.").replace("model.visual.", "visual.")


def answer(model, case: dict) -> dict:
    """What the merged model says in the case with one image: logits behind the prompt, and sixteen greedy tokens."""
    ids = case["input_ids"][None].long()
    types = (ids == model.config.image_token_id).int()
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": types,
              "pixel_values": case["pixel_values"], "image_grid_thw": case["grid_thw"].long()}
    said = model.generate(**inputs, max_new_tokens=16, do_sample=False, temperature=None, top_p=None, top_k=None,
                          eos_token_id=[], pad_token_id=0, output_logits=True, return_dict_in_generate=True)
    best = torch.cat(said.logits).topk(2).values
    print("least gap", (best[:, 0] - best[:, 1]).min().item(), "deviation of the logits", said.logits[0].std().item())
    return {"logits": said.logits[0][0].contiguous(), "greedy": said.sequences[0, ids.shape[1]:].int()}


def make(base: Path, case: dict, out: Path, name: str, config: LoraConfig) -> None:
    model = Qwen2VLForConditionalGeneration.from_pretrained(base, dtype=torch.float32,
                                                            attn_implementation="eager")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    adapted = get_peft_model(model, config)
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if ".lora_" in key or ".modules_to_save." in key:
                bound = 8 if "lora_B" in key else 32
                parameter.copy_(torch.randint(-bound, bound + 1, parameter.shape, generator=generator) / 64)
    shutil.rmtree(out / name, ignore_errors=True)
    adapted.save_pretrained(out / name)
    (out / name / "README.md").unlink(missing_ok=True)  # an empty form about the adapter
    config_file = out / name / "adapter_config.json"
    written = json.loads(config_file.read_text())
    written["base_model_name_or_path"] = None  # a path on the machine that ran this
    config_file.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")

    model = adapted.merge_and_unload().eval()
    merged = model.state_dict()
    changed = {hub_name(key): value.contiguous() for key, value in merged.items() if not torch.equal(value, before[key])}
    assert set(changed) <= set(load_file(base / "model.safetensors")), sorted(changed)
    save_file(changed, out / f"{name}_merged.safetensors")
    save_file(answer(model, case), out / f"{name}_answer.safetensors")
    print(name, {key: list(value.shape) for key, value in changed.items()})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    image_case = load_file(folder / "case_image.safetensors")
    for adapter, lora in ADAPTERS.items():
        make(folder / "hf", image_case, Path(sys.argv[2]), adapter, lora)
