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
class PrintedLimit:
    """The upper limit of normal that the document of a value prints."""

    high: float
    unit: str | None
    """None: that of the value."""
    evidence: DocumentEvidence


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A laboratory value or a sign."""

    name: str
    value: float
    unit: str | None
    sign: str | None
    date: str | None
    evidence: DocumentEvidence
    limit: PrintedLimit | None = None


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
_TURNED = re.compile(
    r"\b(?:screening|depistage|serolog\w+|vaccin\w*|immuni[sz]\w+|avoid\w*|eviter|projet|desir"
    r"|plan\w*"
    r"|souhait\w*|advi[sc]e\w*|conseil\w*|contracep\w*|requested|demande\w*|awaited|pending|attente"
    r"|search|recherche\w*|prevent\w*|prophyla\w+|pulmonary|pulmonaire|portal|portale|marrow"
    r"|medullaire"
    r"|free|indemne\w*|suspi\w*|possible|probable|rule\w* out|to exclude|test\w*|history of contact"
    r"|exposure)\b"
)
"""Words near a condition that make it something else than had: it is then neither there nor not."""
_NEGATIVE = re.compile(r"\b(?:negative?s?|negatif(?:s|ve|ves)?|non[- ]reactive)\b")
_NEAR = 45
"""Characters on either side, inside the sentence."""
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
    when = passage.date_near(start, end) or date
    if since is not None:
        return Told(key, told.polarity, when, passage.cite(since, end))
    near = passage.line[max(first, start - _NEAR) : min(last, end + _NEAR)]
    if _NEGATIVE.search(near):
        # "HIV, hepatitis B negative": of which it is said is not sure.
        sure = not re.search(r"[,;]|\b(?:and|et|but|mais)\b", near)
        return Told(key, Polarity.denied, when, passage.cite(first, last)) if sure else None
    if told.polarity is Polarity.denied:
        return Told(key, told.polarity, when, passage.cite(first, last))
    if _TURNED.search(near):
        return None
    return Told(key, told.polarity, when, passage.cite(start, end))


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
