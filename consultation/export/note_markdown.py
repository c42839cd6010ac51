"""The note as Markdown for people, with its quotes; a draft says so first."""

from __future__ import annotations

from consultation.export.context import DocumentContext
from consultation.export.paper import Paper, PaperStatement, paper
from consultation.export.text import escape
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript


def to_markdown(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> str:
    """Nothing that was said or written is Markdown."""
    shown = paper(version, transcript, context)
    lines = [f"> **{escape(shown.banner)}**", ""] if shown.banner else []
    lines += [f"# {escape(shown.title)}", "", f"> {escape(shown.notice)}", ""]
    colon = shown.words.colon
    lines += [f"- {escape(label)}{colon}{escape(value)}" for label, value in shown.facts]
    for section in shown.sections:
        lines += ["", f"## {escape(section.heading)}", ""]
        for statement in section.statements:
            lines += _statement(statement, shown)
        lines += [f"*{escape(section.empty)}*"] if section.empty else []
    for table in shown.tables:
        lines += ["", f"## {escape(table.heading)}", ""]
        lines += [f"- {' · '.join(escape(c) for c in row if c)}" for row in table.rows]
    if shown.to_review:
        lines += ["", f"## {escape(shown.words.to_review)}", ""]
        lines += [f"- {escape(one)}" for one in shown.to_review]
    lines += ["", "---"]
    lines += [f"{escape(one)}  " for one in shown.signature]
    lines += ["", escape(shown.made)]
    return "\n".join(lines) + "\n"


def _statement(statement: PaperStatement, shown: Paper) -> list[str]:
    remark = f" *({escape(statement.remark)})*" if statement.remark else ""
    found = {source.number: source for source in shown.sources}
    return [
        f"- {escape(statement.text)}{remark}",
        *(
            f"  - {escape(f'{source.where} {source.who}')} {escape(source.quote)}"
            for source in (found[number] for number in statement.sources)
        ),
    ]
