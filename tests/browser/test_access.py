"""For everybody: axe finds nothing on any page, and the keyboard alone is enough."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.chromium import until
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = [("light", 1280), ("dark", 375)]


def faults(page: Page) -> list[str]:
    """Every rule of axe, best practices too."""
    found: dict[str, Any] = Axe().run(page).response
    assert found["passes"], "axe looked at something"
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing(
    visit: Open, clinic: Clinic, key: str, consultation: str, scheme: str, width: int
) -> None:
    found: dict[str, list[str]] = {}
    page = visit("/", None, scheme=scheme, width=width).page
    page.wait_for_selector("form")
    found["sign-in"] = faults(page)
    page = visit("/", key, scheme=scheme, width=width).page
    page.wait_for_selector(".rows .badge")
    found["list"] = faults(page)

    page.goto(f"{clinic.url}/#/new")
    page.wait_for_selector(".stage .drop")
    found["new"] = faults(page)
    page.locator("#agreed").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".recorder")
    found["recording"] = faults(page)
    page.get_by_role("button", name="Abandonner").click()
    found["dialog"] = faults(page)
    page.get_by_role("dialog").locator("button[type=submit]").click()

    page.goto(f"{clinic.url}/#/c/{consultation}")
    page.wait_for_selector(".player[data-ready]")
    for fold in page.locator(".fold:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()
    found["desk"] = faults(page)
    page.locator("button.words").nth(2).click()
    page.keyboard.press("e")
    found["editing"] = faults(page)
    page.keyboard.press("Escape")
    for name in ("Exporter", "Raccourcis clavier", "Signer"):
        page.get_by_role("button", name=name).click()
        page.wait_for_selector("dialog[open]")
        page.wait_for_timeout(300)
        found[name] = faults(page)
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
    if width < 600:
        for name in ("Paroles", "À vérifier"):
            page.get_by_role("tab", name=name).click()
            found[name] = faults(page)
    else:
        page.get_by_role("button", name="Locuteurs").click()
        found["speakers"] = faults(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_by_keyboard_alone(visit: Open, clinic: Clinic, key: str) -> None:
    made = clinic.consultation(key)
    page = visit(f"/#/c/{made}", key).page
    page.wait_for_selector(".player[data-ready]")
    press = page.keyboard.press
    # The next statement is chosen, has the focus, and plays.
    press("j")
    until(page, "!document.getElementById('audio').paused")
    first = page.locator("li.statement.chosen button.words")
    expect(first).to_be_focused()
    words = first.inner_text()
    press("e")
    page.keyboard.type(" Corrigé.")
    press("Enter")
    expect(page.locator("button.words", has_text="Corrigé.")).to_have_count(1)
    press("u")
    expect(page.locator("button.words", has_text="Corrigé.")).to_have_count(0)
    assert words in page.locator("button.words").all_inner_texts()
    # Into the transcript, down one passage, and listen to it.
    press("t")
    press("ArrowDown")
    press("Enter")
    expect(page.locator("li.segment:focus")).to_have_count(1)
    # Words of a passage are mended where they stand, and times kept.
    press("e")
    box = page.locator("li.segment.editing textarea")
    expect(box).to_be_focused()
    said = box.input_value()
    box.fill(said.replace(said.split()[0], "Corrigé"))
    box.press("Enter")
    expect(page.locator("li.segment .said", has_text="Corrigé")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator("li.segment .said", has_text=said)).to_have_count(1)
    # Single letters can be turned off.
    press("?")
    page.locator("#letters").uncheck()
    press("Escape")
    chosen = page.locator("li.statement.chosen").count()
    page.locator("h1").click()
    press("j")
    assert page.locator("li.statement.chosen").count() == chosen


def test_language_and_theme_are_kept(visit: Open, key: str) -> None:
    page = visit("/", key).page
    expect(page.locator("h1")).to_have_text("Consultations")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("link", name="New consultation")).to_be_visible()
    page.get_by_role("button", name="Dark display").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_nothing_is_wider_than_a_telephone(
    visit: Open, clinic: Clinic, key: str, consultation: str
) -> None:
    page = visit("/", key, width=320).page
    for where in ("#/", "#/new", f"#/c/{consultation}"):
        page.goto(f"{clinic.url}/{where}")
        page.wait_for_timeout(1500)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, where
