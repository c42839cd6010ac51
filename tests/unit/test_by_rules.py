"""The strategy without a model: nothing is invented, and the provenance says so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.errors import EngineUnavailable
from consultation.provenance import Quality
from consultation.settings import Settings
from consultation.summary import Summary
from summarize.by_rules import NoModel
from summarize.consultation import summarize
from summarize.engines.load import load_language_model
from tests.golden import reference
from tests.unit.talk import transcript

RULES = Settings(summary_strategy="rules")


def note(*lines: str, language: str = "fr") -> Summary:
    return summarize(transcript(*lines, language=language), load_language_model(RULES), RULES)


def lines_of(summary: Summary) -> dict[str, list[str]]:
    return {s.key: [x.text for x in s.statements] for s in summary.sections if s.statements}


def test_a_note_without_a_model() -> None:
    summary = note(
        "D: Bonjour, qu'est-ce qui vous amène ?",
        "P: J'ai mal à la tête depuis trois semaines.",
        "D: Des allergies ?",
        "P: Oui, à la pénicilline.",
        "P: Je prends du ramipril, cinq milligrammes.",
        "D: Je vous prescris du sumatriptan, cinquante milligrammes.",
    )
    found = lines_of(summary)
    assert found["motif"] == ["« J'ai mal à la tête depuis trois semaines. »"]
    assert found["conduite"] == ["Sumatriptan, cinquante milligrammes."]
    assert any("pénicilline" in text for text in found["allergies"])
    assert any("amipril" in text for text in found["traitements"])
    assert not summary.unsupported


def test_the_provenance_names_no_language_model() -> None:
    summary = note("P: J'ai mal à la tête.", "D: C'est une migraine.")
    assert [m for m in summary.provenance.models if m.task == "generation"] == []
    assert summary.provenance.quality is Quality.rules
    assert all(name.endswith(".toml") for name in summary.provenance.prompts)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_statement_stands_in_what_was_said(language: str) -> None:
    talk = reference(language)
    summary = summarize(talk, NoModel(), RULES)
    said = " ".join(segment.text for segment in talk.segments).lower()
    assert len(summary.statements()) > 8
    for statement in summary.statements():
        for part in statement.text.strip("« »").split(" – "):
            assert part.strip().rstrip(".").lower() in said


def test_nothing_is_ever_asked_of_a_model() -> None:
    with pytest.raises(EngineUnavailable):
        NoModel().complete(None)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.sampled_from(
            [
                "D: Ça va ?",
                "P: Oui.",
                "P: Non.",
                "P: J'ai de la fièvre, 39.",
                "D: Bon.",
                "P: Merci.",
            ]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_talk_gives_a_note(lines: list[str]) -> None:
    summary = note(*lines)
    assert not summary.unsupported
