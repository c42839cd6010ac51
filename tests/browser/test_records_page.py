"""The records page: documents in, a synthesis whose every line opens the words it came from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import until
from tests.browser.clinic import Clinic
from tests.browser.conftest import Open
from tests.browser.test_access import faults
from tests.browser.test_safety import EVIL, nothing_ran

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples" / "records" / "fr"
DOCUMENTS = sorted(SAMPLES.glob("*.txt"))
SEEN = """() => {
  const mark = document.querySelector('.viewer mark').getBoundingClientRect();
  const box = document.querySelector('.viewer-words').getBoundingClientRect();
  return mark.height > 0 && mark.top >= Math.max(0, box.top) - 1
    && mark.bottom <= Math.min(innerHeight, box.bottom) + 1;
}"""


def made_record(clinic: Clinic, key: str, paths: list[Path], **fields: str) -> str:
    with clinic.client(key) as client:
        files = [("file", (path.name, path.read_bytes())) for path in paths]
        answer = client.post("/records", files=files, data={"as_of": "2024-09-01", **fields})
        return clinic.finished(client, answer)


@pytest.fixture(scope="session")
def record(clinic: Clinic, key: str) -> str:
    """To read only."""
    return made_record(clinic, key, DOCUMENTS)


def synthesis(clinic: Clinic, key: str, record: str) -> dict[str, list[dict[str, object]]]:
    with clinic.client(key) as client:
        found: dict[str, list[dict[str, object]]] = client.get(
            f"/records/{record}/syntheses/1"
        ).json()
        return found


def test_from_documents_to_the_words_of_a_line(visit: Open, clinic: Clinic, key: str) -> None:
    page = visit("/", key).page
    page.get_by_role("link", name="Dossiers").click()
    page.get_by_role("link", name="Nouveau dossier").click()
    start = page.get_by_role("button", name="Envoyer et lire")
    expect(start).to_be_disabled()
    page.locator("#documents").set_input_files([str(path) for path in DOCUMENTS[:-1]])
    expect(page.locator(".chosen li")).to_have_count(len(DOCUMENTS) - 1)
    expect(start).to_be_disabled()
    page.locator("#agreed").check()
    page.get_by_label("Référence du patient").fill("P-1")
    start.click()
    page.wait_for_selector(".synthesis", timeout=120_000)
    expect(page.locator("[data-document]")).to_have_count(len(DOCUMENTS) - 1)
    expect(page.locator(".record-line").first).to_be_visible()
    # A line → the document at these very words, lit and in view; Escape goes back to the line.
    button = page.locator("[data-section=treatments] .source-link").first
    quote = button.get_attribute("title")
    button.click()
    expect(page.locator(".viewer mark")).to_have_text(quote or "no quote")
    expect(page.locator(".viewer mark")).to_have_count(1)
    assert page.evaluate(SEEN)
    page.keyboard.press("Escape")
    expect(page.locator(".viewer")).to_be_hidden()
    expect(button).to_be_focused()
    # One document more: a new version, and what it changed with the document that did.
    page.get_by_role("button", name="Ajouter des documents").click()
    page.get_by_role("dialog").locator("#documents").set_input_files(str(DOCUMENTS[-1]))
    page.get_by_role("dialog").locator("button[type=submit]").click()
    changes = page.locator("[data-fold=record-changes]")
    changes.wait_for(timeout=120_000)
    expect(changes.locator("summary")).to_contain_text("depuis la version 1")
    added = changes.locator("li", has_text="Ajouté").first
    expect(added).to_contain_text("09/07/2024")
    expect(added.locator("button.link")).to_contain_text("9 juil. 2024")
    assert changes.locator("li", has=page.locator("button.link")).count() > 1
    expect(page.locator("[data-document]")).to_have_count(len(DOCUMENTS))


def test_every_source_opens_at_its_quote(
    visit: Open, clinic: Clinic, key: str, record: str
) -> None:
    page = visit(f"/#/r/{record}", key).page
    page.wait_for_selector(".synthesis")
    buttons = page.locator(".synthesis .source-link")
    assert buttons.count() > 20
    for button in buttons.all():
        quote = button.get_attribute("title") or ""
        button.click()
        found = page.locator(f".viewer [data-anchor={button.get_attribute('data-anchor')}] mark")
        expect(found).to_have_count(1)
        expect(found).to_have_text(quote)
        assert found.inner_text() == quote
        # Two lines may rest on the same words: they are there before the second press is answered.
        until(page, SEEN)


def test_both_sides_events_and_values(visit: Open, clinic: Clinic, key: str, record: str) -> None:
    told = synthesis(clinic, key, record)
    page = visit(f"/#/r/{record}", key).page
    page.wait_for_selector(".synthesis")
    sides = page.locator("[data-fold=record-conflicts] li .side")
    assert told["conflicts"]
    assert sides.count() == 2 * len(told["conflicts"])
    for number in range(2):
        assert sides.nth(number).locator("q").inner_text()
        sides.nth(number).locator(".source-link").first.click()
        expect(page.locator(".viewer mark")).to_have_text(
            sides.nth(number).locator("q").first.inner_text()
        )
    marks = page.locator(".timeline .event:not(.is-document)")
    expect(marks).to_have_count(len(told["timeline"]))
    # By keyboard: one stop, arrows between, Enter opens.
    page.locator(".timeline .event[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    second = page.locator(".timeline .event:focus")
    expect(page.locator(".plot-caption")).to_have_text(second.get_attribute("aria-label") or "-")
    page.keyboard.press("Enter")
    expect(page.locator(".viewer")).to_be_visible()
    page.locator(".timeline summary").click()
    rows = page.locator(".timeline-table tbody tr")
    expect(rows).to_have_count(len(told["timeline"]))
    for event, text in zip(told["timeline"], rows.all_inner_texts(), strict=True):
        assert str(event["text"]) in text
    page.get_by_role("button", name="3 dernières années").click()
    assert 0 < marks.count() < len(told["timeline"])
    creatinine = page.locator("figure", has_text="Créatinine")
    expect(creatinine).to_contain_text("µmol/L")
    expect(creatinine.locator(".event")).to_have_count(3)
    expect(creatinine.locator("text.value").last).to_have_text("121")
    heights = [float(one.get_attribute("cy") or 0) for one in creatinine.locator("circle").all()]
    assert heights == sorted(heights, reverse=True), "88, 104, 121 rise"
    creatinine.locator(".event").last.click()
    expect(page.locator(".viewer mark")).to_contain_text("121")


def test_another_template_and_what_could_not_be_read(
    visit: Open, clinic: Clinic, key: str, tmp_path: Path
) -> None:
    broken = tmp_path / "abîmé.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing of it")
    made = made_record(clinic, key, [*DOCUMENTS[:2], broken])
    page = visit(f"/#/r/{made}", key).page
    refused = page.locator("[data-document]", has_text="abîmé.pdf")
    expect(refused).to_contain_text("Non lu")
    expect(refused.locator("code")).to_have_text(re.compile("[a-z]+_[a-z]+"))
    page.get_by_role("button", name="Fiche RCP").click()
    chip = page.locator(".chip[aria-pressed=true]", has_text="Fiche RCP")
    chip.wait_for(timeout=120_000)
    expect(page.locator("#synthesis-title")).to_contain_text("RCP")
    page.get_by_role("button", name="Synthèse médicale").click()
    page.locator(".chip[aria-pressed=true]", has_text="Synthèse médicale").wait_for()


def test_names_and_words_of_documents_are_only_text(
    visit: Open, clinic: Clinic, key: str, tmp_path: Path
) -> None:
    evil = tmp_path / "<img src=x onerror=window.ran=1>.txt"
    # Signs beyond 16 bits before the quote: its offsets count characters.
    evil.write_text(
        f"Consultation du 03/02/2024\n\n🩺🩺 {EVIL} Traitement : Amlodipine 5 mg le matin {EVIL}.\n"
        "\n"
        f"Allergie à la pénicilline {EVIL}.\n", "utf-8",
    )  # fmt: skip
    page = visit("/#/records/new", key).page
    page.locator("#agreed").check()
    page.locator("#documents").set_input_files(str(evil))
    assert "onerror" in page.locator(".chosen").inner_text()
    page.get_by_role("button", name="Envoyer et lire").click()
    page.wait_for_selector(".synthesis", timeout=120_000)
    page.locator("[data-document] button.link").click()
    assert EVIL in page.locator(".viewer-words").inner_text()
    for button in page.locator(".source-link:visible").all():
        button.click()
        expect(page.locator(".viewer mark")).to_have_text(button.get_attribute("title") or "-")
    nothing_ran(page)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_axe_and_width(
    visit: Open, clinic: Clinic, key: str, record: str, scheme: str, width: int
) -> None:
    found: dict[str, list[str]] = {}
    page = visit("/#/records", key, scheme=scheme, width=width).page
    page.wait_for_selector(".rows .about:not(:empty)")
    look(page, "list", found)
    page.goto(f"{clinic.url}/#/records/new")
    page.locator("#documents").set_input_files(str(DOCUMENTS[0]))
    look(page, "new", found)
    page.goto(f"{clinic.url}/#/r/{record}")
    page.wait_for_selector(".synthesis")
    folded = page.locator("details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    look(page, "record", found)
    page.locator(".synthesis .source-link").first.click()
    page.wait_for_selector(".viewer mark")
    assert page.evaluate(SEEN)
    look(page, "viewer", found)
    page.get_by_role("button", name="Fermer").click()
    page.get_by_role("button", name="Ajouter des documents").click()
    look(page, "add", found)
    assert {where: what for where, what in found.items() if what} == {}


def look(page: Page, name: str, found: dict[str, list[str]]) -> None:
    page.wait_for_timeout(400)
    found[name] = faults(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        found[name].append(f"wider than the window by {wide} px")


def test_others_see_no_record(visit: Open, clinic: Clinic, record: str) -> None:
    watched = visit("/#/records", clinic.key("Dr Petit", "a third clinic"))
    watched.page.wait_for_selector(".end-of-list .empty")
    watched.expected = ("404",)
    watched.page.goto(f"{clinic.url}/#/r/{record}")
    expect(watched.page.locator("main")).to_contain_text("n’existe pas")
    until(watched.page, "document.querySelectorAll('.record-line').length === 0")


def test_words_that_ocr_read_are_marked_where_they_stand(
    visit: Open, clinic: Clinic, key: str, record: str
) -> None:
    """The answer of the service with what it says of a scan: no tesseract is needed."""
    page = visit(f"/#/r/{record}", key).page
    page.wait_for_selector(".synthesis")

    def scanned(route: Route) -> None:
        answer = route.fetch()
        read = answer.json()
        sure, silent = read["paragraphs"][:2]
        sure["ocr"] = {"confidence": 0.874, "lowest": 0.31, "doubtful": ["pénicil1ine"]}
        silent["ocr"] = {"confidence": None, "lowest": None, "doubtful": []}
        route.fulfill(response=answer, json=read)

    page.route(re.compile(r"/documents/d\d+$"), scanned)
    page.locator("[data-section=treatments] .source-link").first.click()
    expect(page.locator(".viewer .ocr")).to_have_text(
        ["lu par OCR, sûr à 87 % · mots douteux : pénicil1ine", "lu par OCR"]
    )
