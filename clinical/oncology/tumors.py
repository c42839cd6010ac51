"""Tumours of a passage: histology, organ, side, grade; primary or metastasis."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from typing import Literal

from clinical.laterality import Side, sides
from clinical.oncology.grades import grade
from clinical.oncology.lexicon import alternatives, coding, plain, rows
from clinical.oncology.reading import Passage
from clinical.text import fold
from consultation.documents import Coding
from consultation.oncology import Tumor

Behaviour = Literal["primary", "metastasis", "benign", "in_situ", "uncertain"]
_BEHAVIOURS: dict[str, Behaviour] = {
    "0": "benign", "1": "uncertain", "2": "in_situ", "3": "primary", "6": "metastasis",
    "9": "uncertain",
}  # fmt: skip
_GENERIC = ("8000/3", "8000/1", "8000/0", "8010/3")
"""Words that tell too little without an organ."""
_STOP = re.compile(r"[;|]|\.\s|\b(?:chez|mais|but|sans|without|puis|then|traitee?|treated)\b")
_AFTER = 70
_BEFORE = 45
_ELSEWHERE = re.compile(
    r"[,:(]\s*(?!(?:du|de|la|le|of|the|in)?\s*$)\w"
    r"|\b(?:est|sont|a ete|on a|and an?|et une?|which|qui)\b"
)
"""Between a histology and an organ: the organ is of something else."""
_NOT_A_TUMOUR = re.compile(
    r"\s*(?:screening|center|centre|institute|society|prevention|registry|risk|genetics|unit"
    r"|markers?|marker|board|treatment center|cells? of origin)\b"
)
_LINK = re.compile(
    r"[\s,(-]*(?:(?:du|de|des|de la|de l'|d'|au|aux|of|the|in|to|dans|a|l'|le|la|les"
    r"|primitif|primitive|primary|infiltrant|invasif|multiples?|multifocal\w*|unique"
    r"|left|right|gauche|droite?|bilateral\w*)[\s'-]+){0,5}"
)


@dataclass(frozen=True, slots=True)
class Histology:
    """A histology or a word for a tumour at ``line[start:end]``."""

    icdo: str
    site: str
    """Where it always lies, or nothing."""
    start: int
    end: int

    @property
    def behaviour(self) -> Behaviour:
        return _BEHAVIOURS[self.icdo[-1]]


@dataclass(frozen=True, slots=True)
class Site:
    """An organ at ``line[start:end]``; ``name`` is the lexicon's."""

    name: str
    start: int
    end: int


def tumors(passage: Passage) -> tuple[Tumor, ...]:
    """The tumours that a passage tells of the patient."""
    named = histologies(passage)
    starts = [one.start for one in named]
    found = []
    for one in named:
        limit = bisect_left(starts, one.end)
        following = starts[limit] if limit < len(starts) else len(passage.line)
        made = _tumor(passage, one, following)
        if made:
            found.append(made)
    return tuple(found)


def histologies(passage: Passage) -> tuple[Histology, ...]:
    """Every histology named, whatever is said of it, longest names first, in order."""
    known = _histologies()
    found: list[Histology] = []
    for match in _histology_pattern().finditer(passage.line):
        key = plain(match.group())
        if _capitals(match.group()) and not passage.upper(match.start(), match.end()):
            continue
        row, end = known[key], match.end()
        if row["icdo"] in _SPLIT:
            row, end = _around_organ(passage, match, row)
        if found and match.start() < found[-1].end:
            continue
        found.append(Histology(row["icdo"], row["site"], match.start(), end))
    return tuple(found)


_SPLIT = ("8000/3", "8000/1", "8010/3", "8140/3", "8070/3", "8240/3")
_ORGAN_GAP = re.compile(r"\s(?:(?:du|de la|de l'|des|de|d')\s?)?")
_WORD = re.compile(r"\s[a-z'-]+")
_QUALIFIER = re.compile(rf"(?:{_WORD.pattern}){{1,4}}")


def _around_organ(
    passage: Passage, match: re.Match[str], row: dict[str, str]
) -> tuple[dict[str, str], int]:
    """(row, end) of *carcinome pulmonaire à petites cellules*: an organ splits the name."""
    gap = _ORGAN_GAP.match(passage.line, match.end())
    organ = _site_pattern(passage.language).match(passage.line, gap.end()) if gap else None
    words = _QUALIFIER.match(passage.line, organ.end()) if organ else None
    if organ is None or words is None:
        return row, match.end()
    parts = list(_WORD.finditer(passage.line, *words.span()))
    for count in range(len(parts), 0, -1):
        said = "".join(part.group() for part in parts[:count])
        named = _histologies().get(plain(match.group() + said))
        if named is not None:
            return named, parts[count - 1].end()
    return row, match.end()


def sites(passage: Passage, start: int, end: int) -> tuple[Site, ...]:
    """Every organ named between two places."""
    known = _sites(passage.language)
    return tuple(
        Site(known[plain(m.group())], m.start(), m.end())
        for m in _site_pattern(passage.language).finditer(passage.line, start, end)
    )


