"""Whom one sentence speaks of: the patient, a relative, or somebody else."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import itemgetter

from clinical.clause_line import marks_of
from clinical.cue_kinds import Cues
from clinical.marks import Mark, touching
from consultation.summary import Experiencer

_LINKED = re.compile(r"(?: \S+){0,5}? (?:chez|dans|in|on|of|cote|du cote|par)(?: \S+){0,2}? ")
_BACK_CHARACTERS = 200
"""A relative named farther behind is of another matter; and the time stays linear."""


class Persons:
    """The people that a line names. Positions are characters of the line."""

    def __init__(self, line: str, cues: Cues) -> None:
        self.line = line
        self.cues = cues

    def of(self, start: int, end: int, carried: Experiencer | None) -> Experiencer:
        """Whose the finding is that stands there; ``carried``: whom the sentence before told of."""
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
        return marks_of(self.cues.not_family, self.line)

    @cached_property
    def _people(self) -> list[tuple[int, Experiencer | None]]:
        """(end of the words, who is spoken of after them), in order."""
        others = marks_of(self.cues.other, self.line, self._not_family)
        # "My friend's mother" is no relative of mine.
        family = [
            mark
            for mark in marks_of(self.cues.family, self.line, self._not_family)
            if not touching(others, *mark)
        ]
        named: list[tuple[int, Experiencer | None]] = []
        named += [(end, Experiencer.other) for _, end in others]
        named += [(end, Experiencer.family) for _, end in family]
        named += [(end, None) for _, end in marks_of(self.cues.first_person, self.line)]
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
