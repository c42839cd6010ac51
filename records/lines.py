"""Lines of plain text → blocks: wrapped lines joined, headings, items and rows told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from clinical.text import fold
from consultation.documents import ParagraphKind
from records.blocks import Block, row

_BULLET = re.compile(r"^\s*(?:[-•*–—▪◦●■‣·]|\(?\d{1,2}[.)]|[a-z]\))\s+(?=\S)")
_MARK = re.compile(r"^\s*[-•*–—▪◦●■‣·]\s+")
_COLUMNS = re.compile(r"\t+|\||\s{3,}")
_KNOWN = re.compile(
    r"^(?:[ivx\d]+[.)/ -]+ *)?(?:antecedents?(?: \w+){0,3}|allergies?|motif(?: \S+){0,4}"
    r"|histoire de la maladie|traitements?(?: \S+){0,4}|examens?(?: \S+){0,3}"
    r"|conclusion|conduite a tenir"
    r"|mode de vie|evolution|biologie|imagerie|discussion|au total"
    r"|renseignements cliniques|technique"
    r"|resultats?|indication|macroscopie|microscopie|immunohistochimie|synthese|proposition"
    r"|compte[- ]rendu(?: \S+){0,3}|decision|interrogatoire|ordonnance|diagnostic(?: \S+){0,2}"
    r"|history of present illness|past (?:medical|surgical|family|social) history|medications?"
    r"|assessment(?: and plan)?|plan|impression|findings|physical exam(?:ination)?"
    r"|chief complaint"
    r"|review of systems|family history|social history|hospital course|follow[- ]?up"
    r"|recommendations?"
    r"|procedure|comparison|clinical (?:history|information)|summary"
    r"|laboratory(?: data)?|vital signs"
    r"|discharge medications|diagnos[ei]s|final diagnosis|gross description|comment)\s*:?$"
)


def is_section(text: str) -> bool:
    """Whether a folded heading is one of a known section."""
    return _KNOWN.match(text) is not None and not text.startswith(("compte", "ordonnance"))


def is_heading(line: str) -> bool:
    """A section's name by itself: known, in capitals, or short and closed by a colon."""
    text = line.strip()
    if not 2 < len(text) <= 90 or text[-1] in ".,;!?" or not any(c.isalpha() for c in text):
        return False
    if _KNOWN.match(fold(text)):
        return True
    letters = [c for c in text if c.isalpha()]
    words = text.split()
    if len(letters) >= 4 and all(c.isupper() for c in letters) and len(words) <= 12:
        return not re.search(r"\d{2}", text)
    return text.endswith(":") and len(words) <= 6 and not re.search(r"\d", text)


def blocks_of_lines(lines: Sequence[str], page: int | None = None) -> list[Block]:
    """Lines of one text. A line goes on with the next one when it was filled to the margin."""
    width = _margin(lines)
    found: list[Block] = []
    held: list[str] = []
    kind = ParagraphKind.text

    def close() -> None:
        nonlocal kind
        if held:
            found.append(Block(" ".join(held), kind, page))
            held.clear()
        kind = ParagraphKind.text

    for line in lines:
        stripped = line.strip()
        if not stripped:
            close()
            continue
        if not any(c.isalnum() for c in stripped):
            close()  # a rule of dashes
            continue
        cells = [cell for cell in _COLUMNS.split(stripped) if cell.strip()]
        if len(cells) >= 2 and ("\t" in stripped or "|" in stripped or len(cells) >= 3):
            close()
            cut = row(cells)
            if cut:
                found.append(Block(cut.text, cut.kind, page))
            continue
        if held and not _goes_on(held[-1], stripped, width):
            close()
        if not held and is_heading(stripped) and not _BULLET.match(line):
            found.append(Block(stripped, ParagraphKind.heading, page))
            continue
        if _BULLET.match(line):
            close()
            kind = ParagraphKind.item
            stripped = _MARK.sub("", stripped) or stripped
        if held and held[-1].endswith("-") and held[-1][-2:-1].isalpha() and stripped[0].islower():
            held[-1] = mended(held[-1], stripped)
        else:
            held.append(stripped)
    close()
    return found


_PREFIXES = frozenset(
    [
        "post",
        "pre",
        "péri",
        "peri",
        "pré",
        "inter",
        "intra",
        "non",
        "sous",
        "demi",
        "semi",
        "auto",
        "anti",
        "ex",
        "extra",
        "sus",
        "rétro",
        "retro",
        "micro",
        "macro",
        "hémi",
        "mi",
        "self",
        "well",
        "long",
        "short",
        "high",
        "low",
        "ant",
        "latéro",
        "antéro",
        "postéro",
        "supra",
    ]
)


def mended(first: str, second: str) -> str:
    """*hyper-* + *tension* is one word; *post-* + *opératoire* keeps its hyphen."""
    prefix = re.split(r"[\s(/]", first[:-1])[-1].lower()
    return first + second if prefix in _PREFIXES or "-" in prefix else first[:-1] + second


def _margin(lines: Sequence[str]) -> int | None:
    """The width to which lines are filled; None for a text whose lines are its paragraphs.

    A text was wrapped when long lines stop in the middle of a sentence.
    """
    filled = [line.strip() for line in lines if line.strip()]
    if len(filled) < 2:
        return None
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[min(len(lengths) - 1, round(0.95 * len(lengths)))]
    wrapped = sum(
        1
        for line, following in pairwise(filled)
        if len(line) >= 0.7 * width and line[-1] not in ".:;!?" and following[0].islower()
    )
    return width if 40 <= width <= 140 and wrapped >= max(1, 0.02 * len(filled)) else None


def _goes_on(line: str, following: str, width: int | None) -> bool:
    if _BULLET.match(following) or is_heading(following):
        return False
    if width is None:
        return False
    first = following.split(None, 1)[0]
    return len(line) + 1 + len(first) > width - 2 or (
        line[-1] not in ".:;!?" and following[0].islower() and len(line) > width * 0.6
    )
