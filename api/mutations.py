"""``anamnese evaluate mutations``: does verification notice what is wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import Console, Mode, reported
from evaluation.detection import to_markdown
from evaluation.samples import sample_pairs
from jobs.files import write
from jobs.mutations import evaluate_mutations, listing


def mutations(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder with pairs of transcript and good note; our own samples if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the tables here, as Markdown.")
    ] = None,
    escaped: Annotated[
        Path | None,
        typer.Option(
            "--escaped",
            help="Write here what escaped and what was refused wrongly. It holds clinical text.",
        ),
    ] = None,
) -> None:
    """Inject errors into good notes; report what verification catches and refuses wrongly."""
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console):
        found = evaluate_mutations(sample_pairs() if folder is None else folder)
        tables = to_markdown(found)
        if out is not None:
            write(out, tables)
        if escaped is not None:
            write(escaped, listing(found))
        typer.echo(tables)
