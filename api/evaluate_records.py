"""``anamnese evaluate records`` and ``synthesis-speed``: what a synthesis finds, what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from api.serve import require_service
from consultation.errors import InvalidOption
from evaluation.alarms import to_markdown
from jobs.evaluate_cda import evaluate_cda
from jobs.evaluate_cda import to_markdown as to_markdown_cda
from jobs.evaluate_records import evaluate_records
from jobs.files import write
from jobs.synthesis_speed import measure
from jobs.synthesis_speed import to_markdown as speed_to_markdown

DOCUMENTS = (10, 100, 1000)
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the figures as JSON too.")]


def records(
    count: Annotated[int, typer.Option(min=1, help="Patients a group.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the synthetic patients.")] = 0,
    out: Out = None,
) -> None:
    """Planted contradictions and stale facts: recall, and alarms on patients that have none."""
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console):
        report = evaluate_records(settings(), count=count, seed=seed, progress=console.progress)
        if out is not None:
            write(out, report.to_json())
        typer.echo(to_markdown(report))


def coded_documents(
    folder: Annotated[Path, typer.Argument(help="CDA R2 documents, *.xml.")],
    out: Out = None,
) -> None:
    """What is read of the narrative of CDA documents against their own coded entries."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        figures = evaluate_cda(folder)
        if not figures:
            raise InvalidOption("the folder holds no CDA document")
        if out is not None:
            write(out, "[" + ",\n".join(one.to_json() for one in figures) + "]\n")
        typer.echo(to_markdown_cda(figures), nl=False)


def synthesis_speed(
    documents: Annotated[
        list[int] | None, typer.Option("--documents", help="How many; again for more.")
    ] = None,
    stored: Annotated[
        bool,
        typer.Option("--stored", help="As the service does it, in a database of its own."),
    ] = False,
) -> None:
    """Time and memory of a synthesis of 10, 100 and 1,000 documents of a thousand words."""
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console):
        if stored:
            require_service()
            from jobs import stored_speed  # needs the service's libraries

            costs = [stored_speed.measure_stored(n, settings()) for n in documents or DOCUMENTS]
            typer.echo(stored_speed.to_markdown(costs))
            return
        found = [measure(count, settings()) for count in documents or DOCUMENTS]
        typer.echo(speed_to_markdown(found))
