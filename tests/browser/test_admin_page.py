"""The administration page acts: what failed is tried again, keys are made and revoked, the audit
log is searched and verified."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import until
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.seeds import batch, fails, persons
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDER = "document.documentElement.scrollWidth > innerWidth"


def section(page: Page, clinic: Clinic, name: str) -> None:
    page.goto(f"{clinic.url}/#/admin/{name}")
    page.wait_for_selector(f"#admin-{name} .card")
    expect(page.locator("[role=status]", has_text="Chargement")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    visit: Open, clinic: Clinic, consultation: str, scheme: str, width: int
) -> None:
    key = clinic.key("admin", role="admin")
    known = persons(clinic) if scheme == "light" else []
    if known:
        batch(clinic, key, [consultation], missing=2)
    page = visit("/#/admin", key, scheme=scheme, width=width).page
    page.wait_for_selector("#admin-overview table")
    found: dict[str, list[str]] = {}
    for name in ("overview", "jobs", "batches", "storage", "keys", "people", "audit"):
        section(page, clinic, name)
        found[name] = faults(page)
        assert not page.evaluate(WIDER), f"{name} is wider than the window"
        if name == "people":
            for one in known:
                expect(page.locator("tr", has_text=one)).to_have_count(1)
    section(page, clinic, "keys")
    page.get_by_role("button", name="Nouvelle clé").click()
    found["dialog"] = faults(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_it_acts(visit: Open, clinic: Clinic, key: str) -> None:
    made = clinic.consultation(key)
    job = fails(clinic, made, "engine_process_ended")
    watched = visit("/#/admin/jobs", clinic.key("admin", role="admin"))
    # That of the new key, once it is revoked.
    watched.expected = ("401",)
    page = watched.page

    # One failed job is tried again, by a worker, to its end; the failure is then settled.
    failure = page.get_by_role("region", name="Échecs par cause").locator("tbody tr")
    expect(failure.filter(has_text="engine_process_ended")).to_have_count(1)
    row = page.get_by_role("region", name="Travaux").locator("tr", has_text=job[:12])
    row.get_by_role("button", name="Réessayer").click()
    expect(page.locator(".toast")).to_contain_text("L’essai est lancé")
    expect(row).to_have_count(0)
    expect(failure.filter(has_text="engine_process_ended")).to_have_count(0)
    page.get_by_label("État").select_option("")
    newest = page.get_by_role("region", name="Travaux").locator("tbody tr").first
    expect(newest).not_to_contain_text(job[:12])
    # It goes on, and the list tells so without being asked.
    expect(newest).to_contain_text("Terminé")

    # A key is shown once, works, and is refused once revoked.
    section(page, clinic, "keys")
    page.get_by_role("button", name="Nouvelle clé").click()
    window = page.get_by_role("dialog")
    window.get_by_label("Nom").fill("Dr Durand")
    window.get_by_role("button", name="Créer la clé").click()
    secret = page.locator(".secret").input_value()
    with clinic.client(secret) as client:
        assert client.get("/me").json()["name"] == "Dr Durand"
    page.get_by_role("dialog").get_by_role("button", name="Fermer").last.click()
    mine = page.locator("tr", has_text="Dr Durand")
    expect(mine).to_contain_text("Valable")
    assert secret not in page.content()
    mine.get_by_role("button", name="Révoquer").click()
    page.get_by_role("dialog").get_by_role("button", name="Révoquer").click()
    expect(mine).to_contain_text("Révoquée")
    with clinic.client(secret) as client:
        assert client.get("/me").status_code == 401

    # The log has both, and its chain is whole.
    section(page, clinic, "audit")
    page.get_by_label("Action").fill("apikey.")
    page.get_by_label("Sujet").fill(secret.split("_")[1])
    page.keyboard.press("Enter")
    rows = page.locator("#admin-audit tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("apikey.revoke")
    expect(rows.nth(1)).to_contain_text("apikey.new")
    page.get_by_role("button", name="Vérifier la chaîne").click()
    expect(page.locator("#admin-audit")).to_contain_text("Chaîne intacte")
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    lines = taken.value.path().read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("seq,at,actor,action,subject")


def test_lists_follow_and_take_nothing_from_whoever_works(
    visit: Open, clinic: Clinic, key: str
) -> None:
    one, other = clinic.consultation(key), clinic.consultation(key)
    job = fails(clinic, one, "engine_process_ended")
    page = visit("/#/admin/jobs", clinic.key("admin", role="admin")).page
    rows = page.get_by_role("region", name="Travaux")
    rows.locator("tr", has_text=job[:12]).get_by_role("button", name="Réessayer").focus()
    assert page.evaluate("document.activeElement.dataset.key") == f"job-{job}"
    page.evaluate("window.first = document.activeElement")
    # Nothing has changed: nothing is drawn.
    page.wait_for_timeout(6000)
    assert page.evaluate("window.first === document.activeElement")
    # Another one fails: it is there, above, and the same job has the focus.
    later = fails(clinic, other, "engine_process_ended")
    expect(rows.locator("tr", has_text=later[:12])).to_have_count(1)
    until(page, f"document.activeElement.dataset.key === 'job-{job}'")
    # While a window is open nothing moves behind it, and what is typed stays.
    section(page, clinic, "keys")
    page.get_by_role("button", name="Nouvelle clé").click()
    name = page.get_by_role("dialog").get_by_label("Nom")
    name.fill("Dr Half")
    clinic.key("made elsewhere")
    page.wait_for_timeout(6000)
    assert name.input_value() == "Dr Half"
    assert page.locator("tr", has_text="made elsewhere").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator("tr", has_text="made elsewhere")).to_have_count(1)
    # What is being selected is left alone, and a batch that runs is followed to its end.
    section(page, clinic, "batches")
    made = batch(clinic, key, [other], missing=1)
    row = page.locator("tr", has_text=made[:14])
    expect(row).to_contain_text("2 / 2")
    expect(row).to_contain_text("source_missing")
