"""Plain text and Markdown."""

from __future__ import annotations

import re

from consultation.documents import DocumentFormat, ParagraphKind
from records.blocks import Block, Reading, row
from records.lines import blocks_of_lines

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*)$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
_RULE = re.compile(r"^[\s|:\-=_*]+$")
_MARKS = re.compile(
    r"(\*\*|__)(?=\S)(.{1,120}?)(?<=\S)\1|(?<!\w)[*_](?=\S)(.{1,120}?)(?<=\S)[*_](?!\w)"
)
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,300}\)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|])")


def read_text(text: str) -> Reading:
    return Reading(DocumentFormat.text, tuple(blocks_of_lines(text.splitlines())))


def is_markdown(text: str) -> bool:
    return len(re.findall(r"(?m)^#{1,6} \S", text[:50_000])) >= 2


def read_markdown(text: str) -> Reading:
    """Headings, lists, tables; emphasis and links lose their marks and keep their words."""
    found: list[Block] = []
    held: list[str] = []
    kind = ParagraphKind.text

    def close() -> None:
        nonlocal kind
        if held:
            found.append(Block(_plain(" ".join(held)), kind))
            held.clear()
        kind = ParagraphKind.text

    for line in text.splitlines():
        heading, item = _HEADING.match(line), _ITEM.match(line)
        if not line.strip() or _RULE.match(line):
            close()
        elif heading:
            close()
            found.append(Block(_plain(heading[2].rstrip(" #")), ParagraphKind.heading))
        elif line.lstrip().startswith("|"):
            close()
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            cut = row([_plain(cell) for cell in cells])
            if cut:
                found.append(cut)
        elif item:
            close()
            kind = ParagraphKind.item
            held.append(item[1])
        else:
            held.append(line.strip().lstrip("> "))
    close()
    title = next((one.text for one in found if one.kind is ParagraphKind.heading), "")
    return Reading(DocumentFormat.markdown, tuple(found), title=title)


def _plain(text: str) -> str:
    linked = _LINK.sub(lambda match: match[1], text.replace("`", ""))
    bare = _MARKS.sub(lambda match: match[2] or match[3] or "", linked)
    return _ESCAPE.sub(r"\1", bare)
