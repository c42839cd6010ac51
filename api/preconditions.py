"""If-Match: nobody overwrites what somebody else changed (RFC 9110, 13.1.1)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from api.openapi import header
from api.problem import PreconditionFailed, PreconditionRequired

IfMatch = Annotated[str | None, Header(max_length=200, include_in_schema=False)]
IF_MATCH = {"parameters": [header("If-Match", "The ETag of what is changed, or *.", maxLength=200)]}


def check_match(given: str | None, etag: str) -> None:
    """Raises PreconditionRequired, PreconditionFailed."""
    if given is None:
        raise PreconditionRequired("If-Match is missing")
    if given.strip() not in {"*", etag}:
        raise PreconditionFailed("it was changed since it was read")
