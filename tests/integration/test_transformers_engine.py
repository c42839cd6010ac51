"""transformers in process: folders, broken files, the shared part of the prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consultation.engines import Message, Request
from consultation.errors import WeightsCorrupt, WeightsMissing
from summarize.engines.load import gguf_file
from summarize.engines.transformers import Transformers

pytestmark = pytest.mark.slow

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 2}
    },
    "required": ["items"],
    "additionalProperties": False,
}
OPENING = Message(role="system", content="You answer in JSON. " + "You are precise. " * 30)


def ask(content: str, opening: Message = OPENING) -> Request:
    messages = (opening, Message(role="user", content=content))
    return Request(messages=messages, json_schema=SCHEMA, max_tokens=40)


@pytest.fixture(scope="module")
def engine(weights: Callable[[str], Path]) -> Iterator[Transformers]:
    engine = Transformers(gguf_file(weights("smollm2-135m-instruct")), context=512, device="cpu")
    yield engine
    engine.close()


def test_the_shared_part_is_read_once_and_leaves_no_trace(engine: Transformers) -> None:
    first = engine.complete(ask("Name two fruits."))
    assert first.cached_tokens == 0
    second = engine.complete(ask("Name two trees."))
    assert 0.8 * second.prompt_tokens < second.cached_tokens < second.prompt_tokens
    engine.complete(ask("Name two birds.", Message(role="system", content="Be brief.")))
    again = engine.complete(ask("Name two trees."))
    assert again.cached_tokens == 0
    assert again.text == second.text


def test_the_threads_of_torch_are_given_back(engine: Transformers) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        engine.complete(ask("Name two fruits."))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_folder_as_transformers_saves_it(engine: Transformers, tmp_path: Path) -> None:
    weights = engine._loaded()
    weights.tokenizer.save_pretrained(tmp_path)
    weights.model.save_pretrained(tmp_path)
    other = Transformers(tmp_path, context=512, device="cpu")
    request = ask("Name two fruits.")
    assert other.complete(request).text == engine.complete(request).text
    (use,) = other.models()
    assert use.name == tmp_path.name
    assert use.sha256 is not None
    assert len(use.sha256) == 64
    other.close()

    (tmp_path / "model.safetensors").write_bytes(b"cut off")
    broken = Transformers(tmp_path, context=512, device="cpu")
    with pytest.raises(WeightsCorrupt):
        broken.complete(request)
    broken.close()


def test_a_broken_file_is_told_from_a_missing_one(
    weights: Callable[[str], Path], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    with gguf_file(weights("smollm2-135m-instruct")).open("rb") as whole:
        cut.write_bytes(whole.read(20_000_000))
    nonsense = tmp_path / "nonsense.gguf"
    nonsense.write_bytes(b"GGUF" + bytes(range(256)) * 64)
    for file in (cut, nonsense):
        engine = Transformers(file, device="cpu")
        with pytest.raises(WeightsCorrupt):
            engine.complete(ask("Name two fruits."))
        engine.close()
    with pytest.raises(WeightsMissing):
        Transformers(tmp_path / "none.gguf")
    with pytest.raises(WeightsMissing):
        Transformers(tmp_path / "no folder")
