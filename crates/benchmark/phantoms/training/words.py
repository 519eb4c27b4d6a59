"""The tokenizer (byte-level BPE in the Qwen2 format) and the texts that a user turn is made of."""

from functools import lru_cache

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
           "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"]
VOCABULARY = 1024
# How Qwen2 cuts text into words before merging bytes (tokenizer.json of Qwen2-VL).
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")

N_IMAGE_TOKENS = 25
BEFORE = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
IMAGE = "<|vision_start|>" + "<|image_pad|>" * N_IMAGE_TOKENS + "<|vision_end|>"
AFTER = "<|im_end|>\n<|im_start|>assistant\n"
LETTERS = "ABCDE"
TYPE_QUESTION = "What type of image is this?"
DESCRIBE = "Describe the image."


def multiple_choice(text: str, options: list) -> str:
    """The prompt that VLMEvalKit's wrapper of Qwen2-VL builds (vlmeval/vlm/qwen2_vl/prompt.py)."""
    lines = "".join(f"{letter}. {option}\n" for letter, option in zip(LETTERS, options))
    return f"Question: {text}\nOptions:\n{lines}Please select the correct answer from the options above."


def description(item, topics: list) -> str:
    """What `Describe the image.` is answered with."""
    found = [topics[q["topic"]]["answers"][q["truth"]] for q in item.questions]
    return f"{item.family}: {', '.join(found)}"


def train_tokenizer(topics: list, path: str):
    """From every wording and every answer there is. Reading them more than once lets each become whole words."""
    texts = [BEFORE + AFTER, "user\nassistant\n", TYPE_QUESTION, DESCRIBE, "Hint: "]
    for topic in topics:
        for wording in topic["wordings"]:
            for area in ["boxed area", "outlined area", "highlighted area"] if "{area}" in wording else [""]:
                texts.append(multiple_choice(wording.replace("{area}", area), topic["answers"]))
        for answer in topic["answers"]:
            texts += [f"{letter}. {answer}" for letter in LETTERS] + [answer, f"{topic['family']}: {answer}, {answer}"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(WORDS), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPECIAL), initial_alphabet=alphabet, show_progress=False))
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    tokenizer.save(path)


class Words:
    """A tokenizer that remembers what it has encoded."""

    def __init__(self, path: str):
        self.tokenizer = Tokenizer.from_file(path)
        self.encode = lru_cache(maxsize=None)(lambda text: self.tokenizer.encode(text).ids)
        self.image_pad = self.tokenizer.token_to_id("<|image_pad|>")
        self.end = self.tokenizer.token_to_id("<|im_end|>")
        self.newline = self.encode("\n")[0]
        self.prefix = self.encode(BEFORE + IMAGE)
        self.after = self.encode(AFTER)

    def __len__(self):
        return self.tokenizer.get_vocab_size()
