"""What a unit is divided by, and how often something is: folded words and UCUM codes."""

from __future__ import annotations

_PERIODS = {
    "d": "j jr jour journee d day jours",
    "wk": "semaine sem week wk",
    "mo": "mois month",
    "a": "an annee year",
    "h": "h heure hour",
    "min": "min mn minute",
    "night": "nuit night",
}
PERIOD = {word: code for code, words in _PERIODS.items() for word in words.split()}
ADVERBS = {
    "daily": (1, "d"),
    "weekly": (1, "wk"),
    "monthly": (1, "mo"),
    "yearly": (1, "a"),
    "annually": (1, "a"),
    "hourly": (1, "h"),
    "nightly": (1, "d"),
    "quotidien": (1, "d"),
    "quotidienne": (1, "d"),
    "quotidiennement": (1, "d"),
    "hebdomadaire": (1, "wk"),
    "mensuel": (1, "mo"),
    "mensuelle": (1, "mo"),
}
DENOMINATORS = {
    "kg": "kg",
    "kilo": "kg",
    "kilogramme": "kg",
    "kilogram": "kg",
    "ml": "mL",
    "millilitre": "mL",
    "l": "L",
    "litre": "L",
    "liter": "L",
    "milliliter": "mL",
    "microlitre": "uL",
    "microliter": "uL",
    "ul": "uL",
    "dl": "dL",
    "decilitre": "dL",
    "deciliter": "dL",
    "m2": "m2",
    "mm3": "mm3",
    "min": "min",
    "minute": "min",
    "mmol": "mmol",
    "millimole": "mmol",
    "mol": "mol",
    "mole": "mol",
    "g": "g",
    "gramme": "g",
    "gram": "g",
    "mil": "mL",
    "h": "h",
    "heure": "h",
    "hour": "h",
    "hr": "h",
}
PER_TIME = {"min": "min", "minute": "min", "mn": "min", "h": "h", "heure": "h", "hour": "h"}
PER_TIME |= {"j": "d", "jour": "d", "day": "d", "d": "d"}
"""The second divisor, after /kg or /m2; a dose a day is the dose."""
