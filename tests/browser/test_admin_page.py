"""The administration page acts: what failed is tried again, keys are made and revoked, the audit
log is searched and verified."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from jobs.store.store import open_store
from jobs.store.tables import Job
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDER = "document.documentElement.scrollWidth > innerWidth"


def fails(clinic: Clinic, consultation: str, code: str) -> str:
    """Its job, as if it had ended like this."""
    store = open_store(clinic.settings)
    with store.database.write() as session:
        job = session.scalars(select(Job).where(Job.consultation_id == consultation)).one()
        job.status, job.error_code, job.error_hint = "failed", code, "Try it again."
        found = job.id
    store.close()
    return found


def section(page: Page, clinic: Clinic, name: str) -> None:
    page.goto(f"{clinic.url}/#/admin/{name}")
    page.wait_for_selector(f"#admin-{name} .card")
    expect(page.locator("[role=status]", has_text="Chargement")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    visit: Open, clinic: Clinic, consultation: str, scheme: str, width: int
) -> None:
    key = clinic.key("admin", role="admin")
    page = visit("/#/admin", key, scheme=scheme, width=width).page
    page.wait_for_selector("#admin-overview table")
    found: dict[str, list[str]] = {}
    for name in ("overview", "jobs", "batches", "storage", "keys", "people", "audit"):
        section(page, clinic, name)
        found[name] = faults(page)
        assert not page.evaluate(WIDER), f"{name} is wider than the window"
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
    for _ in range(100):
        page.get_by_role("button", name="Actualiser").click()
        page.wait_for_timeout(300)
        if "Terminé" in newest.inner_text():
            break
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
