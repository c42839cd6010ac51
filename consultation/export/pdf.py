"""A ``Paper`` as PDF/A (fpdf2), with embedded letters of our own (``fonts/``)."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

from fpdf import FPDF, FontFace, TextStyle
from fpdf.enums import CharVPos, DocumentCompliance, MethodReturnValue, TableBordersLayout
from fpdf.fonts import TTFFont

from consultation.export.paper import Paper, PaperSection, PaperStatement, PaperTable

_INK, _SOFT, _ACCENT = (27, 38, 51), (91, 103, 117), (11, 92, 107)
_ALERT, _PALE_ALERT = (166, 27, 27), (251, 234, 234)
_SHADE, _LINE, _FAINT = (238, 243, 245), (201, 210, 218), (238, 240, 242)
_SIDE, _TOP, _BOTTOM = 22.0, 18.0, 15.0
"""Margins, in millimetres."""
_TALL = 100.0
"""Millimetres."""
_NO_GLYPH = "\u25a1"


def written(paper: Paper) -> bytes:
    pdf = _Sheet(paper)
    pdf.add_page()
    _head(pdf, paper)
    for section in paper.sections:
        _section(pdf, section)
    for table in paper.tables:
        _table(pdf, table)
    _to_review(pdf, paper)
    _signature(pdf, paper)
    _sources(pdf, paper)
    return bytes(pdf.output())


class _Sheet(FPDF):
    """Pages with a banner and a watermark while it is a draft, and a line at the foot."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4", enforce_compliance=DocumentCompliance.PDFA_3U)
        self._paper = paper
        self.c_margin = 0  # Text begins where lines and boxes do.
        self.set_margins(_SIDE, _TOP, _SIDE)
        self.set_auto_page_break(True, _BOTTOM)
        with as_file(files("consultation.export") / "fonts") as folder:
            for style, name in (("", "Regular"), ("B", "Bold"), ("I", "Italic")):
                self.add_font("Inter", style, folder / f"Inter-{name}.ttf")
        letters = self.fonts["inter"]
        assert isinstance(letters, TTFFont)
        self._drawn = set(letters.cmap)
        self.set_lang("fr-FR" if paper.language == "fr" else "en-GB")
        self.set_title(paper.title)
        self.set_subject(paper.banner or paper.notice)
        self.set_author(paper.author)
        self.set_creator("anamnese")
        self.set_creation_date(datetime.fromisoformat(paper.created))
        self.set_section_title_styles(
            TextStyle("Inter", "B", 18, _ACCENT, t_margin=1, b_margin=2.5),
            TextStyle("Inter", "B", 11.5, _ACCENT, t_margin=3.6, b_margin=1.3),
        )
        self.set_line_width(0.2)
        self.set_draw_color(*_LINE)
        # A signed note without a letterhead begins with its title, which nothing set a font for.
        self.ink(9.5)

    def shown(self, text: str) -> str:
        """What the font cannot draw becomes a box: nothing disappears in silence."""
        return "".join(c if ord(c) in self._drawn else _NO_GLYPH for c in text)

    def ink(self, size: float, colour: tuple[int, int, int] = _INK, style: str = "") -> None:
        self.set_font("Inter", style, size)
        self.set_text_color(*colour)

    def heading(self, text: str, *, level: int = 1, room: float = 22) -> None:
        """Never alone at the foot of a page; ``room`` in millimetres."""
        if self.will_page_break(room):
            self.add_page()
        self.set_text_color(*_ACCENT)
        self.start_section(self.shown(text), level=level)

    def header(self) -> None:
        # A page may end in the middle of small raised letters.
        before, self.char_vpos = self.char_vpos, CharVPos.LINE
        self._draft()
        self.char_vpos = before

    def _draft(self) -> None:
        paper = self._paper
        if not paper.banner:
            return
        self.ink(88, _FAINT, "B")
        with self.rotation(52, self.w / 2, self.h / 2):
            wide = self.get_string_width(paper.words.watermark)
            self.text((self.w - wide) / 2, self.h / 2 + 12, paper.words.watermark)
        self.set_xy(_SIDE, 8)
        self.ink(9, _ALERT, "B")
        self.set_fill_color(*_PALE_ALERT)
        self.cell(0, 6.5, self.shown(paper.banner), align="C", fill=True)
        self.set_xy(_SIDE, _TOP)

    def footer(self) -> None:
        before, self.char_vpos = self.char_vpos, CharVPos.LINE
        paper = self._paper
        self.set_xy(_SIDE, -12)
        self.ink(7.5, _SOFT)
        who = next((value for label, value in paper.facts if label == paper.words.patient), "")
        about = " · ".join(filter(None, (paper.footer, paper.title, who)))
        width = self.w - 2 * _SIDE
        self.cell(width - 22, 5, self._fitting(self.shown(about), width - 24))
        self.cell(22, 5, f"{paper.words.page} {self.page_no()}/{{nb}}", align="R")
        self.char_vpos = before

    def _fitting(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text + "…"


def _head(pdf: _Sheet, paper: Paper) -> None:
    for k, text in enumerate(paper.letterhead):
        pdf.ink(*((12.5, _ACCENT, "B") if k == 0 else (8.5, _SOFT)))
        pdf.multi_cell(
            0, 6 if k == 0 else 4.2, pdf.shown(text), align="L", new_x="LMARGIN", new_y="NEXT"
        )
    if paper.letterhead:
        pdf.ln(1.5)
        pdf.line(_SIDE, pdf.y, pdf.w - _SIDE, pdf.y)
        pdf.ln(4)
    pdf.heading(paper.title, level=0)
    for label, value in paper.facts:
        top = pdf.y
        pdf.ink(8.5, _SOFT)
        pdf.multi_cell(38, 5, pdf.shown(label), align="L", new_x="RIGHT", new_y="TOP")
        first = label == paper.words.patient
        pdf.ink(9.5, _INK, "B" if first else "")
        pdf.set_xy(_SIDE + 38, top)
        pdf.multi_cell(0, 5, pdf.shown(value), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.ink(8.5, _SOFT)
    pdf.set_fill_color(*_SHADE)
    words = f"{paper.words.notice}{paper.words.colon}{paper.notice}"
    pdf.multi_cell(
        0, 4.4, pdf.shown(words), align="L", fill=True, padding=2, new_x="LMARGIN", new_y="NEXT"
    )


def _section(pdf: _Sheet, section: PaperSection) -> None:
    pdf.heading(section.heading)
    for one in section.statements:
        _statement(pdf, one)
    if section.empty:
        pdf.ink(9.5, _SOFT, "I")
        pdf.multi_cell(0, 5, pdf.shown(section.empty), align="L", new_x="LMARGIN", new_y="NEXT")


def _statement(pdf: _Sheet, one: PaperStatement) -> None:
    pdf.ink(9.8)
    whole = f"{one.text} {', '.join(map(str, one.sources))}  {one.remark}"
    high = pdf.multi_cell(
        pdf.epw - 4.5,
        4.8,
        pdf.shown(whole),
        align="L",
        dry_run=True,
        output=MethodReturnValue.HEIGHT,
    )
    assert isinstance(high, (int, float))
    # On one page, unless it would fill most of one.
    if high < _TALL and pdf.will_page_break(high):
        pdf.add_page()
    with _indented(pdf, "•", 4.5):
        pdf.ink(9.8)
        pdf.write(4.8, pdf.shown(one.text))
        if one.sources:
            pdf.ink(9.8, _ACCENT)
            pdf.char_vpos = "SUP"
            pdf.write(4.8, " " + ", ".join(map(str, one.sources)))
            pdf.char_vpos = "LINE"
        if one.remark:
            pdf.ink(8.2, _SOFT, "I")
            pdf.write(4.8, pdf.shown(f"  {one.remark}"))
    pdf.ln(0.4)


class _indented:  # noqa: N801 - reads as the statement that it is
    """A mark at the margin, then text that hangs beside it; the line is ended."""

    def __init__(self, pdf: _Sheet, mark: str, width: float, height: float = 4.8) -> None:
        self._pdf, self._mark, self._width, self._height = pdf, mark, width, height

    def __enter__(self) -> None:
        pdf = self._pdf
        if pdf.will_page_break(self._height):
            pdf.add_page()
        pdf.ink(9, _ACCENT, "B")
        pdf.cell(self._width, self._height, self._mark)
        pdf.set_left_margin(_SIDE + self._width)

    def __exit__(self, *_: Any) -> None:
        self._pdf.set_left_margin(_SIDE)
        self._pdf.ln(self._height)


def _table(pdf: _Sheet, table: PaperTable) -> None:
    pdf.heading(table.heading, room=30)
    pdf.ink(8.3)
    # A cell is filled with the colour that stands when the table begins.
    pdf.set_fill_color(255)
    heads = FontFace(emphasis="BOLD", color=_SOFT, fill_color=_SHADE, size_pt=7.8)
    with pdf.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=list(table.shares),
        headings_style=heads,
        line_height=4.1,
        padding=(1.1, 1.2),
        text_align="LEFT",
        align="LEFT",
        width=pdf.epw,
    ) as grid:
        grid.row([pdf.shown(head) for head in table.heads])
        for row in table.rows:
            line = grid.row()
            for k, cell in enumerate(row):
                line.cell(pdf.shown(cell), style=FontFace(emphasis="BOLD") if k == 0 else None)


def _to_review(pdf: _Sheet, paper: Paper) -> None:
    if paper.to_review:
        pdf.heading(paper.words.to_review)
    for text in paper.to_review:
        with _indented(pdf, "•", 4.5):
            pdf.ink(9.5, _ALERT)
            pdf.write(4.8, pdf.shown(text))


def _signature(pdf: _Sheet, paper: Paper) -> None:
    pdf.heading(paper.words.signature, room=18 + 5 * len(paper.signature))
    for k, text in enumerate(paper.signature):
        colour = _ALERT if paper.banner else (_INK if k == 0 else _SOFT)
        pdf.ink(*((10, colour, "B") if k == 0 else (8.5, colour)))
        pdf.multi_cell(0, 5, pdf.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _sources(pdf: _Sheet, paper: Paper) -> None:
    pdf.heading(paper.words.sources)
    pdf.ink(8.2, _SOFT)
    for text in (paper.words.sources_lead, paper.made):
        pdf.multi_cell(0, 4.2, pdf.shown(text), align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)
    for one in paper.sources:
        with _indented(pdf, str(one.number), 8, 4.1):
            pdf.ink(8.2, _SOFT)
            pdf.write(4.1, pdf.shown(f"{one.where}  {one.who}  "))
            pdf.ink(8.2)
            pdf.write(4.1, pdf.shown(one.quote))
