"""Dialogues that were written elsewhere become transcripts, whole and in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.dialogue_text import Said, read_dialogue
from consultation.errors import InvalidTranscript, UnsupportedLanguage
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.text import transcript_to_text
from consultation.speaker_names import folded, role_of
from consultation.transcript import Role, Transcript
from jobs.pipeline import read_transcript
from jobs.text_transcript import transcript_from_text
from tests.unit.talk import transcript

FRENCH = """Médecin : Bonjour, qu'est-ce qui vous amène ?
Patiente : J'ai mal au ventre depuis trois jours.
Traitement : du paracétamol, que je prends le soir.

Médecin: De la fièvre ?
Patiente: Non."""


def test_lines_with_names() -> None:
    read = transcript_from_text(FRENCH)
    assert read.language == "fr"
    assert [(s.role, s.name) for s in read.speakers] == [
        (Role.clinician, None),
        (Role.patient, None),
    ]
    assert [segment.text for segment in read.segments] == [
        "Bonjour, qu'est-ce qui vous amène ?",
        "J'ai mal au ventre depuis trois jours. Traitement : du paracétamol, "
        "que je prends le soir.",
        "De la fièvre ?",
        "Non.",
    ]
    assert read.timed is False
    assert json.loads(read.to_json())["timed"] is False
    assert Transcript.model_validate_json(read.to_json()) == read
    assert transcript_to_text(read).startswith("Médecin: Bonjour")


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("D", Role.clinician),
        ("Dr. Martin", Role.clinician),
        ("DOCTOR", Role.clinician),
        ("P", Role.patient),
        ("Pt", Role.patient),
        ("Mère", Role.companion),
        ("Speaker 2", Role.unknown),
        ("S1", Role.unknown),
        ("Jeanne", None),
    ],
)
def test_names_give_roles_away(label: str, role: Role | None) -> None:
    assert role_of(label) == role


def test_names_of_people_are_kept_and_their_roles_found_in_what_they_say() -> None:
    read = transcript_from_text(
        "Jeanne: What brings you in today? Any fever? Let me listen to your chest.\n"
        "Paul: I have had a cough for three weeks and my chest hurts, doctor.\n"
        "Jeanne: I will prescribe you an antibiotic. Take it twice a day.\n"
        "Paul: Thank you doctor, I am allergic to penicillin."
    )
    assert read.language == "en"
    assert [(s.name, s.role) for s in read.speakers] == [
        ("Jeanne", Role.clinician),
        ("Paul", Role.patient),
    ]


def test_webvtt_with_voices() -> None:
    read = transcript_from_text(
        "WEBVTT - a visit\n\nNOTE of nobody\n\nSTYLE\n::cue {}\n\n1\n"
        "00:01.000 --> 00:03.000 a:start\n"
        "<v Dr Martin>Et la <i>douleur</i> &amp; la fièvre,\n\n2\n00:00:03.500 --> 00:00:04.000\n"
        "<v Dr Martin>vous en avez ?</v> <v.loud Patient>Oui, depuis hier.</v>\n",
        "fr",
    )
    assert read.timed
    assert [(s.text, s.start, s.end) for s in read.segments] == [
        ("Et la douleur & la fièvre, vous en avez ?", 1.0, 4.0),
        ("Oui, depuis hier.", 3.5, 4.0),
    ]
    assert [(s.name, s.role) for s in read.speakers] == [
        ("Dr Martin", Role.clinician),
        (None, Role.patient),
    ]


def test_subtitles_that_name_nobody() -> None:
    read = transcript_from_text("1\n00:00:01,000 --> 00:00:02,000\nJ'ai mal à la tête\n", "fr")
    assert [s.role for s in read.speakers] == [Role.unknown]


@pytest.mark.parametrize("text", ["", "  \n", "WEBVTT\n", "J'ai mal au ventre.", "\ufeff"])
def test_what_is_no_dialogue(text: str) -> None:
    with pytest.raises(InvalidTranscript) as caught:
        transcript_from_text(text)
    assert "ventre" not in str(caught.value)


def test_a_language_that_cannot_be_told() -> None:
    with pytest.raises(UnsupportedLanguage):
        transcript_from_text("D: Ibuprofen 400.\nP: Ibuprofen.")
    assert transcript_from_text("D: Ibuprofen 400.\nP: Ibuprofen.", "en").language == "en"


WORDS = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=1, max_size=6
).map(" ".join)
TURNS = st.lists(
    st.tuples(st.sampled_from(["Médecin", "Patient", "Mère", "D", "Speaker 3"]), WORDS),
    min_size=1,
    max_size=12,
)


@given(TURNS, st.sampled_from([":", " :", " : "]), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_every_line_comes_back(turns: list[tuple[str, str]], colon: str, between: str) -> None:
    text = between.join(f"{label}{colon} {said}" for label, said in turns)
    assert read_dialogue(text) == tuple(Said(label, said) for label, said in turns)


@given(st.text(max_size=300) | st.text("D: P-\n>0123.[]<v WEBVT&;,", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = transcript_from_text(text, "fr")
    except InvalidTranscript:
        return
    assert Transcript.model_validate_json(read.to_json()).segments == read.segments
    assert read.segments


@given(
    st.lists(st.tuples(st.sampled_from("DPC"), WORDS), min_size=1, max_size=10),
    st.sampled_from([to_vtt, to_srt, transcript_to_text]),
)
def test_our_own_exports_come_back(turns: list[tuple[str, str]], export: object) -> None:
    made = transcript(*(f"{who}: {said}" for who, said in turns))
    read = transcript_from_text(export(made), "fr")  # type: ignore[operator]
    assert read.timed
    words = [word.text for segment in made.segments for word in segment.words]
    assert [word.text for segment in read.segments for word in segment.words] == words
    roles = [made.role(segment) for segment in made.segments for _ in segment.words]
    assert [read.role(segment) for segment in read.segments for _ in segment.words] == roles


def test_folding() -> None:
    assert folded(" Médecin  (Dr. Martin)") == "medecin dr martin"


def test_the_command_reads_text(tmp_path: Path) -> None:
    (tmp_path / "visit.txt").write_text(FRENCH, "utf-8")
    assert read_transcript(tmp_path / "visit.txt").segments[3].text == "Non."
    (tmp_path / "bad.txt").write_bytes(b"D: \xff\xfe")
    with pytest.raises(InvalidTranscript):
        read_transcript(tmp_path / "bad.txt")
