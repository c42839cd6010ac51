"""The course of one treatment: its line, intent, cycles, dates, status, doses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from clinical.oncology.course_status import Status, status_of
from clinical.oncology.reading import Passage
from clinical.oncology.regimens import Named

Intent = Literal["curative", "neoadjuvant", "adjuvant", "palliative", "maintenance"]
_ORDINAL = {
    "premiere": 1, "1ere": 1, "1re": 1, "first": 1, "1st": 1, "1": 1, "deuxieme": 2, "2eme": 2,
    "2e": 2, "seconde": 2, "second": 2, "2nd": 2, "2": 2, "troisieme": 3, "3eme": 3, "3e": 3,
    "third": 3, "3rd": 3, "3": 3, "quatrieme": 4, "4eme": 4, "4e": 4, "fourth": 4, "4th": 4, "4": 4,
    "cinquieme": 5, "5eme": 5, "5e": 5, "fifth": 5, "5th": 5, "5": 5, "6eme": 6, "6e": 6, "6th": 6,
    "sixieme": 6, "6": 6,
}  # fmt: skip
_NAMES = "|".join(sorted((n for n in _ORDINAL if not n.isdigit()), key=len, reverse=True))
_LINE = re.compile(
    rf"\b(?P<o>{_NAMES})[\s-](?:ligne|line)\b|\b(?:ligne|line)\s?(?P<n>[1-6])\b"
    rf"|\bl(?P<l>[1-6])\b(?!\s?(?:-|/|et|a)\s?l?\d)|\b(?P<d>[1-6])l\b"
)
_INTENT: tuple[tuple[Intent, str], ...] = (
    ("neoadjuvant", r"neo-?adjuvante?s?|preoperatoire|pre-?operative|d'induction|induction"),
    ("adjuvant", r"adjuvante?s?|post-?operatoire|post-?operative"),
    ("maintenance", r"entretien|maintenance|consolidation"),
    ("palliative", r"palliati\w+|metastatique|metastatic"),
    ("curative", r"curati\w+|visee curatrice"),
)
_INTENTS = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _INTENT))
_CYCLE_OF = re.compile(
    r"\b(?:cures?|cycles?|c)\s?(?:n\s?°?\s?)?(?P<n>\d{1,2})\s?(?:/|sur"
    r"|of)\s?(?P<of>\d{1,2})\b|\b(?P<n2>\d{1,2})(?:e|eme|th|nd|rd|st|ere)\s(?:cure"
    r"|cycle)\b|\bc(?P<n3>\d{1,2})\s?[jd]\s?\d{1,2}\b|\b(?:cure"
    r"|cycle)\s?(?:n\s?°?\s?)?(?P<n4>\d{1,2})\b"
)
_COUNT = {
    "deux": 2, "two": 2, "trois": 3, "three": 3, "quatre": 4, "four": 4, "cinq": 5, "five": 5,
    "six": 6, "sept": 7, "seven": 7, "huit": 8, "eight": 8, "neuf": 9, "nine": 9, "dix": 10,
    "ten": 10, "douze": 12, "twelve": 12,
}  # fmt: skip
_CYCLES = re.compile(
    rf"\b(?P<n>\d{{1,2}}|{'|'.join(_COUNT)})"
    r"\s?(?:x\s?)?(?:cures?|cycles?|injections?|courses?)\b|\b(?:x"
    r"|fois)\s?(?P<x>\d{1,2})\b(?!\s?(?:mg|par))"
)
_REASON = re.compile(
    r"\b(?:pour|en raison d[eu']|du fait d[eu']|a cause d[eu']|suite a|devant|due to"
    r"|because of|for|secondary to|after|owing to)\s?(?:une? |la |le |l'|des |the "
    r"|an? )?(?P<why>[^,;.()]{3,80})"
)
_DOSE_CHANGE = re.compile(
    r"\b(?:(?:reduction|diminution|baisse|desescalade|adaptation|reduced|reduire"
    r"|reduit\w*|diminue\w*|reducing|decreas\w+|reduce)\b[^,;.]{0,20}\b(?:doses?"
    r"|posologie|\d{1,2}\s?%)|doses?\b[^,;.]{0,15}\b(?:reduit\w*|reduced?"
    r"|reduction\w*|diminue\w*|adapte\w*|decreased)\b|(?:cure|cycle|dose|report de"
    r"|traitement)\s(?:decale|reporte|differe|delay|de la cure|held)\w*"
    r"|\b(?:decale|reporte|differe)e?s? (?:d'|de |a )\w+"
    r"|\b(?:postponed|deferred) (?:by|for|to) [^,;.]{2,20}"
    r"|\bramene\w* a\b|\b(?:cut|brought) (?:back |down )?to\b|\b(?:lower|smaller) doses?\b"
    r"|\bdoses? (?:plus faible|moindre|inferieure)s?\b|(?:report"
    r"|decalage) (?:de|du) \w+|delayed by [^,;.]{2,20})(?:[^,;.]{0,15}\d{1,2}\s?%)?"
)
_GRAY = re.compile(
    r"\b(?:\d{1,3}(?:[.,]\d{1,2})?\s?gy|\d{3,4}\s?cgy)\b(?:[^;.]{0,25}?\b\d{1,2}\s?(?:fractions?|seances?|fx)\b)?"
)
_AMOUNT = re.compile(
    r"\b\d{1,4}(?:[.,]\d{1,3})?\s?(?:mg|g|[uµμ]g|ui)(?:\s?/\s?(?:m2|m²|kg|j\b|jour"
    r"|day|d\b|24 ?h))?(?![a-z])"
    r"|\b(?:auc|asc)\s?\d(?:[.,]\d)?"
)
_PARTS = re.compile(r"[;]|\b(?:puis|then|suivie?s?|followed)\b")
_SINCE = re.compile(
    r"(?:depuis|since|debutee?s?|started|from|a partir|commenc\w+|du|initie\w*"
    r"|initiated|begun)\W{0,4}(?:le |en |l'|the |in |on |of )?\s?$"
)
_UNTIL = re.compile(
    r"(?:jusqu'?a\w*|until|au|to|through|arretee?s?|stopped|terminee?s?|completed"
    r"|fin|discontinued|ended|-|–)\W{0,4}(?:le |en |in |on |the )?\s?$"
)


@dataclass(frozen=True, slots=True)
class Course:
    """What the words around a treatment say; ``first`` and ``last`` bound those used."""

    first: int
    last: int
    line: int | None = None
    intent: Intent | None = None
    cycle: int | None = None
    cycles: int | None = None
    start: str | None = None
    end: str | None = None
    date: str | None = None
    status: Status = "unknown"
    stop_reason: str | None = None
    dose_change: str | None = None
    dose: str | None = None


def course(passage: Passage, one: Named, before: int, after: int) -> Course:
    """``before`` and ``after`` bound what no other treatment is nearer to."""
    first, last = passage.sentence(one.start)
    low, high = max(first, before), min(last, after)
    line = passage.line
    used = [one.start, one.end]
    cycle, cycles = _cycles(line, one, low, high, used)
    status, word_end = status_of(passage, one, first, high)
    reason = None
    if status == "stopped":
        match = _REASON.search(line, word_end, min(last, word_end + 140))
        if match:
            reason = passage.verbatim(*match.span("why")).strip()
    change = _DOSE_CHANGE.search(line, low, high)
    dose = _dose(line, one, low, high)
    for match in (change, dose):
        if match:
            used += [match.start(), match.end()]
    start, end, date = _dates(passage, one, low, high)
    return Course(
        first=min(used),
        last=max(used),
        line=_line(line, first, last),
        intent=_intent(line, one, first, last),
        cycle=cycle,
        cycles=cycles,
        start=start,
        end=end,
        date=date,
        status=status,
        stop_reason=reason,
        dose_change=passage.verbatim(*change.span()).strip() if change else None,
        dose=passage.verbatim(*dose.span()).strip() if dose else None,
    )


def _dose(line: str, one: Named, low: int, high: int) -> re.Match[str] | None:
    """Grays of radiotherapy; of one drug the amount right behind it, of several none."""
    if one.label == "radiotherapy":
        return _GRAY.search(line, low, high)
    if len(one.drugs) != 1:
        return None
    return _AMOUNT.search(line, one.start, min(high, one.end + 25))


def _line(line: str, first: int, last: int) -> int | None:
    found = {
        _ORDINAL[m["o"] or m["n"] or m["l"] or m["d"]] for m in _LINE.finditer(line, first, last)
    }
    return found.pop() if len(found) == 1 else None


_AS_A_PHASE = re.compile(r"(?:ligne|line)\W{0,2}(?:de )?$|situation\W$|phase\W$|setting")


def _intent(line: str, one: Named, first: int, last: int) -> Intent | None:
    """The intent nearest before, else after; a metastasis elsewhere is no intent."""
    best: tuple[int, Intent] | None = None
    for match in _INTENTS.finditer(line, max(first, one.start - 80), min(last, one.end + 50)):
        name: Intent = match.lastgroup  # type: ignore[assignment]
        if name == "palliative" and match.group().startswith("metasta"):
            lead = line[max(0, match.start() - 12) : match.start()]
            if not _AS_A_PHASE.search(lead):
                continue
        gap = one.start - match.end() if match.end() <= one.start else match.start() - one.end + 20
        if best is None or gap < best[0]:
            best = (gap, name)
    return best[1] if best else None


def _cycles(
    line: str, one: Named, low: int, high: int, used: list[int]
) -> tuple[int | None, int | None]:
    of = _CYCLE_OF.search(line, one.end, min(high, one.end + 60)) or _CYCLE_OF.search(
        line, max(low, one.start - 40), one.start
    )
    if of:
        used += [of.start(), of.end()]
        number = of["n"] or of["n2"] or of["n3"] or of["n4"]
        return int(number), int(of["of"]) if of["of"] else None
    before = [
        m for m in _CYCLES.finditer(line, max(low, one.start - 40), one.start)
        if re.fullmatch(r"[\s(]*(?:de |d'|of |du |par |par le protocole )?(?:protocole "
r"|chimiotherapie (?:par |de )?)?", line[m.end() : one.start])
    ]  # fmt: skip
    after = _CYCLES.search(line, one.end, min(high, one.end + 30))
    match = before[-1] if before else after
    if match and not (
        match is after and re.search(r"puis|then|;|suivi", line[one.end : match.start()])
    ):
        used += [match.start(), match.end()]
        number = match["n"] or match["x"]
        return None, _COUNT.get(number) or int(number)
    return None, None


def _dates(
    passage: Passage, one: Named, low: int, high: int
) -> tuple[str | None, str | None, str | None]:
    start = end = date = None
    near = [d for d in passage.dates if low <= d.start < high and abs(d.start - one.end) < 120]
    for dated in near:
        between = passage.line[dated.end : one.start]
        if dated.end <= one.start and _PARTS.search(between):
            continue  # it is the date of the treatment before
        before = passage.line[max(0, dated.start - 25) : dated.start]
        words = passage.line[dated.start : dated.end]
        lead = before + re.split(r"\d", words, maxsplit=1)[0]
        if _UNTIL.search(lead) and (
            start
            or date
            or re.search(r"jusqu|until|arret|stop|termin|complet|fin|discont|ended", lead)
        ):
            end = end or dated.iso
        elif _SINCE.search(lead):
            start = start or dated.iso
        else:
            date = date or dated.iso
    if start is None and one.label in ("surgery", "transplant"):
        start = date
    return start, end, date
