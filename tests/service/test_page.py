"""The page as it is served: its policy, its addresses, its types."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import make_app
from api.routes.page import files
from tests.service.conftest import MakeSettings


@pytest.fixture
def client(make_settings: MakeSettings) -> Iterator[TestClient]:
    with TestClient(make_app(make_settings())) as made:
        yield made


def test_first_page_names_files_that_are_there_and_kept_for_ever(client: TestClient) -> None:
    index = client.get("/")
    assert index.status_code == 200
    assert index.headers["cache-control"] == "no-cache"
    assert "{{" not in index.text
    named = re.findall(r'(?:href|src)="(/[^"]+)"', index.text)
    assert len(named) > 20
    for address in named:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    scripts = {name for name in files() if name.endswith(".js")}
    announced = {one.split("/", 3)[3] for one in named if one.endswith(".js")}
    # Administration's modules come when its page is opened: they are served, not announced.
    assert scripts - announced == {name for name in scripts if "admin" in name}
    assert announced < scripts
    kept = named[-1].split("/")[2]
    for later in scripts - announced:
        assert client.get(f"/static/{kept}/{later}").status_code == 200, later


def test_policy_lets_nothing_in_from_elsewhere(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    # What the API itself answers stays under its own, stricter policy.
    api = client.get("/v1/me").headers["content-security-policy"]
    assert "script-src" not in api


def test_it_says_whether_a_key_is_needed(make_settings: MakeSettings) -> None:
    for wanted in ("keys", "none"):
        with TestClient(make_app(make_settings(authentication=wanted))) as made:
            assert f'name="authentication" content="{wanted}"' in made.get("/").text


def test_compressed_and_plain_are_the_same(client: TestClient) -> None:
    packed = client.get("/", headers={"accept-encoding": "gzip"})
    plain = client.get("/", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


@pytest.mark.parametrize(
    "path", ["/static/old/js/main.js", "/static/x", "/static/{d}/../app.py", "/static/{d}/js/no.js"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    digest = re.search(r"/static/(\w+)/", client.get("/").text)
    assert digest is not None
    answer = client.get(path.replace("{d}", digest[1]))
    assert answer.status_code == 404
    assert "import" not in answer.text
