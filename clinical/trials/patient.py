"""What a record says of a patient, in the shapes that criteria are judged on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from clinical.oncology.reading import Passage
from clinical.oncology.regimens import named_drugs, named_protocols, other_named
from clinical.text import LANGUAGES
from clinical.trials.conditions import conditions
from clinical.vital_values import of_a_relative
from consultation.documents import DocumentEvidence, SourceDocument
from consultation.oncology import OncologyHistory
from consultation.summary import Polarity

Sex = Literal["female", "male"]
BRAIN = "brain metastases"
"""The key of ``Told`` for them; a treatment's is its INN or its kind."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A laboratory value or a sign."""

    name: str
    value: float
    unit: str | None
    sign: str | None
    date: str | None
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class Told:
    """A condition or a treatment that words affirm, deny or doubt, of the patient alone."""

    key: str
    polarity: Polarity
    date: str | None
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class DrugUse:
    inn: str
    status: Literal["current", "stopped"]
    date: str | None
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class AgeAt:
    years: int
    date: str | None
    """The day on which the patient had this age."""
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class SexTold:
    sex: Sex
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class PatientFacts:
    history: OncologyHistory
    as_of: str
    """ISO 8601, the day that ages and windows count to."""
    values: tuple[DatedValue, ...] = ()
    told: tuple[Told, ...] = ()
    drugs: tuple[DrugUse, ...] = ()
    ages: tuple[AgeAt, ...] = ()
    sexes: tuple[SexTold, ...] = ()


_AGE = re.compile(
    r"\b(?:patiente?|femme|homme|madame|monsieur|mme|m\.|dame)\s(?:de |agee? de "
    r"|, ?)?(?P<fr>\d{1,3}) ans"
    r"|\b(?P<en>\d{1,3})[- ]years?[- ]old (?:\w+ ){0,2}?(?:man|woman|male|female|lady|gentleman"
    r"|patient)"
)
_FEMALE = re.compile(r"\b(?:patiente|femme|madame|mme|woman|female|lady|mrs|ms)\b")
_MALE = re.compile(r"\b(?:homme|monsieur|man|male|gentleman|mr)\b")
_NEVER = re.compile(
    r"\b(?:jamais|never|no prior|no previous|without prior|no history of|pas d'antecedents? d\w*"
    r"|n'ayant jamais|naive?|naif|aucune?)\b[^.;]{0,40}$"
)
_NO_BRAIN = re.compile(
    r"(?P<brain>(?:brain|cerebral|cns|intracranial) metasta\w+"
    r"|(?:metastases?|localisations? secondaires?|lesions? secondaires?) (?:cerebrales?"
    r"|encephaliques?))"
)


def scan(documents: Sequence[SourceDocument]) -> Iterator[Told | AgeAt | SexTold]:
    """Conditions, denied treatments, ages and sexes that documents tell; copies are left out."""
    known = {one.id for one in documents}
    for document in documents:
        if document.language not in LANGUAGES:
            continue
        for paragraph in document.paragraphs:
            if paragraph.repeats is None or paragraph.repeats.document not in known:
                yield from _of(Passage(document, paragraph))


def _of(passage: Passage) -> Iterator[Told | AgeAt | SexTold]:
    date = passage.paragraph.date or passage.document.date
    yield from _person(passage, date)
    for one in conditions(passage):
        found = _told(passage, one.key, one.start, one.end, date)
        if found:
            yield found
    for match in _NO_BRAIN.finditer(passage.line):
        found = _told(passage, BRAIN, *match.span(), date)
        if found:
            yield found
    for named in (*named_protocols(passage), *named_drugs(passage), *other_named(passage)):
        first = passage.sentence(named.start)[0]
        if not _NEVER.search(passage.line, first, named.start):
            continue
        evidence_start = _NEVER.search(passage.line, first, named.start)
        assert evidence_start
        for key in named.drugs or (named.label,):
            found = _told(passage, key, named.start, named.end, date, since=evidence_start.start())
            if found and found.polarity is Polarity.denied:
                yield found


def _told(
    passage: Passage, key: str, start: int, end: int, date: str | None, since: int | None = None
) -> Told | None:
    told = passage.told(start, end)
    first, last = passage.sentence(start)
    if not told.of_patient or passage.supposed(start):
        return None
    if of_a_relative(passage.verbatim(first, last)):
        return None
    begin = start if since is None else since
    if told.polarity is Polarity.denied and since is None:
        begin = first  # the denial stands before: the quote must show it
    when = passage.date_near(start, end) or date
    return Told(key, told.polarity, when, passage.cite(begin, max(end, begin + 1)))


def _person(passage: Passage, date: str | None) -> Iterator[AgeAt | SexTold]:
    for match in _AGE.finditer(passage.line):
        first, last = passage.sentence(match.start())
        told = passage.told(*match.span())
        if not told.of_patient or of_a_relative(passage.verbatim(first, last)):
            continue
        evidence = passage.cite(*match.span())
        yield AgeAt(int(match["fr"] or match["en"]), date, evidence)
        words = match.group()
        if _FEMALE.search(words):
            yield SexTold("female", evidence)
        elif _MALE.search(words):
            yield SexTold("male", evidence)
