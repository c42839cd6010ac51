"""Units of measure as they are said and written, and their UCUM codes (https://ucum.org).

Pharmaceutical forms and the like have no UCUM code of their own and are annotations: ``{tablet}``.
"""

from __future__ import annotations

from decimal import Decimal

_MASS = "dose"
_SPELLINGS: dict[tuple[str, str], str] = {
    ("mg", _MASS): "mg mgs milligramme milligram milligrame",
    ("ug", _MASS): "ug mcg microg microgramme microgram",
    ("ng", _MASS): "ng nanogramme nanogram",
    ("g", _MASS): "g gr gramme gram",
    ("kg", "weight"): "kg kgs kilo kilogramme kilogram",
    ("[lb_av]", "weight"): "lb pound",
    ("[stone_av]", "weight"): "stone",
    ("mL", _MASS): "ml mil cc millilitre milliliter",
    ("cL", _MASS): "cl centilitre centiliter",
    ("dL", _MASS): "dl decilitre deciliter",
    ("L", _MASS): "l litre liter",
    ("[IU]", _MASS): "ui iu unite unit",
    ("m[IU]", _MASS): "miu mui milliunite milliunit",
    ("u[IU]", _MASS): "uiu uui",
    ("[oz_av]", "weight"): "ounce oz",
    ("mmol", "measure"): "mmol millimole",
    ("umol", "measure"): "umol micromol micromole",
    ("nmol", "measure"): "nmol nanomole",
    ("pmol", "measure"): "pmol picomole",
    ("pg", "measure"): "pg picogramme picogram",
    ("fL", "measure"): "fl femtolitre femtoliter",
    ("kPa", "measure"): "kpa kilopascal",
    ("cm[H2O]", "measure"): "cmh2o",
    ("ms", "measure"): "ms msec milliseconde millisecond",
    ("Gy", "measure"): "gy gray",
    ("cm2", "measure"): "cm2 cm²",
    ("mol", "measure"): "mol mole",
    ("meq", "measure"): "meq",
    ("mm", "length"): "mm millimetre millimeter",
    ("cm", "length"): "cm centimetre centimeter",
    ("m", "length"): "m metre meter",
    ("km", "length"): "km kilometre kilometer",
    ("[mi_i]", "length"): "mile",
    ("[ft_i]", "length"): "ft foot feet",
    ("[in_i]", "length"): "inch inche",
    ("Cel", "temperature"): "degre degree celsiu celsius °",
    ("[degF]", "temperature"): "fahrenheit",
    ("%", "percentage"): "% percent pourcent pourcentage",
    ("s", "duration"): "s sec second seconde",
    ("min", "duration"): "min mn minute",
    ("h", "duration"): "h hr heure hour",
    ("d", "duration"): "j jr jour journee d day",
    ("wk", "duration"): "wk week semaine sem sa",
    ("mo", "duration"): "mo moi mois month",
    ("a", "duration"): "an annee year yr yo",
    ("mm[Hg]", "blood_pressure"): "mmhg",
    ("/min", "rate"): "bpm",
    ("{tablet}", "count"): "comprime cp cpr cachet pilule tablet tab pill",
    ("{capsule}", "count"): "gelule capsule",
    ("[drp]", "count"): "goutte drop",
    ("{puff}", "count"): "bouffee puff",
    ("{sachet}", "count"): "sachet",
    ("{ampoule}", "count"): "ampoule",
    ("{spoon}", "count"): "cuillere cuilleree spoon spoonful teaspoon tablespoon",
    ("{injection}", "count"): "injection piqure",
    ("{patch}", "count"): "patch patche",
    ("{suppository}", "count"): "suppositoire suppository suppositorie",
    ("{cigarette}", "count"): "cigarette clope cig",
    ("{pack}", "count"): "paquet pack packet",
    ("{drink}", "count"): "verre glass glasse drink",
    ("{bottle}", "count"): "bouteille bottle",
}

UNITS: dict[str, tuple[str, str]] = {
    spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
"""Folded singular → (UCUM code, kind of quantity)."""

_ONLY = {"d": "en", "yo": "en", "yr": "en", "sa": "fr", "j": "fr", "cp": "fr", "an": "fr"}
_ONLY["mil"] = "en"
"""Spellings that are something else in the other language."""

FORMS = frozenset(code for (code, kind) in _SPELLINGS if kind == "count")
"""Things that are counted: tablets, drops, cigarettes…"""

TIMES = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
"""UCUM codes of durations."""

_FACTORS: dict[str, tuple[Decimal, str]] = {
    "ng": (Decimal("0.000001"), "mg"),
    "ug": (Decimal("0.001"), "mg"),
    "g": (Decimal(1000), "mg"),
    "kg": (Decimal(1_000_000), "mg"),
    "L": (Decimal(1000), "mL"),
    "dL": (Decimal(100), "mL"),
    "cL": (Decimal(10), "mL"),
    "mm": (Decimal("0.1"), "cm"),
    "m": (Decimal(100), "cm"),
    "km": (Decimal(100_000), "cm"),
    "umol": (Decimal("0.001"), "mmol"),
    "mol": (Decimal(1000), "mmol"),
    "s": (Decimal(1) / Decimal(60), "min"),
    "h": (Decimal(60), "min"),
    "d": (Decimal(1440), "min"),
    "wk": (Decimal(10_080), "min"),
    "a": (Decimal(12), "mo"),
    "{capsule}": (Decimal(1), "{tablet}"),
    "[stone_av]": (Decimal(14), "[lb_av]"),
    "[oz_av]": (Decimal(1) / Decimal(16), "[lb_av]"),
    "[ft_i]": (Decimal(12), "[in_i]"),
}


def singular(word: str) -> str:
    """A folded word without the plural mark that units take."""
    return word[:-1] if len(word) > 2 and word.endswith("s") else word


def unit_of(word: str, language: str) -> tuple[str, str] | None:
    """(UCUM code, kind) of one folded word or symbol."""
    base = singular(word)
    if base in _ONLY and _ONLY[base] != language:
        return None
    return UNITS.get(base) or UNITS.get(word)


def convert(value: Decimal, unit: str | None) -> tuple[Decimal, str | None]:
    """The value in the unit that stands for its dimension: mg, mL, cm, mmol, min, mo, Cel.

    Months are not converted to days, because they have no fixed length. A ratio is converted by its
    numerator alone: 75 ug/mL is 0.075 mg/mL.
    """
    if unit is None:
        return value, None
    if unit == "[degF]":
        return round((value - 32) * 5 / 9, 1), "Cel"
    numerator, slash, denominator = unit.partition("/")
    if numerator not in _FACTORS:
        return value, unit
    factor, target = _FACTORS[numerator]
    return value * factor, target + slash + denominator
