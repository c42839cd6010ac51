"""The HTTP service. It adds jobs and reads results; models live in workers, never here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from api import problem
from api.admission import Admission
from api.auth import check_address
from api.metrics import ApiMetrics
from api.middleware import Envelope
from api.openapi import describe
from api.rates import Rates
from api.routes import (
    admin_jobs,
    admin_keys,
    admin_people,
    admin_service,
    audit,
    batches,
    consultations,
    document_context,
    documents,
    health,
    jobs,
    life,
    live,
    me,
    metrics,
    notes,
    openai,
    page,
    playback,
    pushes,
    record_documents,
    records,
    research,
    results,
    smart,
    summaries,
    syntheses,
    uploads,
    webhooks,
)
from api.service import Service
from api.smart.launcher import Launcher
from api.tokens import Tokens
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store.store import open_store
from jobs.tracing import make_tracer


def make_app(settings: ServiceSettings) -> FastAPI:
    """Ready to serve. Raises KeysMissing, InvalidOption or DatabaseAway."""
    check_address(settings)
    store = open_store(settings, migrate=True)
    tracer = make_tracer(settings, "anamnese-api")
    enqueuer = Enqueuer(store.database, tracer.current)
    enqueuer.migrate()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.service.live.close()
        enqueuer.close()
        store.close()
        tracer.close()

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
    measured = ApiMetrics(store.database, settings.lease_seconds)
    app.state.service = Service(
        settings,
        store,
        enqueuer,
        measured,
        Admission(settings, store.database),
        Rates(settings),
        Tokens(settings) if settings.oidc_issuer is not None else None,
        Launcher(settings, store),
    )
    problem.install(app)
    app.add_middleware(Envelope, measured=measured, tracer=tracer)
    for one in (
        live,
        consultations,
        jobs,
        results,
        summaries,
        page,
        batches,
        webhooks,
        life,
        audit,
        health,
        metrics,
        openai,
        uploads,
        notes,
        me,
        playback,
        documents,
        document_context,
        pushes,
        records,
        record_documents,
        syntheses,
        research,
        smart,
        admin_service,
        admin_jobs,
        admin_keys,
        admin_people,
    ):
        app.include_router(one.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
