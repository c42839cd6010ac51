"""Research functions: off by default, labelled, and never a decision about a patient.

A trial's criteria beside what a record says, factors of readmission after chemotherapy, and
treatments beside responses. None of it is validated for care.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.documents import PARTIAL_DATE, DocumentEvidence
from consultation.errors import ResearchOff
from consultation.oncology import OncologyHistory
from consultation.provenance import Provenance
from consultation.settings import Settings
from consultation.wire import Record

LABELS = {
    "fr": "Recherche uniquement : non validé pour le soin, à vérifier dans le dossier.",
    "en": "Research only: not validated for care, to be checked against the record.",
}
"""On every output."""


def require_research(settings: Settings) -> None:
    """Raises ResearchOff unless the setting is on."""
    if not settings.research:
        raise ResearchOff("research functions are off")


class CriterionKind(StrEnum):
    inclusion = "inclusion"
    exclusion = "exclusion"


class Variable(StrEnum):
    age = "age"
    sex = "sex"
    ecog = "ecog"
    karnofsky = "karnofsky"
    diagnosis = "diagnosis"
    stage = "stage"
    biomarker = "biomarker"
    extent = "extent"
    """Metastatic or not."""
    brain_metastases = "brain_metastases"
    other_cancer = "other_cancer"
    prior_lines = "prior_lines"
    treatment = "treatment"
    """A drug, a protocol or a kind of treatment; with ``window_days`` a washout."""
    laboratory = "laboratory"
    organ_function = "organ_function"
    """*Adequate hepatic function*, without a value."""
    condition = "condition"
    """A comorbidity, an infection, a pregnancy: ``name`` is the key of trial_conditions.csv."""
    bmi = "bmi"
    life_expectancy = "life_expectancy"
    will = "will"
    """Consent, contraception, availability, language: no record decides it."""
    other = "other"
    """Not understood: always unknown."""


Op = Literal["<", "<=", ">", ">=", "=", "between", "present", "absent"]


class Criterion(Record):
    """One thing that a line of criteria asks. ``text`` is exactly ``source[start:end]``."""

    id: str
    kind: CriterionKind
    variable: Variable
    name: str | None = None
    """Which one: a laboratory value, a marker, an INN, a kind of treatment, a condition."""
    op: Op = "present"
    value: float | None = None
    high: float | None = None
    """The upper end of ``between``."""
    unit: str | None = None
    """As written, folded; ``ULN`` and ``LLN`` are multiples of the laboratory's limits."""
    values: tuple[str, ...] = ()
    """What counts, where it is words: stages, codes of sites, a state of a marker."""
    window_days: int | None = None
    """In the last so many days."""
    line: int
    """Number of the line of criteria that it is a part of, from 1."""
    conditional: bool = False
    """*Unless*, *except*, *if*: code does not decide it."""
    alternative: bool = False
    """Joined to others of its line by *or* or *and*: alone it may not stand against a trial."""
    context: str = ""
    """The whole line that it is a part of."""
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class CriterionVerdict(StrEnum):
    met = "met"
    """The words say that what the criterion names is so: of an exclusion it stands against."""
    not_met = "not_met"
    unknown = "unknown"
    """Never counts as met."""


Reason = Literal[
    "stated", "not_mentioned", "undecidable", "not_understood", "conditional", "alternative",
    "outdated", "conflict", "uncertain", "unit", "limit_unknown", "imprecise",
]  # fmt: skip


class Judgement(Record):
    criterion: Criterion
    verdict: CriterionVerdict
    reason: Reason
    evidence: tuple[DocumentEvidence, ...] = ()
    """Never empty where the verdict is not unknown."""

    @property
    def against(self) -> bool:
        """Whether it stands against the trial."""
        if self.criterion.kind is CriterionKind.inclusion:
            return self.verdict is CriterionVerdict.not_met
        return self.verdict is CriterionVerdict.met

    @property
    def decided(self) -> bool:
        return self.verdict is not CriterionVerdict.unknown


class TrialToExamine(Record):
    trial: str
    """The title, else the name of its file."""
    sha256: str
    """Of the criteria's text."""
    judgements: tuple[Judgement, ...]
    decided: int
    against: int
    unknown: int


class TrialScreening(Record):
    """Trials to examine, those that nothing stands against first, then by criteria decided. It is
    no probability and no decision."""

    schema_version: Literal["1"] = "1"
    label: str
    language: str
    as_of: str
    trials: tuple[TrialToExamine, ...]
    provenance: Provenance


class ToxicityFactor(Record):
    """One thing of the record that publications tie to readmission after chemotherapy."""

    key: str
    label: str
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    age_days: int | None = None
    """Days from ``date`` to ``as_of``, where the date is a day."""
    days_after_cycle: int | None = None
    detail: str = ""
    source: str
    """The publication that names the factor."""
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)


class ToxicityFactors(Record):
    """A list. No score: none was validated on such records."""

    schema_version: Literal["1"] = "1"
    label: str
    language: str
    as_of: str
    factors: tuple[ToxicityFactor, ...]
    provenance: Provenance


class EfficacyRow(Record):
    """One treatment line, the responses in its time, and markers before and after."""

    treatment: str
    start: str | None = None
    end: str | None = None
    status: str
    responses: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)


class Efficacy(Record):
    """Treatments beside responses and markers, in time. A sequence is no cause."""

    schema_version: Literal["1"] = "1"
    label: str
    language: str
    rows: tuple[EfficacyRow, ...]
    undated: tuple[str, ...] = ()
    """Responses that belong to no dated treatment: listed, not assigned."""
    history: OncologyHistory
    provenance: Provenance
