"""``anamnese evaluate``: quality, measured on any folder with a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from evaluation.manifest import read
from evaluation.tables import to_markdown
from jobs.evaluate import evaluate as run
from jobs.files import write
from jobs.repeat import repeat


def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(help="A folder with manifest.json or manifest.jsonl, or the manifest."),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="The report; Markdown and the results are put beside it."),
    ] = Path("evaluation-output/report.json"),
    vocabulary: Annotated[
        bool,
        typer.Option("--vocabulary", help="Give each recording the words that its entry lists."),
    ] = False,
    repeat_to: Annotated[
        float | None,
        typer.Option(
            "--repeat-to",
            min=0.1,
            help="Repeat each recording until it lasts this many minutes, and measure that.",
        ),
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Write notes too, and count them.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Transcribe the recordings of a manifest and measure them against their references."""
    console = Console(Mode.of(quiet=quiet, as_json=False))
    with reported(console):
        chosen, entries = settings(), read(folder)
        if repeat_to is not None:
            longest = chosen.max_duration_hours * 3600
            entries = tuple(
                repeat(entry, repeat_to, out.parent / "repeated" / entry.id, max_seconds=longest)
                for entry in entries
            )
        report = run(
            entries,
            chosen,
            out.parent,
            vocabulary=vocabulary,
            notes=notes,
            started=console.start,
            progress=console.progress,
        )
        write(out, report.to_json())
        write(out.with_suffix(".md"), to_markdown(report))
        console.result(out.name, {"transcript": str(out)})
        if not quiet:
            typer.echo(to_markdown(report))
        if any(one.error for one in report.recordings):
            raise typer.Exit(2)
