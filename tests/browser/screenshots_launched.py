"""What only some services have: a launch from an EHR, and words while they are spoken."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, Page

from tests.browser.clinic import Clinic
from tests.service.conftest import free_port
from tests.service.launching import smart
from tests.service.smart_ehr import smart_ehr

PICTURES = (
    (1280, 800, "light", "fr"),
    (375, 780, "dark", "fr"),
)


class Camera(Protocol):
    def __call__(self, page: Page, name: str) -> None: ...


def take_launched(browser: Browser, folder: Path, take: Camera) -> None:
    port = free_port()
    with smart_ehr() as ehr:
        folder.mkdir()
        clinic = Clinic.open(
            folder,
            port=port,
            **smart(ehr, f"http://127.0.0.1:{port}", standalone=True),
            live_sessions=1,
        )
        try:
            for width, height, scheme, locale in PICTURES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    locale=locale,
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.set_default_timeout(120_000)
                page.goto(clinic.url)
                page.get_by_role("link", name="Orbis").wait_for()
                take(page, f"sign-in-ehr-{width}-{scheme}-{locale}")
                page.goto(f"{clinic.url}/smart/launch?iss={ehr.iss}&launch={ehr.launch()}")
                page.locator("#top .launched").wait_for()
                page.locator("#agreed").check()
                page.get_by_role("button", name="Enregistrer", exact=True).click()
                page.locator(".live-words", has_text="Bonjour").wait_for()
                page.wait_for_timeout(9000)
                page.evaluate(
                    "window.scrollTo(0, innerWidth < 600 ? document.body.scrollHeight : 0)"
                )
                take(page, f"live-words-{width}-{scheme}-{locale}")
                page.get_by_role("button", name="Terminer et envoyer").click()
                page.wait_for_url("**/#/c/con_*")
                context.close()
        finally:
            clinic.close()
