"""Settings of launches from an EHR (SMART on FHIR): none by default; no EHR is spoken to then."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.identity_settings import is_safe
from jobs.roles import Role

Name = Annotated[str, Field(min_length=1, max_length=200)]
SCOPES = "openid fhirUser patient/Patient.rs patient/Encounter.rs user/Practitioner.rs"


class Ehr(BaseModel):
    """One EHR that may launch the page. Nothing of it is guessed from what the EHR sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: Name
    """For people: on the button of a standalone launch, and in the bar of the page."""
    iss: str = Field(max_length=1000)
    """Base URL of its FHIR server, exactly as it sends it at a launch."""
    client_id: Name
    """Given when this service was registered with the EHR."""
    organisation: Name
    """Organisation of this service that launched people work in."""
    role: Role
    """What they may do there."""
    client_secret_file: Path | None = None
    """A file with the secret of a confidential client; without it and a key, a public client."""
    private_key_file: Path | None = None
    """A PEM key (RSA or P-384) that signs what proves the client (private_key_jwt); its public half
    is at /smart/keys."""
    hosts: tuple[str, ...] = ()
    """Further origins that its discovery may name for signing in, as https://login.example.org."""
    scopes: str = Field(default=SCOPES, pattern=r"^[\x21\x23-\x5b\x5d-\x7e ]+$", max_length=1000)
    """What is asked for, beside ``launch`` or ``launch/patient launch/encounter``."""
    patient_system: str | None = Field(default=None, max_length=300)
    """System of the patient's number that becomes the reference to erase by; else the FHIR id."""
    standalone: bool = False
    """Offer it on the page where people sign in."""
    frames: tuple[str, ...] = ()
    """Origins whose frames may show the page, as https://ehr.example.org."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        parts = urlsplit(self.iss)
        clean = self.iss.isascii() and self.iss.isprintable() and " " not in self.iss
        if not clean or not is_safe(self.iss) or parts.query or parts.fragment or "@" in self.iss:
            raise ValueError("iss is the https base URL of a FHIR server")
        for one in (*self.hosts, *self.frames):
            if not is_safe(one) or origin(one) != one:
                raise ValueError("hosts and frames are origins: https://ehr.example.org")
        if self.client_secret_file is not None and self.private_key_file is not None:
            raise ValueError("a client has a secret or a key, not both")
        return self

    @property
    def base(self) -> str:
        return self.iss.rstrip("/")

    def meant(self, url: object) -> bool:
        """Whether its discovery may send people or requests there."""
        if not isinstance(url, str) or not url.isascii() or not url.isprintable():
            return False
        if "@" in url or "#" in url or "\\" in url or " " in url or not is_safe(url):
            return False
        return origin(url) in {origin(self.iss), *self.hosts}


def origin(url: str) -> str:
    """``https://host[:port]``, in small letters. A port that cannot be one is no origin: empty."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, usual} else "")


class SmartSettings(BaseSettings):
    """Part of ``ServiceSettings``."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    smart_ehrs: tuple[Ehr, ...] = ()
    """EHRs that may launch the page (SMART on FHIR), as a JSON list of objects; docs/operations.md
    says what each takes. None: no launch, and no connection."""
    smart_url: str | None = Field(default=None, max_length=300)
    """Origin of the page, as browsers reach it: https://notes.example.org. What an EHR is told to
    return to is this and /smart/callback; required with an EHR."""
    smart_session_minutes: float = Field(default=60.0, gt=0, le=720)
    """How long a launched session lasts."""
    smart_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks that these EHRs may be in although they are not public, as a JSON list:
    ["10.20.0.0/16"]. Without it, private, loopback and link-local addresses are refused."""
    smart_timeout: float = Field(default=10.0, gt=0, le=60)
    """Seconds for one request to an EHR."""

    @property
    def smart_callback(self) -> str:
        return f"{self.smart_url}/smart/callback"

    @property
    def smart_frames(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for ehr in self.smart_ehrs for one in ehr.frames))

    @model_validator(mode="after")
    def _launchable(self) -> Self:
        if not self.smart_ehrs:
            return self
        if self.smart_url is None or not is_safe(self.smart_url):
            raise ValueError("launches need ANAMNESE_SMART_URL, the page's own https origin")
        if origin(self.smart_url) != self.smart_url:
            raise ValueError("ANAMNESE_SMART_URL is an origin: https://notes.example.org")
        if len({ehr.iss for ehr in self.smart_ehrs}) != len(self.smart_ehrs):
            raise ValueError("an iss is in ANAMNESE_SMART_EHRS twice")
        return self
