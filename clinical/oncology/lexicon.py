"""The lists of ``clinical/lexicons`` as patterns on folded lines.

A form that begins with ``!`` is read in capitals only, as it is written; ``fr!`` in French text
only; ``~`` is an everyday word. A hyphen or a space in a form stands for either, or for none.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from clinical.text import fold
from consultation.documents import Coding

SYSTEMS = {
    "loinc": "http://loinc.org",
    "hgnc": "http://www.genenames.org/geneId",
    "atc": "http://www.whocc.no/atc",
    "icdo": "http://terminology.hl7.org/CodeSystem/icd-o-3",
}


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``name``.csv."""
    with (files("clinical") / "lexicons" / f"{name}.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def coding(system: str, code: str, display: str = "") -> Coding:
    """``system`` is a key of ``SYSTEMS``; an HGNC number gets its prefix."""
    code = f"HGNC:{code}" if system == "hgnc" else code
    return Coding(system=SYSTEMS[system], code=code, display=display)


def alternatives(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of the forms as whole words, the longest that fits; blanks and hyphens as they come.

    The forms share their beginnings in the pattern, so that thousands cost hardly more than one.
    """
    root = _Tree()
    for form in forms:
        parts = [part for part in re.split(r"[ \-]+", fold(form).strip()) if part]
        if parts:
            _plant(root, parts)
    if not root:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![^\W_]){_pattern(root)}(?![^\W_])")


class _Tree(dict[str, "_Tree"]):
    """Character or gap → what may follow; the empty key ends a form."""


_GAP = r"[\s\u00a0-]{0,2}"


def _plant(root: _Tree, parts: list[str]) -> None:
    node = root
    for number, part in enumerate(parts):
        if number:
            node = node.setdefault(_GAP, _Tree())
        for character in part:
            node = node.setdefault(re.escape(character), _Tree())
    node.setdefault("", _Tree())


def _pattern(node: _Tree) -> str:
    branches = [key + _pattern(child) for key, child in node.items() if key]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return joined if "" not in node else f"(?:{joined})?"


def plain(words: str) -> str:
    """A key of what was matched: folded letters and digits only."""
    return re.sub(r"[\s\u00a0-]+", "", words)
