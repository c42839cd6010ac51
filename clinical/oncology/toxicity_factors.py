"""What a record tells that publications tie to readmission after chemotherapy.

A list of factors, each with its words, its time and its source (``toxicity_factors.csv``). There is
no score: none was validated on such records. What is not written is not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from clinical.folded import folded
from clinical.oncology.begun import begun
from clinical.oncology.lexicon import alternatives, rows
from clinical.oncology.merge import effective_date
from clinical.oncology.reading import Passage
from clinical.text import LANGUAGES
from clinical.trials.compare import canonical, days_between
from clinical.trials.patient import DatedValue, DrugUse
from clinical.vital_values import of_a_relative
from consultation.documents import DocumentEvidence, SourceDocument
from consultation.oncology import OncologyHistory, TreatmentLine
from consultation.research import ToxicityFactor

AFTER_CYCLE = 30
"""Days, as the measure OP-35 counts."""
POLYPHARMACY = 5
_LOW: dict[str, tuple[str, float]] = {
    # factor → (laboratory value, limit in the unit of ``compare.canonical``)
    "low_albumin": ("albumin", 35.0),
    "low_clearance": ("eGFR", 60.0),
    "low_hemoglobin": ("hemoglobin", 10.0),
}
_FOLLOWS = re.compile(
    r"\b(?:after|following|post|since|apres|sous|suite a|depuis)\W+(?:[\w']+\W+){0,4}$"
)
_GIVEN = re.compile(
    r"\b(?:cures?|cycles?|c\d|j1|d1|administr\w+|given|received|recu)\b[^.;]{0,25}$"
)
_PLANNED = re.compile(
    r"\b(?:prevue?s?|programmee?s?|planned|scheduled|elective|proposee?s?|envisagee?s?|refus\w+"
    r"|si|if|en cas d\w*|should|admission criteria|hospitalisation de jour|hdj|day (?:unit|case))\b"
)


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    date: str | None
    evidence: tuple[DocumentEvidence, ...]
    detail: str = ""


def toxicity_factors(
    documents: Sequence[SourceDocument],
    history: OncologyHistory,
    values: Sequence[DatedValue],
    drugs: Sequence[DrugUse],
    as_of: str,
    language: str,
) -> tuple[ToxicityFactor, ...]:
    """Newest first; what has no date comes last."""
    cycles = _cycles(documents, history, as_of)
    found = [
        *_toxicities(history),
        *_told(documents, cycles),
        *_performance(history),
        *_values(values),
        *_polychemotherapy(history),
        *_polypharmacy(drugs),
    ]
    made = [_factor(one, cycles, as_of, language) for one in found if _past(one, as_of)]
    return tuple(sorted(made, key=lambda one: one.date or "", reverse=True))


def _past(one: _Found, as_of: str) -> bool:
    return one.date is None or one.date[:10] <= as_of


def _cycles(documents: Sequence[SourceDocument], history: OncologyHistory, as_of: str) -> list[str]:
    """Days on which chemotherapy was given; that of *admitted after FOLFOX on …* is none."""
    known = {one.id: one for one in documents}
    days = set()
    for line in history.treatments:
        if line.kind != "chemotherapy" or line.status == "planned":
            continue
        before = _before(line, known)
        given = begun(line, as_of) or _GIVEN.search(before)
        if given and not _FOLLOWS.search(before):
            days |= {one for one in (line.date, line.start, line.end) if one and len(one) == 10}
    return sorted(day for day in days if day <= as_of)


def _before(line: TreatmentLine, known: dict[str, SourceDocument]) -> str:
    """The folded words that stand before a treatment in its paragraph."""
    quote = line.evidence[0]
    document = known.get(quote.source)
    paragraph = document.paragraph(quote.anchor) if document else None
    return folded(paragraph.text[: quote.quote_start]).line if paragraph else ""


def _after(date: str | None, cycles: Sequence[str]) -> int | None:
    gaps = [days_between(cycle, date) for cycle in cycles]
    inside = [gap for gap in gaps if gap is not None and 0 <= gap <= AFTER_CYCLE]
    return min(inside) if inside else None


def _toxicities(history: OncologyHistory) -> Iterator[_Found]:
    terms = {
        term: row["key"]
        for row in rows("toxicity_factors")
        for term in row["terms"].split(";")
        if term
    }
    for one in history.toxicities:
        date = effective_date(one)
        shown = one.text if one.certainty == "certain" else f"{one.text} (?)"
        key = terms.get(one.term)
        if key:
            yield _Found(key, date, one.evidence, shown)
        if (one.grade or 0) >= 3:
            yield _Found("severe_toxicity", date, one.evidence, shown)


def _told(documents: Sequence[SourceDocument], cycles: Sequence[str]) -> Iterator[_Found]:
    known = {one.id for one in documents}
    for document in documents:
        if document.language not in LANGUAGES:
            continue
        for paragraph in document.paragraphs:
            if paragraph.repeats is None or paragraph.repeats.document not in known:
                yield from _of(Passage(document, paragraph), cycles)


def _of(passage: Passage, cycles: Sequence[str]) -> Iterator[_Found]:
    for key, pattern in _patterns(passage.language):
        for match in pattern.finditer(passage.line):
            first, last = passage.sentence(match.start())
            told = passage.told(*match.span())
            if not told.affirmed or not told.certain or passage.supposed(match.start()):
                continue
            if of_a_relative(passage.verbatim(first, last)):
                continue
            date = passage.date_near(*match.span())
            if key == "admission_after_cycle":
                if _PLANNED.search(passage.line[first:last]) or _after(date, cycles) is None:
                    continue
            elif date is None:
                date = passage.paragraph.date or passage.document.date
            yield _Found(key, date, (passage.cite(first, last),))
            break


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["key"], alternatives(row[language].split(";")))
        for row in rows("toxicity_factors")
        if row[language]
    )


def _performance(history: OncologyHistory) -> Iterator[_Found]:
    """The latest status alone."""
    states = [one for one in history.performance if one.scale == "ECOG" and effective_date(one)]
    if states:
        latest = max(states, key=lambda one: effective_date(one) or "")
        if latest.value >= 2 and latest.certainty == "certain":
            yield _Found("poor_performance", effective_date(latest), latest.evidence, latest.text)


def _values(values: Sequence[DatedValue]) -> Iterator[_Found]:
    """The latest value of each, where its unit is known."""
    for key, (name, limit) in _LOW.items():
        own = [one for one in values if one.name == name and one.date and not one.sign]
        if not own:
            continue
        latest = max(own, key=lambda one: one.date or "")
        value = canonical(name, latest.value, latest.unit)
        if value is not None and value[0] < limit:
            shown = f"{latest.value:g} {latest.unit or ''}".strip()
            yield _Found(key, latest.date, (latest.evidence,), shown)


def _polychemotherapy(history: OncologyHistory) -> Iterator[_Found]:
    """The latest alone."""
    current = [
        one
        for one in history.treatments
        if one.kind == "chemotherapy" and one.status == "current" and len(one.drugs) > 1
    ]
    if current:
        latest = max(current, key=lambda one: effective_date(one) or "")
        named = ", ".join(latest.drugs)
        yield _Found("polychemotherapy", effective_date(latest), latest.evidence, named)


def _polypharmacy(drugs: Sequence[DrugUse]) -> Iterator[_Found]:
    """The latest document that lists five current drugs or more."""
    lists: dict[str, dict[str, DrugUse]] = {}
    for one in drugs:
        if one.status == "current":
            lists.setdefault(one.evidence.source, {})[one.inn] = one
    long = [list(named.values()) for named in lists.values() if len(named) >= POLYPHARMACY]
    if long:
        latest = max(long, key=lambda named: max(one.date or "" for one in named))
        date = max((one.date for one in latest if one.date), default=None)
        yield _Found("polypharmacy", date, tuple(one.evidence for one in latest), f"{len(latest)}")


def _factor(one: _Found, cycles: Sequence[str], as_of: str, language: str) -> ToxicityFactor:
    row = next(row for row in rows("toxicity_factors") if row["key"] == one.key)
    return ToxicityFactor(
        key=one.key,
        label=row[f"label_{language}"],
        date=one.date,
        age_days=days_between(one.date, as_of),
        days_after_cycle=_after(one.date, cycles),
        detail=one.detail,
        source=row["source"],
        evidence=one.evidence,
    )
