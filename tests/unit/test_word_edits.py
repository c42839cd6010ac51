"""Words that a person replaces: times stay, and what was recognised can always be had back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.author import Author
from consultation.corrections import undo_all
from consultation.transcript import CorrectionState, Transcript
from consultation.word_edits import CorrectionEdit, InvalidEdit, SegmentEdit, WordEdit, edited
from tests.unit.talk import transcript

WHO = Author(id="k", name="Dr Martin")
SAID = transcript("P: Je prends de l'âme le dipine le matin.", "D: Bien. Et le soir ?")


def words(read: Transcript, *changes: WordEdit) -> Transcript:
    return edited(read, words=changes, author=WHO)


def one(first: int, count: int, text: str, segment: str = "s0001") -> WordEdit:
    return WordEdit(segment=segment, first=first, count=count, text=text)


def test_replaced_words_share_the_time_and_keep_what_was_recognised() -> None:
    made = words(SAID, one(2, 4, "de l'amlodipine"))
    segment = made.segments[0]
    assert segment.text == "Je prends de l'amlodipine le matin."
    assert (segment.words[2].start, segment.words[3].end) == (1.0, 3.0)
    assert segment.words[2].end == segment.words[3].start
    (correction,) = made.corrections
    assert (correction.heard, correction.kind) == ("de l'âme le dipine", "person")
    assert correction.author == WHO
    undone = edited(
        made, corrections=[CorrectionEdit(id=correction.id, state="undone")], author=WHO
    )
    assert undone.segments == SAID.segments
    again = edited(
        undone, corrections=[CorrectionEdit(id=correction.id, state="applied")], author=WHO
    )
    assert again.segments[0].text == segment.text


def test_an_edit_of_an_edit_keeps_the_first_words_and_one_back_leaves_no_trace() -> None:
    once = words(SAID, one(2, 4, "de la lévothyroxine"))
    twice = words(once, one(4, 1, "codéine"))
    assert twice.segments[0].text == "Je prends de la codéine le matin."
    assert [c.heard for c in twice.corrections] == ["de l'âme le dipine"]
    back = words(twice, one(2, 3, "de l'âme le dipine"))
    assert (back.segments, back.corrections) == (SAID.segments, ())


def test_several_at_once_are_at_the_places_that_were_read() -> None:
    made = words(SAID, one(0, 1, "Moi je"), one(6, 1, "chaque"), one(0, 1, "Très bien.", "s0002"))
    assert made.segments[0].text == "Moi je prends de l'âme le dipine chaque matin."
    assert made.segments[1].text.startswith("Très bien. Et")
    with pytest.raises(InvalidEdit) as caught:
        words(SAID, one(0, 3, "a"), one(2, 1, "b"))
    assert caught.value.errors[0].startswith("words.")


@pytest.mark.parametrize(
    "change",
    [
        {"words": [one(7, 9, "x")]},
        {"words": [one(0, 1, "x", "s0009")]},
        {"corrections": [CorrectionEdit(id="c0009", state="undone")]},
        {"segments": [SegmentEdit(id="s0001", speaker="S9")]},
        {"segments": [SegmentEdit(id="s0009", speaker="S1")]},
    ],
)
def test_what_is_not_there_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidEdit):
        edited(SAID, author=WHO, **change)  # type: ignore[arg-type]


def test_another_speaker() -> None:
    made = edited(SAID, segments=[SegmentEdit(id="s0001", speaker="S2")], author=WHO)
    assert [s.speaker for s in made.segments] == ["S2", "S2"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.integers(1, 4),
            st.lists(st.sampled_from(["un", "deux", "Je", "le", "matin."]), min_size=1, max_size=4),
        ),
        max_size=6,
    )
)
def test_whatever_is_edited_the_recognised_words_come_back(
    changes: list[tuple[int, int, list[str]]],
) -> None:
    made = SAID
    for first, count, texts in changes:
        have = len(made.segments[0].words)
        first = min(first, have - 1)
        made = words(made, one(first, min(count, have - first), " ".join(texts)))
        segment = made.segments[0]
        times = [(word.start, word.end) for word in segment.words]
        assert all(start <= end for start, end in times)
        assert times == sorted(times)
        assert (segment.start, segment.end) == (SAID.segments[0].start, SAID.segments[0].end)
        assert all(c.state is CorrectionState.applied for c in made.corrections)
        assert Transcript.model_validate_json(made.to_json()) == made
    assert undo_all(made).segments == SAID.segments
