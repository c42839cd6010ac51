"""What a new version of a synthesis says otherwise than the last one, and which document did it."""

from __future__ import annotations

from typing import Literal

from consultation.documents import DocumentEvidence
from consultation.synthesis import DocumentEntry, Synthesis
from consultation.wire import Record


class Change(Record):
    """One line, conflict, stale statement or point of a series that came, went or changed."""

    kind: Literal["added", "removed", "changed"]
    what: Literal["line", "conflict", "stale", "result", "document"]
    id: str
    before: str | None = None
    after: str | None = None
    fields: tuple[str, ...] = ()
    """Of a changed line: text, status, polarity, flags, last_seen."""
    because: tuple[str, ...] = ()
    """Ids (of the new version; of the old one for what went) of the documents that brought it:
    those that are new or gone and that the line cites. Empty when none did: rules, or time."""


_COMPARED = ("text", "status", "polarity", "flags", "last_seen", "date")


def changes(before: Synthesis, after: Synthesis) -> tuple[Change, ...]:
    """In the order of the new version; what went, last. Ages are not compared: time changes all.

    Documents are matched by their bytes, not their ids, which another order of files renumbers.
    """
    came = _apart(after.documents, before.documents)
    went = _apart(before.documents, after.documents)
    found: list[Change] = []
    for one in after.documents:
        if one.id in came:
            found.append(_document("added", one))
    found += _of("line", _lines(before), _lines(after), came, went)
    found += _of("conflict", _conflicts(before), _conflicts(after), came, went)
    found += _of("stale", _stale(before), _stale(after), came, went)
    found += _of("result", _results(before), _results(after), came, went)
    found += [_document("removed", one) for one in before.documents if one.id in went]
    return tuple(found)


_Item = tuple[str, dict[str, object], tuple[DocumentEvidence, ...]]
"""(as it reads, what is compared, its quotes)"""


def _lines(synthesis: Synthesis) -> dict[str, _Item]:
    return {
        f"{section.key}/{line.id}": (
            line.text,
            {name: getattr(line, name) for name in _COMPARED},
            line.evidence,
        )
        for section in synthesis.sections
        for line in section.lines
    }


def _conflicts(synthesis: Synthesis) -> dict[str, _Item]:
    return {
        one.id: (
            f"{one.about}: {one.one.says} ≠ {one.other.says}",
            {"one": one.one.says, "other": one.other.says},
            (*one.one.evidence, *one.other.evidence),
        )
        for one in synthesis.conflicts
    }


def _stale(synthesis: Synthesis) -> dict[str, _Item]:
    return {
        one.id: (
            f"{one.about}: {one.old.says}",
            {"old": one.old.says, "newer": one.newer.says if one.newer else None},
            (*one.old.evidence, *(one.newer.evidence if one.newer else ())),
        )
        for one in synthesis.stale
    }


def _results(synthesis: Synthesis) -> dict[str, _Item]:
    return {
        f"{one.name} {one.unit or ''} {point.date or ''}".strip(): (
            point.text,
            {"text": point.text},
            (point.evidence,),
        )
        for one in synthesis.results
        for point in one.points
    }


def _of(
    what: Literal["line", "conflict", "stale", "result"],
    before: dict[str, _Item],
    after: dict[str, _Item],
    came: frozenset[str],
    went: frozenset[str],
) -> list[Change]:
    found = []
    for name, (text, values, evidence) in after.items():
        old = before.get(name)
        if old is None:
            because = _because(evidence, came)
            found.append(Change(kind="added", what=what, id=name, after=text, because=because))
            continue
        fields = tuple(field for field in values if values[field] != old[1].get(field))
        if fields:
            found.append(
                Change(
                    kind="changed", what=what, id=name, before=old[0], after=text, fields=fields,
                    because=_because(evidence, came) or _because(old[2], went),
                )
            )  # fmt: skip
    for name, (text, _, evidence) in before.items():
        if name not in after:
            because = _because(evidence, went) or tuple(sorted(came))
            found.append(Change(kind="removed", what=what, id=name, before=text, because=because))
    return found


def _because(evidence: tuple[DocumentEvidence, ...], documents: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in evidence if one.source in documents))


def _apart(some: tuple[DocumentEntry, ...], others: tuple[DocumentEntry, ...]) -> frozenset[str]:
    known = {one.sha256 for one in others}
    return frozenset(one.id for one in some if one.sha256 not in known)


def _document(kind: Literal["added", "removed"], one: DocumentEntry) -> Change:
    shown = f"{one.title} ({one.date})" if one.date else one.title
    return Change(
        kind=kind, what="document", id=one.id, because=(one.id,),
        after=shown if kind == "added" else None, before=shown if kind == "removed" else None,
    )  # fmt: skip
