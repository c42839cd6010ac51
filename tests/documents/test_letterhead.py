"""A signed note of a service that has no letterhead is the usual case, and nothing comes before its
title."""

from __future__ import annotations

import pytest

from consultation.export.context import DocumentContext
from consultation.export.document import to_pdf
from tests.documents import NOTES, golden, signed


@pytest.mark.parametrize(("language", "template"), NOTES)
def test_a_signed_note_without_a_letterhead_is_written(language: str, template: str) -> None:
    note, talk = golden(language, template)
    bare = DocumentContext(identifier="urn:uuid:0b0b0b0b", timestamp="2026-11-25T00:00:00+00:00")
    assert to_pdf(signed(note), talk, bare).startswith(b"%PDF")
