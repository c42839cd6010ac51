"""``anamnese evaluate …``: recordings of a manifest, or published corpora with known answers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.arguments import settings
from api.console import Console, Mode, reported
from api.evaluate import evaluate
from api.evaluate_live import live
from api.evaluate_oncology import oncology
from api.evaluate_records import coded_documents, records, synthesis_speed
from api.evaluate_trials import trials
from api.mutations import mutations
from consultation.errors import InvalidOption
from consultation.wire import Record
from evaluation.comparison import compare as compare_reports
from evaluation.comparison import to_markdown as comparison_to_markdown
from evaluation.corpora import e3c
from evaluation.facts_report import to_markdown as facts_to_markdown
from evaluation.negation import measure as measure_negation
from evaluation.roles import to_markdown
from evaluation.samples import sample_pairs
from evaluation.tables import View
from jobs.evaluate import read_report
from jobs.evaluate_documents import evaluate_documents
from jobs.evaluate_facts import CORPORA as FACTS_CORPORA
from jobs.evaluate_facts import TEMPLATE, drafted, evaluate_facts, written
from jobs.evaluate_roles import CORPORA, evaluate_roles
from jobs.evaluate_silence import evaluate_silence
from jobs.evaluate_silence import to_markdown as silence_to_markdown
from jobs.files import write
from jobs.pipeline import Pipeline
from jobs.verification_speed import evaluate_speed
from jobs.verification_speed import to_markdown as speed_to_markdown
from transcribe.pipeline import TranscribeOptions

RECORDINGS = "recordings"


class _RecordingsByDefault(TyperGroup):
    """``evaluate FOLDER`` is ``evaluate recordings FOLDER``, ``evaluate asr FOLDER`` the same with
    fewer tables."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] in tuple(View):
            args = [RECORDINGS, "--show", args[0], *args[1:]]
        elif args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [RECORDINGS, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RecordingsByDefault,
    no_args_is_help=True,
    help="Measure quality: of recordings with a manifest (asr, diarisation, attribution and notes "
    "print a part of it), on published corpora, or by mutations.",
)
app.command(RECORDINGS)(evaluate)
app.command()(live)
app.command()(mutations)
app.command()(records)
app.command()(synthesis_speed)
app.command("coded")(coded_documents)
app.command()(oncology)
app.command()(trials)

Folder = Annotated[Path, typer.Argument(help="The corpus, as published.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the figures as JSON too.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Of the first N only.")]


@app.command()
def roles(
    folder: Folder,
    corpus: Annotated[str, typer.Option("--corpus", help=f"The format: {', '.join(CORPORA)}.")],
    learn_from: Annotated[
        list[str] | None,
        typer.Option(
            "--learn-from",
            help="corpus=FOLDER: measure words learned from these instead of our cues.",
        ),
    ] = None,
    limit: Limit = None,
    out: Out = None,
) -> None:
    """Who is the clinician, on dialogues whose labels are hidden."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        figures = evaluate_roles(
            folder, corpus, learn_from=[_source(one) for one in learn_from or ()], limit=limit
        )
        _write(out, *figures)
        typer.echo(to_markdown({corpus: figures}), nl=False)


@app.command()
def negation(
    folder: Folder,
    language: Annotated[str, typer.Option("--language", help="fr or en.")],
    out: Out = None,
) -> None:
    """What is denied, doubted and dated, on the clinical cases of E3C (layer 1, WebAnno's XML)."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        report = measure_negation(e3c.read(folder), language)
        if not report.cases:
            raise InvalidOption("the folder holds no case of E3C")
        _write(out, report)
        typer.echo(report.to_json())


@app.command()
def facts(
    folder: Folder,
    corpus: Annotated[
        str, typer.Option("--corpus", help=f"The format: {', '.join(FACTS_CORPORA)}.")
    ],
    notes: Annotated[
        Path | None,
        typer.Option(
            "--notes", help="Measure notes already written: <id>.txt or <id>/summary.json."
        ),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft",
            help="Write notes with the engine of the settings into this folder; the same command"
            " goes on where it was stopped.",
        ),
    ] = None,
    template: Annotated[str, typer.Option("--template", help="Of the drafted notes.")] = TEMPLATE,
    limit: Limit = None,
    out: Out = None,
) -> None:
    """Notes against checklists and reference notes, and our checks against clinicians' verdicts.

    Without --notes and --draft it measures what needs no model: the references themselves, another
    consultation's, everything said, and the judged statements.
    """
    if notes is not None and draft is not None:
        raise typer.BadParameter("--notes and --draft exclude each other")
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console), ExitStack() as stack:
        source = written(notes) if notes is not None else None
        if draft is not None:
            chosen = settings()
            pipeline = stack.enter_context(
                Pipeline(chosen, TranscribeOptions(), console.progress, answers=draft / ".answers")
            )
            source = drafted(pipeline, draft, template=template, started=console.start)
        report = evaluate_facts(
            folder, corpus, source=source, limit=limit, told=lambda id_, e: console.error(e, id_)
        )
        _write(out, report)
        typer.echo(facts_to_markdown(report), nl=False)


@app.command()
def speed(
    folder: Annotated[
        Path | None, typer.Argument(help="Pairs, as for mutations; our own if not given.")
    ] = None,
    out: Out = None,
) -> None:
    """How long reading, verifying and listing take, and how they grow with the consultation."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        rows = evaluate_speed(sample_pairs() if folder is None else folder)
        _write(out, *rows)
        typer.echo(speed_to_markdown(rows), nl=False)


@app.command()
def silence(
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, help="Of each sound.")] = 10,
    out: Out = None,
) -> None:
    """Words heard in silence, noise, music and babble, where nobody says one: there should be 0."""
    console = Console(Mode.of(quiet=False, as_json=False))
    with reported(console):
        found = evaluate_silence(
            minutes, settings(), started=console.start, progress=console.progress
        )
        _write(out, *found)
        typer.echo(silence_to_markdown(found), nl=False)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A report.json.")],
    after: Annotated[Path, typer.Argument(help="Another one, of the same recordings.")],
    out: Out = None,
) -> None:
    """Two runs over the same recordings: what changed, and whether chance explains it."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        comparison = compare_reports(read_report(before), read_report(after))
        _write(out, comparison)
        typer.echo(comparison_to_markdown(comparison), nl=False)


@app.command()
def documents(
    folder: Annotated[Path, typer.Argument(help="CDA files, FHIR bundles, cases of E3C as JSON.")],
    out: Out = None,
) -> None:
    """What reading keeps of documents whose content is known: words, codes, dates."""
    with reported(Console(Mode.of(quiet=False, as_json=False))):
        report = evaluate_documents(folder)
        _write(out, report)
        typer.echo(report.to_json())


def _source(text: str) -> tuple[str, Path]:
    name, separator, folder = text.partition("=")
    if not separator:
        raise InvalidOption("--learn-from takes corpus=FOLDER")
    return name, Path(folder)


def _write(out: Path | None, *figures: Record) -> None:
    if out is not None:
        write(out, "[" + ",\n".join(one.to_json() for one in figures) + "]\n")
