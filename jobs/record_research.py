"""Research functions on a record in the service: the same rules as at the command line, on what was
read and found already. Off unless ``ANAMNESE_RESEARCH=1``, at the worker too."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from consultation.documents import PatientRecord
from consultation.research import Efficacy, ToxicityFactors, TrialScreening
from consultation.settings import Settings
from consultation.wire import Record
from records.language import language_of
from summarize.efficacy import efficacy
from summarize.record_facts.map import MapCache
from summarize.toxicity import factors
from summarize.trials import screen

Function = Literal["trials", "toxicity", "efficacy"]
Result: TypeAlias = TrialScreening | ToxicityFactors | Efficacy
_KINDS: dict[str, type[TrialScreening] | type[ToxicityFactors] | type[Efficacy]] = {
    "trials": TrialScreening,
    "toxicity": ToxicityFactors,
    "efficacy": Efficacy,
}
_PREFIX = "research-"


class TrialCriteria(Record):
    """The criteria of one trial, as they are written."""

    name: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=100_000)
    language: Literal["fr", "en"] | None = None
    """Told from the text when not given."""


class ResearchAsked(Record):
    """What a research function was asked for; stored encrypted with the job."""

    criteria: tuple[TrialCriteria, ...] = ()
    language: Literal["fr", "en"] | None = None
    """Of the answer; the record's when not given."""


def template_of(function: Function) -> str:
    """What such a job has for a template."""
    return f"{_PREFIX}{function}"


def function_of(template: str | None) -> Function | None:
    """None: the job makes a synthesis."""
    for function in ("trials", "toxicity", "efficacy"):
        if template == f"{_PREFIX}{function}":
            return function
    return None


def research(
    function: Function,
    record: PatientRecord,
    asked: ResearchAsked,
    as_of: str,
    settings: Settings,
    cache: MapCache,
) -> Result:
    """Raises ResearchOff."""
    if function == "toxicity":
        return factors(record, settings, as_of=as_of, language=asked.language, cache=cache)
    if function == "efficacy":
        return efficacy(record, settings, as_of=as_of, language=asked.language, cache=cache)
    trials = [
        (one.name, one.text, one.language or criteria_language(one.text, record.language))
        for one in asked.criteria
    ]
    return screen(record, trials, settings, as_of=as_of, language=asked.language, cache=cache)


def opened(function: Function, content: bytes) -> Result:
    return _KINDS[function].model_validate_json(content)


def criteria_language(text: str, otherwise: str) -> str:
    """Criteria are short: their heading tells more than their small words."""
    if "criteria" in text.lower():
        return "en"
    return language_of(text) or otherwise
