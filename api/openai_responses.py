"""Refusals of the OpenAI-compatible addresses, for OpenAPI."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api.openai_errors import OpenAIError


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These besides those that any request may get."""
    return {
        status: {"description": HTTPStatus(status).phrase, "model": OpenAIError}
        for status in sorted({401, 403, 500, 503, *statuses})
    }
