"""Pieces of FHIR R4 → words, codes and dates. Unknown shapes give nothing and raise nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from consultation.documents import Coding
from records.blocks import cleaned
from records.written_dates import partial

Json = dict[str, Any]


def items(value: Any) -> list[Json]:
    """The objects of a list, or of what should have been one."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def obj(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    return cleaned(str(value)) if isinstance(value, (str, int, float)) else ""


def codes(concept: Any) -> Iterator[Coding]:
    for one in items(obj(concept).get("coding")):
        if text(one.get("code")):
            yield Coding(
                system=text(one.get("system")),
                code=text(one["code"]),
                display=text(one.get("display")),
            )


def words(concept: Any) -> str:
    """Of a CodeableConcept: its text, else the first display, else the first code."""
    concept = obj(concept)
    if text(concept.get("text")):
        return text(concept["text"])
    coded = list(codes(concept))
    return next((one.display for one in coded if one.display), coded[0].code if coded else "")


def all_words(concepts: Any) -> str:
    return ", ".join(word for one in items(concepts) if (word := words(one)))


def status(concept: Any) -> str:
    """A status code, or the code of a CodeableConcept that is one."""
    if isinstance(concept, str):
        return text(concept)
    return next((one.code for one in codes(concept)), words(concept))


def day(value: Any) -> str | None:
    """A date, dateTime or Period → ISO, as precise as it was; of a period its beginning."""
    if isinstance(value, dict):
        return day(value.get("start") or value.get("end") or value.get("event"))
    if isinstance(value, list):
        return day(value[0]) if value else None
    match = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", value) if isinstance(value, str) else None
    if not match:
        return None
    return partial(int(match[1]), int(match[2] or 0), int(match[3] or 0))


def quantity(value: Any) -> str:
    value = obj(value)
    number = text(value.get("value"))
    unit = text(value.get("unit") or value.get("code"))
    unit = "" if unit == "1" or unit.startswith("{") else unit
    return f"{text(value.get('comparator'))}{number} {unit}".strip() if number else ""


def reading(resource: Json) -> str:
    """``value[x]`` of an Observation or of one of its components."""
    for name, value in resource.items():
        if not name.startswith("value"):
            continue
        kind = name[5:]
        if kind == "Quantity":
            return quantity(value)
        if kind == "CodeableConcept":
            return words(value)
        if kind == "Ratio":
            parts = [quantity(obj(value).get(part)) for part in ("numerator", "denominator")]
            return "/".join(part for part in parts if part)
        if kind == "Range":
            return "–".join(q for part in ("low", "high") if (q := quantity(obj(value).get(part))))
        if kind == "Period":
            return " – ".join(d for part in ("start", "end") if (d := day(obj(value).get(part))))
        return text(value)
    return words(resource.get("dataAbsentReason"))
