"""``anamnese remote``: the service on another machine, with the client that anybody may use.

The key comes from ANAMNESE_KEY or a file, never from an argument: arguments are in the list of
processes, for every user of the machine to see.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, get_args

import typer

from api.console import Console, Mode, each, reported
from api.remote_state import State
from client.anamnese_client import (
    ApiError,
    Client,
    ClientError,
    Job,
    NoteFormat,
    SummaryFormat,
    TranscriptFormat,
)
from consultation.errors import AnamneseError, InvalidOption, UnreadableFile
from jobs.files import write

remote_app = typer.Typer(
    help="A service on another machine: run, status, note.", no_args_is_help=True
)
Server = Annotated[
    str, typer.Option("--server", envvar="ANAMNESE_SERVER", help="https://…", show_default=False)
]
KeyFile = Annotated[
    Path | None, typer.Option(help="File with the API key; else ANAMNESE_KEY.", show_default=False)
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Let the key cross the network in clear (http).")
]
BINARY = frozenset({"pdf", "docx"})
_EXIT = {"unreachable": 5, "insecure_address": 2}


class RemoteFailed(AnamneseError):
    """What the client raised, as the command line reports errors."""

    def __init__(self, error: ClientError) -> None:
        super().__init__(str(error), hint=error.hint)
        self.code = error.code
        if isinstance(error, ApiError):
            self.errors = error.errors
            self.exit_code = 2 if error.status < 500 else 5
        else:
            self.exit_code = _EXIT.get(error.code, 1)


@remote_app.command()
def run(
    files: Annotated[list[Path], typer.Argument(help="Recordings.", show_default=False)],
    server: Server,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for results; one folder a file.")
    ] = Path("anamnese-out"),
    language: Annotated[str | None, typer.Option(help="fr or en; detected when not given.")] = None,
    template: Annotated[str | None, typer.Option(help="Kind of note.")] = None,
    consent: Annotated[
        str | None, typer.Option(help="Your reference to the patient's agreement.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Fetch results, or only send.")
    ] = True,
    key_file: KeyFile = None,
    insecure: Insecure = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a file.")] = False,
) -> None:
    """Send recordings, wait, and fetch transcripts and notes. The same command goes on where it was
    stopped: what was sent is not sent again."""
    console = Console(Mode.of(quiet=quiet, as_json=as_json))
    given = {"language": language, "template": template, "consent": consent}
    fields = {name: value for name, value in given.items() if value is not None}
    with reported(console), _client(server, key_file, insecure) as client:

        def one(file: Path, folder: Path) -> dict[str, object]:
            with _translated():
                return _one(client, console, file, folder, fields, wait=wait)

        each(files, out, console, one)


@remote_app.command()
def status(
    job: Annotated[str, typer.Argument(help="The job's id.", show_default=False)],
    server: Server,
    key_file: KeyFile = None,
    insecure: Insecure = False,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON line.")] = False,
) -> None:
    """Where a job is."""
    console = Console(Mode.of(quiet=False, as_json=as_json))
    with reported(console), _client(server, key_file, insecure) as client, _translated():
        found = client.job(job)
        if as_json:
            console.result(job, _about(found))
            return
        step = f" {found.step} {found.progress:.0%}" if found.step and not found.over else ""
        failed = f" {found.error_code}: {found.error_hint}" if found.error_code else ""
        typer.echo(f"{found.status}{step}{failed}  {found.consultation_id}")


@remote_app.command()
def note(
    consultation: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    server: Server,
    kind: Annotated[str, typer.Option("--format", help=", ".join(get_args(NoteFormat)))] = "md",
    template: Annotated[
        str | None, typer.Option(help="Kind of note; the one written last when not given.")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="The signed one, or an error.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File; else standard output.")
    ] = None,
    key_file: KeyFile = None,
    insecure: Insecure = False,
) -> None:
    """A note as it stands, marked a draft unless signed."""
    with reported(Console(Mode.people)):
        chosen: NoteFormat | None = next((k for k in get_args(NoteFormat) if k == kind), None)
        if chosen is None:
            raise InvalidOption(f"--format {kind!r}", hint=f"{', '.join(get_args(NoteFormat))}")
        if chosen in BINARY and out is None and sys.stdout.isatty():
            raise InvalidOption("a terminal shows no such file", hint="Give --out FILE.")
        with _client(server, key_file, insecure) as client, _translated():
            name = template or client.newest_template(consultation)
            content = client.export(consultation, name, chosen, final=final)
        if out is not None:
            write(out, content)
            typer.echo(str(out))
            return
        typer.echo(content, nl=chosen not in BINARY)


def _one(
    client: Client,
    console: Console,
    file: Path,
    folder: Path,
    fields: dict[str, str],
    *,
    wait: bool,
) -> dict[str, object]:
    if not file.is_file():
        raise UnreadableFile("it cannot be read, or it is none")
    state = State.of(folder / "remote.json", client.url, file, fields)
    try:
        sent = state.go_on(client)
    except ApiError as error:
        if not state.known or error.status not in {404, 410}:
            raise
        # Deleted there, or an upload that was left for too long.
        state.forget()
        sent = state.go_on(client)
    if not wait:
        return {"result": f"{sent.job.id}  {sent.consultation_id}", **_about(sent.job)}
    for event in client.events(sent.job.id):
        if event.step is not None:
            console.progress(event.step, event.progress, 1.0)
    job = client.wait(sent.job.id)
    con = job.consultation_id
    for kind in get_args(TranscriptFormat):
        write(folder / f"transcript.{kind}", client.transcript_as(con, kind))
    for made in get_args(SummaryFormat):
        write(folder / f"summary.{made}", client.summary_as(con, made, job.template))
    return {
        "transcript": str(folder / "transcript.json"),
        "summary": str(folder / "summary.json"),
        **_about(job),
    }


def _about(job: Job) -> dict[str, object]:
    return {
        "job": job.id,
        "consultation": job.consultation_id,
        "status": job.status,
        "step": job.step,
        "progress": job.progress,
        "error": {"code": job.error_code, "hint": job.error_hint} if job.error_code else None,
    }


@contextmanager
def _client(server: str, key_file: Path | None, insecure: bool) -> Iterator[Client]:
    with _translated():
        try:
            made = Client(server, _key(key_file), insecure=insecure)
        except ValueError as error:
            raise InvalidOption(str(error), hint="--server https://…, without /v1.") from None
    with made as client:
        yield client


def _key(file: Path | None) -> str:
    if file is None:
        key = os.environ.get("ANAMNESE_KEY", "").strip()
    else:
        try:
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(f"the key: {type(error).__name__}") from None
    if not key:
        raise InvalidOption("there is no key", hint="Set ANAMNESE_KEY, or give --key-file FILE.")
    return key


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise RemoteFailed(error) from None
    except OSError as error:
        raise UnreadableFile(f"the recording could not be read: {type(error).__name__}") from None
