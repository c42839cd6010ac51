"""The page shows words while they are spoken, and sends nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.test_journey import left_on_device

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def clinic(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    made = Clinic.open(tmp_path_factory.mktemp("live_clinic"), live_sessions=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def key(clinic: Clinic) -> str:
    return clinic.key("Dr Martin")


def recording(page: Page) -> None:
    page.locator("#agreed").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()


def test_words_are_shown_and_the_consultation_is_there_once(
    visit: Open, clinic: Clinic, key: str
) -> None:
    page = visit("/#/new", key).page
    recording(page)
    expect(page.locator(".live-words")).to_contain_text("Bonjour")
    page.wait_for_timeout(2000)

    # The only session is taken: another page records as it always did, without words.
    other = visit("/#/new", key).page
    recording(other)
    other.wait_for_timeout(3000)
    assert other.locator(".live-words").text_content() == ""
    for one in (page, other):
        one.get_by_role("button", name="Terminer et envoyer").click()
        one.wait_for_url("**/#/c/con_*")
        one.wait_for_selector(".statement", timeout=120_000)
        assert left_on_device(one) == {"recordings": 0, "parts": 0}
    with clinic.client(key) as client:
        assert len(client.get("/consultations").json()["items"]) == 2


def test_what_is_thrown_away_is_not_kept_anywhere(visit: Open, clinic: Clinic, key: str) -> None:
    with clinic.client(key) as client:
        before = len(client.get("/consultations").json()["items"])
    page = visit("/#/new", key).page
    recording(page)
    expect(page.locator(".live-words")).to_contain_text("Bonjour")
    page.get_by_role("button", name="Abandonner l’enregistrement").click()
    page.get_by_role("dialog").get_by_role("button", name="Abandonner l’enregistrement").click()
    expect(page.get_by_role("button", name="Enregistrer", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)
    assert not list((clinic.folder / "data" / "audio").rglob("*.part"))
    with clinic.client(key) as client:
        assert len(client.get("/consultations").json()["items"]) == before
