"""Corrections as annotations: times kept, shown in every export, undone exactly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from consultation.corrections import undo, undo_all
from consultation.export.marks import correction_note, quoted_corrections
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.text import transcript_to_text
from consultation.summary import Evidence
from consultation.transcript import Correction, CorrectionState, Transcript
from tests.unit.talk import transcript
from transcribe.correct import correct, lexicons

WORDS = (
    "je prends du de la lévotiroxine, moxiciline l'âme le dipine, 5mg 10 mg. et "
    "céfixime metphormine doliprane matin"
)
TALK = (
    "D: Quels médicaments prenez-vous ?",
    "P: Je prends de l'âme le dipine, 5mg le matin et de la lévotiroxine, 75 microgrammes.",
    "D: Je note. Et du céfodoxime 200 mg ?",
    "P: Non. La moxiciline me donne des plaques, je suis allergique.",
)


def unsure(plain: Transcript) -> Transcript:
    """The same, with a recogniser that was guessing."""
    segments = tuple(
        s.model_copy(
            update={"words": tuple(w.model_copy(update={"probability": 0.6}) for w in s.words)}
        )
        for s in plain.segments
    )
    return plain.model_copy(update={"segments": segments})


def corrected(*lines: str, language: str = "fr", vocabulary: tuple[str, ...] = ()) -> Transcript:
    plain = unsure(transcript(*lines, language=language))
    segments, corrections = correct(plain.segments, language, vocabulary)
    data = plain.model_dump(by_alias=False)
    return Transcript.model_validate({**data, "segments": segments, "corrections": corrections})


def test_names_are_corrected_and_what_was_recognised_is_kept() -> None:
    done = corrected(*TALK)
    assert done.segments[1].text == (
        "Je prends de l'amlodipine, 5mg le matin et de la lévothyroxine, 75 microgrammes."
    )
    assert done.segments[3].text.startswith("Non. L'amoxicilline me donne")
    first, second, undecided, last = done.corrections
    assert (first.heard, first.corrected, first.state) == (
        "l'âme le dipine",
        ("l'amlodipine",),
        CorrectionState.applied,
    )
    assert (first.segment, first.first, first.count, first.kind) == ("s0002", 3, 1, "drug")
    assert (second.heard, second.first) == ("lévotiroxine", 10)
    assert undecided.state is CorrectionState.undecided
    assert set(undecided.corrected) == {"céfotaxime", "cefpodoxime"}
    assert "céfodoxime" in done.segments[2].text
    assert last.heard == "La moxiciline"


def test_a_correction_takes_the_time_of_the_words_that_it_replaces() -> None:
    plain, done = unsure(transcript(*TALK)), corrected(*TALK)
    words, new = plain.segments[1].words, done.segments[1].words
    assert (new[3].start, new[3].end) == (words[3].start, words[5].end)
    assert new[4:] == (*words[6:12], new[10], *words[13:])
    assert [(s.start, s.end) for s in plain.segments] == [(s.start, s.end) for s in done.segments]


def test_undoing_gives_back_the_words_exactly() -> None:
    plain, done = unsure(transcript(*TALK)), corrected(*TALK)
    assert undo_all(done).segments == plain.segments
    one = undo(done, done.corrections[0].id)
    assert "l'âme le dipine, 5mg le matin et de la lévothyroxine," in one.segments[1].text
    assert one.corrections[0].state is CorrectionState.undone
    assert one.corrections[1].first == done.corrections[1].first + 2
    assert undo(one, one.corrections[0].id) == one
    with pytest.raises(KeyError):
        undo(done, "c9999")


def test_undoing_in_any_order_gives_the_same() -> None:
    done = corrected(*TALK)
    ids = [correction.id for correction in done.corrections]
    back = done
    for correction_id in reversed(ids):
        back = undo(back, correction_id)
    assert back.segments == undo_all(done).segments


def test_a_transcript_with_corrections_survives_json() -> None:
    done = corrected(*TALK)
    assert Transcript.model_validate_json(done.to_json()) == done


def test_every_export_for_people_shows_what_was_recognised() -> None:
    done = corrected(*TALK)
    for text in (transcript_to_text(done), to_srt(done)):
        assert "l'amlodipine, [entendu : « l'âme le dipine »]" in text
        assert "[incertain : c" in text
    vtt = to_vtt(done)
    assert "<c.corrected>l'amlodipine,</c> [entendu : « l'âme le dipine »]" in vtt
    assert "<c.undecided>céfodoxime</c> [incertain : " in vtt
    undone = undo_all(done)
    assert "entendu" not in transcript_to_text(undone) + to_vtt(undone) + to_srt(undone)


def test_a_quote_knows_its_corrections() -> None:
    done = corrected(*TALK)
    quote = "la lévothyroxine, 75 microgrammes"
    start = done.segments[1].text.index(quote)
    evidence = Evidence(
        source="transcript",
        anchor="s0002",
        quote=quote,
        quote_start=start,
        quote_end=start + len(quote),
    )
    assert [c.heard for c in quoted_corrections(done, evidence)] == ["lévotiroxine"]
    assert correction_note(done.corrections[1], "en") == '[heard: "lévotiroxine"]'


def test_speakers_words_are_never_joined() -> None:
    done = corrected("P: I take met four", "D: men, five hundred milligrams", language="en")
    assert done.corrections == ()


def test_a_language_without_a_lexicon_has_no_corrections() -> None:
    plain = transcript("P: lévotiroxine")
    assert correct(plain.segments, "de") == (plain.segments, ())


def test_a_correction_must_be_of_words_that_are_there() -> None:
    done = corrected(*TALK)
    data = done.model_dump(by_alias=False)
    for change in ({"segment": "s0099"}, {"count": 40}, {"first": 10}, {"id": "c0002"}):
        wrong = {**data["corrections"][0], **change}
        with pytest.raises(ValidationError):
            Transcript.model_validate({**data, "corrections": [wrong, *data["corrections"][1:]]})


def test_provenance_can_name_the_lexicons() -> None:
    assert all(len(digest) == 64 for digest in lexicons().values())


@settings(deadline=None)  # the lexicon is read on the first call
@given(
    st.lists(
        st.sampled_from(
            [
                "je",
                "prends",
                "du",
                "de",
                "la",
                "lévotiroxine,",
                "moxiciline",
                "l'âme",
                "le",
                "dipine,",
                "5mg",
                "10",
                "mg.",
                "et",
                "céfodoxime",
                "metphormine",
                "doliprane",
                "matin",
            ]
        ),
        min_size=1,
        max_size=25,
    )
)
def test_whatever_is_corrected_can_be_undone(words: list[str]) -> None:
    line = "P: " + " ".join(words)
    assert undo_all(corrected(line)).segments == unsure(transcript(line)).segments


def test_corrections_are_frozen() -> None:
    correction: Correction = corrected(*TALK).corrections[0]
    with pytest.raises(ValidationError):
        correction.score = 0.1  # type: ignore[misc]
