"""One browser and one service for all tests of the page; a fresh profile for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.clinic import Clinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.browser.chromium import Watched

NEEDED = "the Python package playwright and Debian's chromium; `make browser` installs it"


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.browser.chromium import sample_wav

    return sample_wav(tmp_path_factory.mktemp("microphone") / "consultation.wav")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    pytest.importorskip("playwright", reason=f"NO PLAYWRIGHT: {NEEDED}")
    from tests.browser.chromium import FOUND, running

    if FOUND is None:
        pytest.skip(f"NO CHROMIUM ON THIS MACHINE: {NEEDED}")
    with running(request.getfixturevalue("microphone")) as made:
        yield made


@pytest.fixture(scope="session")
def clinic(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    made = Clinic.open(tmp_path_factory.mktemp("clinic"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def key(clinic: Clinic) -> str:
    return clinic.key("Dr Martin")


@pytest.fixture(scope="session")
def consultation(clinic: Clinic, key: str) -> str:
    """To read only; a test that changes something makes its own."""
    return clinic.consultation(key)


Open = Callable[..., "Watched"]


@pytest.fixture
def visit(browser: Browser, clinic: Clinic) -> Iterator[Open]:
    """``visit("/#/new", key)`` is that page for whoever has this key. The test fails for errors on
    the console, breaches of the policy and requests to any other host."""
    from tests.browser.chromium import Watched

    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def opened(
        where: str,
        key: str | None,
        *,
        width: int = 1280,
        scheme: str = "light",
        locale: str = "fr",
        context: BrowserContext | None = None,
    ) -> Watched:
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
                locale=locale,
                permissions=["microphone"],
                accept_downloads=True,
            )
            contexts.append(context)
        watched = Watched(context, clinic.url)
        pages.append(watched)
        watched.page.goto(clinic.url + where)
        if key is not None:
            watched.page.locator("input[name=key]").fill(key)
            watched.page.locator("main form button").click()
            watched.page.wait_for_selector("#top .who, #top nav", state="attached")
        return watched

    yield opened
    for one in pages:
        one.leave()
    for context in contexts:
        context.close()
    assert [fault for one in pages for fault in one.faults] == []