def _tumor(passage: Passage, one: Histology, following: int) -> Tumor | None:
    told = passage.told(one.start, one.end)
    if not told.affirmed or passage.supposed(one.start):
        return None
    if _NOT_A_TUMOUR.match(passage.line, one.end):
        return None
    site = _site(passage, one, following)
    graded = grade(passage, one.start, one.end, following)
    if site is None and _too_little(passage, one, graded):
        return None
    start = min(one.start, site.start) if site else one.start
    end = max(one.end, site.end) if site else one.end
    side, side_start, side_end = _side(passage, start, end, following)
    start, end = min(start, side_start), max(end, side_end)
    return Tumor(
        **passage.base("t", start, end),
        topography=passage.verbatim(site.start, site.end) if site else None,
        morphology=passage.verbatim(one.start, one.end),
        laterality=side,
        behaviour=one.behaviour,
        grade=graded,
        date=passage.date_near(start, end),
        certainty="certain" if told.certain else "uncertain",
        codes=_codes(one, site),
    )


def _too_little(passage: Passage, one: Histology, graded: str | None) -> bool:
    if one.icdo == "8010/3":
        return graded is None
    return one.icdo in _GENERIC or (one.icdo == "8000/6" and _adjective(passage, one))


def _adjective(passage: Passage, one: Histology) -> bool:
    """*Métastatiques* behind a noun says that something else has spread."""
    return passage.line[one.start : one.end].startswith("metastati")


def _site(passage: Passage, one: Histology, following: int) -> Site | None:
    first, last = passage.sentence(one.start)
    stop = _STOP.search(passage.line, one.end, min(last, following, one.end + _AFTER))
    end = stop.start() if stop else min(last, following, one.end + _AFTER)
    inside = sites(passage, one.start, one.end)
    if inside and inside[-1].name == one.site:
        return inside[-1]
    after = [
        site
        for site in sites(passage, one.end, end)[:1]
        if one.site in ("", site.name) and not _ELSEWHERE.search(passage.line[one.end : site.start])
    ]
    if after and (
        passage.language == "fr" or _LINK.fullmatch(passage.line[one.end : after[0].start])
    ):
        return after[0]
    before = sites(passage, max(first, one.start - _BEFORE), one.start)
    near = before[-1] if before else None
    if near and one.start - near.end <= (25 if passage.language == "en" else 12):
        return near
    if after:
        return after[0]
    return inside[-1] if inside else None


def _side(
    passage: Passage, start: int, end: int, following: int
) -> tuple[Literal["left", "right", "bilateral"] | None, int, int]:
    if not re.search(r"gauche|droit|left|right|bilat", passage.line[max(0, start - 30) : end + 40]):
        return None, start, end
    limit = min(passage.sentence(start)[1], following)
    first_sentence = passage.sentence(start)[0]
    for lateral in sides(passage.text, passage.language):
        first, last = passage.folded.at(lateral.start), passage.folded.at(lateral.end)
        if max(first_sentence, start - 30) <= first and last <= min(limit, end + 25):
            if re.search(r"[,;.]", passage.line[last:start]) or lateral.denied or lateral.asked:
                continue
            return _SIDES[lateral.side], first, last
    match = _PLAIN_SIDE.search(passage.line, max(first_sentence, start - 12), min(limit, end + 10))
    if match:
        return _WORD_SIDES[match.group()[:4]], *match.span()
    return None, start, end


_SIDES: dict[Side, Literal["left", "right", "bilateral"]] = {
    Side.left: "left", Side.right: "right", Side.both: "bilateral",
}  # fmt: skip
_PLAIN_SIDE = re.compile(r"\b(?:gauches?|droite?s?|left|right|bilateral\w*)\b")
_WORD_SIDES: dict[str, Literal["left", "right", "bilateral"]] = {
    "gauc": "left", "left": "left", "droi": "right", "righ": "right", "bila": "bilateral",
}  # fmt: skip


def _codes(one: Histology, site: Site | None) -> tuple[Coding, ...]:
    name = site.name if site else one.site
    topography = next((row["icdo"] for row in rows("oncology_sites") if row["site"] == name), None)
    found = [coding("icdo", one.icdo, _display(one.icdo))]
    if topography:
        found.append(coding("icdo", topography, name))
    return tuple(found)


def _display(icdo: str) -> str:
    return next(r["en"].split(";")[0] for r in rows("oncology_histology") if r["icdo"] == icdo)


def _capitals(words: str) -> bool:
    """Abbreviations are read in capitals: *CCI*, *LAM*, *SCC*."""
    return len(words) <= 5 and words not in ("mets", "tumor") and " " not in words


@cache
def _histologies() -> dict[str, dict[str, str]]:
    return {
        plain(fold(form)): row
        for row in reversed(rows("oncology_histology"))
        for language in ("fr", "en")
        for form in row[language].split(";")
        if form
    }


@cache
def _histology_pattern() -> re.Pattern[str]:
    return alternatives(
        form
        for row in rows("oncology_histology")
        for language in ("fr", "en")
        for form in row[language].split(";")
    )


@cache
def _sites(language: str) -> dict[str, str]:
    return {
        plain(fold(form)): row["site"]
        for row in rows("oncology_sites")
        for form in row[language].split(";")
        if form
    }


@cache
def _site_pattern(language: str) -> re.Pattern[str]:
    return alternatives(form for row in rows("oncology_sites") for form in row[language].split(";"))
