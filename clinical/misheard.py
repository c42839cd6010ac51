"""Names of drugs and medical terms that speech recognition misspelt, also over several words.

*la moxiciline* → *l'amoxicilline*, *met four men* → *metformin*. Precision comes before recall: a
word that is spelt as a drug is never touched; the more words of the language a mishearing is made
of, the more must speak for it (a dose behind it, a drug beside it, an unsure recogniser); and where
two drugs sound alike the words stay, with both names beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from clinical.drug_context import Context, Places
from clinical.drugs import find_drugs, is_ordinary
from clinical.sound_names import Kind, candidates, heard_as, is_term
from clinical.sounds import sound, weight
from clinical.stopwords import STOPWORDS
from clinical.text import checked, fold

LONGEST = 4
"""Words of the longest mishearing that is looked for."""
MARGIN = 0.06
"""By how much the best name must be more like what was heard than another drug's."""
UNSURE = 0.85
"""Mean probability of words under which the recogniser was guessing."""
NEEDED = {
    Context.dosed: 0.86,
    Context.led: 0.86,
    Context.spoken_of: 0.88,
    Context.none: 0.93,
}
"""The least likeness of one word."""
NEEDED_OF_SEVERAL = 0.83
"""The least likeness of several words; they are joined where a dose or a drug is, and unsure."""
LONG, LONG_NEEDS = 6.0, 0.92
"""So much to hear, and so alike, that a verb of taking is enough to join: *takes tamsu lossin*."""
SURE_NEEDS = 0.04
"""What more is needed of words that the recogniser was sure of."""
BRAND = 0.935
"""The least likeness of a brand: brands that we do not know are like brands that we do."""
EXPECTED = 0.05
"""What less is needed of a name in the supplied vocabulary."""
_LEAST = 3.4
"""What there must be to hear: three consonants and a vowel."""
_LEAST_OF_SEVERAL = 4.8
_EDGES = re.compile(r"^[\W_]*|[\W_]*$")
_STOP = re.compile(r"[.!?…:;]$")
_ELISION = re.compile(r"^([ldnms]|qu)['’](?=\w{2})", re.IGNORECASE)
_ENCLITIC = re.compile(r"-(?:t-)?(?:ils?|elles?|vous|nous|moi|toi|tu|je|ce|ci|la|on|le|les|en|y)$")
_ARTICLES = {"la": "l'", "le": "l'", "de": "d'", "l": "l'", "d": "d'"}
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "doctor", "docteur", "monsieur", "madame", "mme", "mlle"}
    | {"professeur", "professor", "maitre", "m'appelle", "s'appelle", "nom", "prenom", "called"}
    | {"named", "name"}
)


@dataclass(frozen=True, slots=True)
class Misheard:
    """Words ``first`` to ``first + count`` that are, or may be, a name."""

    first: int
    count: int
    names: tuple[str, ...]
    """One name: the correction. Two or more, best first: not decided, the words stay."""
    keys: tuple[str, ...]
    """INN of each drug, folded text of anything else."""
    score: float
    """How alike the words and the first name sound, 0 to 1."""
    kind: Kind
    prefix: str = ""
    """*l'* or *d'* that was heard as, or in, the first word."""
    brand: bool = False
    """Whether the name is a brand or a synonym that was not supplied."""
    heard: float = 0.0
    """How much there was to hear (``clinical.sounds.weight``)."""
    several: bool = False
    """Whether more than one word, articles left out, was joined."""

    @property
    def words(self) -> frozenset[int]:
        return frozenset(range(self.first, self.first + self.count))


@dataclass(frozen=True, slots=True)
class _Word:
    core: str
    """Without punctuation."""
    fold: str
    probability: float
    stops: bool
    """A sentence ends here."""
    shut: bool
    """Not to be touched: a number, or part of a name that is spelt right."""


def misheard(
    words: Sequence[str],
    probabilities: Sequence[float],
    language: str,
    *,
    vocabulary: Sequence[str] = (),
    before: str = "",
) -> tuple[Misheard, ...]:
    """What was misheard in one speaker's run of words, in order, without overlaps.

    Args:
        words: with their punctuation.
        probabilities: of the recogniser, one a word; 1 where it is not known.
        vocabulary: names to expect, such as the patient's treatments.
        before: what was said just before, for its context.

    Raises UnsupportedLanguage.
    """
    return _Search(words, probabilities, checked(language), tuple(vocabulary), before).run()


