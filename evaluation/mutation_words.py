"""What mutations write, in French and English: other drugs, sides, days; invented findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language's patterns and replacements."""

    comma: bool
    strength: re.Pattern[str]
    units: dict[str, str]
    spelled: dict[str, str]
    """Digits → words, for the few doses that another drug may have."""
    drug: re.Pattern[str]
    other_drugs: tuple[str, ...]
    denial: re.Pattern[str]
    negative: re.Pattern[str]
    several: re.Pattern[str]
    symptom: re.Pattern[str]
    denies: Callable[[str], str]
    side: re.Pattern[str]
    other_side: Callable[[str], str]
    relative: re.Pattern[str]
    relatives: tuple[str, ...]
    of_patient: str
    of_relative: str
    period: re.Pattern[str]
    periods: dict[str, str]
    weekday: re.Pattern[str]
    weekdays: tuple[str, ...]
    stopped: re.Pattern[str]
    goes_on: Callable[[str], str]
    stops: str
    examinations: tuple[tuple[str, str], ...]
    """(what was said of it if it was done, the invented statement)."""
    allergies: tuple[tuple[str, str], ...]
    no_allergy: str
    harmless: re.Pattern[str]


_I = re.IGNORECASE
_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<value>\d+(?:[.,]\d+)?)\s?(?P<unit>mg|mcg|µg|g|ml|unités|units)\b", _I
)
_UNITS = {"mg": "µg", "mcg": "mg", "µg": "mg", "g": "mg", "ml": "cl"}

_DRUGS = (
    "ramipril|atorvastatine?|aspirine?|furos[ée]mide|bisoprolol|spironolactone|doliprane"
    "|parac[ée]tamol|amoxicilline?(?: acide clavulanique)?|l[ée]trozole|l[ée]vothyroxine?|tramadol"
    "|paclitaxel|metformine?|insuline?|gliclazide|k[ée]toprof[èe]ne|ibuprof[èe]ne?|om[ée]prazole"
    "|thiocolchicoside|naproxen|naprox[èe]ne|amitriptyline|codeine|cod[ée]ine|penicillin"
    "|p[ée]nicilline|microgynon|simvastatin|co-codamol|cetirizine|loratadine|piriton|nurofen"
    "|lisinopril|doxycycline|sumatriptan|amlodipine|amoxicillin|salbutamol|ventolin|calpol"
    "|warfarin|citalopram|sertraline|propranolol|diclofenac|lansoprazole|prednisolone"
    "|hydrocortisone|furosemide|metformin|trimethoprim|nitrofurantoin|loperamide|dioralyte"
)
_OTHERS = ("gabapentin", "clopidogrel", "losartan", "fluoxetine", "digoxin", "allopurinol")


def _other_side_fr(word: str) -> str:
    pairs = {"droit": "gauche", "droite": "gauche", "droits": "gauches", "droites": "gauches",
             "gauche": "droite", "gauches": "droites"}  # fmt: skip
    return pairs[word.casefold()]


def _other_side_en(word: str) -> str:
    other = {"left": "right", "right": "left"}[word.casefold()]
    return other.capitalize() if word[0].isupper() else other


def _denies_fr(text: str) -> str:
    de = "Pas d'" if text[0].lower() in "aeiouéèêœyh" else "Pas de "
    return de + text[0].lower() + text[1:]


def _denies_en(text: str) -> str:
    return "No " + text[0].lower() + text[1:]


def _goes_on_fr(text: str) -> str:
    if "fum" in text.casefold():
        return "Fumeur."
    drug = re.search(_DRUGS, text, _I)
    return f"Prend de {drug.group().lower()}." if drug else text


def _goes_on_en(text: str) -> str:
    if "smok" in text.casefold():
        return "Smoker."
    drug = re.search(_DRUGS, text, _I)
    return f"Takes {drug.group().lower()}." if drug else text


