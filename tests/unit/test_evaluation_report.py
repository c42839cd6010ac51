"""Pools and tables."""

from __future__ import annotations

import pytest

from consultation.transcript import Role
from evaluation.figures import Figures
from evaluation.measure import measure
from evaluation.reference import Reference, ReferenceTurn
from evaluation.report import Conditions, Report, report
from evaluation.tables import to_markdown
from tests.unit.evaluation_cases import statement, summary, transcript

CONDITIONS = Conditions(
    version="0",
    created="2026-01-01T00:00:00+00:00",
    profile="embedded",
    settings_sha256="0" * 64,
    vocabulary=False,
    machine="1 core",
)


def english() -> Figures:
    """Four words, one wrong; one second of four given to the wrong speaker."""
    spoken = (
        ReferenceTurn(speaker="D", start=0, end=2, text="any pain"),
        ReferenceTurn(speaker="P", start=2, end=4, text="none today"),
    )
    return measure(
        "one",
        Reference(
            language="en",
            text="any pain none today",
            spoken=spoken,
            timed=spoken,
            roles={"D": Role.clinician, "P": Role.patient},
        ),
        transcript(
            ("S1", "any pain", 0, 3),
            ("S2", "none tonight", 3, 4),
            roles={"S1": Role.clinician, "S2": Role.patient},
        ),
        summary([statement(1, "Pain", "any pain")], ["numbers"]),
    )


def french() -> Figures:
    """Four words, all right; no times, no roles."""
    text = "bonjour docteur ça va"
    return measure(
        "deux", Reference(language="fr", text=text), transcript(("S1", text, 0, 2), language="fr")
    )


def test_figures_of_one() -> None:
    one = english()
    assert one.words is not None
    assert one.words.rate == 0.25
    assert one.strict is not None
    assert one.strict.rate == pytest.approx(1 / 4)
    assert one.jaccard == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert one.note is not None
    assert one.note.kept == 1
    assert [step.name for step in one.steps] == ["recognise", "recognise"]


def test_no_reference_no_figure() -> None:
    two = french()
    assert two.words is not None
    assert two.words.rate == 0
    assert (two.cp, two.strict, two.jaccard, two.roles, two.note) == (None,) * 5


def test_pools_by_language_and_of_all() -> None:
    stopped = Figures(id="three", language="fr", error="no_speech")
    made = report(CONDITIONS, [english(), french(), stopped])
    assert [pool.id for pool in made.pools] == ["all"]
    more = report(CONDITIONS, [english(), french(), english()])
    assert [pool.id for pool in more.pools] == ["all en", "all"]
    everything = made.pools[-1]
    assert everything.words is not None
    assert everything.words.rate == pytest.approx(1 / 8)
    assert everything.cp is not None
    assert everything.cp.rate == 0.25
    assert everything.jaccard == english().jaccard
    assert everything.speaker_count_error == 0
    assert Report.model_validate_json(made.to_json()) == made


def test_tables() -> None:
    stopped = Figures(id="three", language="fr", error="no_speech")
    written = to_markdown(report(CONDITIONS, [english(), french(), stopped]))
    assert "| one | 4 | 25.0 | 1/0/0 |" in written
    assert "| deux | 4 | 0.0 | 0/0/0 | 0.0 | – | – | – |" in written
    assert "numbers 1" in written
    assert "- three: no_speech" in written
    assert "| three |" not in written
    without = to_markdown(report(CONDITIONS, [french()]))
    assert "Refused" not in without
    assert "JER" not in without
    assert "Not measured" not in without


def test_one_language_has_one_pool() -> None:
    assert [pool.id for pool in report(CONDITIONS, [french(), french()]).pools] == ["all fr"]
