"""Words of a transcript that a person replaces, speakers that are set right, corrections that are
undone or taken: times are kept, and what was recognised stays beside it as a correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from consultation.author import Author
from consultation.changes import Id, Line
from consultation.corrections import replaced, undo
from consultation.errors import InputError
from consultation.transcript import Correction, CorrectionState, Segment, Transcript, Word
from consultation.wire import Record


class WordEdit(Record):
    """``count`` words from ``first`` become those of ``text``, which share their time."""

    segment: Id
    first: int = Field(ge=0, le=100_000)
    count: int = Field(ge=1, le=1000)
    text: Annotated[Line, Field(max_length=2000)]


class CorrectionEdit(Record):
    id: Id
    state: Literal["undone", "applied"]


class SegmentEdit(Record):
    id: Id
    speaker: Id


class InvalidEdit(InputError):
    """``errors`` names the edit: its place in the request."""

    code = "invalid_change"
    hint = "Read the transcript again: what is named may have been changed."

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.errors = [place]


def edited(
    transcript: Transcript,
    *,
    words: Sequence[WordEdit] = (),
    corrections: Sequence[CorrectionEdit] = (),
    segments: Sequence[SegmentEdit] = (),
    author: Author,
) -> Transcript:
    """All of it, or InvalidEdit. Places of words are those of the transcript that is given,
    whatever else is changed. No words are both replaced and, with
    a correction, undone."""
    touched = {one.id for one in corrections}
    for place, change in enumerate(words):
        for other in transcript.corrections_of(change.segment):
            if other.id in touched and _meet(other, change.first, change.count):
                raise InvalidEdit("a correction is changed twice", f"words.{place}")
    # From the end on, so that the places before stay where they are.
    order = sorted(range(len(words)), key=lambda place: (words[place].segment, -words[place].first))
    made = transcript
    last: tuple[str, int] | None = None
    for place in order:
        change = words[place]
        if last is not None and last[0] == change.segment and change.first + change.count > last[1]:
            raise InvalidEdit("two changes of the same words", f"words.{place}")
        last = (change.segment, change.first)
        made = _replace(made, change, author, f"words.{place}")
    for place, one in enumerate(corrections):
        made = _set(made, one, f"corrections.{place}")
    speakers = {speaker.id for speaker in made.speakers}
    for place, asked in enumerate(segments):
        if asked.speaker not in speakers or made.segment(asked.id) is None:
            raise InvalidEdit("there is no such segment or speaker", f"segments.{place}")
    wanted = {asked.id: asked.speaker for asked in segments}
    moved = tuple(
        segment.model_copy(update={"speaker": wanted.get(segment.id, segment.speaker)})
        for segment in made.segments
    )
    return _checked(made.model_copy(update={"segments": moved}))


def _replace(transcript: Transcript, change: WordEdit, author: Author, place: str) -> Transcript:
    segment = transcript.segment(change.segment)
    if segment is None or change.first + change.count > len(segment.words):
        raise InvalidEdit("there are no such words", place)
    texts = change.text.split()
    met = [c for c in transcript.corrections_of(segment.id) if _meet(c, change.first, change.count)]
    first = min([change.first, *(c.first for c in met)])
    end = max([change.first + change.count, *(c.first + c.count for c in met)])
    recognised = _recognised(segment, first, end, met)
    old = segment.words[change.first : change.first + change.count]
    if [word.text for word in old] == texts:
        return transcript
    new = (
        *segment.words[first : change.first],
        *_sharing(texts, old),
        *segment.words[change.first + change.count : end],
    )
    back = [w.text for w in new] == [w.text for w in recognised]
    if back:
        new = recognised
    shift = len(new) - (end - first)
    others = [
        c.model_copy(update={"first": c.first + shift})
        if c.segment == segment.id and c.first >= end
        else c
        for c in transcript.corrections
        if c not in met
    ]
    if not back:
        others.append(
            Correction(
                id=met[0].id if met else _new_id(transcript.corrections),
                segment=segment.id,
                first=first,
                count=len(new),
                original=recognised,
                corrected=(" ".join(word.text for word in new),),
                score=1.0,
                kind="person",
                state=CorrectionState.applied,
                author=author,
            )
        )
    changed = replaced(segment, first, end - first, new)
    return _with(transcript, changed, others)


def _set(transcript: Transcript, asked: CorrectionEdit, place: str) -> Transcript:
    found = next((c for c in transcript.corrections if c.id == asked.id), None)
    if found is None:
        raise InvalidEdit("there is no such correction", place)
    if asked.state == "undone":
        return undo(transcript, found.id)
    if found.state is CorrectionState.applied:
        return transcript
    segment = transcript.segment(found.segment)
    assert segment is not None  # the transcript is consistent
    old = segment.words[found.first : found.first + found.count]
    texts = found.corrected[0].split()
    if found.kind != "person":
        texts = _dressed(texts, old)
    new = _sharing(texts, old)
    shift = len(new) - found.count
    others = []
    for one in transcript.corrections:
        if one.id == found.id:
            update: dict[str, object] = {"count": len(new), "state": CorrectionState.applied}
            one = one.model_copy(update=update)
        elif one.segment == found.segment and one.first > found.first:
            one = one.model_copy(update={"first": one.first + shift})
        others.append(one)
    return _with(transcript, replaced(segment, found.first, found.count, new), others)


def _recognised(
    segment: Segment, first: int, end: int, met: Sequence[Correction]
) -> tuple[Word, ...]:
    """What was heard where now are ``words[first:end]``."""
    found: list[Word] = []
    at = first
    for one in met:
        found += [*segment.words[at : one.first], *one.original]
        at = one.first + one.count
    return (*found, *segment.words[at:end])


def _sharing(texts: Sequence[str], old: Sequence[Word]) -> tuple[Word, ...]:
    """Words one after the other in the time of others: word for word where they are as many, else
    by their lengths. Nobody measured them, and who wrote them is sure."""
    if len(texts) == len(old):
        return tuple(
            word.model_copy(update={"text": text, "probability": 1.0})
            for word, text in zip(old, texts, strict=True)
        )
    start, end = old[0].start, max(word.end for word in old)
    letters, at, made = sum(map(len, texts)), 0, []
    for text in texts:
        begin = start + (end - start) * at / letters
        at += len(text)
        until = start + (end - start) * at / letters
        made.append(Word(text=text, start=round(begin, 3), end=round(until, 3), probability=1.0))
    return tuple(made)


def _dressed(texts: Sequence[str], old: Sequence[Word]) -> list[str]:
    """A name with the punctuation that stood around what it replaces."""
    before, after = old[0].text, old[-1].text
    lead = before[: len(before) - len(before.lstrip("«\"'([{“‘"))]
    tail = after[len(after.rstrip(".,;:!?…»\"')]}”’")) :]
    dressed = list(texts)
    dressed[0] = lead + dressed[0]
    dressed[-1] += tail
    return dressed


def _meet(correction: Correction, first: int, count: int) -> bool:
    return correction.first < first + count and first < correction.first + correction.count


def _new_id(corrections: Sequence[Correction]) -> str:
    return f"c{max([int(c.id[1:]) for c in corrections], default=0) + 1:04d}"


def _with(
    transcript: Transcript, segment: Segment, corrections: Sequence[Correction]
) -> Transcript:
    order = {one.id: place for place, one in enumerate(transcript.segments)}
    return transcript.model_copy(
        update={
            "segments": tuple(
                segment if one.id == segment.id else one for one in transcript.segments
            ),
            "corrections": tuple(
                sorted(corrections, key=lambda c: (order.get(c.segment, 0), c.first))
            ),
        }
    )


def _checked(transcript: Transcript) -> Transcript:
    """Copies are not validated by themselves."""
    return Transcript.model_validate(transcript.model_dump(by_alias=False))
