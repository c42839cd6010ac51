"""CDA documents: what is read of the narrative against what its author coded.

The entries are taken out before a document is read, so that nothing can be read from them. Counted
are values that the narrative of the entry's own section holds; what it does not say cannot
be read there. A fact of ours that no entry holds counts as wrong, also where the author coded less
than was written: precision is a lower bound.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from clinical.drugs import find_drugs
from clinical.text import fold
from consultation.documents import SourceDocument
from consultation.record_facts import Category, RecordFact
from consultation.wire import Record
from evaluation.agreement import Agreement, compared, pooled_agreement
from records.limits import Limits
from records.read import read_record
from records.readers.xml import parsed
from summarize.record_facts.map import facts_of

_V3 = "{urn:hl7-org:v3}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ICD10 = "2.16.840.1.113883.6.3"
_VACCINES = "J07"
_READ = {
    "718-7": "hemoglobin", "20509-6": "hemoglobin", "777-3": "platelets", "6690-2": "leukocytes",
    "2345-7": "glucose", "53049-3": "glucose", "32016-8": "glucose", "14749-6": "glucose",
    "14771-0": "glucose", "29463-7": "weight", "8302-2": "height",
    "39156-5": "bmi", "8310-5": "temperature", "8480-6": "blood_pressure",
    "8462-4": "blood_pressure", "8867-4": "heart_rate", "20564-1": "oxygen_saturation",
    "59408-5": "oxygen_saturation", "2862-1": "albumin", "14682-9": "creatinine",
    "2160-0": "creatinine", "L0010": "FEVG",
}  # fmt: skip
"""LOINC, and one local code, → the name by which rules call it: the values that are in scope."""
_RESULTS = (Category.laboratory, Category.vital)


@dataclass(slots=True)
class Coded:
    """``name value`` of what a document codes and its narrative holds."""

    values: set[str] = field(default_factory=set)
    drugs: set[str] = field(default_factory=set)
    diagnoses: set[str] = field(default_factory=set)
    """Folded names."""
    beyond: set[str] = field(default_factory=set)
    """Coded, but of no narrative: not missed, and not wrong either."""


class CodedFigures(Record):
    kind: str
    """values, values in scope, drugs, diagnoses (recall alone)."""
    language: str
    documents: int
    agreement: Agreement
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def evaluate_cda(folder: Path) -> tuple[CodedFigures, ...]:
    """Every CDA document of a folder. Raises DamagedDocument, UnsafeXml, DocumentTooDeep."""
    pooled: dict[tuple[str, str], list[tuple[Agreement, set[str], set[str]]]] = {}
    for path in sorted(folder.glob("*.xml")):
        root = parsed(path.read_bytes(), Limits())
        if root.tag != f"{_V3}ClinicalDocument":
            continue
        gold = coded(root)
        (document,) = read_record([(path.name, without_entries(root))], language=None).documents
        for kind, ours, theirs in _pairs(document, facts_of(document), gold):
            missed, wrong = theirs - ours, ours - theirs
            agreement = compared(frozenset(ours), frozenset(theirs))
            pooled.setdefault((kind, document.language), []).append((agreement, missed, wrong))
    return tuple(
        CodedFigures(
            kind=kind,
            language=language,
            documents=len(found),
            agreement=pooled_agreement(one for one, _, _ in found),
            missed=_counted(missed for _, missed, _ in found),
            wrong=_counted(wrong for _, _, wrong in found),
        )
        for (kind, language), found in sorted(pooled.items())
    )


def coded(root: Element) -> Coded:
    """What the entries of a document say, of what their sections' narratives hold."""
    gold = Coded()
    for section in root.iter(f"{_V3}section"):
        text = section.find(f"{_V3}text")
        said = fold(" ".join(" ".join(text.itertext()).split())) if text is not None else ""
        for entry in section.findall(f"{_V3}entry"):
            for act in entry.iter():
                if act.get("negationInd") != "true":
                    _act(act, said, gold)
    return gold


