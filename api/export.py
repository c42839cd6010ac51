"""``anamnese export`` and ``anamnese validate``: a note as a document that other software takes."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import typer
from pydantic import BaseModel, ValidationError

from api.console import Console, Mode, reported
from consultation.errors import EngineMissing, InvalidOption, UnreadableFile
from consultation.export.context import DocumentContext
from consultation.export.document import to_docx, to_pdf
from consultation.export.fhir import to_fhir
from consultation.export.hl7v2 import to_mdm
from consultation.export.plain import to_plain
from consultation.signoff import NoteVersion
from consultation.summary import Summary
from consultation.transcript import Transcript
from jobs.files import write
from jobs.pipeline import read_transcript
from summarize.note_oncology import note_oncology

Read = TypeVar("Read", bound=BaseModel)


class Format(StrEnum):
    fhir = "fhir"
    docx = "docx"
    pdf = "pdf"
    plain = "plain"
    hl7 = "hl7"


def export(
    note: Annotated[
        Path,
        typer.Argument(help="A summary.json, or a note's version as JSON.", show_default=False),
    ],
    transcript: Annotated[
        Path, typer.Argument(help="The transcript.json it was made from.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", show_default=False)],
    kind: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.pdf,
    context: Annotated[
        Path | None,
        typer.Option(help="JSON: patient, practitioners, organisation… (docs/fhir.md)."),
    ] = None,
) -> None:
    """A note as a FHIR document, DOCX, PDF, plain text or HL7 v2; marked a draft unless signed."""
    with reported(Console(Mode.people)):
        said = read_transcript(transcript)
        version = _version(note)
        if version.note.transcript_sha256 != said.sha256():
            raise InvalidOption(
                "the note was made from another transcript",
                hint="Give the transcript.json that was written beside the note.",
            )
        about = _read(context, DocumentContext) if context else _context(version)
        write(out, _written(kind, version, said, about))
        typer.echo(str(out))


def validate(
    bundle: Annotated[Path, typer.Argument(help="A FHIR document as JSON.", show_default=False)],
) -> None:
    """What is wrong with a FHIR R4 document: by FHIR's own rules, and by ours."""
    with reported(Console(Mode.people)):
        content = _json(bundle)
        found = _by_fhir(content)
        from consultation.export.invariants import problems

        found += [f"{one.rule}: {one.path}: {one.detail}" for one in problems(content)]
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(2)
        typer.echo("valid")


def _written(
    kind: Format, version: NoteVersion, transcript: Transcript, context: DocumentContext
) -> str | bytes:
    match kind:
        case Format.fhir:
            bundle = to_fhir(version, transcript, context, note_oncology(version.note))
            return json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
        case Format.docx:
            return to_docx(version, transcript, context)
        case Format.pdf:
            return to_pdf(version, transcript, context)
        case Format.plain:
            return to_plain(version, transcript, context)
        case Format.hl7:
            return to_mdm(version, transcript, context)


def _version(path: Path) -> NoteVersion:
    content = _json(path)
    if "note" in content:
        return _parsed(content, NoteVersion)
    return NoteVersion(revision=1, note=_parsed(content, Summary))


def _context(version: NoteVersion) -> DocumentContext:
    """Of a note alone: about nobody in particular, at the time when the note was made."""
    made = version.note
    name = uuid5(NAMESPACE_URL, f"{made.transcript_sha256}/{made.template}")
    return DocumentContext(identifier=str(name), timestamp=made.provenance.created)


def _read(path: Path, kind: type[Read]) -> Read:
    return _parsed(_json(path), kind)


def _parsed(content: dict[str, Any], kind: type[Read]) -> Read:
    try:
        # As JSON, so that a time or a list is read as JSON has it.
        return kind.model_validate_json(json.dumps(content))
    except ValidationError as error:
        # The places only: a message of pydantic would quote what stands there.
        places = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors()})
        raise InvalidOption(
            f"not a {kind.__name__}; wrong at: {', '.join(places[:5])}",
            hint="Give a file that anamnese wrote, or one as docs/fhir.md describes it.",
        ) from None


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UnreadableFile(f"a file could not be read: {error.strerror}") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise InvalidOption("not a JSON object", hint="Give a file that anamnese wrote.")
    return content


def _by_fhir(content: dict[str, Any]) -> list[str]:
    try:
        import fhirkit
    except ImportError:
        raise EngineMissing(
            "fhirkit is not installed", hint="Install it with: pip install 'anamnese[documents]'"
        ) from None
    try:
        # A path and a rule; FHIR's own texts quote no value of more than a code.
        return [f"fhir: {issue.path}: {issue.message}" for issue in fhirkit.validate(content)]
    except fhirkit.ParseError:
        return ["fhir: not a resource of FHIR R4"]
