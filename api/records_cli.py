"""``anamnese read``: a patient's documents, what each was read as, and what was refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console as Terminal
from rich.markup import escape
from rich.table import Table

from api.arguments import settings
from api.console import Console, Mode, reported
from clinical.text import checked
from consultation.documents import DateSource, PatientRecord, SourceDocument
from jobs.files import write
from records.read import read_record


def read(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Folders, ZIPs or files: text, Markdown, PDF, DOCX, RTF, HTML, e-mail, CDA, FHIR.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the record here, as JSON.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="fr or en, for texts too short to tell.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The record on standard output.")] = False,
) -> None:
    """A patient's documents to dated, numbered paragraphs. Exit code 2: some were refused."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console):
        record = read_record(
            sources,
            language=checked(language) if language else None,
            ocr=settings().ocr_command,
        )
        if out is not None:
            write(out, record.to_json())
        if console.mode is Mode.json:
            typer.echo(record.to_json())
        elif console.mode is Mode.people:
            _show(record)
        else:
            for one in record.refused:
                typer.echo(f"{one.file}: {one.code}. {one.hint}", err=True)
        if record.refused:
            raise typer.Exit(2)


def _show(record: PatientRecord) -> None:
    terminal = Terminal()
    table = Table(box=None, pad_edge=False)
    for name in ("", "File", "Format", "Kind", "Date", "Pages", "Paragraphs", "Warnings"):
        table.add_column(name, justify="right" if name in ("Pages", "Paragraphs") else "left")
    for one in record.documents:
        repeated = sum(1 for paragraph in one.paragraphs if paragraph.repeats)
        told = [*one.warnings, *([f"{repeated} repeated"] if repeated else [])]
        table.add_row(
            one.id,
            escape(one.file),
            one.format.value,
            one.kind.value,
            _date(one),
            str(one.pages or ""),
            str(len(one.paragraphs)),
            escape("; ".join(told)),
        )
    terminal.print(table)
    for refused in record.refused:
        terminal.print(
            f"[red]{escape(refused.file)}[/red] ({refused.code})  {escape(refused.hint)}"
        )
    terminal.print(f"{len(record.documents)} read, {len(record.refused)} refused")


def _date(document: SourceDocument) -> str:
    if document.date is None:
        return "—"
    if document.date_source in (DateSource.header, DateSource.text):
        return document.date
    return f"{document.date} ({document.date_source.value.replace('_', ' ')})"
