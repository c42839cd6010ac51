"""A ``Paper`` as a Word document (python-docx)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from consultation.export.paper import Paper, PaperSection, PaperTable

_FONT = "Arial"
_INK, _SOFT = RGBColor(0x1B, 0x26, 0x33), RGBColor(0x5B, 0x67, 0x75)
_ACCENT, _ALERT = RGBColor(0x0B, 0x5C, 0x6B), RGBColor(0xA6, 0x1B, 0x1B)
_WIDE = 16.6
"""Centimetres between the margins."""
_LINE, _SHADE, _PALE_ALERT = "C9D2DA", "EEF3F5", "FBEAEA"


def written(paper: Paper) -> bytes:
    document = Document()
    _page(document)
    _styles(document, paper)
    _properties(document, paper)
    _every_page(document, paper)
    _head(document, paper)
    for section in paper.sections:
        _section(document, section)
    for table in paper.tables:
        document.add_heading(table.heading, level=2)
        _table(document, table)
    _to_review(document, paper)
    _signature(document, paper)
    _sources(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin, page.bottom_margin = Cm(2.2), Cm(2)
    page.header_distance, page.footer_distance = Cm(0.9), Cm(0.9)


def _styles(document: Any, paper: Paper) -> None:
    normal = document.styles["Normal"]
    _font(normal, 10.5, _INK)
    normal.paragraph_format.space_after = Pt(3)
    normal.paragraph_format.line_spacing = 1.12
    language = OxmlElement("w:lang")
    for kind in ("val", "eastAsia"):
        language.set(qn(f"w:{kind}"), "fr-FR" if paper.language == "fr" else "en-GB")
    normal.element.get_or_add_rPr().append(language)
    for name, size, before, after in (("Heading 1", 18, 6, 6), ("Heading 2", 12, 12, 3)):
        heading = document.styles[name]
        _font(heading, size, _ACCENT, bold=True)
        heading.paragraph_format.space_before = Pt(before)
        heading.paragraph_format.space_after = Pt(after)
        heading.paragraph_format.keep_with_next = True
    bullet = document.styles["List Bullet"]
    _font(bullet, 10.5, _INK)
    bullet.paragraph_format.space_after = Pt(2)


def _font(style: Any, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
    style.font.color.rgb, style.font.italic = colour, False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _properties(document: Any, paper: Paper) -> None:
    about = document.core_properties
    about.title, about.author = paper.title[:255], paper.author[:255]
    about.language, about.comments = paper.language, paper.notice[:255]
    about.content_status = paper.words.watermark if paper.banner else "final"
    # As the file says it: in UTC, without a zone.
    made = datetime.fromisoformat(paper.created).astimezone(UTC).replace(tzinfo=None)
    about.created = about.modified = made
    about.last_modified_by = "anamnese"


def _every_page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    if paper.banner:
        line = section.header.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(line, paper.banner, size=9.5, colour=_ALERT, bold=True)
        _shade(line._p.get_or_add_pPr(), _PALE_ALERT)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    about = " · ".join(filter(None, (paper.footer, paper.title, _who(paper))))
    _run(foot, f"{about} · {paper.words.page} ", size=8, colour=_SOFT)
    _field(foot, "PAGE")
    _run(foot, " / ", size=8, colour=_SOFT)
    _field(foot, "NUMPAGES")


def _who(paper: Paper) -> str:
    return next((value for label, value in paper.facts if label == paper.words.patient), "")


def _head(document: Any, paper: Paper) -> None:
    for k, text in enumerate(paper.letterhead):
        line = document.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        _run(line, text, size=13 if k == 0 else 9, colour=_ACCENT if k == 0 else _SOFT, bold=k == 0)
    if paper.letterhead:
        _border(line._p.get_or_add_pPr(), "bottom")
        line.paragraph_format.space_after = Pt(6)
    document.add_heading(paper.title, level=1)
    grid = document.add_table(rows=0, cols=2)
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    for label, value in paper.facts:
        cells = grid.add_row().cells
        _cell(cells[0], label, colour=_SOFT, size=9)
        _cell(cells[1], value, size=10, bold=label == paper.words.patient)
    _widths(grid, (3.8, _WIDE - 3.8))
    notice = document.add_paragraph()
    notice.paragraph_format.space_before, notice.paragraph_format.space_after = Pt(8), Pt(4)
    _run(notice, paper.words.notice + paper.words.colon, size=9, colour=_SOFT, bold=True)
    _run(notice, paper.notice, size=9, colour=_SOFT)
    _shade(notice._p.get_or_add_pPr(), _SHADE)


def _section(document: Any, section: PaperSection) -> None:
    document.add_heading(section.heading, level=2)
    for one in section.statements:
        line = document.add_paragraph(style="List Bullet")
        _run(line, one.text)
        if one.sources:
            marks = _run(line, " " + ", ".join(map(str, one.sources)), size=10.5, colour=_ACCENT)
            marks.font.superscript = True
        if one.remark:
            _run(line, f"  {one.remark}", size=8.5, colour=_SOFT, italic=True)
    if section.empty:
        _run(document.add_paragraph(), section.empty, colour=_SOFT, italic=True)


def _table(document: Any, table: PaperTable) -> None:
    grid = document.add_table(rows=1, cols=len(table.heads))
    for cell, text in zip(grid.rows[0].cells, table.heads, strict=True):
        _cell(cell, text, size=8.5, colour=_SOFT, bold=True)
        _shade(cell._tc.get_or_add_tcPr(), _SHADE)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in table.rows:
        added = grid.add_row()
        kept = OxmlElement("w:cantSplit")
        added._tr.get_or_add_trPr().append(kept)
        for k, (cell, text) in enumerate(zip(added.cells, row, strict=True)):
            _cell(cell, text, size=9, bold=k == 0)
            _border(cell._tc.get_or_add_tcPr(), "bottom", kind="w:tcBorders")
    _widths(grid, [_WIDE * share for share in table.shares])


def _to_review(document: Any, paper: Paper) -> None:
    if paper.to_review:
        document.add_heading(paper.words.to_review, level=2)
    for text in paper.to_review:
        _run(document.add_paragraph(style="List Bullet"), text, colour=_ALERT)


def _signature(document: Any, paper: Paper) -> None:
    document.add_heading(paper.words.signature, level=2)
    for k, text in enumerate(paper.signature):
        line = document.add_paragraph()
        line.paragraph_format.space_after = Pt(0)
        line.paragraph_format.keep_with_next = k + 1 < len(paper.signature)
        colour = _ALERT if paper.banner else (_INK if k == 0 else _SOFT)
        _run(line, text, size=10.5 if k == 0 else 9, colour=colour, bold=k == 0)


def _sources(document: Any, paper: Paper) -> None:
    if paper.sources:
        document.add_heading(paper.words.sources, level=2)
        _run(document.add_paragraph(), paper.words.sources_lead, size=9, colour=_SOFT)
    for one in paper.sources:
        line = document.add_paragraph()
        line.paragraph_format.left_indent = Cm(1.9)
        line.paragraph_format.first_line_indent = Cm(-1.9)
        line.paragraph_format.tab_stops.add_tab_stop(Cm(0.7))
        line.paragraph_format.tab_stops.add_tab_stop(Cm(1.9))
        line.paragraph_format.space_after = Pt(1)
        _run(line, f"{one.number}\t", size=8.5, colour=_ACCENT, bold=True)
        _run(line, f"{one.where}\t{one.who} ", size=8.5, colour=_SOFT)
        _run(line, one.quote, size=8.5)
    made = document.add_paragraph()
    made.paragraph_format.space_before = Pt(8)
    _run(made, paper.made, size=8, colour=_SOFT)


def _run(
    line: Any,
    text: str,
    *,
    size: float | None = None,
    colour: RGBColor | None = None,
    bold: bool = False,
    italic: bool = False,
) -> Any:
    run = line.add_run(text)
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _cell(
    cell: Any, text: str, *, size: float, colour: RGBColor | None = None, bold: bool = False
) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_after = Pt(1)
    _run(line, text, size=size, colour=colour, bold=bold)


def _widths(grid: Any, centimetres: Sequence[float]) -> None:
    grid.autofit = False
    for column, width in zip(grid.columns, centimetres, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _field(line: Any, name: str) -> None:
    """A number that Word counts."""
    for kind in ("begin", "instruction", "separate", "text", "end"):
        run = _run(line, "1" if kind == "text" else "", size=8, colour=_SOFT)
        if kind == "instruction":
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = name
            run._r.append(part)
        elif kind != "text":
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
            run._r.append(part)


def _shade(properties: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:color"), "auto")
    shade.set(qn("w:fill"), colour)
    properties.append(shade)


def _border(properties: Any, side: str, kind: str = "w:pBdr") -> None:
    borders = OxmlElement(kind)
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "4"), ("color", _LINE)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    # The schema wants borders before spacing; Word refuses some files otherwise.
    properties.insert(0 if kind != "w:pBdr" else _after_style(properties), borders)


def _after_style(properties: Any) -> int:
    return sum(1 for child in properties if child.tag in (qn("w:pStyle"), qn("w:keepNext")))
