"""How quick the page is with an hour of consultation: python -m tests.browser.measure

An hour and 10,000 words: our sample again and again. Printed, not asserted: a clock is no test.
"""

from __future__ import annotations

import statistics
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Page

from consultation.transcript import Segment, Transcript
from jobs.store import access, artefacts
from jobs.store.store import open_store
from tests.browser.chromium import Watched, running, sample_wav
from tests.browser.clinic import Clinic

HOUR = 3600
TIMES = 45
_WATCH = """
window.long = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => window.long.push(e.duration)))
  .observe({ type: "longtask", buffered: true });
"""
_SCROLL = """() => new Promise((done) => {
  const box = document.querySelector(".transcript-scroll"), frames = [];
  let last = performance.now(), step = 0;
  const next = (now) => {
    frames.push(now - last);
    last = now;
    box.scrollTo({ top: (box.scrollHeight * step++) / 240, behavior: "instant" });
    if (step <= 240) requestAnimationFrame(next);
    else done(frames.slice(1));
  };
  requestAnimationFrame(next);
})"""
_PAINTED = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""


def hour(folder: Path) -> Path:
    """The sample until an hour is full, as Opus."""
    with wave.open(str(sample_wav(folder / "once.wav"))) as file:
        once = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    path = folder / "hour.ogg"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 32_000
        for number in range(0, HOUR * 48_000, 48_000):
            part = once.take(range(number, number + 48_000), mode="wrap")
            frame = av.AudioFrame.from_ndarray(part[None, :], format="s16", layout="mono")
            frame.sample_rate = 48_000
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def lengthen(clinic: Clinic, consultation: str) -> None:
    """The transcript TIMES over, in its hour: no recogniser and no writer is what is measured."""
    store = open_store(clinic.settings, migrate=False)
    with store.database.write() as session:
        org = access.organisation(session, "clinic")
        where = {"org_id": org, "consultation_id": consultation, "kind": artefacts.TRANSCRIPT}
        stored = artefacts.get(session, store.ring, **where)
        assert stored is not None
        said = Transcript.model_validate_json(stored.content)
        long = said.model_copy(update={"segments": tuple(repeated(said)), "turns": ()})
        artefacts.put(session, store.ring, content=long.to_json().encode(), **where)
    store.close()


def repeated(said: Transcript) -> Iterator[Segment]:
    for again in range(TIMES):
        for place, segment in enumerate(said.segments, start=1):
            words = tuple(
                word.model_copy(
                    update={
                        "start": (word.start + again * HOUR) / TIMES,
                        "end": (word.end + again * HOUR) / TIMES,
                    }
                )
                for word in segment.words
            )
            name = f"s{again * len(said.segments) + place:04d}"
            yield segment.model_copy(update={"id": name, "words": words})


def longest(page: Page) -> str:
    tasks = page.evaluate("window.long.splice(0)")
    return f"long tasks {len(tasks)}, longest {max(tasks, default=0):.0f} ms"


def measure(page: Page, url: str, consultation: str, key: str) -> None:
    page.goto(url)
    page.wait_for_selector("form")
    print(f"first paint of the first page: {page.evaluate(_PAINTED):.0f} ms")
    page.locator("input[name=key]").fill(key)
    page.locator("main form button").click()
    page.wait_for_selector(".rows .badge")
    page.evaluate("window.long.splice(0)")
    page.evaluate(f"window.began = performance.now(); location.hash = '#/c/{consultation}'")
    page.wait_for_selector("li.segment:last-child", state="attached", timeout=120_000)
    shown = page.evaluate("performance.now() - window.began")
    words = page.evaluate("document.querySelectorAll('.w').length")
    print(f"{words} words shown after {shown:.0f} ms; {longest(page)}")
    page.wait_for_selector(".player[data-ready]", timeout=120_000)
    print(f"recording ready; {longest(page)}")
    frames = page.evaluate(_SCROLL)
    print(
        f"scrolled from end to end in 240 frames: median {statistics.median(frames):.0f} ms,"
        f" worst {max(frames):.0f} ms; {longest(page)}"
    )
    page.evaluate("document.getElementById('audio').playbackRate = 2")
    page.locator(".player button.round").click()
    page.wait_for_timeout(20_000)
    print(f"followed 40 s of playback at double speed; {longest(page)}")
    page.locator("button.words").last.click()
    page.wait_for_timeout(1500)
    print(f"a statement chosen, its passage shown; {longest(page)}")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        clinic = Clinic.open(folder)
        try:
            key = clinic.key("measure")
            consultation = clinic.consultation(key, hour(folder), seconds=1800)
            lengthen(clinic, consultation)
            with running(folder / "once.wav") as browser:
                context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
                context.add_init_script(_WATCH)
                measure(Watched(context, clinic.url).page, clinic.url, consultation, key)
        finally:
            clinic.close()


if __name__ == "__main__":
    main()
