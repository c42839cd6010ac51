"""The phrases of ``tests/data/oncology_*.txt`` and whether the rules find the facts they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from clinical.oncology.extract import facts_of
from consultation.documents import DocumentFormat, Paragraph, SourceDocument
from consultation.oncology import Biomarker, Fact, Response, Stage, Toxicity, TreatmentLine, Tumor

KINDS = {
    "bio": "biomarkers",
    "stage": "stages",
    "ps": "performance",
    "tx": "treatments",
    "resp": "responses",
    "tox": "toxicities",
    "tumor": "tumors",
}
_DATA = Path(__file__).parent.parent / "data"


def document(text: str, language: str, **values: Any) -> SourceDocument:
    """One paragraph a line."""
    paragraphs = []
    at = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            paragraphs.append(
                Paragraph(id=f"p{number:04d}", text=line, start=at, end=at + len(line))
            )
        at += len(line) + 1
    fields = {"id": "d001", "file": "report.txt"} | values
    return SourceDocument(
        sha256="0" * 64,
        format=DocumentFormat.text,
        language=language,
        paragraphs=tuple(paragraphs),
        **fields,
    )


def phrases(language: str, name: str = "oncology") -> list[tuple[str, list[str]]]:
    """(phrase, facts expected)"""
    found = []
    for line in (_DATA / f"{name}_{language}.txt").read_text(encoding="utf-8").splitlines():
        if "=>" in line and not line.startswith("#"):
            phrase, _, facts = line.partition("=>")
            listed = [fact.strip() for fact in facts.split(";")]
            found.append((phrase.strip(), [fact for fact in listed if fact and fact != "-"]))
    return found


def compared(phrase: str, expected: list[str], language: str) -> tuple[int, list[str], list[str]]:
    """(found, missed, not expected); kinds that a phrase does not name are not counted, unless it
    names none at all."""
    history = facts_of(document(phrase, language))
    kinds = {fact.split()[0] for fact in expected} or set(KINDS)
    left: list[Fact] = [
        fact for kind in KINDS if kind in kinds for fact in getattr(history, KINDS[kind])
    ]
    missed = []
    count = 0
    for wanted in expected:
        match = next((fact for fact in left if _is(wanted, fact)), None)
        if match is None:
            missed.append(wanted)
        else:
            left.remove(match)
            count += 1
    return count, missed, [shown(fact) for fact in left]


def shown(fact: Fact) -> str:
    skipped = {"evidence", "codes", "id"}
    values = fact.model_dump(mode="json", exclude=skipped, exclude_defaults=True)
    return f"{type(fact).__name__} {values}"


def _is(wanted: str, fact: Fact) -> bool:
    kind, *words = wanted.split()
    plain = [word.replace("_", " ") for word in words if "=" not in word]
    named = dict(word.split("=", 1) for word in words if "=" in word)
    if not isinstance(fact, tuple(_TYPES[kind])):
        return False
    if [str(x) for x in _head(fact)][: len(plain)] != plain:
        return False
    return all(_field(fact, name, value.replace("_", " ")) for name, value in named.items())


_TYPES: dict[str, list[type]] = {
    "bio": [Biomarker], "stage": [Stage], "resp": [Response], "tox": [Toxicity],
    "tx": [TreatmentLine], "tumor": [Tumor], "ps": [Fact],
}  # fmt: skip


def _head(fact: Any) -> list[Any]:
    for names in (("marker",), ("scale", "value"), ("term",)):
        if all(hasattr(fact, name) for name in names):
            return [getattr(fact, name) for name in names]
    return [fact.value] if isinstance(fact, Response) else []


def _field(fact: Any, name: str, value: str) -> bool:
    if name in ("value", "high"):
        return getattr(fact, name) is not None and float(getattr(fact, name)) == float(value)
    if name == "icdo":
        return any(code.code == value for code in fact.codes)
    if name == "topo":
        return any(code.code == value for code in fact.codes)
    if name == "drugs":
        return set(value.split("+")) <= set(fact.drugs)
    if name == "why":
        return value in (fact.stop_reason or "").casefold()
    if name == "change":
        return (fact.dose_change is not None) == (value == "yes")
    if name == "dose":
        if value == "yes":
            return fact.dose_change is not None
        numbers = re.findall(r"\d+", value)
        return fact.dose is not None and re.findall(r"\d+", fact.dose) == numbers
    if name == "grade" and hasattr(fact, "morphology"):
        return (fact.grade or "").startswith(value)
    attribute = {"interp": "interpretation", "cmp": "comparator", "side": "laterality"}
    found = getattr(fact, attribute.get(name, name))
    return str(found).replace("_", " ") == value if found is not None else value == "none"
