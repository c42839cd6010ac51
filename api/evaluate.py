"""``anamnese evaluate``: quality, measured on any folder with a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.arguments import settings
from api.console import Console, Mode, reported
from evaluation.comparison import compare
from evaluation.comparison import to_markdown as comparison_to_markdown
from evaluation.energy import Costs, read_costs
from evaluation.manifest import read
from evaluation.page import to_html
from evaluation.tables import View, to_markdown
from jobs.evaluate import cost_of, read_report, read_reviews
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
    show: Annotated[
        View, typer.Option("--show", help="The tables to print; all of it is measured and written.")
    ] = View.everything,
    costs: Annotated[
        Path | None,
        typer.Option("--costs", help="What your machine costs and draws: JSON, docs/results.md."),
    ] = None,
    signed: Annotated[
        Path | None,
        typer.Option("--signed", help="A folder of signed notes (JSON): what was changed in them."),
    ] = None,
    compare_to: Annotated[
        Path | None,
        typer.Option(
            "--compare", help="An earlier report.json: what changed, and by chance or not."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Transcribe the recordings of a manifest and measure them against their references."""
    console = Console(Mode.of(quiet=quiet, as_json=False))
    with reported(console):
        chosen, entries = settings(), read(folder)
        paid = read_costs(costs) if costs is not None else Costs()
        reviews = read_reviews(signed) if signed is not None else ()
        earlier = read_report(compare_to) if compare_to is not None else None
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
            notes=notes or show is View.notes,
            watts_per_core=paid.watts_per_core,
            started=console.start,
            progress=console.progress,
        )
        write(out, report.to_json())
        compared = compare(earlier, report) if earlier is not None else None
        page = to_html(report, cost=cost_of(report, paid), reviews=reviews, comparison=compared)
        tables = to_markdown(report, show)
        if compared is not None:
            tables += "\n" + comparison_to_markdown(compared)
        write(out.with_suffix(".md"), tables)
        write(out.with_suffix(".html"), page)
        console.result(out.name, {"transcript": str(out)})
        if not quiet:
            typer.echo(tables)
        if any(one.error for one in report.recordings):
            raise typer.Exit(2)
