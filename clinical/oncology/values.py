"""Numbers, units and words of result beside a marker, on a folded line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from consultation.oncology import Interpretation

Comparator = Literal["<", "<=", ">", ">="]

NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*"
_COMPARATORS: dict[str, Comparator] = {
    "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=",
    "inferieur": "<", "inferieure": "<", "superieur": ">", "superieure": ">",
    "less than": "<", "below": "<", "under": "<", "greater than": ">", "more than": ">",
    "above": ">", "over": ">", "moins de": "<", "plus de": ">", "at least": ">=", "au moins": ">=",
}  # fmt: skip
COMPARED = (
    r"(?:(?P<cmp><=|>=|=<|=>|[<>≤≥]|(?:inferieure?|superieure?)(?= a\b)|less than|below|under"
    r"|greater than|more than|above|over|moins de|plus de|at least|au moins)\s*(?:a\s+)?)?"
)
RANGE = rf"(?P<value>{NUMBER})(?:\s*(?:-|–|—|\ba\b|\bet\b|\bto\b|\band\b)\s*(?P<high>{NUMBER}))?"
PERCENT = re.compile(
    rf"{COMPARED}(?P<value>{NUMBER})\s*%?\s*(?:(?:-|–|—|\ba\b|\bet\b|\bto\b"
    rf"|\band\b)\s*(?P<high>{NUMBER}))?[\s|]*(?:%|pour[ -]?cents?\b|percent\b"
    rf"|per cent\b)"
)
_UNITS = {
    "ng/ml": "ng/mL", "ug/l": "ug/L", "mcg/l": "ug/L", "u/ml": "U/mL", "ui/ml": "U/mL",
    "iu/ml": "U/mL", "ku/l": "kU/L", "kui/l": "kU/L", "u/l": "U/L", "ui/l": "U/L",
    "pg/ml": "pg/mL", "ng/dl": "ng/dL",
}  # fmt: skip
UNIT = r"(?:ng|[uµμ]g|mcg|k?ui?|iu|pg)\s*/\s*[md]?l\b"
AMOUNT = re.compile(rf"(?<![\w.,]){COMPARED}(?P<value>{NUMBER})(?:\s*[|]?\s*(?P<unit>{UNIT}))?")

_STATES: tuple[tuple[Interpretation, str], ...] = (
    (
        Interpretation.pending,
        r"(?:(?:encore |toujours )?en attente|en cours|a venir|attendue?s?|pending|awaited|awaiting"
        r"|to follow|in progress|outstanding|demandee?s?|requested|ordered|sent (?:off|out)"
        r"|not (?:yet )?available yet|results? to come)",
    ),
    (
        Interpretation.not_done,
        r"(?:(?:non|pas ete|not|never|pas|n'a pas ete|non encore|jamais) "
        r"(?:ete |been |encore |yet )?(?:realisee?s?|faite?s?|recherchee?s?|effectuee?s?|testee?s?"
        r"|evaluee?s?|determinee?s?|done|performed|tested|assessed|ordered|evaluated|determined"
        r"|obtained|requested|sent|carried out)|untested|not obtained)",
    ),
    (
        Interpretation.unknown,
        r"(?:inconnue?s?|unknown|non (?:disponible|contributif|contributive|interpretable|precise"
        r"|evaluable)s?|indisponible|not (?:available|evaluable|interpretable|known)|insuffisant\w*"
        r"|insufficient|unavailable|non connue?s?)",
    ),
    (
        Interpretation.equivocal,
        r"(?:equivo\w+|ambigue?s?|indeterminee?s?|indeterminate|borderline|douteu\w+)",
    ),
    (
        Interpretation.negative,
        r"(?:negati\w+|neg\b|(?:non|pas|sans|not|no|never|n'est pas|n'a pas ete|n'ont pas ete"
        r"|was not|were not) (?:ete |been |de |d'|any )?"
        r"(?:mutee?s?|mutant|mutated|mutation|amplifi\w+|detect\w+|retrouv\w+"
        r"|identifi\w+|found|seen"
        r"|rearran\w+|fus\w+|expri\w+|express\w+|surexpri\w+|overexpress\w+|present\w*"
        r"|mis en evidence"
        r"|mise en evidence|observ\w+|elev\w+|raised|translocat\w+|delet\w+|alter\w+|demonstrated)"
        r"|sauvages?|wild[ -]?types?|\bwt\b|absente?s?|absence|undetect\w+|indetectable\w*"
        r"|(?:within )?normal(?:e|es|s|aux)?(?: limits| range)?|dans les normes|perdue?s?|lost"
        r"|unremarkable|germline negative)",
    ),
    (
        Interpretation.positive,
        r"(?:positi\w+|pos\b|surexpri\w+|overexpress\w+|amplifie\w*|amplified|amplification"
        r"|detecte\w*|detected|detecta\w+|retrouve\w*|identifie\w*|identified|presente?s?|present"
        r"|mutee?s?|mutant|mutated|mutations?|rearran\w+|exprimee?s?|expressed|mise? en evidence"
        r"|found|elevee?s?|elevated|raised|high\b|pathogenic|pathogene)",
    ),
)
STATE = re.compile("|".join(rf"(?P<{state}>\b{words})" for state, words in _STATES))
"""The word of result that stands first; a denied word is one with its denial."""


@dataclass(frozen=True, slots=True)
class Number:
    """A value at ``line[start:end]``."""

    value: float
    start: int
    end: int
    high: float | None = None
    comparator: Comparator | None = None
    unit: str | None = None


def number(text: str, language: str) -> float:
    """``1 250``, ``6,4``, in English ``1,250``."""
    plain = re.sub(r"[ \u00a0\u202f]", "", text)
    if language == "en" and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    plain = plain.replace(",", ".")
    whole, _, rest = plain.partition(".")
    return float(f"{whole}.{rest.replace('.', '')}" if rest else whole)


def read(match: re.Match[str], language: str, unit: str | None = None) -> Number:
    """A number from a match with the groups value, cmp and, perhaps, high and unit."""
    groups = match.groupdict()
    high = groups.get("high")
    written = re.sub(r"\s", "", groups.get("unit") or "").replace("µ", "u").replace("μ", "u")
    return Number(
        number(match["value"], language),
        match.start(),
        match.end(),
        number(high, language) if high else None,
        _COMPARATORS.get(match["cmp"]) if match["cmp"] else None,
        unit or _UNITS.get(written),
    )


def state(line: str, start: int, end: int) -> tuple[Interpretation, int, int] | None:
    """(what is said, its place) of the first word of result between two places."""
    match = STATE.search(line, start, end)
    if match is None or match.lastgroup is None:
        return None
    return Interpretation(match.lastgroup), match.start(), match.end()
