"""Our two sample patients: the page in docs/ is what the code writes."""

from __future__ import annotations

import pytest

from tests.golden.synthesis import DOCS, page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_in_the_docs_is_the_codes(language: str) -> None:
    written = (DOCS / f"synthesis-{language}.md").read_text("utf-8")
    assert page(language) == written, "run: python -m tests.golden.synthesis"


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("fr", ("droit", "Aucune allergie connue", "1994", "Ramipril 5 mg", "Amlodipine 5 mg")),
        ("en", ("No known drug allergies", "Right", "Bisoprolol 2.5 mg", "DPYD", "Ramipril 10 mg")),
    ],
)
def test_what_was_written_into_the_samples_is_flagged(language: str, found: tuple[str]) -> None:
    flagged = page(language).partition("## ⚠")[2]
    for words in found:
        assert words in flagged
