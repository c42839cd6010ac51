"""Bearer tokens of an identity provider: who is let in, who is not, and when the provider is
asked."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.app import make_app
from api.key_sets import FLOOR_SECONDS, KeySet, ProviderAway, fetch_json
from api.tokens import (
    ExpiredToken,
    InvalidToken,
    NoOrganisation,
    NoRole,
    TokenNotYetValid,
    Tokens,
    UnknownIssuer,
    WrongAudience,
)
from jobs.roles import SCOPES, Role, Scope
from jobs.service_settings import ServiceSettings
from tests.service.conftest import MakeSettings, fresh_database
from tests.service.provider import AUDIENCE, Provider
from tests.service.work import recording


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def tokens(provider: Provider, make_settings: MakeSettings) -> Tokens:
    return Tokens(provider.settings(make_settings))


@pytest.mark.parametrize("key", ["rsa", "ec", "ed"])
def test_a_good_token(provider: Provider, tokens: Tokens, key: str) -> None:
    found = tokens.identify(provider.token(key))
    assert (found.organisation, found.role) == ("clinic", Role.clinician)
    assert found.scopes == SCOPES[Role.clinician]
    assert tokens.identify(provider.token(key, aud=["else", AUDIENCE])).subject == found.subject


def test_roles_add_up_and_only_those_that_are_mapped(provider: Provider, tokens: Tokens) -> None:
    both = tokens.identify(provider.token(realm_access={"roles": ["archiviste", "medecin"]}))
    assert both.scopes == SCOPES[Role.clinician] | {Scope.audit}
    auditor = tokens.identify(provider.token(realm_access={"roles": "archiviste"}))
    assert auditor.scopes == {Scope.audit}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"exp": int(time.time()) - 3600}, ExpiredToken),
        ({"exp": "tomorrow"}, InvalidToken),
        ({"exp": float("inf")}, InvalidToken),
        ({"exp": None}, InvalidToken),
        ({"iat": None}, InvalidToken),
        ({"iat": int(time.time()) + 3600}, TokenNotYetValid),
        ({"nbf": int(time.time()) + 3600}, TokenNotYetValid),
        ({"aud": "another"}, WrongAudience),
        ({"aud": None}, InvalidToken),
        ({"aud": {"a": 1}}, WrongAudience),
        ({"iss": "https://else.example"}, UnknownIssuer),
        ({"iss": None}, UnknownIssuer),
        ({"sub": None}, InvalidToken),
        ({"sub": ""}, InvalidToken),
        ({"sub": "x" * 256}, InvalidToken),
        ({"realm_access": None}, NoRole),
        ({"realm_access": []}, NoRole),
        ({"realm_access": {"roles": ["clinician", "admin"]}}, NoRole),
        ({"realm_access": {"roles": [{"medecin": 1}, None, 3]}}, NoRole),
        ({"organisation": None}, NoOrganisation),
        ({"organisation": "clinic"}, NoOrganisation),
    ],
)
def test_refusals(
    provider: Provider, tokens: Tokens, changes: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        tokens.identify(provider.token(**changes))
    assert caught.type is kind
    assert "dupont" not in str(caught.value).lower()


def test_clocks_may_differ_a_little(provider: Provider, make_settings: MakeSettings) -> None:
    now = int(time.time())
    tokens = Tokens(provider.settings(make_settings, oidc_skew_seconds=60))
    tokens.identify(provider.token(exp=now - 30))
    tokens.identify(provider.token(iat=now + 30, nbf=now + 30))
    strict = Tokens(provider.settings(make_settings, oidc_skew_seconds=0))
    with pytest.raises(ExpiredToken):
        strict.identify(provider.token(exp=now - 30))
    with pytest.raises(ValidationError):
        provider.settings(make_settings, oidc_skew_seconds=301)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "HS512", "RS1", "", "RS256"])
def test_forged_signatures(provider: Provider, tokens: Tokens, algorithm: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.identify(provider.forged(algorithm))


def test_shared_secrets_cannot_be_allowed(provider: Provider, make_settings: MakeSettings) -> None:
    for algorithms in (["HS256"], ["none"], ["RS256", "HS512"]):
        with pytest.raises(ValidationError):
            provider.settings(make_settings, oidc_algorithms=algorithms)
    with pytest.raises(ValidationError):
        provider.settings(make_settings, oidc_audience=None)
    for url in ("http://idp.example", "ftp://idp.example", "idp.example"):
        with pytest.raises(ValidationError):
            provider.settings(make_settings, oidc_issuer=url)


def test_another_key_with_a_known_name(provider: Provider, tokens: Tokens) -> None:
    stranger = Provider()
    stranger.stop()
    stranger.issuer = provider.issuer
    for key in ("rsa", "ec", "ed"):
        with pytest.raises(InvalidToken):
            tokens.identify(stranger.token(key))
    # A key is used for its own kind of signature only.
    with pytest.raises(InvalidToken):
        tokens.identify(provider.token("rsa", {"kid": "ec"}))


_GOOD = Provider()
_GOOD.stop()
# Made when tests are collected, and used when their turn comes.
_TOKEN = _GOOD.token("ec", exp=time.time() + 24 * 3600)


class _Fixed(KeySet):
    """The keys, without a server."""

    def __init__(self, settings: ServiceSettings) -> None:
        super().__init__(settings, lambda _: _GOOD.answers["/keys"])


def _offline() -> Tokens:
    settings = _GOOD.settings(
        ServiceSettings, oidc_jwks_url="http://127.0.0.1:1/keys", keys_file=None
    )
    return Tokens(settings, _Fixed(settings))


_OFFLINE = _offline()


def test_the_untampered_one_is_taken() -> None:
    assert _OFFLINE.identify(_TOKEN).role is Role.clinician


@given(st.integers(0, len(_TOKEN) - 1), st.sampled_from("ABCxyz019-_.=+/ é\n"))
def test_a_token_with_another_character(place: int, character: str) -> None:
    changed = _TOKEN[:place] + character + _TOKEN[place + 1 :]
    try:
        found = _OFFLINE.identify(changed)
    except InvalidToken:
        return
    # The last character of base64 holds bits that mean nothing; what is signed is the same.
    assert found == _OFFLINE.identify(_TOKEN)
    assert changed.rsplit(".", 1)[0] == _TOKEN.rsplit(".", 1)[0]


_PART = st.text("ABCxyz019-_", max_size=40)
_THREE = st.lists(_PART, min_size=3, max_size=3).map(".".join)


@given(st.text(max_size=80) | _THREE)
def test_anything_is_refused_in_our_words(text: str) -> None:
    with pytest.raises(InvalidToken):
        _OFFLINE.identify(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(["exp", "iat", "nbf", "sub", "aud", "jti", "realm_access"]), _JSON)
def test_signed_nonsense_never_fails_otherwise(name: str, value: Any) -> None:
    """A provider that is set up badly gets refusals, never a fault of ours."""
    try:
        token = _GOOD.token("ed", **{name: value})
    except (TypeError, ValueError):
        return
    with contextlib.suppress(InvalidToken, NoRole):
        _OFFLINE.identify(token)


class _Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_keys_are_fetched_once_and_again_for_a_new_one_with_a_floor(
    provider: Provider, make_settings: MakeSettings
) -> None:
    clock = _Clock()
    settings = provider.settings(make_settings)
    keys = KeySet(settings, fetch_json, clock)
    tokens = Tokens(settings, keys)
    provider.asked.clear()
    for _ in range(5):
        tokens.identify(provider.token())
    assert provider.asked == ["/realm/.well-known/openid-configuration", "/keys"]
    # Unknown names: not one request more until the floor is over, then one.
    for number in range(20):
        with pytest.raises(InvalidToken):
            tokens.identify(provider.token("rsa", {"kid": f"new{number}"}))
    assert len(provider.asked) == 2
    clock.now += FLOOR_SECONDS + 1
    provider.answers["/keys"]["keys"].append({**provider.public("rsa"), "kid": "new1"})
    tokens.identify(provider.token("rsa", {"kid": "new1"}))
    assert len(provider.asked) == 4
    provider.answers["/keys"]["keys"].pop()


def test_the_provider_may_be_away(provider: Provider, make_settings: MakeSettings) -> None:
    clock = _Clock()
    settings = provider.settings(make_settings, oidc_refresh_seconds=60, oidc_keys_kept_hours=1)
    tokens = Tokens(settings, KeySet(settings, fetch_json, clock))
    good = provider.answers["/keys"]
    for broken in (503, {"keys": []}, {"keys": "none"}, [], "x", 302):
        fresh = Tokens(settings, KeySet(settings, fetch_json, clock))
        provider.answers["/keys"] = broken
        with pytest.raises(ProviderAway):
            fresh.identify(provider.token())
    provider.answers["/keys"] = good
    tokens.identify(provider.token())
    provider.answers["/keys"] = 503
    for _ in range(10):
        clock.now += 300
        tokens.identify(provider.token())
    clock.now += 3600
    with pytest.raises(ProviderAway):
        tokens.identify(provider.token())
    provider.answers["/keys"] = good
    clock.now += FLOOR_SECONDS + 1
    tokens.identify(provider.token())


def test_a_document_of_another_issuer_is_not_believed(
    provider: Provider, make_settings: MakeSettings
) -> None:
    about = provider.answers["/realm/.well-known/openid-configuration"]
    wrong = (
        {**about, "issuer": "https://else.example"},
        {**about, "jwks_uri": "http://10.0.0.1/keys"},
        {**about, "jwks_uri": 7},
    )
    for one in wrong:
        provider.answers["/realm/.well-known/openid-configuration"] = one
        with pytest.raises(ProviderAway):
            Tokens(provider.settings(make_settings)).identify(provider.token())
    provider.answers["/realm/.well-known/openid-configuration"] = about


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_over_http(
    provider: Provider,
    make_settings: MakeSettings,
    database: str,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    more = {}
    if database == "postgres":
        more["database_url"] = fresh_database(request.getfixturevalue("postgres"))
    app = make_app(provider.settings(make_settings, **more))
    with TestClient(app, raise_server_exceptions=False) as client, caplog.at_level("DEBUG"):

        def get(token: str, path: str = "/v1/consultations") -> Any:
            return client.get(path, headers={"Authorization": f"Bearer {token}"})

        sent = client.post(
            "/v1/consultations",
            headers={"Authorization": f"Bearer {provider.token()}"},
            files={"file": ("x.wav", recording(0.2))},
        )
        assert sent.status_code == 202, sent.text
        assert len(get(provider.token()).json()["items"]) == 1
        for token, status, code in (
            (provider.token(exp=1), 401, "expired_token"),
            (provider.token(aud="x"), 401, "wrong_audience"),
            (provider.token(iss="https://x.example"), 401, "unknown_issuer"),
            (provider.forged("none"), 401, "invalid_token"),
            (provider.token(realm_access=None), 403, "no_role"),
            (provider.token(organisation="other"), 403, "no_organisation"),
        ):
            answer = get(token)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.json()["hint"]
            if status == 401:
                assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert get(provider.token(), "/v1/audit").status_code == 403
        auditor = provider.token(realm_access={"roles": ["archiviste"]}, sub="other")
        lines = get(auditor, "/v1/audit").json()["items"]
    assert [line["action"] for line in lines] == ["consultation.create"]
    assert lines[0]["actor"].startswith("usr_")
    said = json.dumps(lines) + " ".join(
        r.getMessage() for r in caplog.records if not r.name.startswith("http")
    )
    assert "dupont" not in said.lower()


def test_without_an_issuer_no_token_is_looked_at(
    provider: Provider, make_settings: MakeSettings
) -> None:
    provider.asked.clear()
    with TestClient(make_app(make_settings())) as client:
        answer = client.get(
            "/v1/consultations", headers={"Authorization": f"Bearer {provider.token()}"}
        )
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert provider.asked == []
