"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): headers, in and out."""

from __future__ import annotations

import base64
import binascii
import hashlib
from email.utils import formatdate

from api.problem import PreconditionFailed
from consultation.errors import InvalidOption

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256", "md5")
MEDIA = "application/offset+octet-stream"
HEADERS = {"tus-resumable": VERSION, "tus-version": VERSION}
"""Of every answer of these addresses."""
_PATH = "/v1/uploads"
_FILE = {"filename", "filetype", "name", "type"}
"""What clients tell of the file. It often names the patient, and is not kept."""


class WrongVersion(PreconditionFailed):
    code = "tus_version"
    hint = f"Send Tus-Resumable: {VERSION}."


def speaks(path: str) -> bool:
    return path == _PATH or path.startswith(_PATH + "/")


def check_version(sent: str | None) -> None:
    """Raises WrongVersion."""
    if sent != VERSION:
        raise WrongVersion("Tus-Resumable is missing or of another version")


def read_metadata(header: str | None) -> tuple[dict[str, str], str]:
    """``key base64,key base64`` → values without those of the file, and what is kept of the header.

    Raises InvalidOption.
    """
    values: dict[str, str] = {}
    kept: list[str] = []
    for pair in (header or "").split(","):
        if not pair.strip():
            continue
        key, _, encoded = pair.strip().partition(" ")
        try:
            value = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise _malformed() from None
        if not key or key in values or not key.isascii():
            raise _malformed()
        if key not in _FILE:
            values[key] = value
            kept.append(pair.strip())
    return values, ",".join(kept)


class Checksum:
    """Of one part, as ``Upload-Checksum: sha1 base64`` announces it. Raises InvalidOption."""

    def __init__(self, header: str) -> None:
        name, _, encoded = header.strip().partition(" ")
        if name not in ALGORITHMS:
            raise InvalidOption(
                "Upload-Checksum names an unknown algorithm", hint=f"Known: {', '.join(ALGORITHMS)}"
            )
        try:
            self._wanted = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidOption("Upload-Checksum is no base64", hint="Encode the digest.") from None
        # Against damage on the way, not against anybody: tus asks for SHA-1.
        self._digest = hashlib.new(name, usedforsecurity=False)

    def update(self, content: bytes) -> None:
        self._digest.update(content)

    def fits(self) -> bool:
        return self._digest.digest() == self._wanted


def date(at_ms: int) -> str:
    return formatdate(at_ms / 1000, usegmt=True)


def _malformed() -> InvalidOption:
    return InvalidOption(
        "Upload-Metadata is malformed", hint="Send: key base64(value),key base64(value)"
    )