def without_entries(root: Element) -> bytes:
    """The document with its narrative alone; ``root`` loses its entries."""
    for section in root.iter(f"{_V3}section"):
        for entry in section.findall(f"{_V3}entry"):
            section.remove(entry)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _act(act: Element, said: str, gold: Coded) -> None:
    if act.tag == f"{_V3}observation":
        code = act.find(f"{_V3}code")
        for value in act.findall(f"{_V3}value"):
            kind = value.get(_TYPE, "").rpartition(":")[2]
            number = value.get("value") or ""
            if kind == "PQ" and re.fullmatch(r"\d+(?:\.\d+)?", number):
                name = _READ.get(code.get("code") or "" if code is not None else "", "")
                key = f"{name} {float(number):g}".strip()
                (gold.values if _holds(said, number) else gold.beyond).add(key)
            name = fold(value.get("displayName") or "")
            if value.get("codeSystem") == _ICD10 and len(name) > 3 and name in said:
                gold.diagnoses.add(name)
    elif act.tag == f"{_V3}substanceAdministration":
        for material in act.iter(f"{_V3}manufacturedMaterial"):
            _drug(material, said, gold)


def _drug(material: Element, said: str, gold: Coded) -> None:
    codes = [one for one in material.iter() if one.get("code")]
    if any((one.get("code") or "").startswith(_VACCINES) for one in codes):
        return
    names = [
        material.findtext(f"{_V3}name") or "",
        *(one.get("displayName") or "" for one in codes),
    ]
    words = [fold(name).split()[0].strip(",;") for name in names if name.strip()]
    inns = [m.inn for name in names for m in find_drugs(name, "fr", exact=True)]
    key = inns[0] if inns else (words[0] if words else "")
    if key:
        held = any(len(word) > 3 and word in said for word in words)
        (gold.drugs if held else gold.beyond).add(key)


def _holds(said: str, number: str) -> bool:
    written = re.escape(f"{float(number):g}").replace(r"\.", "[.,]")
    zeros = "0*" if "." in number and float(number) != int(float(number)) else "(?:[.,]0+)?"
    return bool(re.search(rf"(?<![\d.,]){written}{zeros}(?!\d|[.,]\d)", said))


def _pairs(
    document: SourceDocument, facts: tuple[RecordFact, ...], gold: Coded
) -> Iterator[tuple[str, set[str], set[str]]]:
    """(kind, ours, theirs); a value that no list of ours names is compared by its number."""
    scope = {one for one in gold.values if " " in one}
    numbers = {one.rpartition(" ")[2] for one in gold.values}
    values: set[str] = set()
    for fact in facts:
        if fact.category in _RESULTS:
            name = fact.values["name"]
            for number in (fact.values["value"], fact.values.get("diastolic")):
                if number:
                    metres = fact.values.get("unit") == "m"
                    number = f"{float(number) * 100:g}" if metres else number
                    values.add(f"{name} {float(number):g}")
    named = set(_READ.values())
    ours = {one for one in values if one.split()[0] in named and one not in gold.beyond}
    yield "values in scope", ours, scope
    yield "values", {one.rpartition(" ")[2] for one in values - gold.beyond}, numbers
    drugs = {fact.values["inn"] for fact in facts if fact.category is Category.treatment}
    yield "drugs", drugs - gold.beyond, gold.drugs
    paragraphs = {one.id: fold(one.text) for one in document.paragraphs}
    told = " | ".join(
        paragraphs[fact.anchor][fact.start : fact.end]
        for fact in facts
        if fact.category not in (*_RESULTS, Category.treatment)
    )
    yield "diagnoses", {one for one in gold.diagnoses if one in told}, gold.diagnoses


def _counted(found: Iterator[set[str]]) -> tuple[str, ...]:
    counts = Counter(one for some in found for one in some)
    return tuple(f"{key} ({times})" if times > 1 else key for key, times in counts.most_common(60))


def to_markdown(figures: tuple[CodedFigures, ...]) -> str:
    """The table, and below it what was missed and what is wrong."""
    lines = [
        "| Coded, and in the narrative | Language | Documents | Found | Missed | Of no entry"
        " | Precision | Recall | F1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        a = one.agreement
        alone = one.kind == "diagnoses"
        numbers = [None if alone else a.precision, a.recall, None if alone else a.f1]
        cells = [one.kind, one.language, str(one.documents), str(a.right), str(a.missed)]
        cells.append("—" if alone else str(a.invented))
        cells += ["—" if n is None else f"{n:.3f}" for n in numbers]
        lines.append(f"| {' | '.join(cells)} |")
    for one in figures:
        for what, keys in (("missed", one.missed), ("of no entry", one.wrong)):
            if keys and not (what == "of no entry" and one.kind == "diagnoses"):
                lines += ["", f"{one.kind}, {one.language}, {what}: {'; '.join(keys)}"]
    return "\n".join(lines) + "\n"
