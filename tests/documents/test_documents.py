"""DOCX and PDF, opened by software that is not ours."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from hypothesis import HealthCheck, Phase, given, settings

from consultation.export.document import to_docx, to_pdf
from consultation.export.plain import to_plain
from consultation.signoff import NoteVersion
from consultation.summary import Fact, Undocumented
from tests.documents import CONTEXT, NOTES, draft, golden, signed
from tests.documents.made_up import HOSTILE, TALK, versions

MADE_UP = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def pdf_pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [flat(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def flat(text: str) -> str:
    """Lines break elsewhere in each format, and PDF readers put hyphens' marks at some."""
    return " ".join(text.replace("\ufffe", "-").split())


def bare(text: str) -> str:
    """Without spaces and hyphens: a line that ends in one is read as a word."""
    return re.sub(r"[\s\u0002\ufffe-]", "", text)


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [c.text for table in document.tables for row in table.rows for c in row.cells]
    return flat("\n".join(lines))


@pytest.mark.parametrize(("language", "template"), NOTES)
def test_each_statement_and_quote_is_there(language: str, template: str) -> None:
    note, talk = golden(language, template)
    for version in (draft(note), signed(note)):
        printed = " ".join(pdf_pages(to_pdf(version, talk, CONTEXT)))
        word = docx_text(to_docx(version, talk, CONTEXT))
        for statement in note.statements():
            assert flat(statement.text) in word
            assert bare(statement.text) in bare(printed)
            for evidence in statement.evidence:
                assert flat(evidence.quote) in word
                assert bare(evidence.quote) in bare(printed)
        for row in note.treatments:
            assert row.drug in word
        for shown in (word, printed):
            assert "ESSAI Anne Marie" in shown
            assert "Cabinet médical des Tilleuls" in shown


@pytest.mark.parametrize(
    ("language", "template", "banner", "mark"),
    [
        ("fr", "compte-rendu", "BROUILLON ÉCRIT PAR UNE IA, NON SIGNÉ", "BROUILLON"),
        ("en", "soap", "DRAFT WRITTEN BY AI, NOT SIGNED", "DRAFT"),
    ],
)
def test_every_page_of_a_draft_says_so_and_none_of_what_is_signed(
    language: str, template: str, banner: str, mark: str
) -> None:
    note, talk = golden(language, template)
    pages = pdf_pages(to_pdf(draft(note), talk, CONTEXT))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert banner in page
        assert page.count(mark) >= 2  # The banner and the watermark.
        assert f"Page{number}/{len(pages)}" in bare(page)
    header = Document(io.BytesIO(to_docx(draft(note), talk, CONTEXT))).sections[0].header
    assert banner in header.paragraphs[0].text
    pages = pdf_pages(to_pdf(signed(note), talk, CONTEXT))
    assert not any(mark in page for page in pages)
    word = docx_text(to_docx(signed(note), talk, CONTEXT))
    for shown in (" ".join(pages), word):
        assert "Dr Claire Exemple" in shown
        assert signed(note).content_sha256 in shown.replace(" ", "")
        assert ("intelligence artificielle" if language == "fr" else "artificial") in shown


def test_a_draft_lists_what_was_said_and_is_not_in_it() -> None:
    note, talk = golden("fr", "compte-rendu")
    evidence = note.statements()[0].evidence
    said = Undocumented(fact=Fact.allergy, rank=1, text="allergie aux noix", evidence=evidence)
    note = note.model_copy(update={"undocumented": (said,)})
    assert "allergie aux noix" in docx_text(to_docx(draft(note), talk, CONTEXT))
    assert "allergie aux noix" in " ".join(pdf_pages(to_pdf(draft(note), talk, CONTEXT)))
    assert "allergie aux noix" not in docx_text(to_docx(signed(note), talk, CONTEXT))


def test_language_title_and_author_are_in_the_files() -> None:
    note, talk = golden("fr", "compte-rendu")
    content = to_pdf(signed(note), talk, CONTEXT)
    document = pypdfium2.PdfDocument(content)
    titles = [one.get_title() for one in document.get_toc()]
    document.close()
    # PDF/A has them as XMP alone.
    assert b">Compte rendu de consultation</rdf:li>" in content
    assert b"Dr Claire Exemple</rdf:li>" in content
    assert "Allergies et intolérances" in titles
    assert b"/Lang (fr-FR)" in content
    assert b"pdfaid:part" in content
    properties = Document(io.BytesIO(to_docx(signed(note), talk, CONTEXT))).core_properties
    assert (properties.title, properties.language) == ("Compte rendu de consultation", "fr")


