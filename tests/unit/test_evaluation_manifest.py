"""Manifests and references, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import InputError, InvalidOption, UnreadableFile
from consultation.transcript import Role
from evaluation.manifest import Entry, load_reference, read
from evaluation.reference import (
    ReferenceTurn,
    turns_from_channels,
    turns_from_json,
    turns_from_labels,
    turns_from_rttm,
    turns_from_stm,
)

ENTRY = {"id": "one", "audio": "one.wav", "language": "fr"}


def test_our_samples(samples: Path) -> None:
    french, english = read(samples)
    assert (french.id, english.id) == ("consult_fr", "consult_en")
    assert french.audio == samples.resolve() / "consult_fr.flac"
    assert french.audio.is_file()
    assert english.roles == {"D": Role.clinician, "P": Role.patient}
    reference = load_reference(french)
    assert reference.text is not None
    assert reference.text.startswith("Bonjour madame Martin")
    assert len(reference.spoken) == len(reference.timed) == 22
    assert reference.timed[0] == ReferenceTurn(speaker="D", start=0.6, end=4.604)


def test_a_manifest_of_lines_with_absolute_paths(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("bonjour", "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    lines = [ENTRY, {**ENTRY, "id": "two", "text": str(elsewhere)}]
    (folder / "manifest.jsonl").write_text("\n\n".join(map(json.dumps, lines)), "utf-8")
    one, two = read(folder)
    assert one.audio == folder.resolve() / "one.wav"
    assert two.text == elsewhere
    assert load_reference(two).text == "bonjour"
    assert read(folder / "manifest.jsonl") == (one, two)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("not json", "JSON"),
        ('{"a": 1}', "list"),
        ("[]", "no recording"),
        (json.dumps([ENTRY, ENTRY]), "same id"),
        (json.dumps([ENTRY, {"id": "x", "audio": "x.wav"}]), "recording 2 .* language"),
        (json.dumps([{**ENTRY, "id": "../x"}]), "recording 1 .* id"),
        (json.dumps([{**ENTRY, "txt": "x"}]), "txt"),
        (json.dumps([{**ENTRY, "roles": {"D": "wizard"}}]), "roles"),
        ("[1]", "recording 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(InvalidOption, match=named):
        read(tmp_path)


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read(tmp_path)
    with pytest.raises(UnreadableFile):
        read(tmp_path / "manifest.json")
    entry = Entry(id="x", audio=tmp_path / "x.wav", language="fr", rttm=tmp_path / "x.rttm")
    with pytest.raises(UnreadableFile):
        load_reference(entry)


def test_labelled_text_says_who_spoke(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("D: Hello:\n there.\n\nP: Hi.\n", "utf-8")
    roles = {"D": Role.clinician, "P": Role.patient}
    labelled = Entry(id="x", audio=Path("x"), language="en", text=tmp_path / "x.txt", roles=roles)
    reference = load_reference(labelled)
    assert reference.text == "Hello: there.\nHi."
    assert [turn.speaker for turn in reference.spoken] == ["D", "P"]
    assert reference.timed == ()
    plain = load_reference(labelled.model_copy(update={"roles": {}}))
    assert plain.text == "D: Hello:\n there.\n\nP: Hi.\n"
    assert plain.spoken == ()


def test_rttm_times_are_preferred_to_those_of_turns(tmp_path: Path) -> None:
    (tmp_path / "x.stm").write_text(";; comment\nx 1 Ann 1.0 2.0 <o> Hello there.\n", "utf-8")
    entry = Entry(id="x", audio=Path("x"), language="en", stm=tmp_path / "x.stm")
    reference = load_reference(entry)
    turn = ReferenceTurn(speaker="Ann", start=1, end=2, text="Hello there.")
    assert reference.spoken == reference.timed == (turn,)
    (tmp_path / "x.rttm").write_text("SPEAKER x 1 1.25 0.5 <NA> <NA> a <NA> <NA>\n", "utf-8")
    both = load_reference(entry.model_copy(update={"rttm": tmp_path / "x.rttm"}))
    assert both.timed == (ReferenceTurn(speaker="a", start=1.25, end=1.75),)
    assert both.spoken == (turn,)


def test_channels() -> None:
    left, right = turns_from_channels('{"left": "Hello", "right": "Bye"}')
    assert (left.speaker, left.text, right.text, left.start) == ("left", "Hello", "Bye", None)


@given(text=st.text(max_size=80))
def test_readers_raise_our_errors_alone(text: str) -> None:
    for reader in (turns_from_json, turns_from_rttm, turns_from_stm, turns_from_channels):
        try:
            turns = reader(text)
        except InputError:
            continue
        assert all(isinstance(turn, ReferenceTurn) for turn in turns)


@given(lines=st.lists(st.tuples(st.sampled_from("DP"), st.text("ab: c", min_size=1)), max_size=6))
def test_labels_round_trip(lines: list[tuple[str, str]]) -> None:
    written = "\n".join(f"{who}: {text}" for who, text in lines)
    turns = turns_from_labels(written, {"D", "P"})
    assert [(turn.speaker, turn.text) for turn in turns] == [(w, t.strip()) for w, t in lines]


@pytest.mark.parametrize("times", ["nan 1", "inf 1", "-1 2", "1 -2", "1", "a b"])
def test_impossible_times(times: str) -> None:
    with pytest.raises(InvalidOption):
        turns_from_rttm(f"SPEAKER x 1 {times} <NA> <NA> a <NA> <NA>")


@pytest.mark.parametrize(
    "content",
    ['[{"speaker": "D", "start": 2, "end": 1}]', '[{"speaker": "D", "start": 2}]', "{", "[1]"],
)
def test_impossible_turns(content: str) -> None:
    with pytest.raises(InvalidOption):
        turns_from_json(content)
