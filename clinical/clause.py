"""One sentence: the findings in it, and how far its cues reach.

Scopes follow NegEx and ConText: a cue reaches forward to a stop (*mais*, a new subject, a full
stop), a few cues reach back. What denies a noun (*sans*, *no*) ends at the next verb too. The time
is linear in the length of the sentence, however long.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from clinical.cue_kinds import Cues
from clinical.cues import CUES
from clinical.findings import Span, locate
from clinical.marks import Mark, touching, within_longer
from clinical.memory import remembered
from clinical.text import Sentence, Token, is_stopword, tokens
from consultation.summary import Experiencer, Polarity

_VERB_SUBJECTS = frozenset(
    {"ne", "n'", "je", "j'", "il", "elle", "on", "ca", "tu", "vous", "nous", "ils", "elles"}
    | {"me", "m'", "te", "t'", "le", "la", "se", "s'", "lui", "y", "en"}
)
_NE = frozenset({"ne", "n'"})
_DEFINITE = frozenset(
    {"la", "le", "l'", "les", "cette", "cet", "ce", "ces", "vos", "votre", "sa", "son", "ses"}
    | {"the", "this", "that", "these", "those", "your", "his", "her"}
)
_HAVING = frozenset(
    {"avez", "as", "a", "ai", "eu", "fait", "attrape", "prenez", "avait", "aviez", "ont"}
    | {"have", "had", "has", "get", "got", "any", "take", "taking", "having", "caught"}
)
_HEADINGS = frozenset({"pmh", "atcd"})
"""Abbreviated titles: they name something only where it is denied (*PMH: nil*)."""
_NOR = frozenset({"ni", "nor", "neither"})
_REACH = 30
"""Words that a cue reaches forward, at most."""
_VERB_DENIED = re.compile(
    r" (?:[a-z]\S* )?(pas|plus|jamais|guere)(?!\S)| (aucune?|rien|ni|point)(?!\S)"
)
_LINKED = re.compile(r"(?: \S+){0,5}? (?:chez|dans|in|on|of|cote|du cote|par)(?: \S+){0,2}? ")
_MARKS = re.compile(r"[,.;:!?=–—()]|(?<=\s)-(?=\s)")
_LAST_MARKS = re.compile(r"[,.;:!?=–—()]")
_REACH_CHARACTERS = 400
_BACK_CHARACTERS = 200
"""Cues farther off are not looked at: the time stays linear in a sentence without an end."""
_BACK = 5
"""Words that a cue reaches back, at most."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that a text names, with what it says of it."""

    concept: str
    """Key of the lexicon, in English: ``chest pain``."""
    text: str
    """Verbatim: exactly ``source[start:end]``."""
    start: int
    end: int
    polarity: Polarity
    experiencer: Experiencer
    asked: bool = False
    """It stands in a question: nothing is asserted, and ``polarity`` is uncertain."""
    weakly_denied: bool = False
    """Uncertain, and leaning to a denial: *not really any pain*."""
    presumed: bool = False
    """The question takes it for granted and asks about it: *Does the pain radiate?*"""


