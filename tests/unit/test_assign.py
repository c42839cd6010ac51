"""Words × turns → segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consultation.transcript import Turn, Word
from transcribe.assign import SpokenWord, assign, group


def spoken(text: str, start: float = 0.0, each: float = 0.3) -> list[Word]:
    return [
        Word(
            text=t,
            start=round(start + i * each, 3),
            end=round(start + (i + 1) * each, 3),
            probability=1,
        )
        for i, t in enumerate(text.split())
    ]


def lines(segments: object) -> list[str]:
    return [f"{s.speaker}: {s.text}" for s in segments]  # type: ignore[attr-defined]


def test_the_last_word_stays_with_its_sentence() -> None:
    words = spoken("Avez-vous de la fièvre ? Non, aucune.")
    # The diariser hears the patient one word too early.
    turns = [Turn(speaker="S1", start=0, end=1.2), Turn(speaker="S2", start=1.2, end=2.4)]
    words = [
        w.model_copy(update={"text": w.text.replace("fièvre", "fièvre?")})
        for w in words
        if w.text != "?"
    ]
    assert lines(assign(words, turns)) == ["S1: Avez-vous de la fièvre?", "S2: Non, aucune."]


def test_and_the_first_word_too() -> None:
    words = spoken("Avez-vous mal? Oui, un peu.")
    # The diariser hears the clinician one word too long.
    turns = [Turn(speaker="S1", start=0, end=0.9), Turn(speaker="S2", start=0.9, end=2)]
    assert lines(assign(words, turns)) == ["S1: Avez-vous mal?", "S2: Oui, un peu."]


def test_a_short_answer_keeps_its_speaker() -> None:
    words = spoken("Vous fumez? Non. Et l'alcool?")
    turns = [
        Turn(speaker="S1", start=0, end=0.6),
        Turn(speaker="S2", start=0.6, end=0.9),
        Turn(speaker="S1", start=0.9, end=1.5),
    ]
    assert lines(assign(words, turns)) == ["S1: Vous fumez?", "S2: Non.", "S1: Et l'alcool?"]


def test_a_slip_inside_a_sentence_is_absorbed() -> None:
    words = spoken("je prends de l'amlodipine le matin")
    turns = [
        Turn(speaker="S1", start=0, end=0.9),
        Turn(speaker="S2", start=0.9, end=1.2),
        Turn(speaker="S1", start=1.2, end=2),
    ]
    assert lines(assign(words, turns)) == ["S1: je prends de l'amlodipine le matin"]


def test_a_word_outside_every_turn_goes_to_the_nearest() -> None:
    words = [*spoken("oui"), *spoken("merci.", start=5)]
    turns = [Turn(speaker="S1", start=0.4, end=1), Turn(speaker="S2", start=4, end=4.9)]
    assert [s.speaker for s in assign(words, turns)] == ["S1", "S2"]


def test_without_turns_there_is_one_speaker() -> None:
    assert [s.speaker for s in assign(spoken("Bonjour docteur."), [])] == ["S1"]


def test_no_words_no_segments() -> None:
    assert assign([], [Turn(speaker="S1", start=0, end=1)]) == ()


def test_sentences_of_two_channels_do_not_interleave() -> None:
    left = [SpokenWord("S1", w) for w in spoken("Vous prenez toujours vos comprimés?")]
    right = [SpokenWord("S2", w) for w in spoken("Oui oui.", start=0.6)]
    mixed = sorted(left + right, key=lambda s: s.word.start)
    assert lines(group(mixed)) == ["S1: Vous prenez toujours vos comprimés?", "S2: Oui oui."]


def test_a_question_stays_before_its_answer_without_punctuation() -> None:
    first = spoken("oui j'en prends")
    asked, answer = spoken("combien par jour", 1.2), spoken("deux", 2.5)
    turns = [
        Turn(speaker="S2", start=0, end=1),
        Turn(speaker="S1", start=1.1, end=2.2),
        Turn(speaker="S2", start=2.4, end=3),
    ]
    found = assign([*first, *asked, *answer], turns)
    assert lines(found) == ["S2: oui j'en prends", "S1: combien par jour", "S2: deux"]


def test_a_long_dictation_is_cut_at_sentences() -> None:
    words = spoken("Le patient va bien. " * 40)
    segments = assign(words, [Turn(speaker="S1", start=0, end=100)])
    assert len(segments) > 1
    assert all(segment.text.endswith(".") for segment in segments)
    assert [s.id for s in segments] == [f"s{i:04d}" for i in range(1, len(segments) + 1)]


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0.05, 1)), max_size=60),
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "S3"]), st.floats(0, 60), st.floats(0.1, 9)),
        max_size=12,
    ),
)
def test_every_word_is_kept_once(
    times: list[tuple[float, float]], spans: list[tuple[str, float, float]]
) -> None:
    words = [
        Word(text=f"w{i}", start=round(start, 3), end=round(start + length, 3), probability=0.5)
        for i, (start, length) in enumerate(times)
    ]
    turns = [Turn(speaker=s, start=a, end=a + d) for s, a, d in spans]
    segments = assign(words, turns)
    assert sorted(w.text for s in segments for w in s.words) == sorted(w.text for w in words)
    assert [s.start for s in segments] == sorted(s.start for s in segments)
