"""The two models: their shapes, their seeds, and the questions that both are asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """Dimensions of one tiny Qwen2-VL. Ragged on purpose: no two that could be confused are equal."""

    name: str
    tied: bool
    seed: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    intermediate: int
    mrope_section: tuple[int, int, int]  # sums to head_dim / 2
    vision_embed: int
    vision_depth: int
    vision_heads: int
    vision_mlp_ratio: int

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


VOCAB = 1024
SPECIAL = VOCAB - 14  # id of the first of the fourteen special tokens
PATCH, TEMPORAL, MERGE = 14, 2, 2

# The seeds are those for which every greedy step has a clear winner (`make_all.py` searches from here upwards).
TIED = Shape("tied", True, 21, hidden=128, layers=2, heads=4, kv_heads=2, intermediate=224, mrope_section=(4, 6, 6),
             vision_embed=96, vision_depth=2, vision_heads=3, vision_mlp_ratio=2)
# 200 is not a multiple of 32: quantisers must leave such rows alone.
UNTIED = Shape("untied", False, 4, hidden=96, layers=3, heads=3, kv_heads=1, intermediate=200, mrope_section=(3, 5, 8),
               vision_embed=64, vision_depth=2, vision_heads=2, vision_mlp_ratio=4)
MODELS = (TIED, UNTIED)

MIN_PIXELS, MAX_PIXELS = 3136, 31360  # 4 and 40 visual tokens: the large image must shrink

# name of the image -> width, height
IMAGES = {"even": (112, 84), "large": (263, 190), "tall": (75, 103), "flat": (131, 61)}

# name of the case, images, text of the one user turn
CASES = (
    ("text", (), "Hello there, how are you?"),
    ("image", ("even",), "What is in the picture?"),
    ("odd", ("large",), "Describe this image."),
    ("two", ("tall", "flat"), "Compare them."),
)
N_GREEDY = 16
LEAST_GAP = 0.05  # between the best and the second logit, at every greedy step
