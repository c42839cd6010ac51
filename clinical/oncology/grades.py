"""The grade of a tumour, as it was graded: SBR, Nottingham, ISUP and Gleason, Fuhrman, WHO."""

from __future__ import annotations

import re

from clinical.oncology.reading import Passage

_N = r"(?P<{0}>iv|iii|ii|i|[1-5])(?![\w+/]|[.,]\d)"
_FILL = (
    r"[\s:=(,-]{0,3}(?:(?:de|of|selon|score|grade|histologique|modifie|et|ellis)[\s:=(-]{1,2}){0,3}"
)


def _scheme(names: str) -> re.Pattern[str]:
    after = rf"\b(?:{names})\b{_FILL}{_N.format('a')}"
    before = rf"\bgrade[\s:=]{{0,2}}{_N.format('b')}[\s(]{{0,2}}(?:selon |de |of |d')?(?:{names})\b"
    return re.compile(f"{after}|{before}")


_SCHEMES = (
    (
        "SBR",
        _scheme(r"sbr|scarff(?:[\s-]bloom)?(?:[\s-](?:et[\s-])?richardson)?|bloom[\s-]richardson"),
    ),
    ("Nottingham", _scheme(r"nottingham|elston(?:[\s-](?:et |and |& )?ellis)?|nhg")),
    ("ISUP", _scheme(r"isup|grade groups?|groupe de grade|groupe pronostique")),
    ("Fuhrman", _scheme(r"fuhrman|furhman")),
    ("WHO", _scheme(r"who|oms")),
    ("FNCLCC", _scheme(r"fnclcc")),
)
_GLEASON = re.compile(
    r"\bgleason\b[\s:=(]{0,3}(?:(?:score|de|of|a|is|at)\s){0,2}"
    r"(?:(?P<sum>\d{1,2})\s?(?:\(\s?(?P<a>[1-5])\s?\+\s?(?P<b>[1-5])\s?\))?"
    r"|(?P<c>[1-5])\s?\+\s?(?P<d>[1-5])(?:\s?=\s?\d{1,2})?)(?![\d+])"
)
_SUM_FIRST = re.compile(r"\b(?P<c>[1-5])\s?\+\s?(?P<d>[1-5])\s?=\s?\d{1,2}\b")
_PLAIN = re.compile(
    r"\bgrade\b[\s:=(]{0,2}(?:histo\w+ |histolog\w+ |nucleaire |de )?(?P<n>iv|iii|ii"
    r"|i|[1-4])(?![\w/]|[.,]\d)"
)
_WORDS = re.compile(
    r"\b(?:(?:de )?(?:haut|bas) grade|(?:high|low)[ -]grade|(?:bien|moyennement|peu|moderement)"
    r" differencie\w*|indifferencie\w*|(?:well|moderately|poorly)[ -]differentiated"
    r"|undifferentiated)\b"
)
_ROMAN = {"SBR": ("I", "II", "III")}
_DIGIT = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def grade(passage: Passage, start: int, end: int, following: int) -> str | None:
    """The grade beside a histology at ``line[start:end]``, up to the next tumour named."""
    first, last = passage.sentence(start)
    begin, stop = max(first, start - 40), min(last, following, end + 110)
    found = [
        shown
        for name, pattern in _SCHEMES
        if (shown := _shown(passage, name, pattern, begin, stop))
    ]
    gleason = _GLEASON.search(passage.line, begin, stop)
    if gleason:
        found.append(f"Gleason {_sum(gleason)}")
    if found:
        return ", ".join(found)
    match = _PLAIN.search(passage.line, begin, stop)
    if match and not _OF_TOXICITY.search(
        passage.line, end, match.start() if match.start() > end else end
    ):
        return f"grade {_DIGIT.get(match['n'], match['n'])}"
    words = _WORDS.search(passage.line, begin, stop)
    return passage.verbatim(words.start(), words.end()) if words else None


_OF_TOXICITY = re.compile(
    r"\b(?:neutropeni\w+|anemi\w+|neuropath\w+|diarrh\w+|mucit\w+|nause\w+|toxicit\w+|asthen\w+)\b"
)


def _shown(
    passage: Passage, name: str, pattern: re.Pattern[str], begin: int, stop: int
) -> str | None:
    match = pattern.search(passage.line, begin, stop)
    if match is None:
        return None
    if name == "WHO" and "grade" not in passage.line[max(0, match.start() - 8) : match.end()]:
        return None
    written = match["a"] or match["b"]
    number = _DIGIT.get(written, written)
    if name == "SBR" and number in "123":
        return f"SBR {_ROMAN['SBR'][int(number) - 1]}"
    return f"{name} {number}"


def _sum(match: re.Match[str]) -> str:
    if match["c"]:
        return f"{match['c']}+{match['d']}"
    return f"{match['a']}+{match['b']}" if match["a"] else match["sum"]
