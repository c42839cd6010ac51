"""Units that a clinician leaves out because the name of the sign says them.

*Pouls à 82* is 82 a minute, *sature à 88* is 88 %, *IMC 31* is 31 kg/m², *glycémie à un gramme
vingt* is 1.20 g/L. Only within the bounds in which the number can be that sign at all; what is out
of them stays a number without a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from clinical.measures import Reader
from clinical.quantity import QuantityKind

_LEADS = {
    "pulse": "pouls pulse cardiaque fc hr bpm tachycarde bradycarde "
    "tachycardic bradycardic tachycardie bradycardie tachycardia bradycardia",
    "saturation": "saturation sat sats sature saturait saturez saturant "
    "saturating satting spo2 sao2",
    "breathing": "respiratory respiratoire rr polypneique",
    "bmi": "imc bmi corporelle",
    "ejection": "fevg ejection lvef",
    "systolic": "systolique systolic maxima pas",
    "diastolic": "diastolique diastolic minima pad",
}
_SIGN = {word: sign for sign, words in _LEADS.items() for word in words.split()}
_BOUNDS: dict[str, tuple[int, int, str, QuantityKind]] = {
    "pulse": (25, 260, "/min", "rate"),
    "saturation": (50, 100, "%", "percentage"),
    "breathing": (4, 80, "/min", "rate"),
    "bmi": (8, 90, "kg/m2", "measure"),
    "ejection": (8, 90, "%", "percentage"),
    "systolic": (50, 280, "mm[Hg]", "blood_pressure"),
    "diastolic": (25, 180, "mm[Hg]", "blood_pressure"),
}
_PER_LITRE = frozenset(
    {"glycemie", "glycemies", "dextro", "glucose", "ldl", "hdl", "cholesterol"}
    | {"triglycerides", "glycemique"}
)
_PER_DECILITRE = frozenset({"hemoglobine", "hb"})
_BLOOD = _PER_LITRE | frozenset(
    {"sodium", "natremie", "potassium", "kaliemie", "sugar", "sugars", "calcium", "calcemie"}
    | {"uree", "urea", "lactates", "lactate", "bicarbonates", "bicarbonate"}
)
_FAR = 6
"""Pieces between a sign's name and its number."""


@dataclass(frozen=True, slots=True)
class Implied:
    value: Decimal
    unit: str
    kind: QuantityKind
    part: Literal["", "systolic", "diastolic"] = ""


def implied(r: Reader, first: int, last: int, value: Decimal) -> Implied | None:
    """The unit of the bare number between two indexes of pieces, by the sign that it is said of."""
    sign = _before(r, first) or _after(r, last)
    if sign is None:
        return None
    if sign in ("systolic", "diastolic") and r.language == "fr" and 3 <= value <= 25:
        value *= 10  # la maxima à 18
    low, high, unit, kind = _BOUNDS[sign]
    if not low <= value <= high:
        return None
    if sign == "systolic":
        return Implied(value, unit, kind, "systolic")
    if sign == "diastolic":
        return Implied(value, unit, kind, "diastolic")
    return Implied(value, unit, kind)


def concentration(r: Reader, first: int) -> str | None:
    """What *grammes* of blood sugar, of cholesterol or of haemoglobin are grams of, in French."""
    if r.language != "fr":
        return None
    for k in range(first - 1, max(-1, first - 1 - _FAR), -1):
        if r.pieces[k].kind == "break" or r.number(k):
            return None
        if r.word(k) in _PER_LITRE:
            return "g/L"
        if r.word(k) in _PER_DECILITRE:
            return "g/dL"
    return None


def of_blood(r: Reader, first: int) -> bool:
    """Whether *millimoles* are a litre's: *sodium à cent quarante millimoles*, *sugar was …*."""
    for k in range(first - 1, max(-1, first - 1 - _FAR), -1):
        if r.pieces[k].kind == "break" or r.number(k):
            return False
        if r.word(k) in _BLOOD:
            return True
    return False


def _before(r: Reader, first: int) -> str | None:
    for k in range(first - 1, max(-1, first - 1 - _FAR), -1):
        piece = r.pieces[k]
        number = r.number(k)
        if piece.kind == "break" or (number is not None and number.source != "article"):
            return None
        sign = _named(r, k)
        if sign:
            return sign
    return None


def _after(r: Reader, last: int) -> str | None:
    """*82 de pouls*."""
    return _named(r, last + 1) if r.word(last) == "de" else None


def _named(r: Reader, k: int) -> str | None:
    word = r.word(k)
    if not word:
        return None
    said = r.text[r.pieces[k].start : r.pieces[k].end]
    if word in ("fa", "af"):  # fibrillation with its rate
        fast = {r.word(k - 1), r.word(k + 1)} & {"rapide", "fast", "rapid", "lente"}
        return "pulse" if fast and said.isupper() else None
    if word == "fr":
        return "breathing" if said.isupper() and r.language == "fr" else None
    if word in ("pas", "pad") and not said.isupper():
        return None
    if word == "rate" and r.language == "en":
        breath = r.word(k - 1) in ("respiratory", "breathing", "resp")
        return "breathing" if breath else ("pulse" if r.word(k - 1) in ("heart", "pulse") else None)
    if word == "frequence" and r.word(k + 1) not in ("respiratoire", "des", "de"):
        return "pulse"
    if word == "index" and r.word(k - 1) == "mass":
        return "bmi"
    return _SIGN.get(word)
