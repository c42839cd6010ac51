"""Results in the formats that other software reads."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.export.labels import clock, speaker_labels
from consultation.export.rttm import to_rttm
from consultation.export.schema import schema
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.text import summary_to_markdown, transcript_to_text
from consultation.transcript import Gap, GapReason, Role, Transcript
from tests.unit.talk import transcript
from tests.unit.test_drafting import TALK, by_exchange, good

TALKING = transcript(
    "D: Avez-vous de la fièvre?",
    "P: Non <script>alert(1)</script> & voilà --> fin.",
    gaps=(Gap(start=1.0, end=2.5, reason=GapReason.no_words),),
)
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def test_rttm_has_one_line_a_turn() -> None:
    assert to_rttm(TALKING, "a file").splitlines()[0] == (
        "SPEAKER a_file 1 0.000 2.000 <NA> <NA> S1 <NA> <NA>"
    )
    assert len(to_rttm(TALKING).splitlines()) == 2


def test_vtt_escapes_what_was_said() -> None:
    vtt = to_vtt(TALKING)
    assert vtt.startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\n<v Médecin>Avez-vous")
    assert "<script>" not in vtt
    assert "voilà --> fin" not in vtt


def test_srt_has_speakers_and_commas() -> None:
    srt = to_srt(TALKING)
    assert srt.startswith("1\n00:00:00,000 --> 00:00:02,000\nMédecin: Avez-vous")
    assert srt.count("-->") == 2


def test_text_shows_gaps_where_they_are() -> None:
    lines = transcript_to_text(TALKING).splitlines()
    assert lines[0] == "[0:00] Médecin: Avez-vous de la fièvre?"
    assert lines[1] == "[0:01] (parole sans mots reconnus, 1.5 s)"


def test_two_of_the_same_role_have_different_names() -> None:
    talk = transcript("D: Un.", "X: Deux.", "P: Trois.")
    twice = talk.model_copy(
        update={
            "speakers": tuple(s.model_copy(update={"role": Role.patient}) for s in talk.speakers)
        }
    )
    labels = speaker_labels(twice)
    assert len(set(labels.values())) == 3


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (75.9, "1:15"), (3661, "1:01:01")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_markdown_shows_each_statement_with_its_words() -> None:
    text = summary_to_markdown(by_exchange(TALK, good), TALK)
    assert "- Pas de fièvre." in text
    assert "  - 0:07 Médecin [s0003] « Avez-vous de la fièvre? »\n" in text
    assert "Patient [s0004] « Non. »" in text
    assert "*non évoqué*" in text
    assert "Brouillon" in text


def test_results_match_the_published_schema() -> None:
    summary = by_exchange(TALK, good)
    for name, result in (("transcript.json", TALKING), ("summary.json", summary)):
        published = json.loads((SCHEMAS / name).read_text("utf-8"))
        jsonschema.validate(json.loads(result.to_json()), published)


def test_the_published_schema_is_the_code() -> None:
    for name, text in schema().items():
        assert (SCHEMAS / name).read_text("utf-8") == text, "run: make schema"


def test_times_are_milliseconds_and_come_back() -> None:
    data = json.loads(TALKING.to_json())
    assert data["turns"][0] == {"speaker": "S1", "start_ms": 0, "end_ms": 2000}
    assert Transcript.model_validate_json(TALKING.to_json()) == TALKING


@given(
    st.lists(
        st.text(min_size=1, max_size=12).filter(lambda text: text.split()), min_size=1, max_size=8
    )
)
def test_any_words_make_valid_subtitles(words: list[str]) -> None:
    talk = transcript(*(f"D: {' '.join(w.split())}" for w in words))
    for cue in to_vtt(talk).split("\n\n")[1:]:
        assert cue.count("-->") <= 1
    assert Transcript.model_validate_json(talk.to_json()) == talk
