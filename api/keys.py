"""``anamnese keys``: the keys that encrypt what is stored. ``anamnese audit``: verify the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import Console, Mode, reported
from api.serve import require_service
from api.service_options import service_settings
from consultation.errors import InvalidOption

keys_app = typer.Typer(help="Encryption keys: make, rotate.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit log: verify.", no_args_is_help=True)


@keys_app.command()
def new(
    file: Annotated[Path, typer.Argument(help="Where to; must not exist.", show_default=False)],
) -> None:
    """Make a file with a first key. Keep a copy apart: without it, nothing stored can be read."""
    with reported(Console(Mode.people)):
        from jobs.store.keys import new_ring, save

        if file.exists():
            raise InvalidOption("there is such a file already", hint="Give another name.")
        save(new_ring(), file)
        typer.echo(f"Now set ANAMNESE_KEYS_FILE={file.resolve()}")


@keys_app.command()
def rotate(
    finish: Annotated[
        bool,
        typer.Option("--finish", help="Encrypt everything again; set the older keys aside."),
    ] = False,
) -> None:
    """Add a key, then encrypt everything again with it.

    Without --finish: a new key is added and becomes the active one. Restart the service and the
    workers, so that all of them have it. With --finish: what older keys encrypted is encrypted
    again, and they are set aside in a second file. May be stopped and run again at any time.
    """
    console = Console(Mode.people)
    with reported(console):
        require_service()
        from jobs.store import keys
        from jobs.store.rotation import rotate as encrypt_again
        from jobs.store.store import open_store

        settings = service_settings()
        ring = keys.load(settings.keys_file)
        assert settings.keys_file is not None  # load() has refused None
        if not finish:
            keys.save(ring.with_new(), settings.keys_file)
            typer.echo("Added. Restart service and workers, then: anamnese keys rotate --finish")
            return
        store = open_store(settings, migrate=True)
        blobs, files = encrypt_again(store.database, ring, store.audio, console.progress)
        before = settings.keys_file.with_name(settings.keys_file.name + ".before")
        keys.save(ring, before)
        keys.save(ring.only_active(), settings.keys_file)
        typer.echo(f"{blobs} results and {files} recordings were encrypted again.")
        typer.echo(f"The older keys are in {before}: destroy it when all processes were restarted.")


@audit_app.command()
def verify() -> None:
    """Check the chain of hashes, and print the last one: compare it with the one kept before."""
    with reported(Console(Mode.people)):
        require_service()
        from jobs.store.audit import verify as check
        from jobs.store.store import open_store

        store = open_store(service_settings(), migrate=True)
        with store.database.read() as session:
            number, last = check(session)
        typer.echo(f"{number} entries, unbroken; the last hash is {last}")
