"""For Prometheus. It needs a key with the scope ``metrics:read``: `anamnese apikeys new … --role
monitor`."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.auth import Monitor
from api.problem import responses
from api.service import Used

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        **responses(),
        200: {
            "description": "Prometheus' text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
    },
)
def metrics(used: Used, _who: Monitor) -> Response:
    """Queues, jobs, workers, sizes and requests; numbers and codes only."""
    return Response(generate_latest(used.metrics.registry), media_type=CONTENT_TYPE_LATEST)
