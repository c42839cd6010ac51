"""``anamnese webhooks``: whom the service tells what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console as Terminal
from rich.table import Table

from api.console import Console, Mode, reported
from api.serve import require_service
from api.service_options import service_settings

if TYPE_CHECKING:
    from api.batch_follow import Opened

webhooks_app = typer.Typer(
    help="Webhooks: add, list, remove, deliveries, replay.", no_args_is_help=True
)
Organisation = Annotated[str, typer.Option(help="Whose it is.")]
WebhookId = Annotated[str, typer.Argument(help="The id, as in the list.", show_default=False)]


@webhooks_app.command()
def add(
    url: Annotated[str, typer.Argument(help="https://…", show_default=False)],
    events: Annotated[
        str, typer.Option(help="With commas.")
    ] = "job.completed,job.failed,job.cancelled,batch.completed",
    organisation: Organisation = "local",
) -> None:
    """Register an address. Its id and secret are shown; the secret this once."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs.store import audit, webhooks
        from jobs.webhooks.address import check_url
        from jobs.webhooks.sending import new_secret

        settings, store = opened.settings, opened.store
        check_url(url, http=settings.webhook_http, allowed=settings.webhook_networks)
        secret = new_secret()
        with store.database.write() as session:
            row = webhooks.create(
                session,
                store.ring,
                org_id=opened.actor.org_id,
                by=opened.actor.id,
                url=url,
                secret=secret,
                events=[one.strip() for one in events.split(",") if one.strip()],
            )
            audit.append(store.database, session, opened.actor, "webhook.create", row.id)
        typer.echo(row.id)
        typer.echo(secret)


@webhooks_app.command("list")
def show(organisation: Organisation = "local") -> None:
    """Every webhook but its secret."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs.store import webhooks

        table = Table(box=None)
        table.add_column("id", no_wrap=True, min_width=36)
        for name in ("address", "events", "disabled"):
            table.add_column(name, overflow="fold")
        with opened.store.database.read() as session:
            for row in webhooks.listed(session, opened.actor.org_id):
                url = webhooks.target(row, opened.store.ring).url
                table.add_row(row.id, url, row.events, "yes" if row.disabled else "-")
        Terminal().print(table)


@webhooks_app.command()
def remove(webhook: WebhookId, organisation: Organisation = "local") -> None:
    """Nothing is sent there any more; its delivery log goes too."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs.store import audit, webhooks

        with opened.store.database.write() as session:
            webhooks.remove(session, opened.actor.org_id, webhook)
            audit.append(opened.store.database, session, opened.actor, "webhook.remove", webhook)


@webhooks_app.command()
def deliveries(
    webhook: WebhookId,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    organisation: Organisation = "local",
) -> None:
    """What was sent, newest first, and what the last try said."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from api.wire import iso
        from jobs.store import webhooks

        table = Table(box=None)
        table.add_column("id", no_wrap=True, min_width=36)
        for name in ("event", "status", "tries", "last", "created"):
            table.add_column(name)
        with opened.store.database.read() as session:
            org_id = opened.actor.org_id
            webhooks.find(session, org_id, webhook)
            for row in webhooks.deliveries(session, org_id, webhook, limit=limit, after=None):
                tries = webhooks.attempts(session, row.id)
                last = str(tries[-1].error or tries[-1].status_code) if tries else "-"
                made = iso(row.created)[:19]
                table.add_row(row.id, row.event, row.status, str(len(tries)), last, made)
        Terminal().print(table)


@webhooks_app.command()
def replay(
    webhook: WebhookId,
    delivery: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    organisation: Organisation = "local",
) -> None:
    """Send one delivery again, under the same id."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs.store import audit, webhooks

        with opened.store.database.write() as session:
            webhooks.replay(session, opened.actor.org_id, webhook, delivery)
            audit.append(opened.store.database, session, opened.actor, "webhook.replay", webhook)


def _opened(organisation: str) -> Opened:
    require_service()
    from api.batch_follow import Opened

    return Opened(service_settings(), organisation)
