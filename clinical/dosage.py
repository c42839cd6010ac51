"""How each drug of a sentence is taken: dose, count, frequency, duration, route, indication.

What stands behind a drug's name, up to the next one, is its own; *10 mg of lisinopril* stands
before. A sentence without a name goes on about the drug of the sentence before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from clinical.anatomy import organs
from clinical.drugs import DrugMention
from clinical.folded import folded
from clinical.numbers import quantities
from clinical.polarity import findings
from clinical.quantity import Quantity
from clinical.units import FORMS, TIMES

_ROUTES = {
    "intravenous": r"iv|intraveineu\w+|en perfusion|perfusion|intravenous\w*|infusion|drip",
    "intramuscular": r"im|intramusculaire|intramuscular\w*",
    "subcutaneous": r"sc|sous[- ]cutanee?s?|subcut\w*|subcutaneous\w*",
    "inhaled": r"inhal\w+|bouffees?|puffs?|ventoline|nebulis\w+|nebuli[sz]\w+|aerosol\w*",
    "transdermal": r"patchs?|patches|transdermi\w+|transdermal",
    "rectal": r"suppositoires?|intrarectal\w*|rectal\w*|suppositor\w+|lavement|enema",
    "ocular": r"collyre|dans (?:l'oeil|les yeux)|eye ?drops?|in (?:the|your|each|both) eyes?",
    "auricular": r"gouttes? auriculaires?|dans l'oreille|ear ?drops?|in (?:the|your) ears?",
    "nasal": r"spray nasal|dans le nez|nasal spray|nasally|in (?:the|your) nose",
    "sublingual": r"sous la langue|sublingual\w*|under (?:the|your) tongue",
    "topical": r"creme|pommade|gel|locale?ment|cream|ointment|topical\w*",
    "oral": r"per os|po|par voie orale|par la bouche|comprimes?|cachets?|gelules?|sirop|sachets?"
    r"|orally|by mouth|tablets?|capsules?|pills?|syrup",
}
"""The more telling come first: two puffs are inhaled, whatever else is said."""
_ROUTE = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in _ROUTES.items()}
_FOR = re.compile(
    r"(?<!good )(?<!bad )(?<!bon )(?<!mauvais )\b(?:pour|contre|for)\s+((?:(?:la|le|les|l'"
    r"|ma|mon|mes|votre|vos|sa|son|ses|the|my|your|his"
    r"|her|this|cette?|ce)\s*)?(?!that\b|it\b|ca\b|cela\b)[^,.;:!?]{3,50}?)"
    r"(?=\s+(?:et|and|mais|but)\b|[,.;:!?]|$)"
)
_HABITS = frozenset({"{drink}", "{cigarette}", "{pack}", "{bottle}"})
_OF = re.compile(r"\s*(?:of|de|d'|d’|du)\s*(?:the\s|l'|l’|la\s)?", re.IGNORECASE)
_MOMENT = re.compile(
    r"\b(?:(?:le|chaque|tous les) (?:matin|soir|midi)s?|au (?:coucher|dejeuner|diner"
    r"|petit[- ]dejeuner)"
    r"|(?:in the|every|each) (?:morning|evening)|(?:at|every|each) (?:night|bedtime|noon))\b"
)
_LASTING = re.compile(r"\b(?:pendant|durant|for|pour|encore|course|over|sur)\b[^.;]{0,12}$")
_EVERY = re.compile(r"\b(?:toutes les|tous les|every|chaque|each)\s*$")


@dataclass(frozen=True, slots=True)
class Dosage:
    """What is said of one drug; each quantity verbatim, a range with its upper bound beside it."""

    drug: DrugMention | None
    """None: the sentence names no drug and goes on about the one before."""
    dose: tuple[Quantity, ...] = ()
    count: tuple[Quantity, ...] = ()
    frequency: tuple[Quantity, ...] = ()
    duration: tuple[Quantity, ...] = ()
    route: str | None = None
    indication: str | None = None

    @property
    def empty(self) -> bool:
        return not (self.dose or self.count or self.frequency)


def dosages(text: str, drugs: tuple[DrugMention, ...], language: str) -> tuple[Dosage, ...]:
    """One for each drug of a sentence; one without a drug where it names none."""
    said = quantities(text, language)
    if not drugs:
        return (_dosage(None, said, text, 0, len(text), language),)
    found = []
    for i, drug in enumerate(drugs):
        end = drugs[i + 1].start if i + 1 < len(drugs) else len(text)
        start = drug.start if i else 0
        own = [q for q in said if drug.end <= q.start < end and not _next(q, drugs, i, text)]
        own += [q for q in said if q.end <= drug.start and _leads(q, drug, drugs, i, text)]
        own.sort(key=lambda q: q.start)
        found.append(_dosage(drug, tuple(own), text, start, end, language))
    return tuple(found)


def _leads(
    q: Quantity, drug: DrugMention, drugs: tuple[DrugMention, ...], i: int, text: str
) -> bool:
    """Before the name: *10 mg of lisinopril*, or anything before the first drug of a sentence."""
    between = text[q.end : drug.start]
    if i == 0:
        return len(between) < 30
    return q.start >= drugs[i - 1].end and bool(_OF.fullmatch(between) or not between.strip())


def _next(q: Quantity, drugs: tuple[DrugMention, ...], i: int, text: str) -> bool:
    """Whether a quantity behind one drug is said of the next: *and 10 mg of lisinopril*."""
    if i + 1 >= len(drugs):
        return False
    return bool(_OF.fullmatch(text[q.end : drugs[i + 1].start]))


def _dosage(
    drug: DrugMention | None,
    said: tuple[Quantity, ...],
    text: str,
    start: int,
    end: int,
    language: str,
) -> Dosage:
    dose = [q for q in said if q.kind in ("dose", "rate", "measure") and _strength(q)]
    count = [q for q in said if q.unit in FORMS - _HABITS and q.kind == "count"]
    frequency = [
        _whole(q, text) if _every(q, text) else q
        for q in said
        if q.kind == "frequency" or _every(q, text)
    ]
    if not frequency:
        frequency = _moment(text, start, end)
    duration = [q for q in said if _lasts(q, text)]
    return Dosage(
        drug,
        tuple(_first(dose)),
        tuple(_first(count)),
        tuple(_first(frequency)),
        tuple(_first(duration)),
        _route(text[start:end]),
        _indication(text, drug.end if drug else start, end, language),
    )


def _moment(text: str, start: int, end: int) -> list[Quantity]:
    """*le matin*, *at bedtime*: once a day, as it was said."""
    line = folded(text)
    last = line.at(end) if end < len(text) else len(line.line)
    match = _MOMENT.search(line.line, line.at(start), last)
    if match is None:
        return []
    first, stop = line.place(match.start(), match.end())
    return [Quantity(Decimal(1), "/d", "frequency", first, stop, text[first:stop], weak=True)]


def _first(found: list[Quantity]) -> list[Quantity]:
    """The first, with its upper bound where a range was said; of *from 40 to 20 mg* the second."""
    if len(found) > 1 and found[0].part == "high" and found[1].part == "low":
        return found[1:2]
    if len(found) > 1 and found[0].part == "low" and found[1].part == "high":
        return found[:2]
    return found[:1]


def _strength(q: Quantity) -> bool:
    head = (q.unit or "").split("/")[0]
    return head in ("ng", "ug", "mg", "g", "mL", "L", "[IU]", "m[IU]", "mmol", "meq")


def _every(q: Quantity, text: str) -> bool:
    return q.unit in TIMES and _every_at(q, text) < q.start


def _every_at(q: Quantity, text: str) -> int:
    """Where *toutes les* begins, or the quantity's own start."""
    line = folded(text)
    match = _EVERY.search(line.line[: line.at(q.start)])
    return line.place(match.start(), match.end())[0] if match else q.start


def _whole(q: Quantity, text: str) -> Quantity:
    start = _every_at(q, text)
    return replace(q, start=start, text=text[start : q.end])


def _lasts(q: Quantity, text: str) -> bool:
    if q.kind != "duration" or _every(q, text):
        return False
    line = folded(text)
    return bool(_LASTING.search(line.line[: line.at(q.start)])) or "course" in line.line


def _route(text: str) -> str | None:
    line = folded(text).line
    return next((name for name, pattern in _ROUTE.items() if pattern.search(line)), None)


def _indication(text: str, start: int, end: int, language: str) -> str | None:
    """*pour la tension*, *for my asthma*: only what names a finding."""
    line = folded(text)
    match = _FOR.search(line.line, line.at(start), line.at(end) if end < len(text) else 10**6)
    if match is None:
        return None
    first, last = line.place(match.start(1), match.end(1))
    said = text[first:last].strip()
    named = findings(said, language)
    parts = organs(folded(said), language)
    end_ = max([f.end for f in named] + [organ.end for organ in parts], default=0)
    return said[:end_].strip() or None
