"""The HTTP service. It adds jobs and reads results; models live in workers, never here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api import problem
from api.auth import check_address
from api.middleware import Envelope
from api.openapi import describe
from api.routes import audit, consultations, health, jobs, openai, results, summaries, uploads
from api.service import Service
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store.store import open_store


def make_app(settings: ServiceSettings) -> FastAPI:
    """Ready to serve. Raises KeysMissing, InvalidOption or DatabaseAway."""
    check_address(settings)
    store = open_store(settings, migrate=True)
    enqueuer = Enqueuer(store.database)
    enqueuer.migrate()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        enqueuer.close()
        store.close()

    app = FastAPI(
        title="anamnese",
        summary="Consultations: recordings to transcripts and evidence-linked notes.",
        version=version("anamnese"),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = Service(settings, store, enqueuer)
    problem.install(app)
    app.add_middleware(Envelope)
    for one in (consultations, jobs, results, summaries, audit, health, openai, uploads):
        app.include_router(one.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
