"""PDF, by pypdfium2: characters with their boxes → lines, columns and tables → blocks."""

from __future__ import annotations

import ctypes
import re
import threading
from typing import Any

from consultation.document_errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    ScannedDocument,
    TooManyPages,
    missing_library,
)
from consultation.documents import DocumentFormat
from records.blocks import Block, Reading, cleaned
from records.limits import Limits
from records.ocr import Ocr, Seen, blocks_seen
from records.readers.pdf_layout import append, page_blocks
from records.readers.pdf_repeats import without_repeats
from records.readers.pdf_words import Char, Line, lines_of

_LOCK = threading.Lock()
"""PDFium is not safe for threads."""
_FEW = 8
"""Characters: a page with fewer has no text worth the name."""
_ERROR_PASSWORD = 4


def read_pdf(data: bytes, limits: Limits, ocr: Ocr | None = None) -> Reading:
    """Raises EncryptedDocument, TooManyPages, ScannedDocument, EmptyDocument, DamagedDocument."""
    try:
        import pypdfium2 as pdfium
    except ImportError:
        raise missing_library() from None
    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) == _ERROR_PASSWORD or "assword" in str(error):
                raise EncryptedDocument("a PDF with a password") from None
            raise DamagedDocument("not a whole PDF") from None
        try:
            return _read(document, limits, ocr)
        except pdfium.PdfiumError:
            raise DamagedDocument("a page of the PDF is damaged") from None
        finally:
            document.close()


def _read(document: Any, limits: Limits, ocr: Ocr | None) -> Reading:
    count = len(document)
    if count > limits.pages:
        raise TooManyPages("more pages than one document may have")
    pages: list[list[Line]] = []
    sizes: list[tuple[float, float]] = []
    seen: dict[int, Seen] = {}
    unreadable: list[int] = []
    room = 2 * limits.characters
    for index in range(count):
        page = document[index]
        try:
            letters = _characters(page, room)
            room -= len(letters)
            lines = lines_of(letters)
            if sum(len(word.text) for line in lines for word in line.words) < _FEW:
                if _has_picture(page):
                    found = ocr(_png(page)) if ocr else Seen("")
                    if found.text.strip():
                        seen[index] = found
                    else:
                        unreadable.append(index + 1)
                elif not any(line.words for line in lines):
                    lines = []
            pages.append(lines)
            sizes.append(page.get_size())
        finally:
            page.close()
    if not any(pages) and not seen:
        if unreadable:
            raise ScannedDocument("the pages of this PDF are pictures")
        raise EmptyDocument("the PDF has no text")
    blocks: list[Block] = []
    for index, lines in enumerate(without_repeats(pages, [height for _, height in sizes])):
        if index in seen:
            blocks.extend(blocks_seen(seen[index], index + 1))
        else:
            append(blocks, page_blocks(lines, index + 1))
    warnings = []
    if unreadable:
        warnings.append(f"scanned pages without text: {_ranges(unreadable)}")
    if seen:
        warnings.append(f"pages read by OCR: {_ranges([index + 1 for index in seen])}")
    metadata = document.get_metadata_dict(skip_empty=True)
    return Reading(
        DocumentFormat.pdf,
        tuple(blocks),
        title=""
        if _is_file_name(metadata.get("Title", ""))
        else cleaned(metadata.get("Title", "")),
        author=cleaned(metadata.get("Author", "")),
        made=_made(metadata.get("CreationDate", "")),
        pages=count,
        warnings=tuple(warnings),
    )


def _characters(page: Any, most: int) -> list[Char]:
    """Boxes in points from the lower left. Loose boxes share a baseline, whatever letters."""
    import pypdfium2.raw as raw

    textpage = page.get_textpage()
    try:
        box = raw.FS_RECTF()
        tight = [ctypes.c_double() for _ in range(4)]
        found: list[Char] = []
        if textpage.count_chars() > most:
            raise DocumentTooLarge("more text than one document may hold")
        for index in range(textpage.count_chars()):
            code = raw.FPDFText_GetUnicode(textpage, index)
            letter = "-" if code in (0x02, 0xFFFE) else chr(code) if 0 < code < 0x110000 else ""
            if not letter or 0xD800 <= code < 0xE000:
                continue
            letter = "•" if 0xF020 <= code <= 0xF0FF else letter  # a bullet of a symbol font
            if letter.isspace() or (code < 32 and code != 0x02):
                found.append(Char(" ", 0, 0, 0, 0))
                continue
            if not raw.FPDFText_GetLooseCharBox(textpage, index, box):
                continue
            raw.FPDFText_GetCharBox(textpage, index, *tight)
            left, right = min(box.left, tight[0].value), max(box.right, tight[1].value)
            if code in (0x02, 0xFFFE) and right <= left:
                found.append(Char("-", 0, 0, 0, 0))
                continue
            found.append(Char(letter, left, right, box.bottom, box.top))
        return found
    finally:
        textpage.close()


def _has_picture(page: Any) -> bool:
    import pypdfium2.raw as raw

    kinds = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING)
    return any(True for _ in page.get_objects(filter=kinds, max_depth=2))


def _png(page: Any) -> bytes:
    import io

    image = page.render(scale=200 / 72).to_pil()
    held = io.BytesIO()
    image.save(held, format="PNG")
    return held.getvalue()


def _made(text: str) -> str | None:
    match = re.match(r"D:((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", text)
    return "-".join(match.groups()) if match else None


def _is_file_name(title: str) -> bool:
    return bool(re.search(r"(?i)\.\w{2,4}$|^untitled|^microsoft word|^document\d*$", title.strip()))


def _ranges(pages: list[int]) -> str:
    """1-3, 7"""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
