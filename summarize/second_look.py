"""A statement that a person wrote, moved or kept, against the transcript as it stands: the same
rules as for what a model writes. Nothing is refused: what fails is for the person to answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from consultation.author import Author
from consultation.errors import UnknownTemplate
from consultation.evidence import Check, Evidence, Level, Verdict
from consultation.summary import Section, SectionState, Statement, Undocumented
from consultation.topics import Topic
from consultation.transcript import Transcript
from prompts import library
from summarize.grounding import Grounder
from summarize.grounds import ENOUGH, Grounds
from summarize.rules import permitted
from summarize.undocumented import undocumented
from summarize.units import Unit, evidence_of, quote, units
from summarize.verify import Claim, failed, verify, warn
from summarize.wording import verbatim
from summarize.writer import meaning

ADDITION = "addition"
"""Check of a statement that rests on no words of the consultation: its author's own."""
STALE = "stale"
"""Check of a statement whose quote is no longer in the transcript."""
_KEPT = frozenset({"repaired", "judge"})
"""Checks that no rule makes: they stay with the words that they are about."""


class SecondLook:
    """Of one transcript and one template; made once for all changes of a request. The transcript is
    read only when something is to be compared with it."""

    def __init__(self, transcript: Transcript, template: str) -> None:
        self.transcript, self.language = transcript, transcript.language
        try:
            chosen = library.template(self.language, template)
            self._topics = {section.key: section.topics for section in chosen.sections}
            self._not_discussed: str | None = chosen.not_discussed
            self._required = {section.key for section in chosen.sections if section.required}
        except UnknownTemplate:  # one that was removed since
            self._topics, self._not_discussed, self._required = {}, None, set()

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return units(self.transcript)

    @cached_property
    def grounder(self) -> Grounder:
        return Grounder(self.units, self.language)

    def topics(self, section: str) -> Sequence[Topic]:
        return self._topics.get(section, tuple(Topic))

    def written(
        self,
        statement_id: str,
        text: str,
        section: str,
        author: Author,
        *,
        before: tuple[Evidence, ...] = (),
    ) -> Statement:
        """With the evidence that code finds; where it finds none, the author's own.

        Args:
            before: what the words rested on that these replace. Where nothing better is found they
                are compared with it, so that a changed dose or side is seen.
        """
        topics = self.topics(section)
        grounds = self.grounder.ground(
            text,
            hints=[evidence.anchor for evidence in before],
            allowed=lambda unit: permitted(topics, unit, self.language),
        )
        enough = bool(grounds.units) and grounds.support >= ENOUGH
        checks = verify(Claim(text, grounds, topics, self.language)) if enough else ()
        if before and (not enough or failed(checks) is not None):
            old = self._on(text, before)
            against = verify(Claim(text, old, topics, self.language)) if old.units else ()
            if old.support or any(_contradicts(check) for check in against):
                checks = against
                return self._made(statement_id, text, before, old.support, checks, author)
        if enough:
            evidence = quote(grounds.shown)
            return self._made(statement_id, text, evidence, grounds.support, checks, author)
        return self.own(statement_id, text, section, author)

    def own(self, statement_id: str, text: str, section: str, author: Author) -> Statement:
        """Of a clinician who knows what was not said; only warnings can be about it."""
        odd = warn(Claim(text, Grounds((), 0.0, ()), self.topics(section), self.language))
        mark = Check(rule=ADDITION, verdict=Verdict.not_applicable, level=Level.warning)
        return self._made(statement_id, text, (), 0.0, (mark, *odd), author)

    def quoting(
        self,
        statement_id: str,
        text: str,
        section: str,
        author: Author,
        spans: Sequence[tuple[str, int, int]],
    ) -> Statement:
        """With quotes that a person chose: (segment, start, end). Raises ValueError for what is
        no place in the transcript."""
        evidence = tuple(self._quoted(*span) for span in spans)
        grounds = self._on(text, evidence)
        checks = verify(Claim(text, grounds, self.topics(section), self.language))
        return self._made(statement_id, text, evidence, grounds.support, checks, author)

    def said(
        self, statement_id: str, section: str, author: Author, evidence: tuple[Evidence, ...]
    ) -> Statement:
        """A sentence as it was said, as a statement. Raises ValueError where it is gone."""
        found = self._under(evidence)
        if not found:
            raise ValueError("these words are not in the transcript")
        unit = found[-1]
        text = verbatim(unit, self.language)
        mark = Check(rule="verbatim", verdict=Verdict.not_applicable, detail="taken by a person")
        grounds = Grounds((unit,), 1.0, ())
        odd = warn(Claim(text, grounds, self.topics(section), self.language))
        return self._made(statement_id, text, evidence, 1.0, (mark, *odd), author)

    def again(self, statement: Statement, section: str) -> Statement:
        """The same words and quotes, every rule anew: for another section, or other speakers."""
        if not statement.evidence or _verbatim(statement):
            return statement
        grounds = self._on(statement.text, statement.evidence)
        checks = verify(Claim(statement.text, grounds, self.topics(section), self.language))
        kept = tuple(check for check in statement.checks if check.rule in _KEPT)
        return statement.model_copy(update={"checks": (*checks, *kept), "support": grounds.support})

    def unsaid(self, statements: Sequence[Statement]) -> tuple[Undocumented, ...]:
        """What the statements leave out; not what a person took into the note as it was said."""
        taken = {
            _span(evidence)
            for statement in statements
            if statement.author is not None and _verbatim(statement)
            for evidence in statement.evidence
        }
        return tuple(
            item
            for item in undocumented(self.grounder, statements)
            if not all(_span(evidence) in taken for evidence in item.evidence)
        )

    def filled(
        self, section: Section, statements: Sequence[Statement], first: Section | None
    ) -> Section:
        """The section with these statements; without any, what it says instead.

        Args:
            first: the section as the AI left it.
        """
        state, placeholder, problem = SectionState.documented, None, None
        if not statements and first is not None and not first.statements:
            state, placeholder, problem = first.state, first.placeholder, first.problem
        elif not statements:
            state = SectionState.not_discussed
            placeholder = self._not_discussed if section.key in self._required else None
        return section.model_copy(
            update={
                "state": state,
                "placeholder": placeholder,
                "problem": problem,
                "statements": tuple(statements),
            }
        )

    def _quoted(self, anchor: str, start: int, end: int) -> Evidence:
        segment = self.transcript.segment(anchor)
        if segment is None or not 0 <= start < end <= len(segment.text):
            raise ValueError("there are no such words")
        return evidence_of(segment, start, end, self.transcript.role(segment))

    def _under(self, evidence: Sequence[Evidence]) -> tuple[Unit, ...]:
        """The sentences that these quotes are of, in order."""
        return tuple(
            unit
            for unit in self.units
            if any(
                e.anchor == unit.segment.id
                and e.quote_start < unit.end
                and unit.start < e.quote_end
                for e in evidence
            )
        )

    def _on(self, text: str, evidence: Sequence[Evidence]) -> Grounds:
        """Resting on just these sentences; questions that others of them answer lend words."""
        found = self._under(evidence)
        asked = {one.index for unit in found for one in unit.asks}
        answers = [unit for unit in found if unit.index not in asked] or list(found)
        places = {unit.index for unit in answers}
        grounds = self.grounder.ground(text, allowed=lambda unit: unit.index in places)
        return grounds if grounds.units else Grounds(tuple(answers), 0.0, ())

    def _made(
        self,
        statement_id: str,
        text: str,
        evidence: tuple[Evidence, ...],
        support: float,
        checks: tuple[Check, ...],
        author: Author,
    ) -> Statement:
        polarity, experiencer = meaning(text, self.language)
        if not self.transcript.timed:
            evidence = tuple(e.model_copy(update={"start": None, "end": None}) for e in evidence)
        return Statement(
            id=statement_id,
            text=text,
            evidence=evidence,
            support=support,
            polarity=polarity,
            experiencer=experiencer,
            checks=checks,
            author=author,
        )


def _contradicts(check: Check) -> bool:
    """Whether a rule set the statement's words beside other ones that were said."""
    return (
        check.level is Level.blocking
        and check.verdict is Verdict.failed
        and any(one.statement and one.evidence for one in check.compared)
    )


def _verbatim(statement: Statement) -> bool:
    return any(check.rule == "verbatim" for check in statement.checks)


def _span(evidence: Evidence) -> tuple[str, int, int]:
    return evidence.anchor, evidence.quote_start, evidence.quote_end
