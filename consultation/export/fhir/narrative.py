"""The text of a section, for people: XHTML in which what was said is text and nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from consultation.export.fhir.codes import Json
from consultation.export.safe import visible
from consultation.summary import Statement


def element_id(statement: str) -> str:
    """A statement's id as XHTML allows one: Provenance points at it."""
    return "n-" + re.sub(r"[^A-Za-z0-9.-]", lambda odd: f"_{ord(odd[0]):x}_", statement)


def paragraph(*lines: str) -> Json:
    return _narrative("".join(f"<p>{_text(line)}</p>" for line in lines))


def statements(of: Iterable[Statement]) -> Json:
    """A list; each item has the statement's id."""
    items = "".join(f'<li id="{element_id(s.id)}">{_text(s.text)}</li>' for s in of)
    return _narrative(f"<ul>{items}</ul>")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Json:
    head = "".join(f"<th>{_text(one)}</th>" for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell) if cell else ''}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return _narrative(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _narrative(inner: str) -> Json:
    return {
        "status": "additional",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>',
    }


def _text(text: str) -> str:
    return html.escape(visible(text)).replace("\n", "<br/>")
