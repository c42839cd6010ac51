"""``anamnese weights``: fetch, list and verify model weights."""

from __future__ import annotations

import importlib.util
from typing import Annotated

import typer
from rich.console import Console as Terminal
from rich.table import Table

from api.arguments import settings
from api.console import Console, Mode, reported
from consultation import weights
from consultation.errors import WeightsCorrupt
from consultation.fetch import pull as fetch
from consultation.settings import Settings
from prompts.library import LANGUAGES
from summarize import exchanges
from summarize.engines.load import load_language_model

weights_app = typer.Typer(help="Model weights: fetch, list, verify.", no_args_is_help=True)
Names = Annotated[
    list[str] | None, typer.Argument(help="Which; those that the settings need if not given.")
]


@weights_app.command()
def pull(
    names: Names = None, quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False
) -> None:
    """Fetch, verify and keep weights; what is there already is not fetched again.

    Without names it also has the language model read its instructions, once for all consultations.
    """
    console = Console(Mode.of(quiet=quiet, as_json=False))
    with reported(console):
        chosen = settings()
        for name in names or weights.required(chosen):
            console.start(name)
            path = fetch(name, chosen, console.progress)
            console.result(name, {"transcript": str(path)})
        if not names:
            prepare(chosen, console)


def prepare(chosen: Settings, console: Console) -> None:
    """So that no consultation waits for what every one begins with (llama.cpp keeps it)."""
    if chosen.llm != "llamacpp" or chosen.strategy != "exchanges":
        return
    if importlib.util.find_spec("xllamacpp") is None:
        return  # weights are pulled for another machine
    console.start("the language model reads its instructions")
    model = load_language_model(chosen)
    try:
        for done, language in enumerate(LANGUAGES):
            console.progress("prepare", done, len(LANGUAGES))
            exchanges.prepare(language, model)
        console.progress("prepare", len(LANGUAGES), len(LANGUAGES))
    finally:
        model.close()
        console.finish()


@weights_app.command("list")
def show() -> None:
    """What there is, where it was found, its size and licence."""
    console = Console(Mode.people)
    with reported(console):
        table = Table("name", "task", "size", "licence", "found", box=None, pad_edge=False)
        for item in weights.status(settings()):
            found = item.problem or item.found or "-"
            table.add_row(item.name, item.task, f"{item.size / 1e6:,.0f} MB", item.licence, found)
        Terminal().print(table)


@weights_app.command()
def verify(names: Names = None) -> None:
    """Compare every byte with what was published."""
    console = Console(Mode.people)
    with reported(console):
        chosen = settings()
        damaged = []
        for name in names or weights.required(chosen):
            for report in weights.verify(name, chosen, console.progress):
                typer.echo(f"{'ok     ' if report.intact else 'DIFFERS'} {name}/{report.path}")
                if not report.intact:
                    damaged.append(f"{name}/{report.path}")
        if damaged:
            raise WeightsCorrupt(f"not the published files: {', '.join(damaged)}")
