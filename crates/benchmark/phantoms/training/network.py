"""Qwen2-VL at a fixed image size, with the parameter names of the Hugging Face checkpoints. Only what training needs;
`export.py` compares it with transformers' own implementation."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Size:
    width: int = 256  # of both towers
    head: int = 64
    vision_blocks: int = 4
    text_layers: int = 4
    mlp: int = 512
    vocabulary: int = 1024
    patches_per_side: int = 10
    mrope_section: tuple = (8, 12, 12)
    rope_theta: float = 1e6


def rotate(x, cos, sin):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat((-second, first), -1) * sin


class VisionBlock(nn.Module):
    def __init__(self, s: Size):
        super().__init__()
        self.n_heads = s.width // s.head
        self.norm1, self.norm2 = nn.LayerNorm(s.width, eps=1e-6), nn.LayerNorm(s.width, eps=1e-6)
        self.attn = nn.ModuleDict({"qkv": nn.Linear(s.width, 3 * s.width), "proj": nn.Linear(s.width, s.width)})
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(s.width, s.mlp), "fc2": nn.Linear(s.mlp, s.width)})

    def forward(self, x, cos, sin):
        n, length, width = x.shape
        qkv = self.attn["qkv"](self.norm1(x)).view(n, length, 3, self.n_heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v)
        x = x + self.attn["proj"](seen.transpose(1, 2).reshape(n, length, width))
        h = self.mlp["fc1"](self.norm2(x))
        return x + self.mlp["fc2"](h * torch.sigmoid(1.702 * h))


class Vision(nn.Module):
    def __init__(self, s: Size):
        super().__init__()
        side = s.patches_per_side
        self.n_tokens = (side // 2) ** 2
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv3d(3, s.width, (2, 14, 14), (2, 14, 14), bias=False)})
        self.blocks = nn.ModuleList(VisionBlock(s) for _ in range(s.vision_blocks))
        self.merger = nn.ModuleDict({
            "ln_q": nn.LayerNorm(s.width, eps=1e-6),
            "mlp": nn.Sequential(nn.Linear(4 * s.width, 4 * s.width), nn.GELU(), nn.Linear(4 * s.width, s.width))})
        # Patches lie in the order of the merger: the four of a visual token follow each other.
        order = torch.arange(side * side).view(side // 2, 2, side // 2, 2).permute(0, 2, 1, 3).flatten()
        frequency = 1e4 ** -(torch.arange(0, s.head // 2, 2) / (s.head // 2))
        angle = torch.cat([(order // side)[:, None] * frequency, (order % side)[:, None] * frequency], -1)
        angle = torch.cat([angle, angle], -1)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def forward(self, patches):
        """(n, patches, 588), one temporal slice: a still image fills both alike, so their weights add."""
        x = F.linear(patches, self.patch_embed["proj"].weight.sum(2).flatten(1))
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        x = self.merger["ln_q"](x).reshape(x.shape[0], self.n_tokens, -1)
        return self.merger["mlp"](x)


class RmsNorm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight, 1e-6)


class TextLayer(nn.Module):
    def __init__(self, s: Size):
        super().__init__()
        self.n_heads, self.n_groups, self.head = s.width // s.head, s.width // s.head // 2, s.head
        kv = self.n_groups * s.head
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(s.width), RmsNorm(s.width)
        self.self_attn = nn.ModuleDict({
            "q_proj": nn.Linear(s.width, s.width), "k_proj": nn.Linear(s.width, kv),
            "v_proj": nn.Linear(s.width, kv), "o_proj": nn.Linear(s.width, s.width, bias=False)})
        self.mlp = nn.ModuleDict({
            "gate_proj": nn.Linear(s.width, s.mlp, bias=False), "up_proj": nn.Linear(s.width, s.mlp, bias=False),
            "down_proj": nn.Linear(s.mlp, s.width, bias=False)})

    def forward(self, x, cos, sin, mask):
        n, length, width = x.shape
        h = self.input_layernorm(x)
        heads = lambda name, count: self.self_attn[name](h).view(n, length, count, self.head).transpose(1, 2)
        q, k, v = heads("q_proj", self.n_heads), heads("k_proj", self.n_groups), heads("v_proj", self.n_groups)
        share = self.n_heads // self.n_groups
        seen = F.scaled_dot_product_attention(
            rotate(q, cos, sin), rotate(k, cos, sin).repeat_interleave(share, 1), v.repeat_interleave(share, 1),
            attn_mask=mask)
        x = x + self.self_attn["o_proj"](seen.transpose(1, 2).reshape(n, length, width))
        h = self.post_attention_layernorm(x)
        return x + self.mlp["down_proj"](F.silu(self.mlp["gate_proj"](h)) * self.mlp["up_proj"](h))


class Network(nn.Module):
    def __init__(self, s: Size):
        super().__init__()
        self.size = s
        self.visual = Vision(s)
        self.model = nn.ModuleDict({
            "embed_tokens": nn.Embedding(s.vocabulary, s.width),
            "layers": nn.ModuleList(TextLayer(s) for _ in range(s.text_layers)),
            "norm": RmsNorm(s.width)})
        axis = torch.repeat_interleave(torch.arange(3), torch.tensor(s.mrope_section))
        self.register_buffer("axis", axis, persistent=False)
        self.register_buffer("frequency", s.rope_theta ** -(torch.arange(0, s.head, 2) / s.head), persistent=False)
        self._initialise(s)

    def _initialise(self, s: Size):
        into_residual = ("o_proj.weight", "down_proj.weight", "attn.proj.weight", "fc2.weight")
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(p)
            elif "embed_tokens" in name:
                nn.init.normal_(p, std=0.04)
            elif p.ndim > 1:
                std = 0.8 / math.sqrt(p[0].numel())
                depth = s.vision_blocks if name.startswith("visual") else s.text_layers
                nn.init.normal_(p, std=std / math.sqrt(2 * depth) if name.endswith(into_residual) else std)

    def layers(self, x, angle, mask):
        """All text layers on (n, length, width): the last one's output, normed, and the third one's."""
        cos, sin = angle.cos(), angle.sin()
        tapped = x
        for number, layer in enumerate(self.model["layers"]):
            x = layer(x, cos, sin, mask)
            if number == 2:
                tapped = x
        return self.model["norm"](x), tapped

    def text(self, ids, positions, mask, image_mask, visual, wanted, tap=None):
        """ids (n, length), positions (3, n, length), visual (n, tokens, width). Logits of the wanted tokens; with `tap`,
        a mask, also the third layer's output there."""
        x = self.model["embed_tokens"](ids)
        x = x.masked_scatter(image_mask[..., None], visual.reshape(-1, x.shape[-1]))
        angle = positions[self.axis].permute(1, 2, 0).float() * self.frequency
        x, tapped = self.layers(x, torch.cat([angle, angle], -1)[:, None], mask)
        logits = F.linear(x[wanted], self.model["embed_tokens"].weight)
        return logits, None if tap is None else tapped[tap]

    def compile(self):
        """Lets both towers be compiled, once for each shape they meet."""
        self.visual.forward = torch.compile(self.visual.forward, dynamic=False)
        self.layers = torch.compile(self.layers, dynamic=False)
