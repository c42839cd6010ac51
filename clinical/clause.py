"""One sentence: the findings in it, and how far its cues reach.

Scopes follow NegEx and ConText: a cue reaches forward to a stop (*mais*, a new subject, a full
stop), a few cues reach back. What denies a noun (*sans*, *no*) ends at the next verb too. The time
is linear in the length of the sentence, however long.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter

from clinical.clause_line import closes, line_of, marks_of
from clinical.cue_kinds import Cues
from clinical.cues import CUES
from clinical.finding import Finding
from clinical.findings import Span, locate
from clinical.marks import Mark, touching, within_longer
from clinical.memory import remembered
from clinical.persons import Persons
from clinical.taken_back import replaced
from clinical.text import Sentence, is_stopword, tokens
from clinical.verb_negation import verb_negation
from consultation.summary import Experiencer, Polarity

_DEFINITE = frozenset(
    {"la", "le", "l'", "les", "cette", "cet", "ce", "ces", "vos", "votre", "sa", "son", "ses"}
    | {"the", "this", "that", "these", "those", "your", "his", "her"}
)
_THIS = frozenset({"this", "these", "cette", "cet", "ce", "ces"})
_HAVING = frozenset(
    {"avez", "as", "a", "ai", "eu", "fait", "attrape", "prenez", "avait", "aviez", "ont"}
    | {"have", "had", "has", "get", "got", "any", "take", "taking", "having", "caught"}
)
_HEADINGS = frozenset({"pmh", "atcd"})
"""Abbreviated titles: they name something only where it is denied (*PMH: nil*)."""
_NOR = frozenset({"ni", "nor", "neither"})
_REACH = 30
"""Words that a cue reaches forward, at most."""
_REACH_CHARACTERS = 400
_BACK_CHARACTERS = 200
"""Cues farther off are not looked at: the time stays linear in a sentence without an end."""
_BACK = 5
"""Words that a cue reaches back, at most."""


class Clause:
    """One sentence: its words, the findings among them, and the cues."""

    def __init__(self, sentence: Sentence, language: str) -> None:
        self.sentence = sentence
        self.language = language
        self.cues: Cues = CUES[language]
        self.words = tokens(sentence.text, language)
        self.line, self.starts, self.breaks = line_of(sentence.text, self.words)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        spans = locate(self.words, self.language, self.breaks)
        places = [(s.concept, self.starts[s.first], self._end(s)) for s in spans]
        gone = replaced(self.line, places)
        self._instead = {spans[k + 1]: spans[k] for k in gone}
        return tuple(s for k, s in enumerate(spans) if k not in gone) if gone else spans

    @cached_property
    def _places(self) -> tuple[list[int], list[int]]:
        return [word.start for word in self.words], [word.end for word in self.words]

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """(first, last + 1) of the words that ``sentence.text[start:end]`` touches."""
        starts, ends = self._places
        return bisect_right(ends, start), bisect_left(starts, end)

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
        return marks_of(pattern, self.line, taken)

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
            if polarity is Polarity.affirmed and span in self._instead:
                polarity = self.polarity(self._instead[span])  # "no back, I mean belly pain"
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
        if before and before[-1] in _THIS:
            return True  # "any tingling with this back pain"
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
            or self._of_its_verb(span) is Polarity.denied
        )
        if span.absent:
            return Polarity.affirmed if denied else Polarity.denied
        doubted = (
            self._reached(self._cued[0], start, self.cues.stop_doubt)
            or self._reached_back(self.cues.doubt_after, start, end)
            or self._of_its_verb(span) is Polarity.uncertain
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
            if between.count(" ") > _REACH or stop.search(between) or closes(between):
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

    def _of_its_verb(self, span: Span) -> Polarity | None:
        if self.language != "fr" or span.first == 0:
            return None
        before = [word.fold for word in self.words[max(0, span.first - 3) : span.first]]
        return verb_negation(self.line, self._end(span), before, self.pseudo)

    @cached_property
    def _persons(self) -> Persons:
        return Persons(self.line, self.cues)

    def experiencer(self, span: Span, carried: Experiencer | None) -> Experiencer:
        return self._persons.of(self.starts[span.first], self._end(span), carried)

    def subject(self, carried: Experiencer | None) -> Experiencer | None:
        """Whom the next sentence goes on about if it says *he* or *she*."""
        return self._persons.subject(carried)


@remembered
def clause_of(sentence: Sentence, language: str) -> Clause:
    """A sentence, read once."""
    return Clause(sentence, language)
