"""From the microphone to a signed note, as a clinician does it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import until
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def say(page: Page, words: str) -> None:
    """Choose the statement that holds these words."""
    page.locator("button.words", has_text=words).first.click()


def at(page: Page) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def test_record_follow_check_edit_resolve_sign_export(
    visit: Open, clinic: Clinic, key: str
) -> None:
    page = visit("/#/new", key).page
    record = page.get_by_role("button", name="Enregistrer", exact=True)
    expect(record).to_be_disabled()
    page.locator("#agreed").check()
    record.click()
    expect(page.locator(".recording-state")).to_have_text("Enregistrement en cours")
    # The fake microphone plays our consultation: the meter moves.
    until(page, "document.querySelectorAll('.meter .on').length > 5")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".recording-state")).to_have_text("En pause")
    stood = page.locator(".time").text_content()
    page.wait_for_timeout(1200)
    assert page.locator(".time").text_content() == stood
    page.get_by_role("button", name="Reprendre").click()
    page.wait_for_timeout(4000)
    page.get_by_role("button", name="Terminer et envoyer").click()

    # Progress a step, then the desk, without anything to press.
    page.wait_for_selector(".progress .steps li", timeout=60_000)
    page.wait_for_selector(".statement", timeout=120_000)
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 1
    assert left_on_device(page) == {"recordings": 0, "parts": 0}

    # A statement plays its quote.
    page.wait_for_selector(".player[data-ready]")
    version = note(page, clinic, key)
    statement = next(one for one in statements(version) if "vertiges" in one["text"])
    quote = statement["evidence"][0]
    # Counted: on a busy machine, so short a quote is over before one looks.
    page.evaluate(
        "window.plays = 0;"
        "document.getElementById('audio').addEventListener('play', () => window.plays++)"
    )
    say(page, "vertiges")
    until(page, "window.plays === 1")
    start, end = quote["start_ms"] / 1000, quote["end_ms"] / 1000
    until(page, f"document.getElementById('audio').currentTime >= {start} - 0.1")
    assert start - 0.1 <= at(page) <= end + 1
    lit = page.locator(".w.lit").all_text_contents()
    assert " ".join(lit) == quote["quote"]
    # And stops after its last word.
    until(page, "document.getElementById('audio').paused", 20)
    assert at(page) <= end + 1

    # A passage shows the statements that rest on it.
    page.locator(f"li.segment[data-id={quote['anchor']}] .speaker").click()
    assert "vertiges" in " ".join(page.locator("li.statement.rests").all_text_contents())
    assert abs(at(page) - segment_start(page, clinic, key, quote["anchor"])) < 0.2

    # A dose that nobody said: code refuses it until somebody answers for it.
    say(page, "lévothyroxine")
    page.keyboard.press("e")
    box = page.locator("li.statement.editing textarea")
    box.fill(box.input_value().replace("soixante-quinze microgrammes", "750 microgrammes"))
    box.press("Enter")
    blocked = page.locator("li.statement.blocked", has_text="750")
    expect(blocked.locator(".check.bad")).not_to_have_count(0)
    page.get_by_role("button", name="Signer").click()
    expect(page.get_by_role("dialog")).to_contain_text("Avant de signer")
    page.keyboard.press("Escape")
    while blocked.locator(".check.bad button").count():
        before = blocked.locator(".check.bad button").count()
        blocked.locator(".check.bad button").first.click()
        page.get_by_role("dialog").locator("textarea").fill("Dose vérifiée avec le pharmacien")
        page.get_by_role("dialog").locator("button[type=submit]").click()
        expect(blocked.locator(".check.bad button")).to_have_count(before - 1)
    expect(page.locator(".check.settled").first).to_contain_text("Dr Martin")

    sign(page, "Dr Claire Martin")
    expect(page.locator(".signoff")).to_contain_text("Signée")
    kept = note(page, clinic, key)
    assert kept["signed"] is True
    assert kept["signature"]["name"] == "Dr Claire Martin"
    assert "pharmacien" in json.dumps(kept["resolutions"], ensure_ascii=False)

    # Files, in what the service says it offers.
    page.get_by_role("button", name="Exporter").click()
    with page.expect_download() as saved:
        page.get_by_role("dialog").get_by_role("button", name="WebVTT").click()
    assert saved.value.path().read_text("utf-8").startswith("WEBVTT")
    for name, wanted in (
        # As it was signed, not as the AI wrote it.
        ("Markdown", b"750 microgrammes"),
        ("FHIR R4", b'"resourceType"'),
        ("PDF", b"%PDF"),
        ("Word", b"PK"),
        ("HL7 v2 (MDM)", b"MSH|"),
    ):
        with page.expect_download() as saved:
            page.get_by_role("dialog").get_by_role("button", name=name).click()
        assert wanted in saved.value.path().read_bytes(), name


def sign(page: Page, name: str) -> None:
    page.get_by_role("button", name="Signer").click()
    window = page.get_by_role("dialog")
    window.locator("input[name=name]").fill(name)
    window.locator("#read").check()
    window.locator("button[type=submit]").click()
    expect(window).to_have_count(0)


def note(page: Page, clinic: Clinic, key: str) -> dict[str, object]:
    with clinic.client(key) as client:
        return dict(client.get(f"/consultations/{here(page)}/notes/compte-rendu").json())


def here(page: Page) -> str:
    return page.url.split("#/c/")[1].split("/")[0]


def statements(version: dict[str, object]) -> list[dict[str, object]]:
    return [one for section in version["note"]["sections"] for one in section["statements"]]


def segment_start(page: Page, clinic: Clinic, key: str, anchor: str) -> float:
    with clinic.client(key) as client:
        said = client.get(f"/consultations/{here(page)}/transcript").json()
    segment = next(one for one in said["segments"] if one["id"] == anchor)
    return float(segment["words"][0]["start_ms"]) / 1000


def left_on_device(page: Page) -> dict[str, int]:
    return dict(
        page.evaluate(
            """() => new Promise((done) => {
              const asked = indexedDB.open("anamnese");
              asked.onsuccess = () => {
                const base = asked.result, within = base.transaction(["recordings", "parts"]);
                const found = {};
                for (const name of ["recordings", "parts"])
                  within.objectStore(name).count().onsuccess =
                    (e) => (found[name] = e.target.result);
                within.oncomplete = () => { base.close(); done(found); };
              };
            })"""
        )
    )
