"""Changes of a note by a person: each is verified by code, and keeps what stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinical.memory import forget
from consultation.author import Author
from consultation.changes import (
    Accept,
    Add,
    Change,
    Dismiss,
    Document,
    EditText,
    Move,
    Remove,
    Resolve,
    Restore,
)
from consultation.errors import InputError
from consultation.evidence import Level, Verdict
from consultation.signoff import (
    Dismissal,
    Edit,
    NoteVersion,
    Resolution,
    blocking,
    next_draft,
)
from consultation.summary import Section, Statement, Summary, Undocumented, without_times
from consultation.transcript import Transcript
from summarize.quotes import current
from summarize.second_look import SecondLook
from summarize.table_edits import rows, without_rows


class InvalidChange(InputError):
    """``errors`` names the change: its place in the request."""

    code = "invalid_change"
    hint = "Read the note again: what is named may have been changed or removed."

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.errors = [f"changes.{place}"]


class _Wrong(Exception):
    """A change that cannot be done; the text says why, without anything of the note."""


def revise(
    version: NoteVersion,
    changes: Sequence[Change],
    *,
    original: Summary,
    transcript: Transcript,
    author: Author,
    at: str,
) -> NoteVersion:
    """The next revision, a draft; the same version where nothing differs.

    Args:
        original: the AI's note that this version comes from.
        at: UTC, ISO 8601.

    Raises InvalidChange; then nothing is changed.
    """
    work = _Revision(version, original, SecondLook(transcript, version.note.template), author, at)
    try:
        for place, change in enumerate(changes):
            try:
                work.apply(change)
            except _Wrong as error:
                raise InvalidChange(str(error), place) from None
        return work.finished()
    finally:
        forget()


@dataclass
class _Revision:
    """Sections as lists, while changes are made."""

    version: NoteVersion
    original: Summary
    look: SecondLook
    author: Author
    at: str
    _sections: dict[str, list[Statement]] = field(init=False)
    _edits: list[Edit] = field(init=False)
    _moved: bool = field(default=False, init=False)
    """Whether statements changed, so that what is undocumented may differ."""

    def __post_init__(self) -> None:
        note = self.version.note
        self._sections = {section.key: list(section.statements) for section in note.sections}
        self._edits = list(self.version.edits)
        self._resolutions = list(self.version.resolutions)
        self._dismissals = list(self.version.dismissals)
        self._undocumented = list(note.undocumented)
        self._unsupported = list(note.unsupported)

    def apply(self, change: Change) -> None:
        match change:
            case EditText():
                self._edit(change)
            case Add():
                self._add(change)
            case Remove():
                section, place, statement = self._find(change.statement)
                del self._sections[section][place]
                self._forget(statement.id)
                self._note("remove", section, statement.id, statement.text, None, change.reason)
            case Restore():
                self._restore(change)
            case Move():
                self._move(change)
            case Document():
                self._document(change)
            case Dismiss():
                item = self._unsaid(change.undocumented, change.text)
                self._undismiss(item)
                self._dismissals.append(
                    Dismissal(
                        rank=item.rank,
                        text=item.text,
                        reason=change.reason,
                        author=self.author,
                        at=self.at,
                    )
                )
            case Accept():
                self._accept(change)
            case Resolve():
                self._resolve(change)

    def finished(self) -> NoteVersion:
        note = self._summary()
        resolutions, dismissals = tuple(self._resolutions), tuple(self._dismissals)
        before = self.version
        if (note, resolutions, dismissals) == (before.note, before.resolutions, before.dismissals):
            return before
        return next_draft(
            before,
            note=note,
            edits=tuple(self._edits),
            resolutions=resolutions,
            dismissals=dismissals,
        )

    def _edit(self, change: EditText) -> None:
        section, place, statement = self._find(change.statement)
        text = change.text.strip()
        if text == statement.text:
            return
        written = self.look.written(
            statement.id, text, section, self.author, before=statement.evidence
        )
        self._sections[section][place] = written
        self._forget(statement.id)
        self._note("edit", section, statement.id, statement.text, text, change.reason)

    def _add(self, change: Add) -> None:
        statements = self._section(change.section)
        name, text = self._new_id(change.section), change.text.strip()
        if change.evidence:
            spans = [(e.anchor, e.quote_start, e.quote_end) for e in change.evidence]
            try:
                made = self.look.quoting(name, text, change.section, self.author, spans)
            except ValueError:
                raise _Wrong("the evidence is no place in the transcript") from None
        else:
            made = self.look.written(name, text, change.section, self.author)
        statements.append(made)
        self._note("add", change.section, name, None, text, None)

    def _restore(self, change: Restore) -> None:
        home, first = _of(self.original, change.statement)
        if first is None or home not in self._sections:
            raise _Wrong("the AI wrote no such statement")
        there = self._place(change.statement)
        section = there[0] if there is not None else home
        fresh, _ = current(first, self.look, section)
        if there is not None:
            statement = self._sections[section][there[1]]
            if statement == fresh:
                return
            self._sections[section][there[1]] = fresh
            before = statement.text
        else:
            self._sections[home].insert(self._original_place(home, change.statement), fresh)
            before = None
        self._forget(change.statement)
        self._note("restore", section, change.statement, before, fresh.text, None)

    def _move(self, change: Move) -> None:
        section, place, statement = self._find(change.statement)
        target = self._section(change.section)
        if change.before == change.statement:
            raise _Wrong("a statement cannot stand before itself")
        if change.before is not None and all(s.id != change.before for s in target):
            raise _Wrong("there is no such statement in that section")
        was = [s.id for s in target]
        del self._sections[section][place]
        ids = [s.id for s in target]
        at = ids.index(change.before) if change.before is not None else len(ids)
        if section != change.section:
            statement = self.look.again(statement, change.section)
            self._forget(statement.id)
        target.insert(at, statement)
        if [s.id for s in target] != was:
            self._note("move", change.section, statement.id, section, change.section, None)

    def _document(self, change: Document) -> None:
        item = self._unsaid(change.undocumented, change.text)
        statements = self._section(change.section)
        name = self._new_id(change.section)
        try:
            made = self.look.said(name, change.section, self.author, item.evidence)
        except ValueError:
            raise _Wrong("these words are no longer in the transcript") from None
        statements.append(made)
        self._undocumented.remove(item)
        self._undismiss(item)
        self._note("document", change.section, name, None, made.text, None)

    def _accept(self, change: Accept) -> None:
        refused = self.version.note.unsupported
        if change.unsupported >= len(refused):
            raise _Wrong("there is no such refused statement")
        item = refused[change.unsupported]
        if item not in self._unsupported:
            raise _Wrong("this refused statement was taken already")
        statements = self._section(change.section)
        name = self._new_id(change.section)
        made = self.look.written(name, item.text, change.section, self.author)
        statements.append(made)
        self._unsupported.remove(item)
        for check in made.checks:
            if check.verdict is Verdict.failed and check.level is Level.blocking:
                self._answer(name, check.rule, change.reason)
        self._note("accept", change.section, name, item.text, made.text, change.reason)

    def _resolve(self, change: Resolve) -> None:
        note = self.version.note.model_copy(update={"sections": self._filled()})
        stands = self.version.model_copy(update={"note": note, "resolutions": ()})
        if all((b.statement, b.rule) != (change.statement, change.rule) for b in blocking(stands)):
            raise _Wrong("there is no such check to be resolved")
        self._answer(change.statement, change.rule, change.reason)

    def _answer(self, statement: str, rule: str, reason: str) -> None:
        self._resolutions = [
            one for one in self._resolutions if (one.statement, one.rule) != (statement, rule)
        ]
        self._resolutions.append(
            Resolution(
                statement=statement, rule=rule, reason=reason, author=self.author, at=self.at
            )
        )

    def _forget(self, statement: str) -> None:
        """Reasons were given for other words."""
        self._resolutions = [one for one in self._resolutions if one.statement != statement]

    def _undismiss(self, item: Undocumented) -> None:
        self._dismissals = [
            one for one in self._dismissals if (one.rank, one.text) != (item.rank, item.text)
        ]

    def _unsaid(self, rank: int, text: str | None) -> Undocumented:
        found = [u for u in self._undocumented if u.rank == rank and text in {None, u.text}]
        if not found:
            raise _Wrong("nothing of this rank is undocumented")
        if len(found) > 1 and text is None:
            raise _Wrong("several have this rank: send the text of the one that is meant")
        return found[0]

    def _section(self, key: str) -> list[Statement]:
        if key not in self._sections:
            raise _Wrong("the note has no such section")
        return self._sections[key]

    def _place(self, statement: str) -> tuple[str, int] | None:
        for key, statements in self._sections.items():
            for place, one in enumerate(statements):
                if one.id == statement:
                    return key, place
        return None

    def _find(self, statement: str) -> tuple[str, int, Statement]:
        there = self._place(statement)
        if there is None:
            raise _Wrong("the note has no such statement")
        return (*there, self._sections[there[0]][there[1]])

    def _original_place(self, home: str, statement: str) -> int:
        """After the nearest statement before it, as the AI wrote them, that is still there."""
        order = [
            s.id
            for section in self.original.sections
            if section.key == home
            for s in section.statements
        ]
        ids = [s.id for s in self._sections[home]]
        for one in reversed(order[: order.index(statement)]):
            if one in ids:
                return ids.index(one) + 1
        return 0

    def _new_id(self, section: str) -> str:
        """Never one that was used, so that no reason and no edit is taken for another's."""
        used = {s.id for s in self.original.statements()} | {e.statement for e in self._edits}
        used |= {s.id for statements in self._sections.values() for s in statements}
        number = 1
        while f"{section}.{number}" in used:
            number += 1
        return f"{section}.{number}"

    def _note(
        self,
        kind: str,
        section: str,
        statement: str,
        before: str | None,
        after: str | None,
        reason: str | None,
    ) -> None:
        self._moved = True
        self._edits.append(
            Edit.model_validate(
                {
                    "kind": kind,
                    "section": section,
                    "statement": statement,
                    "before": before,
                    "after": after,
                    "reason": reason,
                    "author": self.author,
                    "at": self.at,
                }
            )
        )

    def _filled(self) -> tuple[Section, ...]:
        homes = {section.key: section for section in self.original.sections}
        return tuple(
            self.look.filled(section, self._sections[section.key], homes.get(section.key))
            for section in self.version.note.sections
        )

    def _summary(self) -> Summary:
        sections = self._filled()
        update: dict[str, object] = {
            "sections": sections,
            "undocumented": tuple(self._undocumented),
            "unsupported": tuple(self._unsupported),
        }
        if self._moved:
            statements = [s for section in sections for s in section.statements]
            read = rows(self.look, self.original, statements)
            update |= {
                "undocumented": self.look.unsaid(statements),
                "unsupported": (*without_rows(self._unsupported), *read.left),
                "treatments": read.treatments,
                "measurements": read.measurements,
            }
        note = self.version.note.model_copy(update=update)
        return note if self.look.transcript.timed else without_times(note)


def _of(note: Summary, statement: str) -> tuple[str, Statement | None]:
    for section in note.sections:
        for one in section.statements:
            if one.id == statement:
                return section.key, one
    return "", None
