"""``anamnese evaluate live``: how late live words are, and what their haste costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from evaluation.manifest import read
from jobs.evaluate_live import evaluate_live, to_markdown
from jobs.files import write


def live(
    folder: Annotated[
        Path,
        typer.Argument(help="A folder with manifest.json or manifest.jsonl, or the manifest."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the figures as JSON too.")
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, help="The first minutes of each alone; without error rates."),
    ] = None,
) -> None:
    """Send recordings as a microphone would: delay to final words, work, WER, interim speakers.

    Delays are on a clock of processor seconds, as if one core did the work of all threads.
    """
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console):
        report = evaluate_live(read(folder), settings(), minutes=minutes, started=console.start)
        if out is not None:
            write(out, report.to_json() + "\n")
        typer.echo(to_markdown(report), nl=False)
