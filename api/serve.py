"""``anamnese serve`` and ``anamnese worker``."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from typing import Annotated

import typer

from api.console import Console, Mode, reported
from api.service_options import service_settings
from consultation.errors import EngineMissing


def serve(
    host: Annotated[str | None, typer.Option(help="Address; ANAMNESE_HOST if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; ANAMNESE_PORT if not given.")] = None,
    worker: Annotated[
        bool, typer.Option("--worker", help="Run a worker beside it: all that one machine needs.")
    ] = False,
) -> None:
    """The HTTP service."""
    with reported(Console(Mode.people)):
        require_service()
        import uvicorn

        from api.app import make_app
        from api.live_socket import WS_BYTES
        from jobs import logs

        changes = {"host": host, "port": port}
        settings = service_settings(**{k: v for k, v in changes.items() if v is not None})
        logs.configure(settings.log_format)
        app = make_app(settings)
        beside = worker_beside() if worker else None
        try:
            uvicorn.run(
                app,
                host=settings.host,
                port=settings.port,
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=10,
                ws="websockets-sansio",
                ws_max_size=WS_BYTES,
                # Sound is compressed already, or is not worth the time.
                ws_per_message_deflate=False,
            )
        finally:
            if beside is not None:
                beside.send_signal(signal.SIGTERM)
                beside.wait()


def worker(
    follow: Annotated[
        int | None,
        typer.Option(help="Process id of the parent: stop when it is the parent no more."),
    ] = None,
) -> None:
    """Takes jobs from the queues until SIGTERM; run as many as there are machines."""
    with reported(Console(Mode.people)):
        require_service()
        from jobs import logs
        from jobs.worker import Worker

        settings = service_settings()
        logs.configure(settings.log_format)
        Worker(settings).run(follow=follow)


def require_service() -> None:
    """Raises EngineMissing where the extra is not installed."""
    needed = (
        "alembic",
        "cryptography",
        "dbos",
        "fastapi",
        "jwt",
        "prometheus_client",
        "python_multipart",
        "structlog",
        "uvicorn",
    )
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise EngineMissing(
            f"the service needs libraries that are not installed: {', '.join(missing)}",
            hint="Install them with: pip install 'anamnese[service]'",
        )


def worker_beside() -> subprocess.Popen[bytes]:
    """A worker that ends with this process, however that ends."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api", "worker", "--follow", str(os.getpid())],
        start_new_session=True,
    )
