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
from clinical.vital_names import (
    BARE,
    FAR,
    IMPLIED,
    LABORATORY,
    NAME,
    UNITS,
    asked,
    named_after,
    named_before,
    plausible,
)


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
        if _NOT_MEASURED.search(line[max(0, here - FAR) : here]):
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
        if quantity.part == "high" and after is not None and after.part == "low":
            skip.add(i + 1)
            quantity = after  # "passée de 210 à 45 mg/L": it is 45 now
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
    named = (
        named_before(line, here) or named_after(line, here, len(quantity.text)) or asked(question)
    )
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
        low, high = BARE.get(named, ("1", "0"))
        return named if Decimal(low) <= quantity.value <= Decimal(high) else None
    if named == "height" and (_LESION.search(line) or not plausible("height", quantity, None)):
        return None
    return named if quantity.unit in UNITS.get(named, ()) else None


def _hurts(text: str) -> bool:
    return any(match.lastgroup == "pain" for match in NAME.finditer(text))


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
    lead = named_before(line, here) or asked(question)
    if "degr" not in fold(quantity.text) and "°" not in quantity.text:
        return True
    if lead == "temperature" or re.search(r"[cf]\b|celsius|fahrenheit", fold(quantity.text)):
        return True
    return 35 <= canonical(quantity)[0] <= 43 and not _JOINT.search(line)


def _value(
    kind: str, first: Quantity, second: Quantity | None, text: str, language: str
) -> VitalValue:
    end = second.end if second else first.end
    unit = first.unit or IMPLIED.get(kind)
    if kind == "weight" and unit is None and language == "fr":
        unit = "kg"  # nobody says pounds in French
    pair = second is not None and second.part == "diastolic"
    diastolic = second.value if second and pair else None
    high = second.value if second and not pair else None
    return VitalValue(
        kind="laboratory" if kind in LABORATORY else kind,
        name=kind,
        value=first.value,
        unit=unit,
        text=text[first.start : end],
        start=first.start,
        end=end,
        high=high,
        diastolic=diastolic,
        plausible=plausible(kind, first, diastolic),
    )
