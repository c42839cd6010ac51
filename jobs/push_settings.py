"""Settings of the way to an EHR: none by default, and then nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.identity_settings import is_safe

Name = Annotated[str, Field(min_length=1, max_length=200)]


class PushSettings(BaseSettings):
    """Part of ``ServiceSettings``; the HTTP service and the workers need the same."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    fhir_endpoint: str | None = Field(default=None, max_length=1000)
    """Base URL of an EHR's FHIR R4 server, to which signed notes are sent. None sends nothing."""
    fhir_token_file: Path | None = None
    """A file with the bearer token for it, read for every try."""
    fhir_mode: Literal["document", "transaction"] = "document"
    """document: the Bundle of the document, created unless it is there. transaction: its
    resources one by one, all or none."""
    mllp_address: str | None = Field(default=None, max_length=300)
    """host:port of a receiver of HL7 v2 messages (MDM^T02 over MLLP). None sends nothing."""
    mllp_tls: bool = True
    """false sends these messages without TLS."""
    push: Literal["signed", "asked"] = "signed"
    """signed: when a note is signed, and signed again. asked: only by POST …/push."""
    push_organisations: tuple[Name, ...] = ()
    """Names of the organisations whose notes go there, as a JSON list; required with a receiver."""
    push_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks that these receivers may be in although they are not public, as a JSON list:
    ["10.20.0.0/16"]. Without it, private, loopback and link-local addresses are refused."""
    push_http: bool = False
    """Let FHIR leave this machine without TLS."""
    push_attempts: int = Field(default=10, ge=1)
    """How often a document is tried, over about a day with the default pauses."""
    push_retry_seconds: float = Field(default=10.0, gt=0)
    """Before the second try; four times as long before each further one, up to eight hours."""
    push_timeout: float = Field(default=30.0, gt=0)
    """Seconds for one try, from connecting to the answer."""

    @property
    def push_targets(self) -> tuple[str, ...]:
        """fhir, mllp: those that there are."""
        given = {"fhir": self.fhir_endpoint, "mllp": self.mllp_address}
        return tuple(name for name, address in given.items() if address is not None)

    @model_validator(mode="after")
    def _sendable(self) -> Self:
        if self.push_targets and not self.push_organisations:
            raise ValueError("whose notes are sent is ANAMNESE_PUSH_ORGANISATIONS, a JSON list")
        if self.fhir_endpoint is not None:
            _check_base(self.fhir_endpoint, http=self.push_http)
        if self.mllp_address is not None:
            host_and_port(self.mllp_address)
        return self


def host_and_port(address: str) -> tuple[str, int]:
    """Of ``host:port`` or ``[::1]:port``. Raises ValueError."""
    parts = urlsplit(f"//{address}")
    if (
        not parts.hostname
        or not parts.port
        or parts.netloc != address
        or "@" in address
        or not address.isascii()
    ):
        raise ValueError("the receiver of HL7 v2 messages is host:port")
    return parts.hostname, parts.port


def _check_base(url: str, *, http: bool) -> None:
    parts = urlsplit(url)
    clean = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not clean or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("the FHIR endpoint is a base URL: https://ehr.example.org/fhir")
    if not is_safe(url) and not (http and parts.scheme == "http"):
        raise ValueError("the FHIR endpoint must have an https address")
