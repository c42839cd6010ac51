"""The engine that the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from consultation.errors import InvalidOption, WeightsMissing
from consultation.settings import Settings
from summarize.engines.llamacpp import LlamaCpp
from summarize.engines.load import gguf_file, load_language_model
from summarize.engines.transformers import Transformers
from summarize.engines.vllm import VLLM


def test_llamacpp_takes_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    engine = load_language_model(
        Settings(llm="llamacpp", llamacpp_model=str(file), llm_context=2048)
    )
    assert isinstance(engine, LlamaCpp)
    assert engine.context_tokens() == 2048
    engine.close()


def test_without_weights_the_hint_says_how_to_get_them(tmp_path: Path) -> None:
    settings = Settings(llm="llamacpp", weights_folder=tmp_path, cache_folder=tmp_path)
    with pytest.raises(WeightsMissing) as caught:
        load_language_model(settings)
    assert "weights pull" in caught.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for llm in ("llamacpp", "transformers"):
        settings = Settings.model_validate(
            {"llm": llm, f"{llm}_model": str(tmp_path / "none.gguf")}
        )
        with pytest.raises(WeightsMissing):
            load_language_model(settings)


def test_transformers_takes_a_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    settings = Settings(llm="transformers", transformers_model=str(tmp_path))
    engine = load_language_model(settings)
    assert isinstance(engine, Transformers)
    engine.close()


def test_vllm_needs_an_address() -> None:
    with pytest.raises(InvalidOption) as caught:
        load_language_model(Settings(llm="vllm", vllm_url=None))
    assert "ANAMNESE_VLLM_URL" in caught.value.hint


def test_vllm_opens_no_connection_before_it_is_asked() -> None:
    settings = Settings.model_validate(
        {"llm": "vllm", "vllm_url": "http://127.0.0.1:9/v1", "vllm_parallel": 3}
    )
    engine = load_language_model(settings)
    assert isinstance(engine, VLLM)
    assert engine.parallel == 3
    engine.close()


def test_one_gguf_file_in_a_folder_and_no_guessing(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        gguf_file(tmp_path)
    (tmp_path / "a.gguf").touch()
    assert gguf_file(tmp_path).name == "a.gguf"
    (tmp_path / "b.gguf").touch()
    with pytest.raises(WeightsMissing):
        gguf_file(tmp_path)
