"""Documents that other software opens: notes to make them from, and one set of arguments."""

from __future__ import annotations

import json
from functools import cache

from consultation.engines import Request
from consultation.export.context import (
    INS_TEST_SYSTEM,
    DocumentContext,
    Encounter,
    Identifier,
    Organisation,
    Patient,
    Practitioner,
)
from consultation.settings import Settings
from consultation.signoff import Author, NoteState, NoteVersion, Signature
from consultation.summary import Summary
from consultation.transcript import Transcript
from summarize.consultation import summarize
from summarize.engines.scripted import ScriptedModel
from tests.golden import FOLDER, NOTES, reference

AUTHOR = Author(id="key-1", name="Claire Exemple")
CONTEXT = DocumentContext(
    identifier="0b0e3c7e-8d0f-4c5b-9b52-0f4f1c9a7d11",
    timestamp="2026-03-02T10:15:00+01:00",
    patient=Patient(
        identifiers=(
            Identifier(value="253012A00400180", system=INS_TEST_SYSTEM, type="INS-NIR"),
            Identifier(value="IPP-42", system="urn:oid:1.2.250.1.999.1", type="PI"),
        ),
        family="Essai",
        given=("Anne", "Marie"),
        birth_date="1953-01-12",
        sex="female",
    ),
    practitioners=(
        Practitioner(
            name="Dr Claire Exemple",
            identifiers=(
                Identifier(value="10000000012", system="urn:oid:1.2.250.1.71.4.2.1", type="RPPS"),
            ),
            speciality="Médecine générale",
        ),
    ),
    organisation=Organisation(
        name="Cabinet médical des Tilleuls",
        address=("4 rue des Tilleuls", "69000 Lyon"),
        telecom=("04 00 00 00 00",),
    ),
    encounter=Encounter(start="2026-03-02T09:30:00+01:00", end="2026-03-02T09:52:00+01:00"),
)


@cache
def golden(language: str, template: str) -> tuple[Summary, Transcript]:
    """A note of a sample from the recorded answers of the real model."""
    answers = json.loads((FOLDER / f"answers_{language}.json").read_text("utf-8"))

    def recorded(request: Request) -> str:
        nothing = json.dumps([request.json_schema["prefixItems"][0]["enum"][-1], ""])
        return str(answers.get(f"{request.seed} {request.messages[-1].content}", nothing))

    talk = reference(language)
    return summarize(talk, ScriptedModel(recorded), Settings(), template=template), talk


def draft(note: Summary) -> NoteVersion:
    return NoteVersion(revision=1, note=note)


def signed(note: Summary, state: NoteState = NoteState.signed) -> NoteVersion:
    replaces = "ab" * 32 if state is NoteState.amended else None
    version = NoteVersion(revision=2, state=state, note=note, replaces=replaces)
    signature = Signature(
        name="Dr Claire Exemple",
        identifier="10000000012",
        system="urn:oid:1.2.250.1.71.4.2.1",
        organisation="Cabinet médical des Tilleuls",
        author=AUTHOR,
        at="2026-03-02T09:40:00+00:00",
        sha256=version.content_sha256,
    )
    return version.model_copy(update={"signature": signature})


__all__ = ["AUTHOR", "CONTEXT", "NOTES", "draft", "golden", "signed"]
