"""Quotes after the transcript was changed: found again where the words moved, looked for anew where
they were replaced, and else marked as no longer true."""

from __future__ import annotations

from clinical.memory import forget
from consultation.evidence import Check, Evidence, Level, Verdict
from consultation.signoff import NoteVersion
from consultation.summary import Statement, Summary, without_times
from consultation.transcript import Transcript
from summarize.contradictions import contradictions
from summarize.grounds import ENOUGH
from summarize.rules import permitted
from summarize.second_look import STALE, SecondLook
from summarize.table_edits import rows, without_rows
from summarize.units import evidence_of, quote
from summarize.verify import Claim, failed, verify


def holds(evidence: Evidence, transcript: Transcript) -> bool:
    """Whether the transcript says these words at this place."""
    segment = transcript.segment(evidence.anchor)
    if segment is None:
        return False
    return segment.text[evidence.quote_start : evidence.quote_end] == evidence.quote


def stale(note: Summary, transcript: Transcript) -> tuple[str, ...]:
    """Ids of the statements with a quote that is not in the transcript."""
    return tuple(
        statement.id
        for statement in note.statements()
        if not all(holds(evidence, transcript) for evidence in statement.evidence)
    )


def current(statement: Statement, look: SecondLook, section: str) -> tuple[Statement, bool]:
    """The statement with quotes of the transcript as it is, and whether anything differs."""
    found = tuple(_found(evidence, look.transcript) for evidence in statement.evidence)
    kept = tuple(e for e in found if e is not None)
    checks = tuple(check for check in statement.checks if check.rule != STALE)
    clean = statement.model_copy(update={"checks": checks})
    if len(kept) == len(found):
        if kept == statement.evidence and checks == statement.checks:
            return statement, False
        roles = [(e.speaker, e.role) for e in statement.evidence]
        moved = clean.model_copy(update={"evidence": kept})
        if roles != [(e.speaker, e.role) for e in kept]:
            moved = look.again(moved, section)
        return moved, True
    anew = _anew(clean, look, section)
    if anew is not None:
        return anew, True
    mark = Check(
        rule=STALE,
        verdict=Verdict.failed,
        level=Level.blocking,
        detail=", ".join(
            f"{old.anchor}: « {old.quote} »"
            for old, new in zip(statement.evidence, found, strict=True)
            if new is None
        ),
    )
    marked = clean.model_copy(update={"checks": (*checks, mark)})
    return marked, marked != statement


def refreshed(version: NoteVersion, original: Summary, transcript: Transcript) -> Summary:
    """The note of an unsigned version, true to a transcript that was changed. The tables and what
    was said in two ways are read anew; what is undocumented, too."""
    try:
        return _refreshed(version, original, transcript)
    finally:
        forget()


def _refreshed(version: NoteVersion, original: Summary, transcript: Transcript) -> Summary:
    note = version.note
    look = SecondLook(transcript, note.template)
    sections = tuple(
        section.model_copy(
            update={
                "statements": tuple(
                    current(statement, look, section.key)[0] for statement in section.statements
                )
            }
        )
        for section in note.sections
    )
    statements = [statement for section in sections for statement in section.statements]
    read = rows(look, original, statements)
    made = note.model_copy(
        update={
            "transcript_sha256": transcript.sha256(),
            "sections": tuple(look.filled(s, s.statements, s) for s in sections),
            "undocumented": look.unsaid(statements),
            "contradictions": contradictions(look.units, note.language),
            "unsupported": (*without_rows(note.unsupported), *read.left),
            "treatments": read.treatments,
            "measurements": read.measurements,
        }
    )
    return made if transcript.timed else without_times(made)


def _found(evidence: Evidence, transcript: Transcript) -> Evidence | None:
    """The quote at its place, or at the nearest one in its segment; with who says it now."""
    segment = transcript.segment(evidence.anchor)
    if evidence.source != "transcript":
        return evidence
    if segment is None:
        return None
    start = evidence.quote_start
    if not holds(evidence, transcript):
        places = _places(segment.text, evidence.quote)
        if not places:
            return None
        start = min(places, key=lambda place: abs(place - evidence.quote_start))
    end = start + len(evidence.quote)
    made = evidence_of(segment, start, end, transcript.role(segment))
    if not transcript.timed:
        made = made.model_copy(update={"start": None, "end": None})
    return made


def _places(text: str, words: str) -> list[int]:
    """Where whole words begin."""
    found, at = [], text.find(words)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(words) : at + len(words) + 1]
        if before in {"", " "} and after in {"", " "}:
            found.append(at)
        at = text.find(words, at + 1)
    return found


def _anew(statement: Statement, look: SecondLook, section: str) -> Statement | None:
    """With the new words of the same segments, if they support it by every rule; never for a
    sentence that was quoted. Words elsewhere would not be what it was said to rest on."""
    if any(check.rule == "verbatim" for check in statement.checks):
        return None
    topics, anchors = look.topics(section), {e.anchor for e in statement.evidence}
    grounds = look.grounder.ground(
        statement.text,
        allowed=lambda unit: unit.segment.id in anchors and permitted(topics, unit, look.language),
    )
    if not grounds.units or grounds.support < ENOUGH:
        return None
    checks = verify(Claim(statement.text, grounds, topics, look.language))
    if failed(checks) is not None:
        return None
    return statement.model_copy(
        update={
            "evidence": quote(grounds.shown),
            "support": grounds.support,
            "checks": checks,
        }
    )