class Clause:
    """One sentence: its words, the findings among them, and the cues."""

    def __init__(self, sentence: Sentence, language: str) -> None:
        self.sentence = sentence
        self.language = language
        self.cues: Cues = CUES[language]
        self.words = tokens(sentence.text, language)
        self.line, self.starts, self.breaks = _line(sentence.text, self.words)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        return locate(self.words, self.language, self.breaks)

    @cached_property
    def pseudo(self) -> list[Mark]:
        found = self._find(self.cues.pseudo, ())
        inside = [(self.starts[s.first], self._end(s)) for s in self.spans]
        # "No change in vision" denies, for the change is the finding.
        return [
            mark
            for mark in found
            if not any(mark[0] < i[0] < mark[1] <= i[1] for i in touching(inside, *mark))
        ]

    @cached_property
    def _cued(self) -> tuple[list[Mark], list[Mark]]:
        """(doubts, denials). Of two that overlap the longer is meant: *ne crois pas* doubts."""
        doubts = self._find(self.cues.doubt_before, self.pseudo)
        denials = self._find(self.cues.deny_before, self.pseudo)
        # "On ne peut exclure ni X ni Y" denies nothing.
        open_to = next((d[1] for d in doubts if self.cues.excluding.search(self.line, *d)), None)
        if open_to is not None:
            denials = [d for d in denials if d[0] < open_to or self.line[slice(*d)] not in _NOR]
        return (
            self._free([d for d in doubts if not within_longer(d, denials)]),
            self._free([d for d in denials if not within_longer(d, doubts)]),
        )

    @cached_property
    def _next(self) -> list[Mark]:
        return self._free(self._find(self.cues.deny_next, self.pseudo))

    # Positions are characters of ``line``: folded words and marks, one space between.

    def _find(self, pattern: re.Pattern[str], taken: Sequence[Mark] = ()) -> list[Mark]:
        found = [match.span() for match in pattern.finditer(self.line)]
        return [mark for mark in found if not touching(taken, *mark)]

    def _free(self, cues: list[Mark]) -> list[Mark]:
        """The cues that are no part of a finding: *can't sleep* is one, not its denial."""
        inside = [(self.starts[s.first], self._end(s)) for s in self.spans]
        return [
            c for c in cues if not any(i[0] <= c[0] and c[1] <= i[1] for i in touching(inside, *c))
        ]

    def _end(self, span: Span) -> int:
        return self.starts[span.last - 1] + len(self.words[span.last - 1].fold)

    @property
    def is_question(self) -> bool:
        tail = self.sentence.text.rstrip("\"'»”’) ")
        if tail.endswith(("?", "!")):
            told = self.cues.told.match(self.line) and not self.cues.question.search(self.line)
            return tail.endswith("?") and not told
        if self.cues.question.search(self.line):
            return True
        return not tail.endswith((".", "…")) and bool(self.cues.unmarked.search(self.line))

    def findings(self, carried: Experiencer | None) -> list[Finding]:
        asked = self.is_question
        found = []
        for span in self.spans:
            start, end = self.words[span.first].start, self.words[span.last - 1].end
            polarity = Polarity.uncertain if asked else self.polarity(span)
            if self.words[span.first].fold in _HEADINGS and polarity is Polarity.affirmed:
                continue  # "PMH: asthma" names asthma
            weakly = not asked and polarity is Polarity.uncertain and self._weakly_denied(span)
            found.append(
                Finding(
                    span.concept,
                    self.sentence.text[start:end],
                    self.sentence.start + start,
                    self.sentence.start + end,
                    polarity,
                    self.experiencer(span, carried),
                    asked,
                    weakly,
                    asked and self._presumed(span),
                )
            )
        return found

    def _presumed(self, span: Span) -> bool:
        """Whether it is the subject of a question that goes on: *la douleur irradie-t-elle*."""
        before = [word.fold for word in self.words[: span.first]]
        if not before or before[-1] not in _DEFINITE or set(before) & _HAVING:
            return False
        after = self.words[span.last :]
        partitive = len(before) > 1 and before[-2] in ("de", "d'")
        return not partitive and any(not is_stopword(w.fold, self.language) for w in after)

    def polarity(self, span: Span) -> Polarity:
        start, end = self.starts[span.first], self._end(span)
        denied = (
            self._reached(self._cued[1], start, self.cues.stop)
            or self._next_denied(start, end)
            or self._reached_back(self.cues.deny_after, start, end)
            or self._verb_negation(span) is Polarity.denied
        )
        if span.absent:
            return Polarity.affirmed if denied else Polarity.denied
        doubted = (
            self._reached(self._cued[0], start, self.cues.stop_doubt)
            or self._reached_back(self.cues.doubt_after, start, end)
            or self._verb_negation(span) is Polarity.uncertain
        )
        if denied:
            return Polarity.denied
        return Polarity.uncertain if doubted else Polarity.affirmed

    def _weakly_denied(self, span: Span) -> bool:
        weak = self._find(self.cues.weakly, self.pseudo)
        return self._reached(weak, self.starts[span.first], self.cues.stop_doubt)

    def _reached(self, cues: list[Mark], start: int, stop: re.Pattern[str]) -> bool:
        """Whether a cue before ``start`` reaches it."""
        for before, after in reversed(cues[: bisect_right(cues, start, key=itemgetter(1))]):
            if start - after > _REACH_CHARACTERS:
                break
            between = self.line[after:start]
            if between.count(" ") > _REACH or stop.search(between) or _closed(between):
                continue
            # Of a noun that is denied, the verb is not: "aucune lésion n'a été vue".
            noun = stop is self.cues.stop and self.cues.noun.match(self.line, before)
            # The word after the cue is what it denies: "no reports of", "no shows".
            ahead = self.line.find(" ", after + 1) if noun else -1
            verb = self.cues.stop_noun.search(self.line, ahead, start + 40) if ahead > 0 else None
            if verb is None or verb.start() > start:
                return True
        return False

    def _next_denied(self, start: int, end: int) -> bool:
        cue = next((c for c in self._next if c[1] + 1 == start), None)
        return cue is not None and not (
            self.line[cue[0] : cue[1]] == "negative" and self._is_test(start, end)
        )

    def _is_test(self, start: int, end: int) -> bool:
        return self.cues.tested.search(self.line[start:end]) is not None

    def _reached_back(self, pattern: re.Pattern[str], start: int, end: int) -> bool:
        far = end + _BACK_CHARACTERS
        match = pattern.search(self.line, end, far)
        if match is None:
            return False
        if match.groupdict().get("negative") and self._is_test(start, match.start()):
            return False
        doubt = self.cues.doubt_after.search(self.line, end, far)
        denies = pattern is self.cues.deny_after
        if denies and doubt and within_longer(match.span(), [doubt.span()]):
            return False
        if touching(self.pseudo, *match.span()):
            return False
        between = re.sub(r"\( [^()]*\)", "", self.line[end : match.start()])
        return (
            between.count(" ") <= _BACK
            and not self.cues.stop.search(between)
            and not re.search(r"[,;()]", between)
        )

    def _verb_negation(self, span: Span) -> Polarity | None:
        """French *je ne tousse pas*, *je fume plus*: the negation follows the verb."""
        if self.language != "fr" or span.first == 0:
            return None
        if (
            self.words[span.first - 1].fold not in _VERB_SUBJECTS
            and not {w.fold for w in self.words[max(0, span.first - 2) : span.first]} & _NE
        ):
            return None
        end = self._end(span)
        after = _VERB_DENIED.match(self.line, end)
        if not after or touching(self.pseudo, end, after.end()):
            return None
        before = {w.fold for w in self.words[max(0, span.first - 3) : span.first]}
        if after.group(2) and not before & _NE:
            return None
        # "Je fume plus", without ne, is less or more: the sound alone tells.
        spoken_plus = after.group(1) == "plus" and not before & _NE
        return Polarity.uncertain if spoken_plus else Polarity.denied

    def experiencer(self, span: Span, carried: Experiencer | None) -> Experiencer:
        start, end = self.starts[span.first], self._end(span)
        named = self._last_person(start)
        if named is not None:
            return named
        after = _LINKED.match(self.line, end)
        for pattern, who in self._relatives():
            relative = self._relative(pattern, end)
            if relative is None:
                continue
            adjacent = relative == end + 1
            if adjacent or (after and relative <= after.end() + 6):
                return who
        return carried if carried is not None and self._goes_on() else Experiencer.patient

    def _relatives(self) -> tuple[tuple[re.Pattern[str], Experiencer], ...]:
        return ((self.cues.family, Experiencer.family), (self.cues.other, Experiencer.other))

    def _relative(self, pattern: re.Pattern[str], start: int) -> int | None:
        for match in pattern.finditer(self.line, start, start + _BACK_CHARACTERS):
            if not touching(self._not_family, match.start(), match.start() + 1):
                return match.start()
        return None

    def _last_person(self, before: int) -> Experiencer | None:
        """Whom the words before a place speak of, if they name a relative."""
        last = bisect_right(self._people, before, key=itemgetter(0))
        return self._people[last - 1][1] if last else None

    @cached_property
    def _not_family(self) -> list[Mark]:
        return self._find(self.cues.not_family)

    @cached_property
    def _people(self) -> list[tuple[int, Experiencer | None]]:
        """(end of the words, who is spoken of after them), in order."""
        others = self._find(self.cues.other, self._not_family)
        # "My friend's mother" is no relative of mine.
        family = [
            mark
            for mark in self._find(self.cues.family, self._not_family)
            if not touching(others, *mark)
        ]
        named: list[tuple[int, Experiencer | None]] = []
        named += [(end, Experiencer.other) for _, end in others]
        named += [(end, Experiencer.family) for _, end in family]
        named += [(end, None) for _, end in self._find(self.cues.first_person)]
        return [
            (end, None if self.cues.reported.match(self.line, end + 1) else person)
            for end, person in sorted(named, key=itemgetter(0))
        ]

    def _goes_on(self) -> bool:
        return bool(self.cues.third_person.match(self.line))

    def subject(self, carried: Experiencer | None) -> Experiencer | None:
        """Whom the next sentence goes on about if it says *he* or *she*."""
        person = self._last_person(len(self.line))
        if person is not None:
            return person
        return carried if self._goes_on() else None


@remembered
def clause_of(sentence: Sentence, language: str) -> Clause:
    """A sentence, read once."""
    return Clause(sentence, language)


def _closed(between: str) -> bool:
    """Whether a parenthesis that holds the cue ends here."""
    depth = 0
    for mark in between:
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return True
    return False


@remembered
def clause_line(text: str, language: str) -> str:
    """The folded words and marks of a text, one space between: what cues are matched on."""
    return _line(text, tokens(text, language))[0]


def _line(text: str, words: tuple[Token, ...]) -> tuple[str, list[int], frozenset[int]]:
    """(folded words and marks in one line, where each word starts in it, words after a mark)."""
    parts: list[str] = []
    starts: list[int] = []
    breaks: set[int] = set()
    length = at = 0
    for index, word in enumerate(words):
        if word.start - at > 1 or text[at : word.start].strip():
            for mark in _MARKS.findall(text[at : word.start]):
                parts.append(mark)
                length += len(mark) + 1
                breaks.add(index)
        starts.append(length)
        parts.append(word.fold)
        length += len(word.fold) + 1
        at = word.end
    parts.extend(_LAST_MARKS.findall(text[at:]))
    return " ".join(parts), starts, frozenset(breaks)
