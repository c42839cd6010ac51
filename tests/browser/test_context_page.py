"""Whose document it is: told on the page, checked, and in the files that leave."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from consultation.export.invariants import problems
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TOLD = {
    "family": "Essai",
    "given": "Anne, Marie",
    "birth_date": "1953-01-12",
    "ins": "2 53 01 2A 004 001 80",
    "own": "42",
    "own_system": "1.2.250.1.999.1",
    "name": "Dr Claire Martin",
    "rpps": "10100473148",
    "speciality": "Médecine générale",
    "organisation": "Cabinet des Tilleuls",
    "finess": "770000446",
    "address": "4 rue des Tilleuls\n69000 Lyon",
    "start": "2026-03-02T09:30",
    "end": "2026-03-02T09:52",
}


def test_identity_is_told_checked_and_in_the_document(
    visit: Open, clinic: Clinic, key: str
) -> None:
    con, other = clinic.consultation(key), clinic.consultation(key)
    watched = visit(f"/#/c/{con}", key)
    # Wrong numbers and a form that somebody else was faster with are what is asked for here.
    watched.expected = ("412", "428")
    page = watched.page
    opened(page, "Identité (10 à compléter)")
    assert faults(page) == []
    window = page.get_by_role("dialog")
    fields = window.locator
    for name, value in TOLD.items():
        fields(f"[name={name}]").fill(value)
    fields("[name=sex]").select_option("female")
    for name, wrong in (("ins", "2 53 01 2A 004 001 23"), ("rpps", "10100473147")):
        fields(f"[name={name}]").fill(wrong)
        window.locator("button[type=submit]").click()
        expect(window.locator(".wrong")).to_contain_text("clé")
        expect(fields(f"[name={name}]")).to_be_focused()
        assert faults(page) == []
        fields(f"[name={name}]").fill(TOLD[name])
    fields("[name=end]").fill("2026-03-02T09:00")
    window.locator("button[type=submit]").click()
    expect(window.locator(".wrong")).to_contain_text("précède")
    fields("[name=end]").fill(TOLD["end"])
    saved(page)
    expect(page.locator("[data-key=context]")).to_have_text("Identité")

    # What another program wrote meanwhile is not overwritten; what the form does not show is kept.
    opened(page, "Identité")
    with clinic.client(key) as client:
        at = f"/consultations/{con}/document-context"
        kept = client.get(at)
        content = kept.json() | {"footer": "Page de l'établissement"}
        more = {"value": "7", "system": "urn:oid:1.2.3", "type": "VN"}
        content["patient"]["identifiers"].append(more)
        headers = {"If-Match": kept.headers["ETag"]}
        client.put(at, json=content, headers=headers).raise_for_status()
    fields("[name=speciality]").fill("Endocrinologie")
    window.locator("button[type=submit]").click()
    expect(window.locator(".wrong")).to_contain_text("entre-temps")
    page.keyboard.press("Escape")
    opened(page, "Identité")
    fields("[name=speciality]").fill("Endocrinologie")
    saved(page)
    with clinic.client(key) as client:
        found = client.get(at).json()
    assert found["footer"] == "Page de l'établissement"
    assert found["patient"]["given"] == ["Anne", "Marie"]
    assert [one["value"] for one in found["patient"]["identifiers"]] == [
        "253012A00400180",
        "42",
        "7",
    ]
    assert found["patient"]["identifiers"][1]["system"] == "urn:oid:1.2.250.1.999.1"
    assert found["practitioners"][0]["speciality"] == "Endocrinologie"
    assert found["encounter"]["start"].startswith("2026-03-02T09:30:00")

    # Who signs is proposed; the signed document names them all.
    page.get_by_role("button", name="Signer").click()
    expect(window).to_contain_text("Rien ne manque")
    expect(window.locator("input[name=name]")).to_have_value("Dr Claire Martin")
    window.locator("#read").check()
    window.locator("button[type=submit]").click()
    expect(window).to_have_count(0)
    page.get_by_role("button", name="Exporter").click()
    expect(window).to_contain_text("Rien ne manque")
    with page.expect_download() as file:
        window.get_by_role("button", name="FHIR R4").click()
    bundle = json.loads(file.value.path().read_text("utf-8"))
    assert problems(bundle) == ()
    told = json.dumps(bundle, ensure_ascii=False)
    for value in ("253012A00400180", "10100473148", "770000446", "Cabinet des Tilleuls", "Essai"):
        assert value in told
    assert '"status": "final"' in told
    page.keyboard.press("Escape")

    # The next consultation begins with the letterhead, and with nothing of the patient.
    page.goto(f"{clinic.url}/#/c/{other}")
    opened(page, "Identité (10 à compléter)")
    for name in ("name", "rpps", "organisation", "finess", "address"):
        expect(fields(f"[name={name}]")).to_have_value(TOLD[name])
    for name in ("family", "given", "birth_date", "sex", "ins", "own", "start"):
        expect(fields(f"[name={name}]")).to_have_value("")
    stored = page.evaluate("JSON.stringify({...localStorage})")
    assert "Tilleuls" in stored
    assert not any(value in stored for value in ("Essai", "Anne", "1953", "253012A"))
    # Who signs in after them in the same browser gets neither.
    colleague = visit(f"/#/c/{other}", clinic.key("Dr Petit"), context=page.context).page
    opened(colleague, "Identité (10 à compléter)")
    expect(colleague.locator("dialog [name=name]")).to_have_value("")


def test_the_form_in_english_on_a_telephone(visit: Open, consultation: str, key: str) -> None:
    page = visit(f"/#/c/{consultation}", key, width=375, scheme="dark", locale="en").page
    opened(page, "Identity (10 to complete)")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def opened(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()
    page.wait_for_selector("dialog[open] [name=family]")


def saved(page: Page) -> None:
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
