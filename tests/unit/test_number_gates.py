"""Skipping what says no number skips no number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.measures import Reader
from clinical.number_pieces import NUMBER_WORDS
from clinical.numbers import quantities
from clinical.quantity import Quantity
from clinical.quantity_rules import _OPENERS, RULES
from clinical.text import LANGUAGES

DATA = Path(__file__).parent.parent / "data"
PLAIN = [
    "jour",
    "sur",
    "les",
    "et",
    "of",
    "the",
    "tablet",
    "comprimé",
    "day",
    "mg",
    "d'",
    ",",
    "/",
    "o'clock",
    "heure",
    "soir",
    "other",
    "ago",
    "tension",
    "fever",
    "week",
    "l'",
    "and",
]


def every_rule_everywhere(text: str, language: str) -> tuple[Quantity, ...]:
    reader = Reader(text, language)
    found: list[Quantity] = []
    i = 0
    while i < len(reader.pieces):
        result = next((r for r in (rule(reader, i) for rule in RULES) if r), None)
        found.extend(result[0] if result else ())
        i = result[1] if result else i + 1
    return tuple(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_found_in_phrases(language: str) -> None:
    lines = (DATA / f"numbers_{language}.txt").read_text("utf-8").splitlines()
    assert len(lines) > 300
    for line in lines:
        assert quantities(line, language) == every_rule_everywhere(line, language), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_found_in_jumbles(language: str) -> None:
    words = sorted(NUMBER_WORDS[language] | _OPENERS) + PLAIN * 4

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(words), max_size=9))
    def check(said: list[str]) -> None:
        text = " ".join(said)
        assert quantities(text, language) == every_rule_everywhere(text, language)

    check()


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_the_same_is_found_in_any_line(text: str, language: str) -> None:
    line = text.replace("\n", " ")
    assert quantities(line, language) == every_rule_everywhere(line, language)
