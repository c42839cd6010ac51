"""The settings and the arithmetic of a card, without one."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.card import (
    CONTEXT,
    RESERVE_MB,
    SETTINGS,
    SPEECH_MB,
    Model,
    at_once,
    command,
    model_of,
    share,
)
from consultation.errors import InvalidOption
from consultation.settings import Settings
from consultation.weights import required
from jobs.service_settings import ServiceSettings

CONFIG = {
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "hidden_size": 4096,
    "head_dim": 128,
}
EIGHT = model_of(json.dumps(CONFIG), 16_400_000_000)
"""A model of eight billion parameters in 16 bits."""


def test_the_settings_are_those_of_the_gpu_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    settings, service = Settings(), ServiceSettings()
    assert (settings.profile, settings.device, settings.llm) == ("gpu", "cuda", "vllm")
    assert required(settings) == ("large-v3-turbo", "speaker-diarization-community-1")
    assert settings.strategy == "sections"
    assert (service.speech_parallel, service.notes_parallel) == (1, 4)
    known = {f"ANAMNESE_{n.upper()}" for m in (settings, service) for n in type(m).model_fields}
    assert set(SETTINGS) <= known


def test_what_a_token_keeps() -> None:
    # 2 (key, value) * 36 layers * 8 heads * 128 * 2 bytes = 147,456 bytes
    assert EIGHT.cache_mb(1) == pytest.approx(0.147456)
    plain = model_of(json.dumps({k: v for k, v in CONFIG.items() if k != "head_dim"}), 1)
    assert plain.head_size == 128


def test_an_8b_model_and_speech_fit_a_card_of_48_gb_and_not_one_of_24() -> None:
    assert share(48_000, EIGHT) == 0.85
    assert at_once(48_000, EIGHT, 0.85) == pytest.approx(4.7, abs=0.1)
    with pytest.raises(InvalidOption, match="needs 22872"):
        share(24_000, EIGHT)


def test_in_four_bits_it_fits_24() -> None:
    four = model_of(json.dumps(CONFIG), 6_000_000_000)
    assert share(24_000, four) == 0.70
    with pytest.raises(InvalidOption):
        share(24_000, four, speech_parallel=2)


@given(
    st.floats(8_000, 200_000),
    st.integers(1, 4),
    st.builds(Model, st.floats(500, 80_000), st.integers(8, 80), st.integers(1, 16), st.just(128)),
)
def test_what_is_given_away_is_there(card: float, speech: int, model: Model) -> None:
    try:
        given_to_vllm = share(card, model, speech_parallel=speech)
    except InvalidOption:
        return
    # share() rounds down to a hundredth of the card, by which one request may just not fit.
    assert given_to_vllm * card + speech * SPEECH_MB + RESERVE_MB <= card + 1
    assert (given_to_vllm + 0.01) * card >= 1.1 * model.weights_mb + model.cache_mb(CONTEXT) - 1


def test_the_command_line() -> None:
    line = command("/models/notes", 0.7)
    assert line[:3] == ["vllm", "serve", "/models/notes"]
    options = dict(pairwise(line))
    assert options["--gpu-memory-utilization"] == "0.70"
    assert options["--host"] == "127.0.0.1"
    assert json.loads(options["--structured-outputs-config"])["disable_any_whitespace"] is True
