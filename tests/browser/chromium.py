"""A real Chromium, that of Debian, with our own consultation in front of its microphone."""

from __future__ import annotations

import shutil
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

FOUND = shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLE = Path(__file__).parents[2] / "evaluation" / "samples" / "consult_fr.flac"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def sample_wav(path: Path) -> Path:
    """Our French consultation as the fake microphone reads it: 16 bits, 48 kHz, mono."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    with av.open(str(SAMPLE)) as source, wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                out.writeframes(bytes(part.planes[0])[: part.samples * 2])
    return path


@contextmanager
def running(microphone: Path) -> Iterator[Browser]:
    assert FOUND is not None
    # A machine that does ten other things.
    expect.set_options(timeout=60_000)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=FOUND,
            headless=True,
            args=[*_FLAGS, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        try:
            yield browser
        finally:
            browser.close()


_PASSES = ("status of 429", "status of 503", "ERR_NETWORK_CHANGED")
"""What Chromium writes of a service that asks for another try, and of a machine whose interfaces
change: the page tries again, and a test that it then fails says so."""


class Watched:
    """A page whose faults are kept: errors, breaches of the policy, requests to anybody else."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()
        """Parts of console errors that a test brings about: a network that is cut."""
        self.away: tuple[str, ...] = ()
        """Where the page may lead to besides: an EHR's page to sign in at."""
        # Chromium tells of a breach on the console too; the event says which rule it was.
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (e) =>"
            " console.error('POLICY', e.violatedDirective, e.blockedURI))"
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def leave(self) -> None:
        """No handler of a route is left waiting for a page that is gone: on a busy machine its
        error comes up in whatever is done next."""
        if not self.page.is_closed():
            self.page.unroute_all(behavior="ignoreErrors")

    def _said(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        if kind == "error" and not any(one in text for one in (*self.expected, *_PASSES)):
            where = message.location.get("url", "")  # type: ignore[attr-defined]
            self.faults.append(f"console: {text} ({where})")

    def _asked(self, request: object) -> None:
        address: str = request.url  # type: ignore[attr-defined]
        if not address.startswith((self.url, "blob:", "data:", *self.away)):
            self.faults.append(f"another host: {address}")


def until(page: Page, expression: str, seconds: float = 30.0) -> None:
    """Until it is true. Playwright's own wait needs eval in the page, which its policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(100)
