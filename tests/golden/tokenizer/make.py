#!/usr/bin/env python3
"""Regenerates `tiny_cases.json` beside it: what the Hugging Face tokenizer of `tiny_tokenizer.json` makes of the texts
of `real_cases.json`. Made with Python 3.11 and tokenizers 0.23.3:

    pip install tokenizers && python make.py
"""
import json
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).parent
tokenizer = Tokenizer.from_file(str(HERE / "tiny_tokenizer.json"))
texts = [case["text"] for case in json.loads((HERE / "real_cases.json").read_text())]
texts += ["<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n", "a" * 300, "0 1 2 3\u00a04", "\U0001F9A0 cell"]
cases = []
for text in texts:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    cases.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
(HERE / "tiny_cases.json").write_text(f"[\n{lines}\n]\n")