class _Search:
    def __init__(
        self,
        words: Sequence[str],
        probabilities: Sequence[float],
        language: str,
        expected: tuple[str, ...],
        before: str,
    ) -> None:
        self.language, self.expected = language, expected
        self.places = Places(words, language, before)
        self.joined: dict[tuple[int, int], tuple[Misheard, ...]] = {}
        self.drugs = _drug_words(words, language)
        pairs = zip(words, probabilities, strict=True)
        self.words = [_word(word, sure, i in self.drugs) for i, (word, sure) in enumerate(pairs)]

    def run(self) -> tuple[Misheard, ...]:
        chosen: list[Misheard] = []
        single = [found for i in range(len(self.words)) for found in self._single(i)]
        # A name that was found is context for the next: "lisinopril and met four men".
        while True:
            taken = frozenset[int]().union(*(found.words for found in chosen))
            drugs = self.drugs | taken
            several = (f for i in range(len(self.words)) for f in self._several(i, drugs))
            possible = [
                found
                for found in (*single, *several)
                if not found.words & taken and self._enough(found, drugs)
            ]
            if not possible:
                return tuple(sorted(chosen, key=lambda found: found.first))
            best = max(possible, key=lambda f: (f.score - 0.01 * f.count, -f.first))
            rivals = [f for f in possible if f.words & best.words and f.keys[0] != best.keys[0]]
            chosen.append(_undecided(best, rivals) if rivals else best)

    def _single(self, i: int) -> Iterator[Misheard]:
        """What one word may be, alone or with the article before it."""
        word = self.words[i]
        term = heard_as(word.core, self.language)
        if term:
            yield Misheard(i, 1, (term,), (fold(term),), 0.9, "term")
            return
        if word.shut or self._is_word(word.fold) or self._is_person(i):
            return
        yield from self._found(i, 1, "", word.core)
        if self.language != "fr":
            return
        elided = _ELISION.match(word.core)
        if elided:
            yield from self._found(i, 1, elided[1].lower() + "'", word.core[elided.end() :])
            return
        if word.fold[0] in "nzt" and word.fold[1] in "aeiou":  # un nionogramme: a liaison
            yield from self._found(i, 1, "", word.core[1:], vowel=True)
        article = self.words[i - 1] if i else None
        if article and article.fold in _ARTICLES and not article.stops:
            prefix = _ARTICLES[article.fold]
            yield from self._found(i - 1, 2, prefix, article.core[1:] + word.core)
            yield from self._found(i - 1, 2, prefix, word.core)

    def _several(self, i: int, drugs: AbstractSet[int]) -> Iterator[Misheard]:
        """What several words may be, joined."""
        for count in range(2, LONGEST + 1):
            window = self.words[i : i + count]
            if len(window) < count or window[count - 2].stops or any(w.shut for w in window):
                return
            if sum(word.probability for word in window) > UNSURE * count:
                continue
            if len(window[-1].core) < 3 and window[-1].fold in STOPWORDS[self.language]:
                continue
            where = self.places.context(i, i + count, drugs)
            if where < Context.led:
                continue
            if (i, count) not in self.joined:
                self.joined[i, count] = tuple(self._join(i, window))
            long = (f for f in self.joined[i, count] if f.heard >= LONG and f.score >= LONG_NEEDS)
            yield from self.joined[i, count] if where is Context.dosed else long

    def _join(self, i: int, window: Sequence[_Word]) -> Iterator[Misheard]:
        count, text = len(window), "".join(word.core for word in window)
        yield from self._found(i, count, "", text, several=True)
        if self.language != "fr":
            return
        elided = _ELISION.match(text)
        if elided:
            prefix = elided[1].lower() + "'"
            yield from self._found(i, count, prefix, text[elided.end() :], several=True)
        elif window[0].fold in _ARTICLES and count > 2:
            prefix = _ARTICLES[window[0].fold]
            yield from self._found(i, count, prefix, text[1:], several=True)

    def _found(
        self,
        first: int,
        count: int,
        prefix: str,
        text: str,
        *,
        several: bool = False,
        vowel: bool = False,
    ) -> Iterator[Misheard]:
        heard = sound(text, self.language)
        if weight(heard) < (_LEAST_OF_SEVERAL if several else _LEAST):
            return
        names = candidates(heard, self.language, self.expected)
        if several:
            names = tuple(pair for pair in names if pair[0].systematic)
        if not names or ((prefix or vowel) and not names[0][0].vowel):
            return
        (best, score), *others = names
        close = [name for name, likeness in others if score - likeness < MARGIN][:2]
        yield Misheard(
            first,
            count,
            (best.text, *(name.text for name in close)),
            (best.key, *(name.key for name in close)),
            round(score, 3),
            best.kind,
            prefix,
            best.kind == "drug" and not best.systematic,
            weight(heard),
            several,
        )

    def _enough(self, found: Misheard, drugs: AbstractSet[int]) -> bool:
        where = self.places.context(found.first, found.first + found.count, drugs)
        needed = NEEDED_OF_SEVERAL if found.several else NEEDED[where]
        content = [self.words[k] for k in found.words if self.words[k].fold not in _ARTICLES]
        if sum(word.probability for word in content) > UNSURE * len(content):
            needed += SURE_NEEDS
        if found.names[0] in self.expected:
            needed -= EXPECTED
        if found.brand:
            needed = max(needed, BRAND)
        return found.score >= min(needed, 0.96)

    def _is_word(self, folded: str) -> bool:
        bare = _ELISION.sub("", folded)
        known = bare in STOPWORDS[self.language] or is_ordinary(bare) or is_term(bare)
        return len(bare) < 6 or known or bool(_ENCLITIC.search(bare))

    def _is_person(self, i: int) -> bool:
        """*Monsieur Zestril*"""
        return i > 0 and self.words[i - 1].fold in _TITLES and self.words[i].core[:1].isupper()


def _undecided(best: Misheard, rivals: Sequence[Misheard]) -> Misheard:
    """Overlapping words that may be different drugs: both are shown, neither is taken."""
    names = dict(zip(best.keys, best.names, strict=True))
    for rival in sorted(rivals, key=lambda found: -found.score):
        names.setdefault(rival.keys[0], rival.names[0])
    shown = dict(list(names.items())[:3])
    return replace(best, names=tuple(shown.values()), keys=tuple(shown))


def _word(text: str, probability: float, known: bool) -> _Word:
    core = _EDGES.sub("", text)
    digits = any(c.isdigit() for c in core)
    return _Word(core, fold(core), probability, bool(_STOP.search(text)), known or digits)


def _drug_words(words: Sequence[str], language: str) -> set[int]:
    """Indexes of the words that spell a drug or a class right."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    found: set[int] = set()
    for mention in find_drugs(" ".join(words), language, exact=True):
        found |= {
            i
            for i, start in enumerate(starts)
            if start < mention.end and mention.start < start + len(words[i])
        }
    return found
