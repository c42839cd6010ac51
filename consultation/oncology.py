"""What a record tells of a patient's cancer: every value beside the words it came from.

The shapes follow mCODE and OSIRIS: tumour → stage, biomarkers, treatment lines, responses,
toxicities, and the series of the markers that are followed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from consultation.documents import PARTIAL_DATE, Coding, DocumentEvidence
from consultation.wire import Record

Certainty = Literal["certain", "uncertain"]
"""Uncertain: the words can mean something else ("RP"), or they say so themselves."""


class Fact(Record):
    """The base of every fact. ``date`` is of what happened; how old the words are is in the
    evidence."""

    id: str
    text: str = Field(min_length=1)
    """Verbatim: the shortest words that hold the fact."""
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    certainty: Certainty = "certain"
    evidence: tuple[DocumentEvidence, ...] = Field(min_length=1)
    """The first source first; copies of the same words are cited once."""
    codes: tuple[Coding, ...] = ()


class Tumor(Fact):
    topography: str | None = None
    """The organ, in the record's words."""
    morphology: str | None = None
    """The histology, in the record's words."""
    laterality: Literal["left", "right", "bilateral"] | None = None
    behaviour: Literal["primary", "metastasis", "benign", "in_situ", "uncertain"] = "primary"
    grade: str | None = None
    """As it was graded: "SBR II", "ISUP 3", "grade 2"."""


class Stage(Fact):
    system: str = "TNM"
    """TNM, FIGO, Ann Arbor, Dukes, Clark, Breslow…"""
    edition: str | None = None
    prefix: str | None = None
    """c p y r a u, in their order: "yp"."""
    t: str | None = None
    n: str | None = None
    m: str | None = None
    group: str | None = None
    residual: str | None = None
    """R0, R1, R2, RX."""
    lymphatic: str | None = None
    vascular: str | None = None
    perineural: str | None = None
    tumor: str | None = None
    """Id of the tumour, when one is near enough to be sure."""


class Interpretation(StrEnum):
    positive = "positive"
    negative = "negative"
    equivocal = "equivocal"
    not_done = "not_done"
    pending = "pending"
    unknown = "unknown"


class Biomarker(Fact):
    marker: str
    """The canonical name: ER, PR, HER2, Ki67, PD-L1, MSI, MMR, EGFR, KRAS, PSA…"""
    value: float | None = None
    high: float | None = None
    """The upper bound of a range."""
    comparator: Literal["<", "<=", ">", ">="] | None = None
    unit: str | None = None
    """UCUM: ``%``, ``ng/mL``, ``U/mL``."""
    score: str | None = None
    """A scale's own value: "2+", "low", "TPS", "CPS", "Allred 7"."""
    variant: str | None = None
    """"G12C", "ex19del", "V600E", "fusion"."""
    origin: Literal["somatic", "germline"] | None = None
    interpretation: Interpretation = Interpretation.unknown
    method: str | None = None
    """IHC, FISH, CISH, PCR, NGS…"""
    specimen: str | None = None


class PerformanceStatus(Fact):
    scale: Literal["ECOG", "Karnofsky"]
    value: int
    high: int | None = None


class TreatmentLine(Fact):
    kind: Literal[
        "chemotherapy", "targeted", "immunotherapy", "hormone", "radiotherapy", "surgery",
        "transplant", "supportive", "trial", "other",
    ]  # fmt: skip
    protocol: str | None = None
    """FOLFOX, AC-T…, as it is called."""
    drugs: tuple[str, ...] = ()
    """INN, expanded from the protocol or named."""
    line: int | None = None
    intent: Literal["curative", "neoadjuvant", "adjuvant", "palliative", "maintenance"] | None = (
        None
    )
    cycle: int | None = None
    cycles: int | None = None
    start: str | None = Field(default=None, pattern=PARTIAL_DATE)
    end: str | None = Field(default=None, pattern=PARTIAL_DATE)
    status: Literal["planned", "current", "completed", "stopped", "unknown"] = "unknown"
    stop_reason: str | None = None
    """Verbatim."""
    dose: str | None = None
    """Verbatim: "50 Gy in 25 fractions", "80 mg", "AUC 5"."""
    dose_change: str | None = None
    """Verbatim: a reduction, a delay."""


class Response(Fact):
    value: Literal["CR", "PR", "SD", "PD", "NE"]
    criteria: str | None = None
    """RECIST 1.1, iRECIST, PERCIST, Lugano…"""
    line: str | None = None
    """Id of the treatment line, when it is told."""


class Toxicity(Fact):
    term: str
    """CTCAE's, in English."""
    grade: int | None = Field(default=None, ge=1, le=5)
    """Never inferred from adjectives: None is "grade not stated"."""
    version: str | None = None
    drug: str | None = None
    action: Literal["none", "dose_reduced", "delayed", "stopped", "hospitalised"] | None = None


class SeriesPoint(Record):
    date: str | None = Field(default=None, pattern=PARTIAL_DATE)
    value: float
    comparator: Literal["<", "<=", ">", ">="] | None = None
    evidence: DocumentEvidence


class MarkerSeries(Record):
    """One marker over time, in one unit; oldest first."""

    marker: str
    unit: str | None = None
    points: tuple[SeriesPoint, ...] = Field(min_length=1)


class OncologyHistory(Record):
    tumors: tuple[Tumor, ...] = ()
    stages: tuple[Stage, ...] = ()
    biomarkers: tuple[Biomarker, ...] = ()
    performance: tuple[PerformanceStatus, ...] = ()
    treatments: tuple[TreatmentLine, ...] = ()
    responses: tuple[Response, ...] = ()
    toxicities: tuple[Toxicity, ...] = ()
    series: tuple[MarkerSeries, ...] = ()

    @property
    def found(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields)
