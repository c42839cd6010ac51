"""The lists of ``clinical/lexicons`` as patterns on folded lines.

A form that begins with ``!`` is read in capitals only, as it is written; ``fr!`` in French text
only. A hyphen or a space in a form stands for either, or for none.
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


def flexible(form: str) -> str:
    """A pattern of a form, folded: blanks and hyphens as they come, plurals too."""
    parts = [re.escape(part) for part in re.split(r"[ \-]+", fold(form).strip())]
    return r"[\s\u00a0-]{0,2}".join(parts)


def alternatives(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of the forms as whole words, longest first."""
    listed = sorted({fold(form).strip() for form in forms if form.strip()}, key=len, reverse=True)
    if not listed:
        return re.compile(r"(?!)")
    return re.compile(r"(?<![^\W_])(?:" + "|".join(map(flexible, listed)) + r")(?![^\W_])")


def plain(words: str) -> str:
    """A key of what was matched: folded letters and digits only."""
    return re.sub(r"[\s\u00a0-]+", "", words)
