"""Starting from an earlier model of the same size, whose tokenizer may be another one."""

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer


def warm_start(network, words, folder):
    """Takes every weight of the same name and shape. A token's vector is the mean of those that the earlier tokenizer cuts
    its text into."""
    weights = {name: w.float() for name, w in load_file(str(folder / "model.safetensors")).items()}
    embedding = weights.pop("model.embed_tokens.weight")
    earlier = Tokenizer.from_file(str(folder / "tokenizer.json"))
    own = network.model["embed_tokens"].weight
    with torch.no_grad():
        for token, number in words.tokenizer.get_vocab().items():
            known = earlier.token_to_id(token)
            pieces = [known] if known is not None else earlier.encode(words.tokenizer.decode([number])).ids
            if pieces:
                own[number] = embedding[pieces].mean(0)
    missing, unexpected = network.load_state_dict(weights, strict=False)
    if unexpected or missing != ["model.embed_tokens.weight"]:
        raise ValueError(f"{folder} is not of the same size: missing {missing}, unexpected {unexpected}")
