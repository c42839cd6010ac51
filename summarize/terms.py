"""What a text says, as terms that can be compared: numbers, drugs, findings, sides, words."""

from __future__ import annotations

from functools import cache

from clinical.anatomy import PAIN, organs
from clinical.drugs import find_drugs
from clinical.folded import folded
from clinical.laterality import sides
from clinical.numbers import canonical, quantities
from clinical.paraphrases import worded
from clinical.polarity import findings
from clinical.text import stem

NEUTRAL = {
    "fr": "patient patiente médecin présente signale rapporte décrit indique mentionne déclare "
    "prend prescrit prescription prescrite traitement cours actuel actuellement absence notion "
    "consulte consultation pas aucun aucune constate évoque propose demande recommandé conseillé "
    "revoir probable suspicion connu connue antécédent antécédents atcd ttt problème problèmes "
    "trouble troubles signe signes symptôme symptômes autre autres revois revoit revenez revenir "
    "rendez-vous",
    "en": "patient doctor clinician physician reports denies complains describes states mentions "
    "says takes taking prescribed prescribe treatment current currently no not absence advised "
    "advise presents known recommended likely probable started noted found history hx sx pmh "
    "dh sh fh nil meds medications issue issues problem problems symptom symptoms other "
    "associated able",
}
"""Words of note style that need no evidence of their own; polarity is checked by itself."""


POLITE = {
    "fr": "bonjour docteur madame monsieur merci beaucoup vraiment très plutôt aussi donc alors "
    "vais veux voudrais pense crois dire fait faire demande note",
    "en": "hello doctor thank thanks really very also rather would will like think okay going get "
    "little mostly",
}
"""Words that a rewriting may leave out."""


@cache
def neutral_stems(language: str) -> frozenset[str]:
    """Of the words of note style."""
    return frozenset(stem(word, language) for word in NEUTRAL[language].split())


Terms = dict[str, str]
"""Normalised term → the word as written."""


def terms(text: str, language: str) -> Terms:
    """What a text says: numbers with units, drugs by INN, findings by concept, sides, and else

    the words, those with a paraphrase by its key."""
    found: Terms = {}
    taken: list[tuple[int, int]] = []

    def add(key: str, start: int, end: int) -> None:
        found.setdefault(key, text[start:end])
        taken.append((start, end))

    for quantity in quantities(text, language):
        value, unit = canonical(quantity)
        add(f"#{value.normalize():f}{unit or ''}", quantity.start, quantity.end)
    for drug in find_drugs(text, language):
        add(f"@{drug.inn}", drug.start, drug.end)
    for finding in findings(text, language):
        add(f"={finding.concept}", finding.start, finding.end)
    for side in sides(text, language):
        add(f"<{side.side}", side.start, side.end)
    for word in worded(text, language):
        if not any(start <= word.start and word.end <= end for start, end in taken):
            found.setdefault(word.term, text[word.start : word.end])
    return found


def hurting(text: str, language: str) -> Terms:
    """*My right knee hurts* names knee pain, though not in these words."""
    line = folded(text)
    found: Terms = {}
    if PAIN.search(line.line):
        for organ in organs(line, language):
            start, end = line.place(organ.start, organ.end)
            found[f"={organ.name} pain"] = text[start:end]
    return found
