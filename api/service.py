"""What the routes use: the store, the queues, the settings; and the actor of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.admission import Admission
from api.live_places import LivePlaces
from api.metrics import ApiMetrics
from api.rates import Rates
from api.smart.launcher import Launcher
from api.tokens import Tokens
from jobs.queue import Enqueuer
from jobs.service_settings import ServiceSettings
from jobs.store.store import Store


@dataclass(frozen=True)
class Service:
    settings: ServiceSettings
    store: Store
    enqueuer: Enqueuer
    metrics: ApiMetrics
    admission: Admission
    rates: Rates
    tokens: Tokens | None
    """None where no identity provider is set."""
    launcher: Launcher
    live: LivePlaces = field(default_factory=LivePlaces)


def service(request: HTTPConnection) -> Service:
    found: Service = request.app.state.service
    return found


Used = Annotated[Service, Depends(service)]
