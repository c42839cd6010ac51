"""``anamnese evaluate trials``: how criteria are read, and how far rules get on statements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import Console, Mode, reported
from consultation.errors import InvalidOption
from evaluation.trials import measure, to_markdown
from jobs.files import write


def trials(
    folder: Annotated[Path, typer.Argument(help="CT-parser's ner_*.tsv, or NLI4CT.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the figures as JSON too.")
    ] = None,
) -> None:
    """Variables and bounds of criterion lines; statements about trials with evidence lines."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        report = measure(folder)
        if not (report.spans or report.statements):
            raise InvalidOption("the folder holds neither CT-parser's lines nor NLI4CT")
        if out is not None:
            write(out, report.to_json() + "\n")
        typer.echo(to_markdown(report), nl=False)
