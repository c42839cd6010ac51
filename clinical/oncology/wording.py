"""One line for one fact, in French or English, made of the fact's own values and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from clinical.oncology.wording_terms import SAID, drug_names, number, toxicity_names
from clinical.text import checked
from consultation.oncology import (
    Biomarker,
    Fact,
    Interpretation,
    PerformanceStatus,
    Response,
    Stage,
    Toxicity,
    TreatmentLine,
    Tumor,
)

Say = Callable[[str], str]


def line(fact: Fact, language: str) -> str:
    """For a synthesis: *HER2 : 2+, négatif (FISH), 2023-05-12*. Raises UnsupportedLanguage."""
    terms = SAID[checked(language)]

    def say(key: str) -> str:
        return terms.get(key, key)

    head, details = _told(fact, say, language)
    listed = [detail for detail in details if detail]
    colon = " : " if language == "fr" else ": "
    text = head + (colon if head and listed else "") + ", ".join(listed)
    if fact.date:
        text += f" ({fact.date})"
    if fact.certainty == "uncertain":
        text += f" – {say('uncertain')}"
    return text


@singledispatch
def _told(fact: Fact, _say: Say, _language: str) -> tuple[str, list[str]]:
    """(what it is, its details)"""
    return "", [fact.text]


@_told.register
def _(fact: Tumor, say: Say, _language: str) -> tuple[str, list[str]]:
    side = say(fact.laterality) if fact.laterality else ""
    words = [fact.morphology or "", fact.topography or ""]
    # The words of the record may hold each other: "cancer du sein" is one quote.
    name = fact.text if all(word.lower() in fact.text.lower() for word in words) else ""
    shown = name or " ".join(word for word in words if word)
    told = side and side.lower() in shown.lower()
    return say(fact.behaviour), [shown, "" if told else side, fact.grade or ""]


@_told.register
def _(fact: Stage, say: Say, _language: str) -> tuple[str, list[str]]:
    parts = [fact.t or "", fact.n or "", fact.m or ""]
    tnm = " ".join(part for part in parts if part)
    tnm = f"{fact.prefix or ''}{tnm}" if tnm else ""
    extras = " ".join(
        x for x in (fact.lymphatic, fact.vascular, fact.perineural, fact.residual) if x
    )
    group = fact.group or ""
    if group and fact.system not in ("Breslow", "Clark"):
        group = f"{say('stage')} {group}"
    edition = f"{say('edition')} {fact.edition}" if fact.edition else ""
    return fact.system, [tnm, extras, group, edition]


@_told.register
def _(fact: Biomarker, say: Say, language: str) -> tuple[str, list[str]]:
    value = ""
    if fact.value is not None:
        value = number(fact.value, language)
        if fact.high is not None:
            value += f"–{number(fact.high, language)}"
        value = f"{fact.comparator or ''}{' ' if fact.comparator else ''}{value}"
        unit = {"{mut}/Mb": "mut/Mb"}.get(fact.unit or "", fact.unit or "")
        value = (
            f"{value} {unit}"
            if unit and not (unit == "%" and language == "en")
            else f"{value}{unit}"
        )
    known = fact.interpretation is not Interpretation.unknown
    details = [
        say(fact.score) if fact.score else "",
        value,
        say(fact.variant) if fact.variant else "",
        say(fact.interpretation.value) if known else "",
        say(fact.origin) if fact.origin else "",
        fact.method or "",
        fact.specimen or "",
    ]
    return say(fact.marker), details


@_told.register
def _(fact: PerformanceStatus, say: Say, _language: str) -> tuple[str, list[str]]:
    value = f"{fact.value}–{fact.high}" if fact.high is not None else str(fact.value)
    return say(fact.scale), [value + (" %" if fact.scale == "Karnofsky" else "")]


@_told.register
def _(fact: TreatmentLine, say: Say, language: str) -> tuple[str, list[str]]:
    names = [drug_names(language).get(name, name) for name in fact.drugs]
    listed = " + ".join(names)
    if fact.protocol:
        what = f"{fact.protocol} ({listed})" if listed else fact.protocol
    else:
        what = listed or fact.text
    cycles = ""
    if fact.cycle is not None:
        cycles = f"{say('cycle')} {fact.cycle}" + (f"/{fact.cycles}" if fact.cycles else "")
    elif fact.cycles is not None:
        cycles = f"{fact.cycles} {say('cycles')}"
    details = [
        what,
        f"{say('line')} {fact.line}" if fact.line else "",
        say(fact.intent) if fact.intent else "",
        cycles,
        fact.dose if fact.dose and fact.dose not in what else "",
        f"{say('from')} {fact.start}" if fact.start and fact.start != fact.date else "",
        f"{say('to')} {fact.end}" if fact.end else "",
        say(fact.status) if fact.status != "unknown" else "",
        f"{say('reason')} {fact.stop_reason}" if fact.stop_reason else "",
        fact.dose_change or "",
    ]
    return say(fact.kind), details


@_told.register
def _(fact: Response, say: Say, _language: str) -> tuple[str, list[str]]:
    return say("response"), [
        say("PR response" if fact.value == "PR" else fact.value),
        say(fact.criteria) if fact.criteria else "",
    ]


@_told.register
def _(fact: Toxicity, say: Say, language: str) -> tuple[str, list[str]]:
    grade = f"grade {fact.grade}" if fact.grade is not None else say("no grade")
    drug = drug_names(language).get(fact.drug or "", fact.drug or "")
    version = f"CTCAE {fact.version}" if fact.version else ""
    details = [
        toxicity_names(language).get(fact.term, fact.term),
        grade,
        version,
        f"{say('suspected')} {drug}" if drug else "",
        say(f"action {fact.action}") if fact.action else "",
    ]
    return say("toxicity"), details
