"""How vital signs and tests are called, in what units they come, and what no patient has."""

from __future__ import annotations

import re
from decimal import Decimal

from clinical.quantity import Quantity, canonical
from clinical.text import fold

_NAMES: dict[str, str] = {
    "blood_pressure": r"tension|tas?|pa|pression|bp|blood pressure|systol\w+|diastol\w+|maxima"
    r"|minima",
    "heart_rate": r"pouls|pulse|heart rate|hr|fc|frequence(?! respi)(?: cardiaque)?"
    r"|rythme cardiaque|coeur"
    r"|heart(?! (?:attack|failure|disease|problem|murmur))"
    r"|tachycard\w+|bradycard\w+|battements|beats",
    "respiratory_rate": r"frequence respiratoire|respiratory rate|resp rate|rr|breathing|fr"
    r"|respire\w*"
    r"|respirations?|breaths",
    "temperature": r"temperature|temp|fievre|fever|febrile|thermometre",
    "oxygen_saturation": r"saturation|sats?|satur\w+|spo2|sao2|oxygen|oxygene",
    "weight": r"poids|weight|weigh\w*|pes(?:e|ez|ait|es)|kilos",
    "height": r"taille|mesur\w+|height|tall|high",
    "bmi": r"imc|bmi|masse corporelle|body mass",
    "pain": r"douleur\w*|mal|eva|pain\w*|hurts?|ache\w*|intensite|scale|echelle|severity"
    r"|discomfort|how (?:bad|severe)|rate (?:it|that|this|the|your)|gene|cephalees?|migraines?"
    r"|headaches?",
    "glucose": r"glycemi\w+|dextro|sucre|glucose|blood sugars?|sugars?|bm|capillaire",
    "HbA1c": r"hba1c|hemoglobine glyquee|glyquee|a1c",
    "hemoglobin": r"hemoglobine|haemoglobin|hemoglobin|hb",
    "creatinine": r"creatinine?|creatininemie|creat",
    "potassium": r"potassium|kaliemie",
    "CRP": r"crp",
    "INR": r"inr",
    "LDL": r"ldl(?: cholesterol)?",
}
NAME = re.compile("|".join(rf"(?P<{n}>\b(?:{p})\b)" for n, p in _NAMES.items() if n != "none"))
LABORATORY = frozenset({"HbA1c", "hemoglobin", "creatinine", "potassium", "CRP", "INR", "LDL"})
UNITS: dict[str, tuple[str, ...]] = {
    "heart_rate": ("/min",),
    "respiratory_rate": ("/min",),
    "oxygen_saturation": ("%",),
    "weight": ("kg", "g", "[lb_av]", "[stone_av]", "[oz_av]"),
    "height": ("m", "cm", "[in_i]", "[ft_i]"),
    "pain": ("{/10}",),
    "glucose": ("g/L", "mmol/L", "mg/dL", "g"),
    "HbA1c": ("%", "mmol/mol"),
    "hemoglobin": ("g/dL", "g/L"),
    "creatinine": ("umol/L", "mg/L", "mg/dL"),
    "potassium": ("mmol/L", "meq/L"),
    "CRP": ("mg/L",),
    "INR": (),
    "LDL": ("g/L", "mmol/L", "mg/dL"),
}
_BOUNDS: dict[str, tuple[str, str]] = {
    "heart_rate": ("20", "260"),
    "respiratory_rate": ("4", "80"),
    "oxygen_saturation": ("50", "100"),
    "weight": ("0.4", "400"),
    "height": ("25", "250"),
    "bmi": ("8", "90"),
    "temperature": ("30", "43"),
    "pain": ("0", "10"),
}
"""Beyond these the value was misheard: kg, cm, Cel, a minute, percent."""
BARE: dict[str, tuple[str, str]] = {
    "heart_rate": ("25", "250"),
    "respiratory_rate": ("6", "70"),
    "oxygen_saturation": ("60", "100"),
    "weight": ("2", "250"),
    "pain": ("0", "10"),
    "glucose": ("0.2", "600"),
    "HbA1c": ("3", "18"),
    "hemoglobin": ("3", "22"),
    "creatinine": ("3", "1500"),
    "potassium": ("1.5", "9"),
    "CRP": ("0", "600"),
    "INR": ("0.8", "15"),
    "LDL": ("0.1", "12"),
}
"""Values without a unit that can be this sign's."""
IMPLIED = {
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "oxygen_saturation": "%",
    "pain": "{/10}",
    "HbA1c": "%",
}
FAR = 60
"""Characters between a sign's name and its value, at most."""


def named_before(line: str, here: int) -> str | None:
    """The sign named last before the value, with no other value in between."""
    lead = line[max(0, here - FAR) : here]
    cut = max((lead.rfind(mark) for mark in (". ", "; ", "! ", "? ")), default=-1)
    lead = lead[cut + 1 :]
    last = None
    for match in NAME.finditer(lead):
        last = match
    if last is None or re.search(r"\d", lead[last.end() :]):
        return None
    return last.lastgroup


def named_after(line: str, here: int, length: int) -> str | None:
    """*82 de pouls*, *a pulse* behind its value."""
    tail = line[here + length : here + length + 24]
    match = re.match(r"\s*(?:de|d'|of)\s*(?:la |le |the )?", tail)
    named = NAME.match(tail, match.end()) if match else None
    tall = re.match(r"\s*tall\b", tail)
    return named.lastgroup if named else ("height" if tall else None)


def asked(question: str) -> str | None:
    line = fold(question)
    matches = [m.lastgroup for m in NAME.finditer(line)]
    if not matches and re.search(r"combien (?:vous )?(?:mesur|fai)|how tall", line):
        return "height"
    return matches[-1] if matches else None


def plausible(kind: str, first: Quantity, diastolic: Decimal | None) -> bool:
    if kind == "blood_pressure":
        low = diastolic is None or (20 <= diastolic <= 160 and diastolic < first.value)
        return 50 <= first.value <= 280 and low
    if kind not in _BOUNDS:
        return True
    value = first.value
    if kind in ("temperature", "height"):
        value = canonical(first)[0]
        value = value * Decimal("2.54") if first.unit in ("[in_i]", "[ft_i]") else value
    if kind == "weight" and first.unit != "kg":
        factor = {"g": "0.001", "[lb_av]": "0.4536", "[stone_av]": "6.35", "[oz_av]": "0.02835"}
        value *= Decimal(factor.get(first.unit or "", "1"))
    low_, high_ = _BOUNDS[kind]
    return Decimal(low_) <= value <= Decimal(high_)
