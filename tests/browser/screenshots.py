"""Pictures of every page, for docs/screenshots: python -m tests.browser.screenshots [FOLDER]

They are to be looked at by a person. What is seen is our own invented consultation.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.chromium import Watched, running, sample_wav
from tests.browser.clinic import Clinic
from tests.browser.screenshots_launched import take_launched
from tests.browser.seeds import batch, fails, persons

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
RECORD = Path(__file__).parents[2] / "evaluation" / "samples" / "records" / "fr"
COLOURS = 160
"""Of the palette: pages have few, and the files become a quarter."""


class Album:
    def __init__(self, browser: Browser, clinic: Clinic, folder: Path) -> None:
        self.browser, self.clinic, self.folder = browser, clinic, folder
        self.key = clinic.key("Dr Martin")
        self.consultation = clinic.consultation(self.key)

    def page(self, width: int, height: int, scheme: str, locale: str, key: str | None) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=locale,
            reduced_motion="reduce",
        )
        page = Watched(context, self.clinic.url).page
        page.goto(self.clinic.url)
        if key:
            page.locator("input[name=key]").fill(key)
            page.locator("main form button").click()
            page.wait_for_selector(".rows, .empty", state="attached")
        return page

    def go(self, page: Page, where: str, wanted: str) -> None:
        page.goto(f"{self.clinic.url}/#/{where}")
        page.wait_for_selector(wanted)
        page.wait_for_timeout(800)

    def take(self, page: Page, name: str) -> None:
        page.wait_for_timeout(400)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)
        print(name, (self.folder / f"{name}.png").stat().st_size)

    def desk(self, page: Page) -> None:
        self.go(page, f"c/{self.consultation}", ".player[data-ready]")


def wrong_dose(album: Album) -> None:
    """A statement that code refuses, so that its check is seen."""
    with album.clinic.client(album.key) as client:
        path = f"/consultations/{album.consultation}/notes/compte-rendu"
        found = client.get(path)
        said = [one for part in found.json()["note"]["sections"] for one in part["statements"]]
        one = next(one for one in said if "lévothyroxine" in one["text"])
        text = one["text"].replace("soixante-quinze", "sept cent cinquante")
        change = {"changes": [{"op": "edit", "statement": one["id"], "text": text}]}
        headers = {"If-Match": found.headers["ETag"]}
        client.patch(path, json=change, headers=headers).raise_for_status()


def take_all(album: Album) -> None:
    page = album.page(375, 780, "dark", "en", None)
    album.take(page, "sign-in-375-dark-en")
    page = album.page(375, 780, "light", "fr", album.key)
    album.go(page, "new", ".stage .drop")
    page.locator("#agreed").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector(".recorder")
    page.wait_for_timeout(4000)
    page.locator(".stage").scroll_into_view_if_needed()
    album.take(page, "recording-375-light-fr")
    page.get_by_role("button", name="Terminer").click()
    page.wait_for_selector(".progress li.now")
    album.take(page, "progress-375-light-fr")
    page.wait_for_selector(".statement", timeout=120_000)
    wrong_dose(album)

    page = album.page(1280, 800, "light", "fr", album.key)
    page.wait_for_selector(".badge.warn")
    album.take(page, "list-1280-light-fr")
    album.go(page, "new", ".stage .drop")
    album.take(page, "new-1280-light-fr")
    album.desk(page)
    page.locator("button.words", has_text="vertiges").click()
    page.wait_for_timeout(1500)
    page.keyboard.press(" ")
    album.take(page, "consultation-1280-light-fr")

    page = album.page(1280, 1100, "light", "fr", album.key)
    album.desk(page)
    page.locator("[data-key=context]").click()
    page.wait_for_selector("dialog [name=family]")
    album.take(page, "identity-1280-light-fr")
    page = album.page(375, 780, "dark", "fr", album.key)
    album.desk(page)
    page.locator("[data-key=context]").click()
    page.wait_for_selector("dialog [name=family]")
    album.take(page, "identity-375-dark-fr")

    page = album.page(1280, 800, "dark", "en", album.key)
    album.desk(page)
    page.keyboard.press("c")
    page.locator(".check.bad button").first.scroll_into_view_if_needed()
    page.locator(".check.bad button").first.click()
    album.take(page, "resolve-1280-dark-en")

    page = album.page(375, 780, "dark", "fr", album.key)
    album.desk(page)
    page.locator("button.words", has_text="nausées").click()
    album.take(page, "note-375-dark-fr")
    page.get_by_role("tab", name="Paroles").click()
    album.take(page, "transcript-375-dark-fr")

    page = album.page(2560, 1440, "light", "en", album.key)
    album.desk(page)
    page.locator("button.words", has_text="allergique").click()
    page.locator("[data-fold=treatments] summary").click()
    album.take(page, "consultation-2560-light-en")

    records(album)

    administration(album)


def administration(album: Album) -> None:
    """With failures of both kinds, batches and people, so that there is something to be done."""
    for code in ("engine_process_ended", "no_speech"):
        fails(album.clinic, album.clinic.consultation(album.key), code)
    key = album.clinic.key("Service informatique", role="admin")
    persons(album.clinic)
    batch(album.clinic, album.key, [album.consultation])
    batch(album.clinic, album.key, [album.clinic.consultation(album.key)], missing=3)
    page = album.page(1280, 800, "light", "en", key)
    for name in ("overview", "jobs", "keys", "batches"):
        album.go(page, f"admin/{name}", f"#admin-{name} table")
        if name == "batches":
            page.get_by_text("4 / 4").wait_for()
        album.take(page, f"administration-{name}-1280-light-en")
    page = album.page(1280, 800, "dark", "fr", key)
    album.go(page, "admin/audit", "#admin-audit table")
    page.get_by_role("button", name="Vérifier la chaîne").click()
    page.get_by_text("Chaîne intacte").wait_for()
    album.take(page, "administration-audit-1280-dark-fr")
    album.go(page, "admin/people", "#admin-people table")
    album.take(page, "administration-people-1280-dark-fr")
    page = album.page(375, 780, "light", "fr", key)
    for name in ("storage", "batches", "people"):
        album.go(page, f"admin/{name}", f"#admin-{name} table")
        album.take(page, f"administration-{name}-375-light-fr")


def records(album: Album) -> None:
    """Our invented record; what a line rests on is open beside it."""
    with album.clinic.client(album.key) as client:
        files = [("file", (path.name, path.read_bytes())) for path in sorted(RECORD.glob("*.txt"))]
        answer = client.post("/records", files=files, data={"as_of": "2024-09-01"})
        album.clinic.finished(client, answer)
    record = answer.json()["record_id"]
    page = album.page(1280, 1400, "light", "fr", album.key)
    album.go(page, f"r/{record}", ".synthesis")
    page.locator("[data-fold=record-conflicts] .source-link").nth(1).click()
    page.wait_for_selector(".viewer mark")
    album.take(page, "record-1280-light-fr")
    page = album.page(375, 780, "dark", "fr", album.key)
    album.go(page, f"r/{record}", ".synthesis")
    page.locator("[data-section=treatments] .source-link").first.click()
    page.wait_for_selector(".viewer mark")
    album.take(page, "record-375-dark-fr")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        clinic = Clinic.open(Path(place), scripted_seconds=2.0)
        try:
            with running(sample_wav(Path(place) / "microphone.wav")) as browser:
                album = Album(browser, clinic, folder)
                take_all(album)
                take_launched(browser, Path(place) / "launched", album.take)
        finally:
            clinic.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