_SYMPTOMS_FR = (
    r"(?:genou (?:droit )?gonflé|soif|nausées|fourmillements|essoufflée?|fatiguée?|fièvre|douleur"
    r"|mal à|vertiges|toux|plaie|fourmillements|crépitants|œdème|sciatique|ulcère|otite|arthrose)"
)
_SYMPTOMS_EN = (
    r"(?:pain|headaches?|vomiting|nausea|fever|cough|diarrh?o?ea|rash|itch\w*|tired\w*|fatigue"
    r"|short(?:ness)? of breath|tingling|crackles|sciatica|wheez\w*|dizz\w*|sore throat|runny nose"
    r"|swollen|loss of appetite|photophobia|night sweats|abdominal pain|chest pain|blurred vision"
    r"|neck pain|nasal congestion|loose|watery|burning|vaginal discharge|asthma|migraine|eczema"
    r"|stomach ulcer|osteoarthritis|joint pain|palpitations|depress\w*|anxi\w*|polyuria|dysuria)"
)

WORDS: dict[str, Words] = {
    "fr": Words(
        comma=True,
        strength=_STRENGTH,
        units=_UNITS,
        spelled={"10": "dix", "50": "cinquante", "100": "cent", "200": "deux cents",
                 "2": "deux", "4": "quatre", "1": "une?", "20": "vingt", "40": "quarante",
                 "6": "six", "8": "huit", "50.0": "cinquante"},
        drug=re.compile(rf"\b(?:{_DRUGS})\b", _I),
        other_drugs=("gabapentine", "clopidogrel", "losartan", "fluoxétine", "digoxine"),
        denial=re.compile(r"^(?:pas d'|pas de |aucune? |ne )", _I),
        negative=re.compile(r"\b(?:pas|aucune?|ne|sans|ni|plus|arrêt\w*)\b", _I),
        several=re.compile(r"\b(?:ni|ou|et)\b|,"),
        symptom=re.compile(rf"^{_SYMPTOMS_FR}", _I),
        denies=_denies_fr,
        side=re.compile(r"\b(?:droite?s?|gauches?)\b", _I),
        other_side=_other_side_fr,
        relative=re.compile(r"^(?:père|mère|sœur|frère|grand-père|grand-mère) ?: ?", _I),
        relatives=("tante", "oncle", "cousine"),
        of_patient="Antécédent personnel : {}.",
        of_relative="Sa {0} a : {1}",
        period=re.compile(r"\b(?:jours|semaines|semaine|mois|ans)\b", _I),
        periods={"jours": "mois", "semaines": "mois", "semaine": "mois", "mois": "ans",
                 "ans": "mois"},
        weekday=re.compile(r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b", _I),
        weekdays=("dimanche", "vendredi", "samedi", "lundi"),
        stopped=re.compile(r"\b(?:arrêtée?s?|arrêt|ne prend plus|a arrêté)\b(?! de travail)", _I),
        goes_on=_goes_on_fr,
        stops="Arrêt de {}.",
        examinations=(
            (r"abdomen|ventre", "Abdomen souple et indolore."),
            (r"poumon|murmure|auscult|crépitants|respir", "Murmure vésiculaire normal."),
            (r"tympan|oreille", "Tympans normaux."),
            (r"neurolog|réflexe|lasègue", "Examen neurologique normal."),
            (r"souffle|cœur|coeur|bruits", "Bruits du cœur réguliers, sans souffle."),
            (r"température|trente-|fièvre", "Température 37,2."),
            (r"gorge|amygdale", "Gorge érythémateuse."),
            (r"tension", "Tension 120/80."),
            (r"peau|plaie|plaques", "Peau sans lésion."),
            (r"mollet|phlébite", "Mollets souples."),
        ),
        allergies=(
            (r"iode", "Allergie à l'iode."),
            (r"latex", "Allergie au latex."),
            (r"pénicilline|amoxicilline", "Allergie à la pénicilline."),
            (r"aspirine", "Allergie à l'aspirine."),
            (r"arachide", "Allergie aux arachides."),
        ),
        no_allergy="Pas d'allergie connue.",
        harmless=re.compile(r"norma|souple|pas de|poursuivi|continuer", _I),
    ),
    "en": Words(
        comma=False,
        strength=_STRENGTH,
        units=_UNITS,
        spelled={"10": "ten", "50": "fifty", "100": "one hundred", "200": "two hundred",
                 "2": "two", "4": "four", "1": "one", "20": "twenty", "40": "forty",
                 "6": "six", "8": "eight"},
        drug=re.compile(rf"\b(?:{_DRUGS})\b", _I),
        other_drugs=_OTHERS,
        denial=re.compile(
            r"^(?:no |nil |denies (?:any )?|did not |without )"
            r"(?!other|particular|one|recent|previous|prior|further|significant|more|longer)", _I),
        negative=re.compile(
            r"\b(?:no|nil|not|denies|never|without|none|stop\w*|nkda|isn't|doesn't|non|unable|cannot"
            r"|can't|n't)\b", _I),
        several=re.compile(r"\b(?:or|nor|and|but)\b|[,/]"),
        symptom=re.compile(rf"^(?!the |a |her |his |he |she |your )(?:\w+ )??{_SYMPTOMS_EN}\b", _I),
        denies=_denies_en,
        # What was left, and right here, are no sides.
        side=re.compile(
            r"\b(?:left|right)\b(?! (?:away|now|after|before|along|the|his|her|home|nursing))", _I),
        other_side=_other_side_en,
        relative=re.compile(
            r"^(?:father|mother|sister|brother|mum|dad|grandfather|grandmother)(?:'s)?"
            r"(?: (?:had|has|with|died of|suffers from|suffered from|diagnosed with))", _I),
        relatives=("aunt", "uncle", "cousin"),
        of_patient="Patient has {}.",
        of_relative="Her {0} has {1}",
        period=re.compile(r"(?<!to )\b(?:days?|weeks?|months?|years?)\b(?! (?:old|to day)|-)", _I),
        periods={"days": "months", "day": "month", "weeks": "months", "week": "month",
                 "months": "years", "month": "year", "years": "months", "year": "month"},
        weekday=re.compile(
            r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", _I),
        weekdays=("sunday", "friday", "saturday", "monday", "wednesday"),
        stopped=re.compile(
            r"\b(?:stop(?:ped)?|no longer takes|quit|ex-smoker|former smoker)\b", _I),
        goes_on=_goes_on_en,
        stops="Stopped {}.",
        examinations=(
            (r"abdomen|tummy|belly|stomach", "Abdomen soft and non-tender."),
            (r"lung|listen|chest sounds|crackles|auscult", "Chest clear on auscultation."),
            (r"eardrum|your ear|tympan", "Both eardrums normal."),
            (r"neurolog|reflex|power", "Neurological examination normal."),
            (r"murmur|heart sounds|your heart", "Heart sounds normal, no murmur."),
            (r"temperature|thirty|fever", "Temperature 37.2."),
            (r"throat|tonsil", "Tonsils red and enlarged."),
            (r"blood pressure", "Blood pressure 120/80."),
            (r"lymph|gland", "No lymph nodes felt."),
            (r"calf|calves", "Calves soft and non-tender."),
        ),
        allergies=(
            (r"iodine|contrast", "Allergic to iodine."),
            (r"latex", "Allergic to latex."),
            (r"penicillin|amoxicillin", "Allergic to penicillin."),
            (r"aspirin", "Allergic to aspirin."),
            (r"peanut|nuts", "Allergic to peanuts."),
        ),
        no_allergy="No known allergies.",
        harmless=re.compile(r"normal|soft|clear|^no |continue", _I),
    ),
}  # fmt: skip
