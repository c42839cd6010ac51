"""What a worker counts, without a worker."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from consultation.provenance import Step
from jobs.metrics import Cards, WorkerMetrics, cost


def test_a_child_tells_its_steps_in_json() -> None:
    steps = (
        Step(name="recognise", duration=12.5, real_time_factor=0.125),
        Step(name="summarise", duration=10.0, prompt_tokens=900, completion_tokens=250),
    )
    assert cost([step.model_dump(mode="json") for step in steps]) == steps


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "duration", "duration_ms"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_a_child_says_breaks_nothing(said: object) -> None:
    metrics = WorkerMetrics()
    metrics.done(cost(said))
    generate_latest(metrics.registry)


def test_labels_are_names_of_ours() -> None:
    metrics = WorkerMetrics()
    metrics.done([Step(name="Madame Dupont tousse", duration=1.0)])
    metrics.failed("speech", "Madame Dupont")
    text = generate_latest(metrics.registry).decode()
    assert "Dupont" not in text
    assert 'anamnese_step_seconds_count{step="other"} 1.0' in text
    assert 'anamnese_step_failures_total{code="other",queue="speech"} 1.0' in text


def test_tokens_a_second() -> None:
    metrics = WorkerMetrics()
    metrics.done([Step(name="summarise", duration=10.0, prompt_tokens=900, completion_tokens=250)])
    text = generate_latest(metrics.registry).decode()
    assert 'anamnese_tokens_total{kind="prompt"} 900.0' in text
    assert "anamnese_completion_tokens_per_second_sum 25.0" in text


class NVMLError(Exception):
    pass


def card(monkeypatch: pytest.MonkeyPatch, count: int | None) -> None:
    """The library as it is where there are so many cards; None: no driver."""

    def init() -> None:
        if count is None:
            raise NVMLError

    module = ModuleType("pynvml")
    module.__dict__.update(
        NVMLError=NVMLError,
        nvmlInit=init,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetCount=lambda: count,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetMemoryInfo=lambda index: SimpleNamespace(
            used=(index + 1) << 30, total=8 << 30
        ),
    )
    monkeypatch.setitem(sys.modules, "pynvml", module)


def test_memory_of_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    card(monkeypatch, 2)
    used, total = Cards().collect()
    assert [(s.labels["device"], s.value) for s in used.samples] == [("0", 1 << 30), ("1", 2 << 30)]
    assert {s.value for s in total.samples} == {8 << 30}
    card(monkeypatch, None)
    assert list(Cards().collect()) == []
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert list(Cards().collect()) == []


def test_the_real_library_finds_no_card_or_some() -> None:
    """It is not required; where it is, it must answer as the test above says it does."""
    pytest.importorskip("pynvml")
    for family in Cards().collect():
        assert all(sample.value > 0 for sample in family.samples)
