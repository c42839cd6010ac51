"""The command line: ``anamnese``.

Exit codes: 0 done; 1 a fault of ours; 2 the input or an option is wrong; 3 weights; 4 disk;
5 a model or its server; 130 stopped by the user. With several files the worst one is returned.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.apikeys import apikeys_app
from api.arguments import (
    check_template,
    settings,
    settings_table,
    transcribe_options,
)
from api.batch import batch_app
from api.console import Console, Mode, each, reported
from api.doctor import examine
from api.evaluations import app as evaluate
from api.export import export, validate
from api.jobs_cli import jobs_app
from api.keys import audit_app, keys_app
from api.records_cli import read
from api.remote import remote_app
from api.research_cli import research_app
from api.serve import serve, worker
from api.synthesize_cli import synthesize
from api.webhooks import webhooks_app
from api.weights import weights_app
from consultation.export.schema import schema
from evaluation.samples import sample_recordings
from jobs.files import write
from jobs.pipeline import Pipeline, read_transcript
from prompts import library
from transcribe.pipeline import TranscribeOptions

app = typer.Typer(
    help="Medical consultations: audio to a diarised transcript to an evidence-linked note.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(weights_app, name="weights")
app.add_typer(evaluate, name="evaluate")
app.add_typer(keys_app, name="keys")
app.add_typer(apikeys_app, name="apikeys")
app.add_typer(audit_app, name="audit")
app.add_typer(batch_app, name="batch")
app.add_typer(jobs_app, name="jobs")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(research_app, name="research")
app.add_typer(remote_app, name="remote")
app.command()(serve)
app.command()(worker)
app.command()(read)
app.command()(export)
app.command()(validate)
app.command()(synthesize)

Files = Annotated[list[Path], typer.Argument(help="Recordings.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for results; one folder a file.")]
Language = Annotated[str | None, typer.Option(help="fr or en; detected when not given.")]
Vocabulary = Annotated[
    str | None,
    typer.Option(help="Words to expect: a file with one a line, or a list with commas."),
]
Speakers = Annotated[
    str | None, typer.Option(help="How many people speak: 2, or a range such as 2-4.")
]
Channels = Annotated[
    str, typer.Option(help="Stereo: auto, mix, or separate (one speaker a channel).")
]
ChannelRoles = Annotated[
    str | None, typer.Option(help="Who is on the left and right channel: clinician,patient")
]
Template = Annotated[str | None, typer.Option(help="Kind of note; see: anamnese templates")]
Truncated = Annotated[
    bool, typer.Option("--allow-truncated", help="Use what is left of a file that ends too early.")
]
SpecialityName = Annotated[
    str | None,
    typer.Option(
        "--speciality",
        help="Expect its names: general-practice, cardiology, oncology. Needs --language.",
    ),
]
NoCorrection = Annotated[
    bool,
    typer.Option("--no-correction", help="Leave misrecognised drug names as they were heard."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON line a file on standard output.")]


@app.command()
def run(
    files: Files,
    out: Out = Path("anamnese-out"),
    template: Template = None,
    language: Language = None,
    vocabulary: Vocabulary = None,
    speakers: Speakers = None,
    channels: Channels = "auto",
    channel_roles: ChannelRoles = None,
    allow_truncated: Truncated = False,
    speciality: SpecialityName = None,
    no_correction: NoCorrection = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Recordings to transcripts and notes: the whole flow."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console):
        options = transcribe_options(
            language,
            vocabulary,
            speakers,
            channels,
            channel_roles,
            allow_truncated,
            speciality,
            not no_correction,
        )
        if template is not None:
            check_template(template, language)
        with Pipeline(settings(), options, console.progress) as pipeline:

            def one(file: Path, folder: Path) -> dict[str, object]:
                return _whole(pipeline, console, file, folder, template)

            each(files, out, console, one)


@app.command()
def transcribe(
    files: Files,
    out: Out = Path("anamnese-out"),
    language: Language = None,
    vocabulary: Vocabulary = None,
    speakers: Speakers = None,
    channels: Channels = "auto",
    channel_roles: ChannelRoles = None,
    allow_truncated: Truncated = False,
    speciality: SpecialityName = None,
    no_correction: NoCorrection = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Recordings to diarised transcripts."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console):
        options = transcribe_options(
            language,
            vocabulary,
            speakers,
            channels,
            channel_roles,
            allow_truncated,
            speciality,
            not no_correction,
        )
        with Pipeline(settings(), options, console.progress) as pipeline:

            def one(file: Path, folder: Path) -> dict[str, object]:
                transcript = pipeline.transcribe(file, folder)
                return {
                    "transcript": str(folder / "transcript.json"),
                    "language": transcript.language,
                    "segments": len(transcript.segments),
                    "gaps": len(transcript.gaps),
                    "corrections": len(transcript.corrections),
                }

            each(files, out, console, one)


@app.command()
def summarize(
    transcript: Annotated[
        Path,
        typer.Argument(
            help="A transcript.json, or a dialogue as text, .vtt or .srt.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder; beside the transcript if not given.")
    ] = None,
    template: Template = None,
    language: Language = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """A transcript to a note. --language is of a dialogue as text."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console):
        read = read_transcript(transcript, language)
        if template is not None:
            check_template(template, read.language)
        folder = out or transcript.parent
        with Pipeline(settings(), TranscribeOptions(), console.progress) as pipeline:
            console.start(transcript.name)
            summary = pipeline.summarize(read, folder, template)
            console.note(read, summary)
            console.result(
                transcript.name,
                {
                    "summary": str(folder / "summary.json"),
                    "statements": len(summary.statements()),
                    "unsupported": len(summary.unsupported),
                },
            )


@app.command()
def demo(out: Out = Path("demo-output"), quiet: Quiet = False, as_json: AsJson = False) -> None:
    """Our two sample consultations, French and English, from audio to a note."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console), Pipeline(settings(), TranscribeOptions(), console.progress) as pipeline:

        def one(file: Path, folder: Path) -> dict[str, object]:
            return _whole(pipeline, console, file, folder, None)

        each(sample_recordings(), out, console, one)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What is installed, which device and weights, what is missing and how to get it."""
    console = Console(Mode.of(quiet=False, as_json=as_json))
    with reported(console):
        findings = examine(settings())
        console.findings(findings)
        if not all(finding.fine for finding in findings):
            raise typer.Exit(1)


@app.command()
def templates() -> None:
    """The kinds of note, by language."""
    for language, name in library.templates():
        typer.echo(f"{language}  {name:22}  {library.template(language, name).title}")


@app.command("settings")
def show_settings() -> None:
    """Every setting, as Markdown: its environment variable, default and meaning."""
    typer.echo(settings_table(), nl=False)


@app.command("schema")
def print_schema(
    out: Annotated[Path, typer.Argument(help="Folder for transcript.json and summary.json.")],
) -> None:
    """The JSON Schema of results."""
    for name, text in schema().items():
        write(out / name, text)


def _whole(
    pipeline: Pipeline, console: Console, file: Path, folder: Path, template: str | None
) -> dict[str, object]:
    transcript = pipeline.transcribe(file, folder)
    summary = pipeline.summarize(transcript, folder, template)
    console.note(transcript, summary)
    return {
        "transcript": str(folder / "transcript.json"),
        "summary": str(folder / "summary.json"),
        "segments": len(transcript.segments),
        "gaps": len(transcript.gaps),
        "statements": len(summary.statements()),
        "unsupported": len(summary.unsupported),
    }


def main() -> None:
    """Entry point of the ``anamnese`` command."""
    app()
