"""What a text says of each finding: affirmed, denied or uncertain, and of whom.

Scopes follow NegEx and ConText: a cue reaches forward to a stop (*mais*, a new subject, a full
stop), a few cues reach back. A question asserts nothing; ``clinical.dialogue`` pairs it with its
answer. Known limits: children of the speaker count as the patient, because consultations about a
child are spoken by a parent; irony and reported speech are not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from clinical.cue_kinds import Cues
from clinical.cues import CUES
from clinical.findings import Span, locate
from clinical.memory import remembered
from clinical.text import Sentence, Token, checked, is_stopword, sentences, tokens
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
_NOR = frozenset({"ni", "nor", "neither"})
_REACH = 30
"""Words that a cue reaches forward, at most."""
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


def findings(text: str, language: str) -> tuple[Finding, ...]:
    """Every finding of the text in order, sentence by sentence. Raises UnsupportedLanguage."""
    return findings_about(text, language, None)


@remembered
def findings_about(text: str, language: str, about: Experiencer | None) -> tuple[Finding, ...]:
    """As ``findings``; ``about`` is whom a first sentence with *he* or *she* goes on about."""
    found: list[Finding] = []
    carried = about
    for sentence in sentences(text):
        clause = _Clause(sentence, checked(language))
        found.extend(clause.findings(carried))
        carried = clause.subject(carried)
    return tuple(found)


@remembered
def polarity_of(sentence: str, start: int, end: int, language: str) -> Polarity:
    """The polarity of the words ``sentence[start:end]``, whether or not the lexicon has them."""
    for part in sentences(sentence):
        if part.start <= start < part.end:
            clause = _Clause(part, checked(language))
            inside = [
                k
                for k, word in enumerate(clause.words)
                if word.start + part.start < end and word.end + part.start > start
            ]
            if inside:
                return clause.polarity(Span("", inside[0], inside[-1] + 1, absent=False))
    return Polarity.uncertain if is_question(sentence, language) else Polarity.affirmed


@remembered
def is_question(text: str, language: str = "fr") -> bool:
    """Whether the last sentence of the text asks something, with or without a question mark."""
    parts = sentences(text)
    return bool(parts) and _Clause(parts[-1], checked(language)).is_question


@remembered
def clause_line(text: str, language: str) -> str:
    """The folded words and marks of a text, one space between: what cues are matched on."""
    return _line(text, tokens(text, language))[0]


class _Clause:
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
    def pseudo(self) -> list[tuple[int, int]]:
        return self._find(self.cues.pseudo, ())

    @cached_property
    def _cued(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(doubts, denials). Of two that overlap the longer is meant: *ne crois pas* doubts."""
        doubts = self._find(self.cues.doubt_before, self.pseudo)
        denials = self._find(self.cues.deny_before, self.pseudo)
        # "On ne peut exclure ni X ni Y" denies nothing.
        open_to = next((d[1] for d in doubts if self.cues.excluding.search(self.line, *d)), None)
        if open_to is not None:
            denials = [d for d in denials if d[0] < open_to or self.line[slice(*d)] not in _NOR]
        return (
            self._free([d for d in doubts if not _within(d, denials)]),
            self._free([d for d in denials if not _within(d, doubts)]),
        )

    @cached_property
    def _next(self) -> list[tuple[int, int]]:
        return self._free(self._find(self.cues.deny_next, self.pseudo))

    # Positions are characters of ``line``: folded words and marks, one space between.

    def _find(
        self, pattern: re.Pattern[str], taken: list[tuple[int, int]] | tuple[()]
    ) -> list[tuple[int, int]]:
        found = [match.span() for match in pattern.finditer(self.line)]
        return [s for s in found if not any(s[0] < t[1] and t[0] < s[1] for t in taken)]

    def _free(self, cues: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The cues that are no part of a finding: *can't sleep* is one, not its denial."""
        inside = [(self.starts[s.first], self._end(s)) for s in self.spans]
        return [c for c in cues if not any(c[0] >= i[0] and c[1] <= i[1] for i in inside)]

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

    def _reached(self, cues: list[tuple[int, int]], start: int, stop: re.Pattern[str]) -> bool:
        """Whether a cue before ``start`` reaches it."""
        for before, after in cues:
            if after > start:
                break
            between = self.line[after:start]
            if between.count(" ") > _REACH or stop.search(between) or _closed(between):
                continue
            # Of a noun that is denied, the verb is not: "aucun incident n'a été noté".
            noun = stop is self.cues.stop and self.cues.noun.match(self.line, before)
            verb = self.cues.stop_noun.search(self.line, after) if noun else None
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
        match = pattern.search(self.line, end)
        if match is None:
            return False
        if match.groupdict().get("negative") and self._is_test(start, match.start()):
            return False
        doubt = self.cues.doubt_after.search(self.line, end)
        if pattern is self.cues.deny_after and doubt and _within(match.span(), [doubt.span()]):
            return False
        if any(p[0] < match.end() and match.start() < p[1] for p in self.pseudo):
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
        after = re.match(
            r" (?:[a-z]\S* )?(pas|plus|jamais|guere)(?!\S)| (aucune?|rien|ni|point)(?!\S)",
            self.line[end:],
        )
        if not after or any(
            start < end + after.end() and stop > end for start, stop in self.pseudo
        ):
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
        after = re.match(
            r"(?: \S+){0,5}? (?:chez|dans|in|on|of|cote|du cote|par)(?: \S+){0,2}? ",
            self.line[end:],
        )
        for pattern, who in self._relatives():
            relative = self._relative(pattern, end)
            if relative is None:
                continue
            adjacent = relative == end + 1
            if adjacent or (after and relative <= end + after.end() + 6):
                return who
        return carried if carried is not None and self._goes_on() else Experiencer.patient

    def _relatives(self) -> tuple[tuple[re.Pattern[str], Experiencer], ...]:
        return ((self.cues.family, Experiencer.family), (self.cues.other, Experiencer.other))

    def _relative(self, pattern: re.Pattern[str], start: int) -> int | None:
        masked = self._find(self.cues.not_family, ())
        for match in pattern.finditer(self.line, start):
            if not any(m[0] <= match.start() < m[1] for m in masked):
                return match.start()
        return None

    def _last_person(self, before: int) -> Experiencer | None:
        """Whom the words before a place speak of, if they name a relative."""
        masked = self._find(self.cues.not_family, ())
        who: Experiencer | None = None
        named: list[tuple[int, int, Experiencer | None]] = []
        for pattern, relative in self._relatives():
            for match in pattern.finditer(self.line, 0, before):
                if not any(m[0] <= match.start() < m[1] for m in masked):
                    named.append((match.start(), match.end(), relative))
        for match in self.cues.first_person.finditer(self.line, 0, before):
            named.append((match.start(), match.end(), None))
        for _, end, person in sorted(named, key=lambda item: item[:2]):
            reported = self.cues.reported.match(self.line, end + 1)
            who = None if reported else person
        return who

    def _goes_on(self) -> bool:
        return bool(self.cues.third_person.match(self.line))

    def subject(self, carried: Experiencer | None) -> Experiencer | None:
        """Whom the next sentence goes on about if it says *he* or *she*."""
        person = self._last_person(len(self.line))
        if person is not None:
            return person
        return carried if self._goes_on() else None


def _closed(between: str) -> bool:
    """Whether a parenthesis that holds the cue ends here."""
    depth = 0
    for mark in between:
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return True
    return False


def _within(cue: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    """Whether a longer cue overlaps this one."""
    start, end = cue
    return any(a < end and start < b and b - a > end - start for a, b in others)


def _line(text: str, words: tuple[Token, ...]) -> tuple[str, list[int], frozenset[int]]:
    """(folded words and marks in one line, where each word starts in it, words after a mark)."""
    parts: list[str] = []
    starts: list[int] = []
    breaks: set[int] = set()
    length = at = 0
    for index, word in enumerate(words):
        for mark in re.findall(r"[,.;:!?=–—()]|(?<=\s)-(?=\s)", text[at : word.start]):
            parts.append(mark)
            length += len(mark) + 1
            breaks.add(index)
        starts.append(length)
        parts.append(word.fold)
        length += len(word.fold) + 1
        at = word.end
    for mark in re.findall(r"[,.;:!?=–—()]", text[at:]):
        parts.append(mark)
    return " ".join(parts), starts, frozenset(breaks)
