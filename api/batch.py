"""``anamnese batch``: a folder or a manifest of recordings, transcripts or records, as one work."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console as Terminal
from rich.table import Table

from api.console import Console, Mode, reported
from api.serve import require_service
from api.service_options import service_settings
from consultation.errors import InvalidOption

if TYPE_CHECKING:
    from api.batch_follow import Opened

batch_app = typer.Typer(
    help="A folder or manifest of recordings and transcripts: run, look, retry, cancel, report.",
    no_args_is_help=True,
)
BatchId = Annotated[str, typer.Argument(help="The id that batch run says.", show_default=False)]
Organisation = Annotated[str, typer.Option(help="Whose it is.")]
Work = Annotated[bool, typer.Option("--work", help="Run a worker too: all that one machine needs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on standard output.")]


@batch_app.command()
def run(
    source: Annotated[
        Path, typer.Argument(help="A folder, or a manifest (.csv, .jsonl).", show_default=False)
    ],
    language: Annotated[str | None, typer.Option(help="Where the manifest says nothing.")] = None,
    template: Annotated[str | None, typer.Option(help="Where the manifest says nothing.")] = None,
    speakers: Annotated[str | None, typer.Option(help="Where the manifest says nothing.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Words with commas, where the manifest says nothing.")
    ] = None,
    consent: Annotated[str | None, typer.Option(help="Reference to the agreements.")] = None,
    records: Annotated[
        bool,
        typer.Option(
            "--records", help="Each folder, ZIP or bundle is a patient's documents: a synthesis."
        ),
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Of records: the day ages count to, YYYY-MM-DD.")
    ] = None,
    keep_audio: Annotated[
        bool,
        typer.Option("--keep-audio", help="Keep the stored copy of a recording that is done."),
    ] = False,
    work: Work = False,
    detach: Annotated[bool, typer.Option("--detach", help="Do not wait for the end.")] = False,
    organisation: Organisation = "local",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make a batch and follow it to its end. Stopping this command stops nothing: workers go on."""
    given = {
        "language": language,
        "template": template,
        "speakers": speakers,
        "vocabulary": vocabulary,
        "consent": consent,
        "as_of": as_of,
    }
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console), _opened(organisation) as opened:
        from api import batch_manifest, record_manifest
        from jobs import batches

        if work and detach:
            raise InvalidOption("--work and --detach", hint="A worker ends with this command.")
        defaults = {name: value for name, value in given.items() if value is not None}
        if not source.exists():
            raise InvalidOption("there is no such folder or manifest")
        read = record_manifest if records else batch_manifest
        rows = (read.from_folder if source.is_dir() else read.from_file)(
            source, defaults, opened.settings
        )
        folder = (source if source.is_dir() else source.parent).resolve()
        new = batches.NewBatch(opened.actor, folder=folder, keep_audio=keep_audio)
        batch_id = batches.create(opened.store, new, rows)
        if console.mode is Mode.people:
            typer.echo(batch_id)
        if detach:
            if as_json:
                typer.echo(json.dumps({"batch": batch_id}))
            return
        opened.follow(batch_id, console, work=work)


@batch_app.command()
def status(
    batch: Annotated[str | None, typer.Argument(help="All of them when not given.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Until it is over.")] = False,
    work: Work = False,
    organisation: Organisation = "local",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """How far it is; the exit code says whether all is well."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console), _opened(organisation) as opened:
        if batch is None:
            found = opened.latest()
            if as_json:
                for one in found:
                    typer.echo(json.dumps(one))
                return
            table = Table(box=None)
            table.add_column("id", no_wrap=True, min_width=36)
            for name in ("status", "items", "done", "failed", "created"):
                table.add_column(name)
            for one in found:
                items = one["items"]
                table.add_row(
                    str(one["batch"]),
                    str(one["status"]),
                    str(one["total"]),
                    str(items["completed"]),
                    str(items["failed"]),
                    str(one["created"])[:16],
                )
            Terminal().print(table)
            return
        if follow or work:
            opened.follow(batch, console, work=work)
        else:
            opened.say(batch, console)


@batch_app.command()
def retry(
    batch: BatchId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Until it is over.")] = False,
    work: Work = False,
    organisation: Organisation = "local",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Try again what failed, and nothing else; what was finished of it is kept."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    with reported(console), _opened(organisation) as opened:
        from jobs import batches

        again = batches.retry(opened.store, opened.actor, batch)
        if as_json:
            typer.echo(json.dumps({"batch": batch, "retried": again}))
        elif not quiet:
            typer.echo(f"{again} item(s) are tried again")
        if follow or work:
            opened.follow(batch, console, work=work)


@batch_app.command()
def cancel(batch: BatchId, organisation: Organisation = "local") -> None:
    """Nothing of it begins any more, and what runs ends within seconds. What is done stays."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs import batches

        batches.cancel(opened.store, opened.enqueuer, opened.actor, batch)


@batch_app.command()
def report(
    batch: BatchId,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="A .jsonl or .parquet file; - for the output.")
    ] = Path("-"),
    no_content: Annotated[
        bool, typer.Option("--no-content", help="Without transcripts and notes.")
    ] = False,
    organisation: Organisation = "local",
) -> None:
    """A line an item: its state, error, ids, transcript and note."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs import batch_results
        from jobs.store import batches

        with opened.store.database.read() as session:
            batches.find(session, opened.actor.org_id, batch)
        asked = (opened.store, opened.actor.org_id, batch)
        if str(out) == "-":
            for text in batch_results.jsonl(*asked, content=not no_content):
                sys.stdout.write(text)
        elif out.suffix == ".parquet":
            batch_results.write_parquet(*asked, out, content=not no_content)
        elif out.suffix in {".jsonl", ".ndjson"}:
            batch_results.write_jsonl(*asked, out, content=not no_content)
        else:
            raise InvalidOption("--out ends in .jsonl or .parquet")


def _opened(organisation: str) -> Opened:
    require_service()
    from api.batch_follow import Opened

    return Opened(service_settings(), organisation)
