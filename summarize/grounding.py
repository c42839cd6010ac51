"""Where a statement comes from: code finds the words, the model's own references are hints.

Each content word of the statement weighs as much as it is rare in the consultation (inverse
document frequency over sentences). A sentence supports a statement by the weight of the words that
it holds, numbers and doses compared after normalisation. A question supports nothing by itself: it
lends its words only to the sentence that answers it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from clinical.laterality import Lateral, sides
from clinical.polarity import findings
from clinical.side_words import side_words
from clinical.text import stem
from consultation.summary import Polarity
from summarize.grounds import Grounds
from summarize.said_polarity import OPPOSITE, said_polarities
from summarize.terms import POLITE, Terms, hurting, neutral_stems, terms
from summarize.units import Unit

MOST_UNITS = 3
"""Sentences that one statement may rest on."""
GAIN = 0.15
"""A further sentence must add this much support."""
HINT = 0.05
"""What the model's own reference is worth when two sentences are alike."""


def _telling(wanted: Mapping[str, tuple[float, str]]) -> list[str]:
    """The words without any of which a sentence gains too little to be chosen, findings among them.

    What is left out (*day*, *little*) weighs less together than a further sentence must add.
    """
    left = (GAIN - HINT - 0.01) * sum(weight for weight, _ in wanted.values())
    telling = []
    for term, (weight, _) in sorted(wanted.items(), key=lambda item: item[1][0]):
        left -= weight
        if left <= 0 or term[0] == "=":
            telling.append(term)
    return telling


