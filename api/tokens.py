"""Bearer tokens of an identity provider (OIDC): who it is, and what they may do here.

The signature is checked with the provider's public keys (``key_sets.py``), then issuer, audience
and times. Role and organisation come from claims by the mapping in the settings, or not at all:
there is no default role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from api.key_sets import KeySet
from api.problem import Forbidden, Unauthorized
from jobs.identity_settings import IdentitySettings
from jobs.roles import SCOPES, Role, Scope

MOST_BYTES = 16 * 1024
_RSA_BITS = 2048
_REQUIRED = ("iss", "aud", "sub", "exp", "iat")
_BY_WEIGHT = (Role.admin, Role.clinician, Role.integration, Role.auditor)


class InvalidToken(Unauthorized):
    code = "invalid_token"
    challenge = 'Bearer error="invalid_token"'
    hint = "Get a new token from the identity provider that this service was set up with."


class ExpiredToken(InvalidToken):
    code = "expired_token"
    hint = "Get a new token from the identity provider."


class TokenNotYetValid(InvalidToken):
    code = "token_not_yet_valid"
    hint = "Compare the clocks; ANAMNESE_OIDC_SKEW_SECONDS is the difference that is borne."


class WrongAudience(InvalidToken):
    code = "wrong_audience"
    hint = "The token is for another service: ask for one with ANAMNESE_OIDC_AUDIENCE as audience."


class UnknownIssuer(InvalidToken):
    code = "unknown_issuer"
    hint = "The token is of another identity provider than ANAMNESE_OIDC_ISSUER."


class NoRole(Forbidden):
    code = "no_role"
    hint = "Nothing in the token is mapped to a role: see ANAMNESE_OIDC_ROLES."


class NoOrganisation(Forbidden):
    code = "no_organisation"
    hint = "The token names no single mapped organisation: see ANAMNESE_OIDC_ORGANISATIONS."


@dataclass(frozen=True)
class Identity:
    """Whom a token is about. ``subject`` goes nowhere but into a hash."""

    issuer: str
    subject: str
    organisation: str
    role: Role
    scopes: frozenset[Scope]


class Tokens:
    """Safe to use from threads."""

    def __init__(self, settings: IdentitySettings, keys: KeySet | None = None) -> None:
        self._settings = settings
        self._keys = keys or KeySet(settings)

    def identify(self, text: str) -> Identity:
        """Raises InvalidToken or one of its kinds, NoRole, NoOrganisation, ProviderAway."""
        claims = self.claims(text)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise InvalidToken("the token names nobody")
        role, scopes = self._role(claims)
        organisation = self._organisation(claims)
        return Identity(str(claims["iss"]), subject, organisation, role, scopes)

    def claims(self, text: str) -> dict[str, Any]:
        """Of a token that is right. Raises InvalidToken or one of its kinds, ProviderAway."""
        head = self._head(text)
        self._check_issuer(text)
        failure: jwt.PyJWTError | None = None
        for key in self._keys.keys(head.get("kid")):
            if not _fits(key, head["alg"]):
                continue
            try:
                return self._decoded(text, key)
            except jwt.InvalidSignatureError as error:
                failure = error
            except jwt.PyJWTError as error:
                raise _refusal(error) from None
            except (ValueError, TypeError, OverflowError, RecursionError):
                raise InvalidToken("the token cannot be read") from None
        raise _refusal(failure)

    def _head(self, text: str) -> dict[str, Any]:
        if len(text) > MOST_BYTES or not text.isascii():
            raise InvalidToken("the token cannot be read")
        try:
            head = jwt.get_unverified_header(text)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise InvalidToken("the token cannot be read") from None
        if head.get("alg") not in self._settings.oidc_algorithms:
            raise InvalidToken("the token is signed in a way that is not taken")
        if not isinstance(head.get("kid", ""), str):
            raise InvalidToken("the token cannot be read")
        return head

    def _check_issuer(self, text: str) -> None:
        """Before any key is asked for: a token of somebody else costs no connection."""
        try:
            claims = jwt.decode(text, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise InvalidToken("the token cannot be read") from None
        if claims.get("iss") != self._settings.oidc_issuer:
            raise UnknownIssuer("the token is of another issuer")

    def _decoded(self, text: str, key: jwt.PyJWK) -> dict[str, Any]:
        settings = self._settings
        claims: dict[str, Any] = jwt.decode(
            text,
            key.key,
            algorithms=list(settings.oidc_algorithms),
            audience=settings.oidc_audience,
            issuer=settings.oidc_issuer,
            leeway=settings.oidc_skew_seconds,
            options={"require": list(_REQUIRED)},
        )
        return claims

    def _role(self, claims: dict[str, Any]) -> tuple[Role, frozenset[Scope]]:
        mapped = self._settings.oidc_roles
        roles = {
            mapped[value]
            for value in _values(claims, self._settings.oidc_role_claim)
            if value in mapped
        }
        if not roles:
            raise NoRole("the token gives no role here")
        scopes = frozenset[Scope]().union(*(SCOPES[role] for role in roles))
        return next(role for role in _BY_WEIGHT if role in roles), scopes

    def _organisation(self, claims: dict[str, Any]) -> str:
        mapped = self._settings.oidc_organisations
        names = {
            mapped[value]
            for value in _values(claims, self._settings.oidc_organisation_claim)
            if value in mapped
        }
        if len(names) != 1:
            raise NoOrganisation("the token gives no organisation here, or several")
        return names.pop()


def _values(claims: dict[str, Any], path: str) -> list[str]:
    """The strings at a claim: as it is named, or by going down at its dots."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    several = found if isinstance(found, list) else [found]
    return [one for one in several if isinstance(one, str)]


def _fits(key: jwt.PyJWK, algorithm: str) -> bool:
    """Whether the key is one for this algorithm, and long enough."""
    kind = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]] if algorithm != "EdDSA" else "OKP"
    if key.key_type != kind:
        return False
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _RSA_BITS:
        return False
    # A key that says what it is for is for nothing else.
    stated = key._jwk_data.get("alg")
    return stated in {None, algorithm}


def _refusal(error: jwt.PyJWTError | None) -> InvalidToken:
    """Never the library's text, which quotes the token."""
    match error:
        case jwt.ExpiredSignatureError():
            return ExpiredToken("the token has expired")
        case jwt.ImmatureSignatureError():
            return TokenNotYetValid("the token is not valid yet")
        case jwt.InvalidAudienceError():
            return WrongAudience("the token is for another audience")
        case jwt.InvalidIssuerError():
            return UnknownIssuer("the token is of another issuer")
        case jwt.MissingRequiredClaimError():
            return InvalidToken("the token lacks a claim that it must have")
        case _:
            return InvalidToken("the token's signature or form is wrong")
