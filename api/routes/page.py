"""The clinician's page: static files that came with the package, held in memory.

Every file but the first is under the digest of them all, so browsers may keep it for ever; the
modules name each other by relative paths and follow.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.service import Used
from jobs.errors import NotFound

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parents[1] / "web"
_UNFRAMED = "frame-ancestors 'none'"
_LATER = ("js/admin/", "js/pages/admin.js")
"""Modules that only few need: asked for by who does."""
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        _UNFRAMED,
        # Words become text nodes: the browser refuses any code that would parse them as HTML.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = {
    "content-security-policy": POLICY,
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
_MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def files() -> dict[str, bytes]:
    """Path below ``web`` → content, of what a browser may have."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in _MEDIA
    }


@cache
def digest() -> str:
    """Of every name and every byte."""
    total = hashlib.sha256()
    for name, content in files().items():
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:20]


@cache
def _index(authentication: str) -> bytes:
    """With the digest in its addresses, and its modules announced, so that they come at once."""
    here = f"/static/{digest()}"
    modules = "".join(
        f'<link rel="modulepreload" href="{here}/{name}">\n'
        for name in files()
        if name.endswith(".js") and not name.startswith(_LATER)
    )
    text = files()["index.html"].decode()
    filled = {"static": here, "modules": modules, "authentication": authentication}
    for name, value in filled.items():
        text = text.replace("{{" + name + "}}", value)
    return text.encode()


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


Encodings = Annotated[str | None, Header(alias="accept-encoding", max_length=1000)]


@router.get("/")
def index(request: Request, used: Used, accept_encoding: Encodings = None) -> Response:
    """Asked for anew each time: it names the digest of the rest, and whether a key is needed."""
    content = _index(used.settings.authentication)
    answer = _answer(content, ".html", accept_encoding, "no-cache")
    if frames := used.settings.smart_frames:
        # Those of the EHRs, and nobody else's. The older header cannot name them.
        request.state.without = {b"x-frame-options"}
        policy = POLICY.replace(_UNFRAMED, f"frame-ancestors {' '.join(frames)}")
        answer.headers["content-security-policy"] = policy
    return answer


@router.get("/static/{version}/{name:path}")
def static(version: str, name: str, accept_encoding: Encodings = None) -> Response:
    """Raises NotFound, for another version's files too: they would not fit together."""
    if version != digest() or name not in files():
        raise NotFound("there is no such file", hint="Load the page again.")
    return _answer(files()[name], Path(name).suffix, accept_encoding, _FOR_EVER)


def _answer(content: bytes, suffix: str, accepted: str | None, kept: str) -> Response:
    packed = "gzip" in (accepted or "")
    headers = {**_HEADERS, "cache-control": kept, "vary": "accept-encoding"}
    if packed:
        headers["content-encoding"] = "gzip"
        content = _packed(content)
    return Response(content, media_type=_MEDIA[suffix], headers=headers)
