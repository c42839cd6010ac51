"""The note as plain text, for pasting into a record: no sources, lines that any field takes."""

from __future__ import annotations

from consultation.export.context import DocumentContext
from consultation.export.paper import paper
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript


def to_plain(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> str:
    """Lines end with ``\\n``; headings are in capitals; a draft says so first."""
    shown = paper(version, transcript, context)
    lines = [f"*** {shown.banner} ***", ""] if shown.banner else []
    lines += [shown.title.upper(), ""]
    lines += [f"{label}{shown.words.colon}{value}" for label, value in shown.facts]
    for section in shown.sections:
        lines += ["", section.heading.upper()]
        lines += [
            f"- {one.text}" + (f" [{one.remark}]" if one.remark else "")
            for one in section.statements
        ]
        lines += [section.empty] if section.empty else []
    for table in shown.tables:
        lines += ["", table.heading.upper()]
        for row in table.rows:
            lines.append("- " + " · ".join(filter(None, row)))
    lines += ["", shown.notice, "", *shown.signature]
    return "\n".join(lines) + "\n"
