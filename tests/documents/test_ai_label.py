"""Whatever leaves says that a machine wrote it: not signed, until somebody has, then by whom."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from pyannote.database.util import load_rttm

from api.note_wire import note_out
from consultation.audio import Recording
from consultation.dialogue_text import read_dialogue
from consultation.export.document import to_docx, to_pdf
from consultation.export.fhir import to_fhir
from consultation.export.hl7v2 import to_mdm
from consultation.export.note_markdown import to_markdown
from consultation.export.plain import to_plain
from consultation.export.rttm import to_rttm
from consultation.export.subtitles import to_srt, to_vtt
from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.export.text import summary_to_markdown, transcript_to_text
from consultation.provenance import Quality
from consultation.settings import Settings
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript
from records.read import read_record
from summarize.synthesis import synthesize
from tests.documents import CONTEXT, draft, golden, signed
from tests.documents.test_documents import bare, docx_text, pdf_pages
from tests.golden.synthesis import AS_OF
from tests.unit.test_exports import TALKING

SIGNER = "Dr Claire Exemple"
UNSIGNED = {"fr": "ÉCRIT PAR UNE IA, NON SIGNÉ", "en": "WRITTEN BY AI, NOT SIGNED"}
SIGNED = {
    "fr": f"aide d'une intelligence artificielle à partir de l'enregistrement de la consultation, "
    f"puis relu et signé par {SIGNER}.",
    "en": "artificial intelligence from the recording of the consultation, then read and signed by "
    f"{SIGNER}.",
}


def _docx(version: NoteVersion, talk: Transcript) -> str:
    content = to_docx(version, talk, CONTEXT)
    header = Document(io.BytesIO(content)).sections[0].header
    return " ".join(p.text for p in header.paragraphs) + docx_text(content)


def _fhir(version: NoteVersion, talk: Transcript) -> str:
    bundle = to_fhir(version, talk, CONTEXT)
    about = bundle["entry"][0]["resource"]
    for one in (bundle, about):
        assert [label["code"] for label in one["meta"]["security"]] == ["AIAST"]
    assert about["status"] == ("final" if version.signed else "preliminary")
    return str(about["text"]["div"]).replace("&#x27;", "'")


def _json(version: NoteVersion, _: Transcript) -> str:
    """Fields, which programs read; the sentences follow from them."""
    told = json.loads(note_out(version, ()).to_json())
    assert told["note"]["provenance"]["ai_generated"] is True
    if not told["signed"]:
        return UNSIGNED[version.note.language]
    return SIGNED[version.note.language].replace(SIGNER, told["signature"]["name"])


NOTES: dict[str, Callable[[NoteVersion, Transcript], str]] = {
    "docx": _docx,
    "pdf": lambda version, talk: " ".join(pdf_pages(to_pdf(version, talk, CONTEXT))),
    "markdown": lambda version, talk: to_markdown(version, talk, CONTEXT),
    "markdown of summaries": lambda version, talk: summary_to_markdown(version.note, talk, version),
    "plain text": lambda version, talk: to_plain(version, talk, CONTEXT),
    "fhir": _fhir,
    "hl7": lambda version, talk: to_mdm(version, talk, CONTEXT),
    "json": _json,
}


@pytest.mark.parametrize("form", NOTES)
@pytest.mark.parametrize(("language", "template"), [("fr", "compte-rendu"), ("en", "soap")])
def test_a_note_says_who_wrote_and_who_signed_it(form: str, language: str, template: str) -> None:
    note, talk = golden(language, template)
    unsigned, answered = bare(UNSIGNED[language]), bare(SIGNED[language])
    before = bare(NOTES[form](draft(note), talk))
    assert unsigned in before
    assert answered not in before
    after = bare(NOTES[form](signed(note), talk))
    assert answered in after
    assert unsigned not in after
    # Words that somebody changed afterwards are nobody's.
    changed = signed(note)
    changed = changed.model_copy(update={"note": note.model_copy(update={"title": "Autre"})})
    assert unsigned in bare(NOTES[form](changed, talk))


def _recorded(language: str) -> Transcript:
    """As one that a machine recognised."""
    heard = Recording(
        sha256="0" * 64, container="wav", codec="pcm_s16le", sample_rate=16000, channels=1,
        duration=9.0,
    )  # fmt: skip
    return TALKING.model_copy(update={"language": language, "recording": heard})


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("fr", "Transcription automatique, faite par une intelligence artificielle, non signée."),
        ("en", "Automatic transcript, made by artificial intelligence, not signed."),
    ],
)
def test_a_transcript_says_so_where_its_format_has_room(
    language: str, label: str, tmp_path: Path
) -> None:
    talk = _recorded(language)
    assert transcript_to_text(talk).startswith(f"({label})\n[0:00]")
    assert to_vtt(talk).startswith(f"WEBVTT\n\nNOTE {label}\n\n1\n")
    file = tmp_path / "transcript.rttm"
    file.write_text(to_rttm(talk), "utf-8")
    assert file.read_text("utf-8").startswith(";;" + label.replace(" ", "_"))
    assert json.loads(talk.to_json())["provenance"]["ai_generated"] is True
    # Software that is not ours reads it all the same; and nobody said the label.
    (annotation,) = load_rttm(file).values()
    assert len(annotation) == len(talk.turns)
    for written in (transcript_to_text, to_vtt, to_srt):
        said = " ".join(one.text for one in read_dialogue(written(talk)))
        assert said == " ".join(one.text for one in read_dialogue(written(TALKING)))
    assert label not in to_srt(talk)
    # People wrote it.
    plain = TALKING.model_copy(update={"language": language})
    for written in (transcript_to_text, to_vtt, to_rttm):
        assert label.replace(" ", "_") not in written(plain).replace(" ", "_")


@pytest.mark.parametrize("template", ["patient-summary", "discharge-letter", "patient-letter"])
def test_a_synthesis_says_so(template: str, samples: Path) -> None:
    record = read_record([samples / "records" / "fr"], language="fr")
    made = synthesize(record, None, Settings(), template=template, as_of=AS_OF)
    assert "> **Écrit par un programme, non signé.**" in synthesis_to_markdown(made)
    by_model = made.provenance.model_copy(update={"quality": Quality.draft})
    page = synthesis_to_markdown(made.model_copy(update={"provenance": by_model}))
    assert "> **Écrit par une intelligence artificielle, non signé.**" in page
    told = json.loads(made.to_json())["provenance"]
    assert told["ai_generated"] is True
