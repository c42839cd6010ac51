"""Sentences with the questions they answer, and quotes with offsets and times."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from summarize.units import quote, units, worth_noting
from tests.unit.talk import transcript


def test_an_answer_knows_its_question() -> None:
    found = units(
        transcript("D: Très bien. Avez-vous de la fièvre?", "P: Non. J'ai mal au ventre.")
    )
    assert [u.text for u in found] == [
        "Très bien.",
        "Avez-vous de la fièvre?",
        "Non.",
        "J'ai mal au ventre.",
    ]
    assert found[2].question is found[1]
    assert found[3].question is None, "the second sentence stands by itself"
    assert found[1].is_question
    assert not found[0].is_question


def test_nobody_answers_oneself() -> None:
    found = units(transcript("D: Vous fumez?", "D: Je note.", "P: Bonjour."))
    assert all(u.question is None for u in found)


def test_what_is_worth_noting() -> None:
    lines = ("D: Bonjour madame. Vous toussez?", "P: Non.", "D: D'accord.", "P: J'ai de la fièvre.")
    noted = [u.text for u in units(transcript(*lines)) if worth_noting(u, "fr")]
    assert noted == ["Non.", "J'ai de la fièvre."]


def test_quotes_are_verbatim_with_times() -> None:
    talk = transcript("P: Bonjour docteur. J'ai mal. C'est à droite.", "D: Bien.")
    found = units(talk)
    (evidence,) = quote((found[2], found[1]))
    assert evidence.quote == "J'ai mal. C'est à droite."
    assert evidence.anchor == "s0001"
    assert (evidence.start, evidence.end) == (1.0, 3.5)
    segment = talk.segment("s0001")
    assert segment is not None
    assert segment.text[evidence.quote_start : evidence.quote_end] == evidence.quote


def test_a_speech_without_full_stops_is_cut() -> None:
    found = units(transcript("P: " + "et puis j'ai mal au dos, " * 30))
    assert len(found) > 2
    assert max(len(u.text.split()) for u in found) <= 45


words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(st.lists(st.lists(words, min_size=1, max_size=20), min_size=1, max_size=6))
def test_units_are_slices_in_order_and_every_quote_is_verbatim(lines: list[list[str]]) -> None:
    talk = transcript(
        *(f"{'DP'[i % 2]}: {' '.join(line)}" for i, line in enumerate(lines)), language="en"
    )
    for unit in units(talk):
        assert unit.segment.text[unit.start : unit.end] == unit.text
        for evidence in quote((unit,)):
            assert evidence.quote == unit.text
            assert evidence.start is not None
            assert evidence.end is not None
            assert unit.segment.start <= evidence.start <= evidence.end <= unit.segment.end


def test_a_question_that_lost_its_mark_is_known_by_its_answer() -> None:
    found = units(transcript("P: C'est sérieux, cette toux.", "D: Non, c'est viral."))
    assert found[0].is_question
    assert found[1].question is found[0]
    assert not worth_noting(found[0], "fr")
    found = units(transcript("P: C'est la tête.", "D: D'accord."))
    assert not found[0].is_question


def test_a_patient_who_asks_whether_it_is_serious_states_nothing() -> None:
    """As the recogniser writes it: without a question mark, the answer cut at a comma."""
    found = units(transcript("P: D'accord. C'est grave, docteur.", "D: Non,", "D: rassurez-vous."))
    assert [u.is_question for u in found] == [False, True, False, False]
    assert found[2].question is found[1]
    assert not worth_noting(found[1], "fr")
