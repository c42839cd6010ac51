"""Coded entries of a CDA section: codes, what they point at, when, how they read alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from consultation.documents import Coding
from records.blocks import cleaned
from records.written_dates import partial

V3 = "{urn:hl7-org:v3}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ACTS = {
    V3 + name
    for name in [
        "observation",
        "act",
        "procedure",
        "substanceAdministration",
        "supply",
        "encounter",
        "organizer",
        "observationMedia",
        "regionOfInterest",
    ]
}
_CODED = {
    V3 + name for name in ("code", "value", "interpretationCode", "targetSiteCode", "methodCode")
}
_MATERIAL = f"{V3}consumable/{V3}manufacturedProduct/{V3}manufacturedMaterial"


@dataclass(frozen=True, slots=True)
class Entry:
    codes: tuple[Coding, ...]
    references: tuple[str, ...]
    date: str | None
    told: str
    """*Glycémie : 1.1 g/L*; empty when there is nothing to say."""


def entries(section: Element) -> Iterator[Entry]:
    """Every act of the section's entries, outermost first."""
    for entry in section.findall(V3 + "entry"):
        for node in entry.iter():
            if node.tag in _ACTS:
                one = _entry(node)
                if one.codes or one.told:
                    yield one


def coding(element: Element | None) -> Coding | None:
    if element is None or not element.get("code") or element.get("nullFlavor"):
        return None
    system = element.get("codeSystem") or ""
    return Coding(
        system=_SYSTEMS.get(system, f"urn:oid:{system}" if system else ""),
        code=element.get("code") or "",
        display=cleaned(element.get("displayName") or ""),
    )


_SYSTEMS = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.3": "http://hl7.org/fhir/sid/icd-10",
    "2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
}


def stamp(element: Element | None) -> str | None:
    """20240106113623+0100 → 2024-01-06; of an interval its beginning."""
    if element is None:
        return None
    value = element.get("value")
    if not value:
        low = element.find(V3 + "low")
        value = low.get("value") if low is not None else None
    digits = (value or "")[:8]
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (4, 6, 8):
        return None
    return partial(int(digits[:4]), int(digits[4:6] or 0), int(digits[6:8] or 0))


def _entry(act: Element) -> Entry:
    codes: list[Coding] = []
    references: list[str] = []
    for element in _own(act):
        if element.tag in _CODED:
            one = coding(element)
            if one:
                codes.append(one)
            codes.extend(inner for t in element.findall(V3 + "translation") if (inner := coding(t)))
        if element.tag == V3 + "reference":
            value = element.get("value") or ""
            if value.startswith("#"):
                references.append(value[1:])
    return Entry(
        codes=tuple(dict.fromkeys(codes)),
        references=tuple(dict.fromkeys(references)),
        date=stamp(act.find(V3 + "effectiveTime")),
        told=_told(act),
    )


def _own(act: Element) -> Iterator[Element]:
    """Elements of this act that are of no act inside it."""
    stack = list(reversed(act))
    while stack:
        element = stack.pop()
        if element.tag in _ACTS:
            continue
        yield element
        stack.extend(reversed(element))


def _told(act: Element) -> str:
    name = coding(act.find(V3 + "code"))
    material = coding(act.find(f"{_MATERIAL}/{V3}code"))
    label = (material or name or Coding(system="", code="")).display
    named = act.findtext(f"{_MATERIAL}/{V3}name")
    values = [_value(one) for one in act.findall(V3 + "value")]
    said = ", ".join(one for one in values if one)
    label = label or cleaned(named or "")
    return f"{label} : {said}" if label and said else (label or said)


def _value(element: Element) -> str:
    kind = element.get(_TYPE, "").rpartition(":")[2]
    if kind in ("PQ", "INT", "REAL", "MO"):
        unit = element.get("unit") or ""
        return f"{element.get('value') or ''} {'' if unit == '1' else unit}".strip()
    if kind == "BL":
        return element.get("value") or ""
    if kind == "TS":
        return stamp(element) or ""
    one = coding(element)
    return one.display if one else cleaned("".join(element.itertext()))
