"""Whole notes from recorded answers of the real model, compared with what a clinician has read."""

from __future__ import annotations

import json

import pytest

from consultation.engines import Request
from consultation.export.text import summary_to_markdown
from consultation.settings import Settings
from jobs.text_transcript import transcript_from_text
from summarize.consultation import summarize
from summarize.engines.scripted import ScriptedModel
from tests.golden import FOLDER, NOTES, reference
from tests.golden.tables import FILE, written


@pytest.mark.parametrize(("language", "template"), NOTES)
def test_note(language: str, template: str) -> None:
    answers = json.loads((FOLDER / f"answers_{language}.json").read_text("utf-8"))

    def recorded(request: Request) -> str:
        # A question that was not recorded is filed nowhere: the golden note shows the loss.
        nothing = json.dumps([request.json_schema["prefixItems"][0]["enum"][-1], ""])
        return str(answers.get(f"{request.seed} {request.messages[-1].content}", nothing))

    talk = reference(language)
    summary = summarize(talk, ScriptedModel(recorded), Settings(), template=template)
    golden = FOLDER / f"{language}-{template}.md"
    assert summary_to_markdown(summary, talk) == golden.read_text("utf-8")


def test_a_note_of_a_text_shows_no_made_up_time() -> None:
    """The same consultation as written lines gives the same note, without times."""
    answers = json.loads((FOLDER / "answers_fr.json").read_text("utf-8"))

    def recorded(request: Request) -> str:
        nothing = json.dumps([request.json_schema["prefixItems"][0]["enum"][-1], ""])
        return str(answers.get(f"{request.seed} {request.messages[-1].content}", nothing))

    talk = reference("fr")
    lines = (f"{talk.role(s).value}: {s.text}" for s in talk.segments)
    text = transcript_from_text("\n".join(lines))
    timed, untimed = (
        summarize(one, ScriptedModel(recorded), Settings(), template="soap") for one in (talk, text)
    )
    quotes = [e for s in untimed.statements() for e in s.evidence]
    assert quotes
    assert all((e.start, e.end) == (None, None) for e in quotes)
    said = [[(e.anchor, e.quote) for e in s.evidence] for s in timed.statements()]
    assert [[(e.anchor, e.quote) for e in s.evidence] for s in untimed.statements()] == said
    assert "0:0" not in summary_to_markdown(untimed, text)


def test_tables() -> None:
    """Every row of the tables of our ten consultations, read by a person and kept."""
    assert written() == FILE.read_text("utf-8")
