"""Vital signs and a few tests, with the value that was said and what it is of.

*Tension quatorze huit*, *sature à 88*, *Votre poids ? – 72.* A threshold, a target, a change of
weight and a relative's value are no measurements: *si la température dépasse 38*, *j'ai perdu cinq
kilos*, *ma mère a 18 de tension*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from clinical.folded import folded
from clinical.numbers import quantities
from clinical.quantity import Quantity, canonical
from clinical.text import checked, fold


@dataclass(frozen=True, slots=True)
class VitalValue:
    """One value; ``source[start:end] == text``."""

    kind: str
    """A MeasurementKind's name."""
    name: str
    """The test, or the kind."""
    value: Decimal
    unit: str | None
    text: str
    start: int
    end: int
    high: Decimal | None = None
    diastolic: Decimal | None = None
    plausible: bool = True


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
_NAME = re.compile("|".join(rf"(?P<{n}>\b(?:{p})\b)" for n, p in _NAMES.items() if n != "none"))
_LABORATORY = frozenset({"HbA1c", "hemoglobin", "creatinine", "potassium", "CRP", "INR", "LDL"})
_UNITS: dict[str, tuple[str, ...]] = {
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
_BARE: dict[str, tuple[str, str]] = {
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
_IMPLIED = {
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "oxygen_saturation": "%",
    "pain": "{/10}",
    "HbA1c": "%",
}
_NOT_MEASURED = re.compile(
    r"\b(?:si|s'il|quand|lorsque|if|when|whenever|unless|should|depasse\w*"
    r"|au[- ]dessus|au[- ]dessous"
    r"|en dessous|en dessus|superieur\w*|inferieur\w*|above|below|over(?= \d\d(?:\.\d)?\b(?! over))"
    r"|more than|less than|under(?= \d)|plus de|moins de|jusqu'a|objectif|vise\w*|cible"
    r"|ideal\w*|normal\w*(?! (?:at|a)\b)"
    r"|target|aim\w*|goal|ought|devrait|faudrait|maximum|minimum|reach\w*|goes|atteint|monte a)\b"
)
_CHANGED_WEIGHT = re.compile(
    r"\b(?:perdu\w*|perdre|perte|pris|prise|prendre|maigri\w*|grossi\w*|lost|lose|loss|gain\w*"
    r"|put on|putting on|down|up|soulev\w+|port\w+|lift\w*|carry\w*|par kilo|per kilo)\b"
)
_RELATIVE = re.compile(
    r"\b(?:(?:ma|sa|mon|son|votre|my|your|his|her) (?:mere|pere|soeur|frere|mari|femme|grand[- ]\w+"
    r"|mother|mum|mom|father|dad|sister|brother|husband|wife))\b"
)
_SCALE = re.compile(
    r"\b(?:echelle|scale|eva|sur dix|sur 10|out of ten|out of 10|de (?:0|zero|un|1) a (?:10|dix)"
    r"|(?:0|zero|1|one) to (?:10|ten))\b"
)
_SCALE_ENDS = re.compile(
    r"(?:\b(?:out of|(?:zero|one|0|1|un|une) (?:to|a|et|and)|scale (?:of|from)|echelle de)"
    r"(?: an?)?\s*$)"
)
_WORST = re.compile(
    r"\W*(?:with )?(?:ten |10 |dix )?(?:being|is|as|etant|c'est|pour)\b.{0,12}"
    r"\b(?:worst|most|pire|max\w*|insupportable)\b"
)
"""What stands around the end of a scale that is explained: *zero to ten, ten being the worst*."""
_BREATHS = re.compile(r"\b(?:respiratory rate|resp rate|respirations?|rr|frequence respiratoire)\b")
_LESION = re.compile(
    r"\b(?:plaie|nodule|lesion|tumeur|kyste|ganglion|cicatrice|wound|lump|cyst|mass|cut|scar)\b"
)
_JOINT = re.compile(
    r"\b(?:flexion|extension|rotation|abduction|adduction|elevation|lasegue|leg|raise"
    r"|angle|bras|arm"
    r"|genou|knee|hanche|hip|coude|elbow|epaule|shoulder|amplitude|mobilit\w+|range)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:je|j'|moi|i|i'm|i've)(?!\w)")
_FAR = 60
"""Characters between a sign's name and its value, at most."""


def of_a_relative(text: str) -> bool:
    """Whether a sentence tells of a grown relative and not, in the first person, of the patient."""
    line = folded(text).line
    return bool(_RELATIVE.search(line)) and not _FIRST_PERSON.search(line)


def vital_values(text: str, language: str, question: str = "") -> tuple[VitalValue, ...]:
    """The measurements of one sentence, in order; ``question``: what it answers.

    Raises UnsupportedLanguage.
    """
    checked(language)
    line = folded(text).line
    if of_a_relative(text) or re.search(r"\bbirth|naissance\b", f"{line} {fold(question)}"):
        return ()  # of another, or of long ago
    found: list[VitalValue] = []
    said = quantities(text, language)
    skip: set[int] = set()
    for i, quantity in enumerate(said):
        decade = quantity.text[-2:-1].isdigit() and quantity.text.endswith("s")  # in his 70s
        if (
            i in skip
            or decade
            or quantity.kind in ("label", "date", "time", "age", "duration", "ordinal")
        ):
            continue
        after = said[i + 1] if i + 1 < len(said) else None
        here = folded(text).at(quantity.start)
        if _NOT_MEASURED.search(line[max(0, here - _FAR) : here]):
            continue
        kind = _kind(quantity, line, here, question, said)
        if kind is None or (kind == "pain" and _explains(quantity, after, line, here)):
            skip |= {i + 1} if kind and quantity.part == "low" else set()
            continue
        pair = quantity.part == "systolic" and after is not None and after.part == "diastolic"
        ranged = quantity.part == "low" and after is not None and after.part == "high"
        if kind == "weight" and _CHANGED_WEIGHT.search(line):
            continue
        if pair or ranged:
            skip.add(i + 1)
        found.append(_value(kind, quantity, after if pair or ranged else None, text, language))
    return tuple(found)


def _kind(
    quantity: Quantity, line: str, here: int, question: str, said: tuple[Quantity, ...]
) -> str | None:
    if quantity.kind == "blood_pressure":
        return "blood_pressure" if quantity.part != "diastolic" else None
    if quantity.kind == "temperature":
        return "temperature" if _hot(quantity, line, here, question) else None
    if quantity.unit == "kg/m2":
        return "bmi"
    named = _named(line, here) or _follows(line, here, len(quantity.text)) or _asked(question)
    if quantity.unit == "/min" and named is None:
        counted = re.search(r"bpm|battement|beat", fold(quantity.text))
        return "heart_rate" if counted else None
    if named is None and quantity.unit == "{/10}" and _hurts(f"{fold(question)} {line}"):
        named = "pain"
    body = {q.unit for q in said} & {"kg", "[lb_av]"} and any(q.kind == "length" for q in said)
    if named is None and body and quantity.kind in ("weight", "length"):
        named = "weight" if quantity.kind == "weight" else "height"
    if named == "height" and quantity.kind == "weight" and body:
        named = "weight"
    if named == "weight" and quantity.kind == "length" and body:
        named = "height"
    if named is None:
        return None
    if quantity.unit is None and quantity.kind == "bare":
        if named == "respiratory_rate" and not _BREATHS.search(f"{fold(question)} {line[:here]}"):
            return None
        if named == "pain" and not _SCALE.search(f"{fold(question)} {line[:here]}"):
            return None
        low, high = _BARE.get(named, ("1", "0"))
        return named if Decimal(low) <= quantity.value <= Decimal(high) else None
    if named == "height" and (_LESION.search(line) or not _plausible("height", quantity, None)):
        return None
    return named if quantity.unit in _UNITS.get(named, ()) else None


def _hurts(text: str) -> bool:
    return any(match.lastgroup == "pain" for match in _NAME.finditer(text))


def _explains(quantity: Quantity, after: Quantity | None, line: str, here: int) -> bool:
    """Whether a number is an end of the scale: *from zero to ten, ten being the worst*."""
    whole = quantity.part == "low" and after is not None and after.value == 10
    end = here + len(quantity.text)
    ends = quantity.unit is None or quantity.value == 10
    return (whole and quantity.value <= 1) or (
        ends and bool(_SCALE_ENDS.search(line[:here]) or _WORST.match(line[end : end + 40]))
    )


def _hot(quantity: Quantity, line: str, here: int, question: str) -> bool:
    """Degrees are a fever's, and not those of a joint: *flexion limitée à cent degrés*."""
    lead = _named(line, here) or _asked(question)
    if "degr" not in fold(quantity.text) and "°" not in quantity.text:
        return True
    if lead == "temperature" or re.search(r"[cf]\b|celsius|fahrenheit", fold(quantity.text)):
        return True
    return 35 <= canonical(quantity)[0] <= 43 and not _JOINT.search(line)


def _named(line: str, here: int) -> str | None:
    """The sign named last before the value, with no other value in between."""
    lead = line[max(0, here - _FAR) : here]
    cut = max((lead.rfind(mark) for mark in (". ", "; ", "! ", "? ")), default=-1)
    lead = lead[cut + 1 :]
    last = None
    for match in _NAME.finditer(lead):
        last = match
    if last is None or re.search(r"\d", lead[last.end() :]):
        return None
    return last.lastgroup


def _follows(line: str, here: int, length: int) -> str | None:
    """*82 de pouls*, *a pulse* behind its value."""
    tail = line[here + length : here + length + 24]
    match = re.match(r"\s*(?:de|d'|of)\s*(?:la |le |the )?", tail)
    named = _NAME.match(tail, match.end()) if match else None
    tall = re.match(r"\s*tall\b", tail)
    return named.lastgroup if named else ("height" if tall else None)


def _asked(question: str) -> str | None:
    line = fold(question)
    matches = [m.lastgroup for m in _NAME.finditer(line)]
    if not matches and re.search(r"combien (?:vous )?(?:mesur|fai)|how tall", line):
        return "height"
    return matches[-1] if matches else None


def _value(
    kind: str, first: Quantity, second: Quantity | None, text: str, language: str
) -> VitalValue:
    end = second.end if second else first.end
    unit = first.unit or _IMPLIED.get(kind)
    if kind == "weight" and unit is None and language == "fr":
        unit = "kg"  # nobody says pounds in French
    pair = second is not None and second.part == "diastolic"
    diastolic = second.value if second and pair else None
    high = second.value if second and not pair else None
    return VitalValue(
        kind="laboratory" if kind in _LABORATORY else kind,
        name=kind,
        value=first.value,
        unit=unit,
        text=text[first.start : end],
        start=first.start,
        end=end,
        high=high,
        diastolic=diastolic,
        plausible=_plausible(kind, first, diastolic),
    )


def _plausible(kind: str, first: Quantity, diastolic: Decimal | None) -> bool:
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
