"""From an EHR to the page in a real browser: both ways in, a recording there, a failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import SAMPLE, Watched
from tests.browser.clinic import Clinic
from tests.browser.test_access import faults
from tests.service.conftest import free_port
from tests.service.launching import smart
from tests.service.smart_ehr import TestEhr, smart_ehr

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = "DUPONT Marie Anne"


@pytest.fixture(scope="module")
def ehr() -> Iterator[TestEhr]:
    with smart_ehr() as made:
        yield made


@pytest.fixture(scope="module")
def launched(
    browser: Browser, ehr: TestEhr, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    port = free_port()
    made = Clinic.open(
        tmp_path_factory.mktemp("launched"),
        port=port,
        **smart(ehr, f"http://127.0.0.1:{port}", standalone=True),
    )
    yield made
    made.close()


def test_launches(browser: Browser, launched: Clinic, ehr: TestEhr, tmp_path: Path) -> None:
    context = browser.new_context(locale="fr", viewport={"width": 1280, "height": 900})
    watched = Watched(context, launched.url)
    watched.away = (ehr.issuer,)
    page = watched.page
    # From the EHR: the patient is shown, and nothing of the launch stays in the address.
    page.goto(f"{launched.url}/smart/launch?iss={ehr.iss}&launch={ehr.launch()}")
    expect(page.locator("#top .launched strong")).to_have_text(PATIENT)
    expect(page.locator("#top .launched")).to_contain_text("INS-NIR 261037511801272")
    expect(page.locator("#top .who")).to_have_text("Dr Claire Martin")
    assert page.url == f"{launched.url}/#/new"
    kept = page.evaluate(
        "JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])"
    )
    assert not [one for one in (*ehr.issued, "Dupont", "261037511801272") if one in kept]
    assert [one for one in context.cookies() if one["name"].startswith("anamnese-")] == []
    page.reload()
    expect(page.locator("#top .launched strong")).to_have_text(PATIENT)
    # A recording of this session is the patient's.
    page.locator("#agreed").check()
    page.locator("#files").set_input_files(SAMPLE)
    page.wait_for_url("**/#/c/con_*")
    number = page.url.rpartition("/")[2]
    bearer = page.evaluate("sessionStorage.getItem('anamnese.key')")
    with launched.client(bearer) as client:
        found = client.get(f"/consultations/{number}/document-context").json()
    assert found["patient"]["family"] == "Dupont"
    assert found["encounter"]["identifiers"][0]["value"] == "V-2026-7"
    # A launch that fails ends the session before it: the next patient is another one.
    ehr.down = {"/auth/token"}
    page.goto(f"{launched.url}/smart/launch?iss={ehr.iss}&launch={ehr.launch()}")
    expect(page.locator(".toast.bad")).to_contain_text("ne répond pas")
    expect(page.locator("#top .launched")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('anamnese.key')") is None
    ehr.down = set()
    # Standalone: from where people sign in.
    page.get_by_role("link", name="Se connecter avec Orbis").click()
    expect(page.locator("#top .launched strong")).to_have_text(PATIENT)
    page.wait_for_selector(".stage .drop")
    page.screenshot(path=str(tmp_path / "launched.png"))
    assert faults(page) == []
    page.set_viewport_size({"width": 375, "height": 800})
    page.screenshot(path=str(tmp_path / "narrow.png"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert faults(page) == []
    page.get_by_role("button", name="English").click()
    expect(page.locator("#top .launched")).to_contain_text("born Mar 12, 1961")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with Orbis")).to_be_visible()
    assert faults(page) == []
    page.goto(f"{launched.url}/smart/launch?iss=https://else.example/fhir&launch=x")
    expect(page.locator(".toast.bad")).to_contain_text("EHR")
    assert "launch" not in page.url
    assert "else.example" not in page.url
    # Both sessions are over: the first was ended by the launch that failed.
    with launched.client(bearer) as client:
        assert client.get("/me").status_code == 401
    log = launched.log.read_text()
    assert not [one for one in (*ehr.issued, "Dupont", "Martin") if one in log]
    assert watched.faults == []
    context.close()
