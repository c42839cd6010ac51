from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.engines import Span
from consultation.transcript import Word
from transcribe import vocabulary
from transcribe.guards import Fault, Heard, echoes, fault, loops, outside, plain

TEN_SECONDS = (Span(start=0, end=10),)


def heard(text: str, log_probability: float = -0.2) -> Heard:
    words = tuple(
        Word(text=t, start=n / 10, end=n / 10 + 0.1, probability=0.9)
        for n, t in enumerate(text.split())
    )
    return Heard(words, log_probability, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour docteur. J'ai mal à la tête depuis trois semaines, surtout le matin.",
        "Non, non, non, non. Pas de fièvre.",
        "Oui oui oui.",
        "Merci beaucoup docteur, merci, au revoir, merci.",
        "Thank you very much, doctor.",
        "Thank you for coming to see me.",
        "Deux comprimés le matin, deux comprimés le midi, deux comprimés le soir.",
        "Je prends du bisoprolol, de l'amlodipine et du ramipril.",
        "J'ai regardé une vidéo avec des sous-titres.",
        "",
    ],
)
def test_what_people_say_passes(text: str) -> None:
    drugs = ("amlodipine", "bisoprolol", "ramipril", "metformine")
    assert fault(heard(text), TEN_SECONDS, drugs) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sous-titres réalisés par la communauté d'Amara.org", Fault.invention),
        ("Sous-titrage Société Radio-Canada", Fault.invention),
        ("Sous-titrage ST' 501", Fault.invention),
        ("Merci d'avoir regardé cette vidéo !", Fault.invention),
        ("Thanks for watching!", Fault.invention),
        ("Thank you so much for watching.", Fault.invention),
        ("Subtitles by the Amara.org community", Fault.invention),
        ("et et et et et et et", Fault.loop),
        ("de la tension de la tension de la tension de la tension", Fault.loop),
        ("amlodipine, bisoprolol, ramipril, metformine", Fault.echo),
        ("je ne sais pas " * 30, Fault.compression),
    ],
)
def test_what_whisper_invents_does_not(text: str, expected: Fault) -> None:
    drugs = ("amlodipine", "bisoprolol", "ramipril", "metformine", "aspirine")
    assert fault(heard(text), TEN_SECONDS, drugs) == expected


def test_impossible_speed() -> None:
    words = heard("un deux trois quatre cinq six sept huit neuf dix")
    assert fault(words, (Span(start=0, end=0.5),), ()) == Fault.rate
    assert fault(words, (Span(start=0, end=3),), ()) is None


def test_low_probability() -> None:
    assert fault(heard("bonjour docteur", -1.2), TEN_SECONDS, ()) == Fault.probability


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8), st.integers(6, 12))
def test_any_phrase_that_never_ends_is_a_loop(phrase: list[str], times: int) -> None:
    assert loops(phrase * times)


@given(st.lists(st.integers(), unique=True, max_size=100))
def test_words_that_never_come_again_are_no_loop(tokens: list[int]) -> None:
    assert not loops([str(token) for token in tokens])


def test_words_outside_speech() -> None:
    word = Word(text="bonjour", start=5, end=5.4, probability=1)
    assert outside(word, (Span(start=0, end=4.4),))
    assert not outside(word, (Span(start=0, end=4.6),))


def test_plain() -> None:
    assert plain("L'Amoxicilline,") == "lamoxicilline"
    assert echoes(["a", "b", "c", "d"], ["A", "B", "C", "D"])
    assert not echoes(["a", "b", "d", "c"], ["A", "B", "C", "D"])


@given(st.lists(st.text(max_size=12), max_size=60), st.integers(1, 100))
def test_vocabulary_fits_and_keeps_its_order(entries: list[str], budget: int) -> None:
    kept = vocabulary.cut(entries, len, budget)
    assert len(vocabulary.prompt(kept)) <= budget
    assert len({k.casefold() for k in kept}) == len(kept)
    cleaned = [" ".join(e.replace(",", " ").split()) for e in entries]
    positions = [cleaned.index(k) for k in kept]
    assert positions == sorted(positions)


def test_the_first_entries_have_priority() -> None:
    assert vocabulary.cut(["a", "A", " ", "b,c", "dddd"], len, 6) == ("a", "b c")
