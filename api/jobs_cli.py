"""``anamnese jobs``: what failed, by code; tried again or cancelled."""

from __future__ import annotations

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

jobs_app = typer.Typer(help="Jobs: what failed, try again, cancel.", no_args_is_help=True)
Organisation = Annotated[str, typer.Option(help="Whose they are.")]
Force = Annotated[
    bool, typer.Option("--force", help="Also where what was sent was the cause of the failure.")
]


@jobs_app.command("failures")
def show(organisation: Organisation = "local") -> None:
    """What failed and was not tried again since, by error code."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from api.wire import iso
        from jobs.retries import helps
        from jobs.store import failures

        with opened.store.database.read() as session:
            found = failures.by_code(session, opened.actor.org_id)
        table = Table(box=None)
        for column in ("code", "jobs", "items without a job", "latest", "another try"):
            table.add_column(column)
        for one in found:
            latest = iso(one.latest)[:16].replace("T", " ") if one.latest else "-"
            worth = "may help" if helps(one.code) else "only by --force"
            table.add_row(one.code, str(one.jobs), str(one.items), latest, worth)
        Terminal().print(table)


@jobs_app.command()
def retry(
    jobs: Annotated[list[str] | None, typer.Argument(help="Ids.", show_default=False)] = None,
    code: Annotated[
        str | None, typer.Option(help="All that failed with this code, and nothing else.")
    ] = None,
    force: Force = False,
    organisation: Organisation = "local",
) -> None:
    """Try failed jobs again: each becomes a new job that keeps what was finished. A second time
    does nothing more."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs import retries

        if (code is None) == (not jobs):
            raise InvalidOption("either ids or --code", hint="See: anamnese jobs failures")
        with_all = (opened.store, opened.enqueuer, opened.actor)
        for job in jobs or ():
            done = retries.retry(*with_all, job, force=force)
            typer.echo(done.job.id if done.job else f"{job}: its batch {done.batch_id} tries it")
        while code is not None:
            many = retries.retry_code(*with_all, code, force=force)
            typer.echo(
                f"{many.jobs} job(s) and {many.items} item(s) are tried again; "
                f"{many.skipped} cannot be"
            )
            if not many.left or not many.jobs + many.items:
                break


@jobs_app.command()
def cancel(
    job: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    organisation: Organisation = "local",
) -> None:
    """Cancelled at once; what runs ends within seconds."""
    with reported(Console(Mode.people)), _opened(organisation) as opened:
        from jobs.store import audit, job_rows

        with opened.store.database.write() as session:
            job_rows.cancel(session, opened.actor.org_id, job)
            audit.append(opened.store.database, session, opened.actor, "job.cancel", job)
        opened.enqueuer.cancel(job)


def _opened(organisation: str) -> Opened:
    require_service()
    from api.batch_follow import Opened

    return Opened(service_settings(), organisation)