@dataclass
class Grounder:
    """Finds evidence in one consultation; built once, used for every statement."""

    units: Sequence[Unit]
    language: str
    _own: dict[int, Terms] = field(init=False)
    _answered: dict[int, Terms] = field(init=False)
    _frequency: Counter[str] = field(init=False)
    _neutral: frozenset[str] = field(init=False)
    _polite: frozenset[str] = field(init=False)
    _polarities: dict[int, dict[str, frozenset[Polarity]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._own = {
            unit.index: terms(unit.text, self.language) | hurting(unit.text, self.language)
            for unit in self.units
        }
        self._answered = {
            unit.index: {
                term: word
                for one in (*unit.asks, unit)
                for term, word in self._own[one.index].items()
            }
            for unit in self.units
        }
        self._holding: dict[str, list[int]] = {}
        for place, unit in enumerate(self.units):
            if not unit.is_question:
                for term in self._answered[unit.index]:
                    self._holding.setdefault(term, []).append(place)
        self._frequency = Counter(t for own in self._own.values() for t in own)
        self._polite = frozenset(
            {stem(w, self.language) for w in POLITE[self.language].split()} | {"~slight"}
        )
        self._neutral = neutral_stems(self.language)

    def ground(
        self,
        text: str,
        *,
        hints: Iterable[str] = (),
        allowed: Callable[[Unit], bool] = lambda _: True,
    ) -> Grounds:
        """The best evidence for a statement among the sentences that ``allowed`` accepts.

        Args:
            hints: segment ids that the model named.
        """
        wanted = self._wanted(text)
        total = sum(weight for weight, _ in wanted.values())
        if not total:
            return Grounds((), 0.0, ())
        hinted = set(hints)
        candidates = self._candidates(_telling(wanted), allowed)
        candidates = candidates or self._candidates(wanted, allowed)
        contrary = self._contrary(text, wanted, candidates)
        held = {u.index: wanted.keys() & self._answered[u.index].keys() for u in candidates}
        said = {u.index: wanted.keys() & self._own[u.index].keys() for u in candidates}
        for index, against in contrary.items():
            held[index] -= against
            said[index] -= against
        covered: set[str] = set()
        chosen: list[Unit] = []
        while candidates and len(chosen) < MOST_UNITS:

            def gain(unit: Unit, covered: set[str] = covered) -> float:
                value = sum(wanted[t][0] for t in held[unit.index] - covered) / total
                # Words of its own count a little more than those its question lends.
                value += 0.01 * sum(wanted[t][0] for t in said[unit.index] - covered) / total
                return value + (HINT if value and unit.segment.id in hinted else 0.0)

            best = max(candidates, key=gain)
            if gain(best) < (GAIN if chosen else 1e-9):
                break
            chosen.append(best)
            candidates.remove(best)
            covered |= held[best.index]
        support = sum(wanted[t][0] for t in covered) / total
        missing = tuple(word for term, (_, word) in wanted.items() if term not in covered)
        asked = self._asked(chosen, covered)
        support = round(min(1.0, support), 3)
        return Grounds(tuple(chosen), support, missing, asked, *self._sides(text))

    def _sides(self, text: str) -> tuple[tuple[Lateral, ...], tuple[Unit, ...]]:
        """What the consultation tells of sides: wanted only beside a statement that names one."""
        named = side_words(text, self.language) or sides(text, self.language)
        return (self._told, self._sided) if named else ((), ())

    @cached_property
    def _sided(self) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units if side_words(unit.text, self.language))

    @cached_property
    def _told(self) -> tuple[Lateral, ...]:
        told = (side for unit in self.units for side in sides(unit.text, self.language))
        return tuple(side for side in told if not side.denied)

    def _candidates(self, words: Iterable[str], allowed: Callable[[Unit], bool]) -> list[Unit]:
        """The sentences that hold any of these, in order."""
        places = {place for term in words for place in self._holding.get(term, ())}
        return [self.units[place] for place in sorted(places) if allowed(self.units[place])]

    def _contrary(
        self, text: str, wanted: Mapping[str, tuple[float, str]], candidates: Sequence[Unit]
    ) -> dict[int, frozenset[str]]:
        """Unit → findings of the statement that it says the opposite of.

        Only where another sentence says the same: a statement that is wrong keeps the evidence
        that shows it.
        """
        stated = {f.concept: f.polarity for f in findings(text, self.language)}
        found: dict[int, set[str]] = {}
        for concept, polarity in stated.items():
            term = f"={concept}"
            naming = [u for u in candidates if term in self._answered[u.index]]
            agreeing = {u.index for u in naming if polarity in self._polarity(u, concept)}
            if not agreeing and polarity in OPPOSITE:
                # Nobody says so and somebody the opposite: that, not a doubt, is the evidence.
                opposite = OPPOSITE[polarity]
                agreeing = {u.index for u in naming if opposite in self._polarity(u, concept)}
            if agreeing:
                most = max(self._beside(term, wanted, u) for u in naming if u.index in agreeing)
                for unit in naming:
                    # What says the opposite of just that (*pain with flexion*) is not put aside.
                    nearer = self._beside(term, wanted, unit) > most
                    if unit.index not in agreeing and not nearer:
                        found.setdefault(unit.index, set()).add(term)
        return {index: frozenset(terms_) for index, terms_ in found.items()}

    def _beside(self, term: str, wanted: Mapping[str, tuple[float, str]], unit: Unit) -> float:
        """How much of the statement a sentence holds beside one finding."""
        held = wanted.keys() & self._answered[unit.index].keys()
        return sum(wanted[other][0] for other in held if other != term)

    def _polarity(self, unit: Unit, concept: str) -> frozenset[Polarity]:
        if unit.index not in self._polarities:
            self._polarities[unit.index] = said_polarities(unit, self.language)
        return self._polarities[unit.index].get(concept, frozenset())

    def against(self, text: str, unit: Unit) -> Grounds:
        """How much of a statement this one sentence holds, with the question it answers."""
        wanted = self._wanted(text)
        total = sum(weight for weight, _ in wanted.values())
        if not total:
            return Grounds((unit,), 0.0, ())
        covered = set(wanted) & self._answered[unit.index].keys()
        support = sum(wanted[t][0] for t in covered) / total
        missing = tuple(word for term, (_, word) in wanted.items() if term not in covered)
        asked = self._asked([unit], covered)
        support = round(min(1.0, support), 3)
        return Grounds((unit,), support, missing, asked, *self._sides(text))

    def _asked(self, chosen: Sequence[Unit], covered: Set[str]) -> tuple[Unit, ...]:
        own = {term for unit in chosen for term in self._own[unit.index]}
        lent = covered - own
        return tuple(
            question
            for unit in chosen
            if lent & self._answered[unit.index].keys()
            for question in unit.asks
            if question is unit.question or lent & self._own[question.index].keys()
        )

    def kept(self, unit: Unit, text: str) -> tuple[float, tuple[str, ...]]:
        """How much of a sentence its rewriting holds, by weight, and the words that are gone."""
        said = {t: w for t, w in self._wanted(unit.text).items() if t not in self._polite}
        total = sum(weight for weight, _ in said.values())
        if not total:
            return 1.0, ()
        held = said.keys() & terms(text, self.language).keys()
        gone = tuple(word for term, (_, word) in said.items() if term not in held)
        return sum(said[t][0] for t in held) / total, gone

    def most_held(self, unit: Unit, holding: Mapping[str, Sequence[int]]) -> float:
        """How much of a sentence the one statement holds that holds most of it, by weight.

        Args:
            holding: term → indexes of the statements that hold it.
        """
        said = {
            term: self._weight(term)
            for term in self._own[unit.index]
            if term not in self._polite and term not in self._neutral
        }
        held: dict[int, float] = {}
        for term, weight in said.items():
            for index in holding.get(term, ()):
                held[index] = held.get(index, 0.0) + weight
        total = sum(said.values())
        return max(held.values(), default=0.0) / total if total else 1.0

    def meaning(self, text: str) -> frozenset[str]:
        """The content of a statement: two with the same say the same."""
        return frozenset(self._wanted(text))

    def _wanted(self, text: str) -> dict[str, tuple[float, str]]:
        return {
            term: (self._weight(term), word)
            for term, word in terms(text, self.language).items()
            if term not in self._neutral
        }

    def _weight(self, term: str) -> float:
        """Rare words say more; a number, a drug or a finding says twice as much."""
        rarity = math.log(1 + len(self.units) / (1 + self._frequency[term]))
        return rarity * (2.0 if term[0] in "#@=<" else 1.0)
