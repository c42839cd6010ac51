"""``anamnese evaluate oncology``: how well cancer is read from documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import Console, Mode, reported
from consultation.errors import InvalidOption
from evaluation.oncology import measure, to_markdown
from jobs.files import write


def oncology(
    folder: Annotated[
        Path, typer.Argument(help="Coded examples (mCODE, HL7 genomics) as JSON, or FRACCO.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the figures as JSON too.")
    ] = None,
) -> None:
    """Biomarkers, stages, drugs and doses of coded examples written out; histologies of FRACCO."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        report = measure(folder)
        if not report.scores:
            raise InvalidOption("the folder holds no coded example and no case of FRACCO")
        if out is not None:
            write(out, report.to_json() + "\n")
        typer.echo(to_markdown(report), nl=False)
