"""A launch from its beginning to a session: the browser is sent to the EHR and comes back with a
code, which this service, never the browser, turns into tokens. They are used for three reads and
forgotten."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any
from urllib.parse import urlencode

from api.key_sets import KeySet, ProviderAway
from api.smart import resources
from api.smart.ehr import Discovery, EhrClient
from api.smart.errors import (
    BadIdToken,
    ClientUnready,
    Denied,
    EhrAnswer,
    EhrAway,
    EhrRefused,
    LaunchExpired,
    NoPatient,
    NotPractitioner,
    OtherBrowser,
    TooManyLaunches,
    UnknownEhr,
)
from api.smart.stages import Begun, Ended, Launched, Start
from api.tokens import InvalidToken, Tokens
from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings
from jobs.smart_settings import Ehr
from jobs.store import access, audit, launches, pseudonyms
from jobs.store.audit import Actor
from jobs.store.crypto import digest
from jobs.store.store import Store

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Launcher:
    """Safe to use from threads."""

    def __init__(self, settings: ServiceSettings, store: Store) -> None:
        if settings.smart_ehrs and settings.authentication == "none":
            raise InvalidOption(
                "a launch gives a person a session, and this service lets everyone in",
                hint="Set ANAMNESE_AUTHENTICATION=keys, or no ANAMNESE_SMART_EHRS.",
            )
        self._settings, self._store = settings, store
        self._ehrs = {ehr.iss: EhrClient(ehr, settings) for ehr in settings.smart_ehrs}
        self._tokens: dict[tuple[str, str, str], Tokens] = {}

    def begin(self, iss: str, launch: str | None) -> Begun:
        """Raises UnknownEhr, EhrAway, EhrAnswer, EhrRefused, TooManyLaunches."""
        client = self._client(iss)
        about = client.discovery()
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        start = Start(iss=iss, verifier=secrets.token_urlsafe(48), nonce=secrets.token_urlsafe(32))
        with self._store.database.write() as session:
            body = start.model_dump_json().encode()
            kept = launches.begin(
                session, self._store.ring, state=state, browser=browser, body=body
            )
        if not kept:
            raise TooManyLaunches("too many launches wait")
        context = "launch" if launch is not None else "launch/patient launch/encounter"
        challenge = hashlib.sha256(start.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": client.ehr.client_id,
            "redirect_uri": self._settings.smart_callback,
            "scope": f"{context} {client.ehr.scopes}",
            "state": state,
            "nonce": start.nonce,
            "aud": client.ehr.iss,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | ({"launch": launch} if launch is not None else {})
        joint = "&" if "?" in about.authorization_endpoint else "?"
        where = f"{about.authorization_endpoint}{joint}{urlencode(asked)}"
        return Begun(where, state, browser, bool(client.ehr.frames))

    def finish(
        self,
        *,
        state: str,
        browser: str,
        code: str | None,
        error: str | None,
        iss: str | None,
        request_id: str,
    ) -> Ended:
        """Raises LaunchFailed of some kind. Whatever comes of it, ``state`` is used up."""
        with self._store.database.write() as session:
            taken = launches.take(session, self._store.ring, state)
        if taken is None:
            raise LaunchExpired("no such launch waits")
        if not hmac.compare_digest(taken[0], digest(browser)):
            raise OtherBrowser("another browser began this launch")
        start = Start.model_validate_json(taken[1])
        client = self._client(start.iss)
        if iss is not None and iss != client.discovery().issuer:
            raise EhrAnswer("callback: of another issuer")
        if error is not None:
            kind = Denied if error == "access_denied" else EhrRefused
            raise kind("the EHR let nobody in")
        if not code:
            raise EhrAnswer("callback: no code")
        tokens = client.tokens(code, start.verifier, self._settings.smart_callback)
        claims = self._claims(client, tokens.get("id_token"), start.nonce)
        launched = self._read(client, tokens, claims)
        return self._session(client, claims, launched, request_id)

    def public_keys(self) -> list[dict[str, Any]]:
        """Of the client, for EHRs that know it by a key; one that cannot be read is left out."""
        found = []
        for client in self._ehrs.values():
            try:
                key = client.public_key()
            except ClientUnready:
                continue
            if key is not None and key not in found:
                found.append(key)
        return found

    def _client(self, iss: str) -> EhrClient:
        try:
            return self._ehrs[iss]
        except KeyError:
            raise UnknownEhr("this EHR may not launch the page") from None

    def _claims(self, client: EhrClient, id_token: object, nonce: str) -> dict[str, Any]:
        about = client.discovery()
        try:
            if not isinstance(id_token, str):
                raise InvalidToken("there is no id_token")
            claims = self._checker(client, about).claims(id_token)
        except InvalidToken as refused:
            raise BadIdToken(f"id_token: {refused.message}") from None
        except ProviderAway:
            raise EhrAway("the EHR's keys could not be had") from None
        given, audience = claims.get("nonce"), claims["aud"]
        # Both are ASCII: ours was made so, and compare_digest takes nothing else.
        fits = isinstance(given, str) and given.isascii() and hmac.compare_digest(given, nonce)
        if not fits:
            raise BadIdToken("id_token: of another launch (nonce)")
        alone = isinstance(audience, str) or len(audience) == 1
        if claims.get("azp", client.ehr.client_id if alone else None) != client.ehr.client_id:
            raise BadIdToken("id_token: for another client (azp)")
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.isascii() or not 0 < len(subject) <= 255:
            raise BadIdToken("id_token: names nobody")
        return claims

    def _checker(self, client: EhrClient, about: Discovery) -> Tokens:
        """As tokens of the identity provider are checked, with this EHR's issuer and keys."""
        key = (client.ehr.iss, about.issuer, about.jwks_uri)
        if key not in self._tokens:
            settings = self._settings.model_copy(
                update={
                    "oidc_issuer": about.issuer,
                    "oidc_audience": client.ehr.client_id,
                    "oidc_jwks_url": about.jwks_uri,
                    "oidc_algorithms": ("RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"),
                }
            )
            self._tokens[key] = Tokens(settings, KeySet(settings, client.fetch))
        return self._tokens[key]

    def _read(self, client: EhrClient, tokens: dict[str, Any], claims: dict[str, Any]) -> Launched:
        access_token: str = tokens["access_token"]
        patient_id, encounter_id = tokens.get("patient"), tokens.get("encounter")
        if not isinstance(patient_id, str) or not _ID.fullmatch(patient_id):
            raise NoPatient("the launch names no patient")
        if encounter_id is not None and not (
            isinstance(encounter_id, str) and _ID.fullmatch(encounter_id)
        ):
            raise EhrAnswer("token: the encounter is no id")
        who = client.read("Practitioner", _practitioner(client.ehr, claims), access_token)
        patient = client.read("Patient", patient_id, access_token)
        encounter = client.read("Encounter", encounter_id, access_token) if encounter_id else None
        context = resources.context(patient, encounter, who)
        return Launched(
            ehr=client.ehr.name,
            practitioner=context.practitioners[0].name,
            patient=resources.reference(patient, client.ehr.patient_system),
            context=context,
        )

    def _session(
        self, client: EhrClient, claims: dict[str, Any], launched: Launched, request_id: str
    ) -> Ended:
        ring, ehr = self._store.ring, client.ehr
        with self._store.database.write() as session:
            org = access.organisation(session, ehr.organisation)
            person = pseudonyms.person(session, ring, org, claims["iss"], claims["sub"])
            row, secret = launches.create(
                session,
                ring,
                launches.Person(org, person, ehr.role.value),
                patient=pseudonyms.patient(session, ring, org, launched.patient),
                body=launched.model_dump_json().encode(),
                session_ms=int(self._settings.smart_session_minutes * 60_000),
            )
            actor = Actor(org, person, request_id)
            audit.append(self._store.database, session, actor, "launch.begin", row.id)
            return Ended(row.id, secret, bool(ehr.frames))


def _practitioner(ehr: Ehr, claims: dict[str, Any]) -> str:
    """The id in ``fhirUser``: relative, or an address below this EHR's base."""
    named = claims.get("fhirUser")
    text = named.removeprefix(f"{ehr.base}/") if isinstance(named, str) else ""
    kind, _, number = text.partition("/")
    if kind != "Practitioner" or not _ID.fullmatch(number):
        raise NotPractitioner("fhirUser is no practitioner of this EHR")
    return number
