"""``anamnese apikeys``: who may use the service."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console as Terminal
from rich.table import Table

from api.console import Console, Mode, reported
from api.serve import require_service
from api.service_options import service_settings
from consultation.errors import InvalidOption

apikeys_app = typer.Typer(help="API keys: issue, list, rotate, revoke.", no_args_is_help=True)
_DAY_MS = 24 * 3600 * 1000


@apikeys_app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is for.", show_default=False)],
    role: Annotated[
        str, typer.Option(help="clinician, integration, admin, auditor or monitor.")
    ] = "clinician",
    organisation: Annotated[
        str, typer.Option(help="Made if there is none of this name.")
    ] = "local",
    scopes: Annotated[
        str | None, typer.Option(help="Fewer than the role has, with commas.")
    ] = None,
    days: Annotated[int, typer.Option(min=0, help="Days that it is valid; 0: for ever.")] = 365,
) -> None:
    """Issue a key. It is shown this once and kept nowhere."""
    with reported(Console(Mode.people)):
        require_service()
        from jobs.store import access, audit
        from jobs.store.store import open_store
        from jobs.store.tables import now_ms

        try:
            chosen = access.Role(role)
            wanted = (
                frozenset(access.Scope(s.strip()) for s in scopes.split(",")) if scopes else None
            )
        except ValueError:
            raise InvalidOption(
                "--role or --scopes",
                hint=f"Roles: {', '.join(access.Role)}. Scopes: {', '.join(access.Scope)}.",
            ) from None
        store = open_store(service_settings(), migrate=True)
        expires = now_ms() + days * _DAY_MS if days else None
        with store.database.write() as session:
            org = access.organisation(session, organisation)
            key, text = access.issue(
                session, org_id=org, name=name, role=chosen, scopes=wanted, expires=expires
            )
            audit.append(store.database, session, audit.Actor(org, "cli"), "apikey.new", key.id)
        typer.echo(text)


@apikeys_app.command("list")
def show() -> None:
    """Every key but its secret."""
    with reported(Console(Mode.people)):
        require_service()
        from api.wire import iso
        from jobs.store import access
        from jobs.store.store import open_store

        store = open_store(service_settings(), migrate=True)
        table = Table(box=None)
        # Whole, however narrow the terminal is: it is what the other commands take.
        table.add_column("id", no_wrap=True, min_width=16)
        for column in ("name", "organisation", "role", "expires", "revoked", "last used"):
            table.add_column(column, overflow="fold")
        with store.database.read() as session:
            for key, organisation in access.keys(session):
                table.add_row(
                    key.id,
                    key.name,
                    organisation,
                    key.role,
                    iso(key.expires)[:10] if key.expires else "-",
                    iso(key.revoked)[:10] if key.revoked else "-",
                    iso(key.last_used)[:13].replace("T", " ") + " h" if key.last_used else "-",
                )
        Terminal().print(table)


@apikeys_app.command()
def rotate(
    key: Annotated[str, typer.Argument(help="The id, as in the list.", show_default=False)],
    grace_hours: Annotated[
        float, typer.Option(min=0, max=30 * 24, help="How long the old secret is still taken.")
    ] = 24,
) -> None:
    """A new secret for a key, shown this once; the old one is taken for a while."""
    with reported(Console(Mode.people)):
        require_service()
        from jobs.store import access, audit
        from jobs.store.store import open_store

        store = open_store(service_settings(), migrate=True)
        with store.database.write() as session:
            row, text = access.rotate(session, key, grace_ms=int(grace_hours * 3600 * 1000))
            audit.append(
                store.database, session, audit.Actor(row.org_id, "cli"), "apikey.rotate", row.id
            )
        typer.echo(text)


@apikeys_app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The id, as in the list.", show_default=False)],
) -> None:
    """From now on, the key is refused, with both of its secrets."""
    with reported(Console(Mode.people)):
        require_service()
        from jobs.store import access, audit
        from jobs.store.store import open_store

        store = open_store(service_settings(), migrate=True)
        with store.database.write() as session:
            row = access.revoke(session, key)
            audit.append(
                store.database, session, audit.Actor(row.org_id, "cli"), "apikey.revoke", row.id
            )