@given(version=versions())
@MADE_UP
def test_made_up_notes_open(version: NoteVersion) -> None:
    assert docx_text(to_docx(version, TALK, CONTEXT))
    assert pdf_pages(to_pdf(version, TALK, CONTEXT))
    assert to_plain(version, TALK, CONTEXT).isprintable() is False  # It has lines.


def test_hostile_text_stays_text() -> None:
    note, talk = golden("en", "soap")
    section = note.sections[0]
    statement = section.statements[0]
    nasty = tuple(
        statement.model_copy(update={"id": f"subjective.{n}", "text": text})
        for n, text in enumerate(HOSTILE)
    )
    changed = section.model_copy(update={"heading": HOSTILE[0], "statements": nasty})
    note = note.model_copy(update={"sections": (changed, *note.sections[1:])})
    word = docx_text(to_docx(draft(note), talk, CONTEXT))
    printed = " ".join(pdf_pages(to_pdf(draft(note), talk, CONTEXT)))
    for shown in (word, printed):
        assert "<script>alert(1)</script>" in shown
        assert "\u202e" not in shown
    plain = to_plain(draft(note), talk, CONTEXT)
    assert all(c == "\n" or ord(c) >= 32 for c in plain)


def test_a_statement_and_its_sources_are_on_one_page() -> None:
    """Whatever the length of what stands before; and the foot keeps its place."""
    note, talk = golden("en", "soap")
    section = note.sections[0]
    one = section.statements[0]
    for extra in range(30, 36):
        many = tuple(
            one.model_copy(update={"id": f"subjective.{n}", "text": f"No {n} begins. " * 5})
            for n in range(extra)
        )
        longer = note.model_copy(
            update={"sections": (section.model_copy(update={"statements": many}),)}
        )
        for page in pdf_pages(to_pdf(draft(longer), talk, CONTEXT)):
            for n in range(extra):
                assert bare(page).count(bare(f"No {n} begins.")) in (0, 5)
            head = bare(page).removeprefix("DRAFT")
            assert head.startswith("DRAFTWRITTENBYAI,NOTSIGNED—nottobecirculated")


def test_a_letter_that_the_font_lacks_is_seen_to_be_missing() -> None:
    note, talk = golden("en", "soap")
    note = note.model_copy(update={"title": "Note 漢"})
    assert "Note \u25a1" in " ".join(pdf_pages(to_pdf(draft(note), talk, CONTEXT)))


@pytest.mark.slow
def test_libreoffice_and_poppler_open_them(tmp_path: Path) -> None:
    office, poppler = shutil.which("soffice"), shutil.which("pdftoppm")
    if not poppler:
        pytest.skip("NO POPPLER: make test-documents installs it")
    for language, template in (("fr", "compte-rendu"), ("en", "soap")):
        note, talk = golden(language, template)
        (tmp_path / f"{language}.pdf").write_bytes(to_pdf(draft(note), talk, CONTEXT))
        (tmp_path / f"{language}-word.docx").write_bytes(to_docx(draft(note), talk, CONTEXT))
    if office:
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        subprocess.run(
            [office, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path,
             *sorted(tmp_path.glob("*.docx"))],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
    files = sorted(tmp_path.glob("*.pdf"))
    assert len(files) == (4 if office else 2)
    for file in files:
        drawn = subprocess.run(
            [poppler, "-r", "40", "-png", file, file.with_suffix("")],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        assert drawn.stderr == b""
        assert list(tmp_path.glob(f"{file.stem}-*.png"))
        note, _ = golden(file.stem[:2], "compte-rendu" if file.stem[:2] == "fr" else "soap")
        printed = bare("".join(pdf_pages(file.read_bytes())))
        for statement in note.statements():
            assert bare(statement.text) in printed
    if not office:
        pytest.skip("NO LIBREOFFICE: DOCX was not opened; make test-documents installs it")
