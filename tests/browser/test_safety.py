"""What others wrote never runs, and nobody sees what is not theirs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.clinic import Clinic
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVIL = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'


def nothing_ran(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert page.locator("main img, main script, dialog img, #toasts img").count() == 0


def test_words_names_and_notes_are_only_text(visit: Open, clinic: Clinic, key: str) -> None:
    made = clinic.from_text(
        key, f"Médecin : Bonjour, avez-vous mal ?\nPatient : J'ai mal à la tête {EVIL} depuis hier."
    )
    with clinic.client(key) as client:
        path = f"/consultations/{made}/speakers"
        tag = client.get(path).headers["ETag"]
        names = {"speakers": {"S1": {"name": EVIL}}}
        client.patch(path, json=names, headers={"If-Match": tag}).raise_for_status()
    page = visit(f"/#/c/{made}", key).page
    page.wait_for_selector(".segment")
    assert EVIL.split()[0] in page.locator(".segments").inner_text()
    assert EVIL in page.locator(".speaker").first.inner_text()
    # As a statement that somebody adds, edits and removes, with reasons, in every list it gets to.
    page.get_by_role("button", name="Ajouter à « Motif").click()
    page.get_by_role("dialog").locator("textarea").fill(EVIL)
    page.get_by_role("dialog").locator("button[type=submit]").click()
    added = page.locator("li.statement", has_text=EVIL)
    expect(added).not_to_have_count(0)
    added.last.locator("[data-does=remove]").click()
    page.get_by_role("dialog").locator("textarea").fill(EVIL)
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("[data-fold=history] summary").click()
    assert EVIL in page.locator("[data-fold=history]").inner_text()
    page.get_by_role("button", name="Locuteurs").click()
    assert page.get_by_role("dialog").locator("input").first.input_value() == EVIL
    nothing_ran(page)


def test_file_names_are_not_even_kept(
    visit: Open, clinic: Clinic, key: str, tmp_path: Path
) -> None:
    evil = tmp_path / "<img src=x onerror=window.ran=1>.wav"
    evil.write_bytes(b"RIFF no sound")
    page = visit("/#/new", key).page
    page.locator("#agreed").check()
    page.locator("#files").set_input_files(str(evil))
    page.wait_for_selector(".failure", timeout=60_000)
    assert "onerror" not in page.locator("body").inner_text()
    expect(page.locator(".failure")).to_contain_text("Échec")
    nothing_ran(page)


def test_templates_and_errors_are_only_text(visit: Open, key: str, consultation: str) -> None:
    watched = visit("/", key)
    watched.expected = ("Failed to load resource",)
    page = watched.page
    items = [{"language": "fr", "name": EVIL, "title": EVIL}]
    page.route("**/v1/templates", lambda route: route.fulfill(json={"items": items}))
    problem = {"code": EVIL, "detail": EVIL, "hint": EVIL}

    def refuse(route: Route) -> None:
        route.fulfill(status=500, body=json.dumps(problem), content_type="application/json")

    page.route("**/summaries", refuse)
    page.goto(page.url.split("#")[0] + f"#/c/{consultation}")
    page.locator(".templates button").click()
    expect(page.locator(".toast.bad")).to_contain_text(EVIL)
    page.goto(page.url.split("#")[0] + "#/new")
    page.wait_for_selector("select[name=template] option:nth-child(2)", state="attached")
    assert EVIL in page.locator("select[name=template]").inner_text()
    nothing_ran(page)


def test_the_browser_itself_refuses_text_as_html(visit: Open) -> None:
    watched = visit("/", None)
    watched.expected = ("TrustedHTML", "POLICY require-trusted-types-for")
    refused = watched.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch { return true } }"
    )
    assert refused is True


def test_organisations_see_nothing_of_each_other(
    visit: Open, clinic: Clinic, key: str, consultation: str
) -> None:
    ours = visit("/", key).page
    ours.wait_for_selector(".rows li")
    theirs = visit("/", clinic.key("Dr Durand", "another clinic"))
    theirs.page.wait_for_selector(".end-of-list .empty")
    assert theirs.page.locator(".rows li").count() == 0
    theirs.expected = ("404",)
    theirs.page.goto(f"{clinic.url}/#/c/{consultation}")
    expect(theirs.page.locator("main")).to_contain_text("n’existe pas")
    assert theirs.page.locator(".segment, .statement, audio").count() == 0


def test_key_is_kept_by_this_tab_alone(visit: Open, clinic: Clinic, key: str) -> None:
    page = visit("/", key).page
    page.wait_for_selector(".rows, .empty")
    page.reload()
    page.wait_for_selector("#top .who")
    everywhere = page.evaluate("JSON.stringify(localStorage) + document.cookie")
    assert key not in everywhere
    assert key not in page.url
    other = visit("/", None, context=page.context).page
    expect(other.locator("input[name=key]")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.locator("input[name=key]")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_wrong_key_is_said_kindly(visit: Open, clinic: Clinic) -> None:
    watched = visit("/", None)
    watched.expected = ("401",)
    page = watched.page
    page.locator("input[name=key]").fill("ana_0000000000000000_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("pas valable")


def test_auditor_is_shown_no_clinical_word(visit: Open, clinic: Clinic, consultation: str) -> None:
    watched = visit("/#/admin", clinic.key("auditor", role="auditor"))
    page = watched.page
    page.wait_for_selector("#admin-audit table")
    expect(page.locator(".sections a")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("consultation.create")
    assert "migraine" not in page.locator("main").inner_text()
