# mypy: ignore-errors
"""Writes a language model of two megabytes, so that a real server has something to serve. FOLDER.

It is a chain of words: embeddings are one-hot, the layer adds nothing, and the output matrix says which word comes
after which, as likely as ``CHAIN`` and ``ELSE`` have it. So one knows what it writes, freely (with the sentence's
mark) and held to JSON, where it would love to cite a passage 9 that it was not given.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import gguf
import numpy as np

SPECIAL = ["<unk>", "<s>", "</s>"]
SAID = ["▁The", "▁dose", "▁is", "▁5", "▁mg.", "▁[1]"]
OPEN, CITE, SHUT = '{"claims":[{"text":"', '","citations":[', "]}]}"
NUMBERS = ["9", "1"]
CHAIN = [":", *SAID, "</s>"]
ELSE = [(":", OPEN), (OPEN, "▁The"), ("▁[1]", CITE), (CITE, "9"), ("9", SHUT), ("1", SHUT), (SHUT, "</s>")]
LIKE, ALSO, LAST = 40.0, 30.0, 20.0
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def write(path: Path) -> None:
    bytes_ = [f"<0x{n:02X}>" for n in range(256)]
    tokens = [*SPECIAL, *bytes_, *SAID, OPEN, CITE, SHUT, *NUMBERS]
    place = {token: number for number, token in enumerate(tokens)} | {":": tokens.index("<0x3A>")}
    size = -(-len(tokens) // 32) * 32
    output = np.zeros((len(tokens), size), np.float32)
    for before, after in itertools.pairwise(CHAIN):
        output[place[after], place[before]] = LIKE
    for before, after in ELSE:
        output[place[after], place[before]] = ALSO
    output[place["1"], place[CITE]] = LAST
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * (len(tokens) - 259)
    file = gguf.GGUFWriter(path, "llama")
    file.add_name("tiny")
    file.add_context_length(32768)
    file.add_embedding_length(size)
    file.add_block_count(1)
    file.add_feed_forward_length(32)
    file.add_head_count(4)
    file.add_head_count_kv(4)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(size // 4)
    file.add_vocab_size(len(tokens))
    file.add_tokenizer_model("llama")
    file.add_token_list(tokens)
    file.add_token_scores([-1000.0] * len(tokens))
    file.add_token_types(kinds)
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_unk_token_id(0)
    file.add_add_bos_token(True)
    file.add_add_space_prefix(False)
    file.add_chat_template(TEMPLATE)
    file.add_tensor("token_embd.weight", np.eye(len(tokens), size, dtype=np.float32))
    file.add_tensor("output.weight", output)
    file.add_tensor("output_norm.weight", np.full(size, 1 / np.sqrt(size), np.float32))
    for name, shape in {
        "attn_norm": (size,), "ffn_norm": (size,), "attn_q": (size, size), "attn_k": (size, size),
        "attn_v": (size, size), "attn_output": (size, size), "ffn_gate": (32, size), "ffn_up": (32, size),
        "ffn_down": (size, 32),
    }.items():  # fmt: skip
        file.add_tensor(f"blk.0.{name}.weight", np.zeros(shape, np.float32))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]) / "tiny.gguf")
