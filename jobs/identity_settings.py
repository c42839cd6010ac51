"""Settings of who may use the service, and how much."""

from __future__ import annotations

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.roles import Role

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Asymmetric ones only: with a shared secret, who can check a token could make one."""


class IdentitySettings(BaseSettings):
    """Part of ``ServiceSettings``."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    oidc_issuer: str | None = None
    """Identity provider whose bearer tokens are taken beside API keys, exactly as in their ``iss``.
    None: no connection to any. https, or http on this machine."""
    oidc_audience: str | None = None
    """What ``aud`` of a token must name; required with an issuer."""
    oidc_jwks_url: str | None = None
    """Where its keys are; None asks the issuer (/.well-known/openid-configuration)."""
    oidc_algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "PS256", "ES256", "EdDSA"))
    """Signatures that are taken, as a JSON list; asymmetric ones only."""
    oidc_skew_seconds: int = Field(default=60, ge=0, le=300)
    """How much the provider's clock may differ from ours."""
    oidc_role_claim: str = Field(default="roles", min_length=1)
    """Claim with the role or a list of them; dots go deeper: realm_access.roles"""
    oidc_roles: dict[str, Role] = Field(default_factory=dict)
    """Its values → our roles, as JSON: {"medecin": "clinician"}. What is not named gives none."""
    oidc_organisation_claim: str = Field(default="organisation", min_length=1)
    """Claim with the organisation; dots go deeper."""
    oidc_organisations: dict[str, str] = Field(default_factory=dict)
    """Its values → names of our organisations, as JSON. What is not named is refused."""
    oidc_refresh_seconds: float = Field(default=3600.0, gt=0)
    """How long the provider's keys are used before they are asked for again."""
    oidc_keys_kept_hours: float = Field(default=24.0, gt=0)
    """How long they are used while the provider does not answer."""

    rate_per_minute: int = Field(default=3000, ge=1)
    """Requests of one key or person in a minute, for each HTTP process."""
    rate_burst: int = Field(default=500, ge=1)
    """How many of them at once."""
    failures_per_minute: int = Field(default=30, ge=1)
    """Requests of one address with a wrong key or token in a minute; then all that is unknown from
    there is refused unseen."""
    quota_stored_gb: float | None = Field(default=None, gt=0)
    """Recordings that one organisation may have stored; None: as the disk allows."""
    quota_unfinished: int = Field(default=2000, ge=1)
    """Recordings of one organisation that wait or are worked on, of each priority, before further
    ones are refused."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.oidc_issuer is None:
            return self
        if self.oidc_audience is None:
            raise ValueError("an issuer needs an audience: ANAMNESE_OIDC_AUDIENCE")
        for url in (self.oidc_issuer, self.oidc_jwks_url):
            if url is not None and not is_safe(url):
                raise ValueError("the identity provider must have an https address")
        return self


def is_safe(url: str) -> bool:
    """https; or http where it does not leave this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        try:
            return ipaddress.ip_address(parts.hostname or "").is_loopback
        except ValueError:
            return parts.hostname == "localhost"
    return parts.scheme == "https" and bool(parts.hostname)
