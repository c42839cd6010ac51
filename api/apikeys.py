"""``anamnese apikeys``: who may use the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console as Terminal
from rich.table import Table

from api.console import Console, Mode, reported
from api.serve import require_service
from api.service_options import service_settings
from consultation.errors import InvalidOption

if TYPE_CHECKING:
    from jobs.roles import Scope
    from jobs.store.store import Store

apikeys_app = typer.Typer(help="API keys: issue, list, rotate, revoke.", no_args_is_help=True)
_DAY_MS = 24 * 3600 * 1000


@contextmanager
def _opened() -> Iterator[Store]:
    """With the libraries of the service, which may be missing; closed afterwards."""
    require_service()
    from jobs.store.store import open_store

    store = open_store(service_settings(), migrate=True)
    try:
        yield store
    finally:
        store.close()


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
    with reported(Console(Mode.people)), _opened() as store:
        from jobs.store import access, audit
        from jobs.store.tables import now_ms

        try:
            chosen = access.Role(role)
        except ValueError:
            raise InvalidOption("--role", hint=f"Roles: {', '.join(access.Role)}.") from None
        wanted = _scopes(scopes)
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
    with reported(Console(Mode.people)), _opened() as store:
        from api.wire import iso
        from jobs.store import access

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
    with reported(Console(Mode.people)), _opened() as store:
        from jobs.store import access, audit

        with store.database.write() as session:
            row, text = access.rotate(session, key, grace_ms=int(grace_hours * 3600 * 1000))
            audit.append(
                store.database, session, audit.Actor(row.org_id, "cli"), "apikey.rotate", row.id
            )
        typer.echo(text)


@apikeys_app.command("scopes")
def rescope(
    key: Annotated[str, typer.Argument(help="The id, as in the list.", show_default=False)],
    scopes: Annotated[
        str | None, typer.Option(help="Fewer than the role has, with commas; all without it.")
    ] = None,
) -> None:
    """Give a key what its role may do by this version, or fewer: it keeps its secret.

    Scopes that came with a newer version are not given to old keys otherwise.
    """
    with reported(Console(Mode.people)), _opened() as store:
        from jobs.store import access, audit

        with store.database.write() as session:
            row = access.rescope(session, key, _scopes(scopes))
            audit.append(
                store.database, session, audit.Actor(row.org_id, "cli"), "apikey.scopes", row.id
            )
            typer.echo(row.scopes)


def _scopes(text: str | None) -> frozenset[Scope] | None:
    """Raises InvalidOption."""
    from jobs.roles import Scope

    try:
        return frozenset(Scope(s.strip()) for s in text.split(",")) if text else None
    except ValueError:
        raise InvalidOption("--scopes", hint=f"Scopes: {', '.join(Scope)}.") from None


@apikeys_app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The id, as in the list.", show_default=False)],
) -> None:
    """From now on, the key is refused, with both of its secrets."""
    with reported(Console(Mode.people)), _opened() as store:
        from jobs.store import access, audit

        with store.database.write() as session:
            row = access.revoke(session, key)
            audit.append(
                store.database, session, audit.Actor(row.org_id, "cli"), "apikey.revoke", row.id
            )
