"""Where a document names a drug, a disease, a test, a habit or a device, and no rule tells what it
says of it.

Rules of stops and recoveries know the wordings that they know. So it is asked the other way round:
does a sentence plainly say that it goes on (``going_on``)? It does in a list of what is current,
with a dose, or in one of a few words for going on, and without a word of a closed class: a
negation, a past, an end. Everything else is a mention. It is no line of a synthesis, for it says
that something was written, not what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical.drugs import find_drugs
from clinical.folded import folded
from clinical.numbers import quantities
from clinical.polarity import findings
from clinical.quantity import canonical
from clinical.vital_values import of_a_relative
from consultation.record_facts import Category, RecordFact
from consultation.summary import Experiencer, Polarity
from summarize.record_facts.background import DEVICE
from summarize.record_facts.going_on import in_place, not_plain, says_still, takes_still
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.plans import pending_words
from summarize.record_facts.problems import LASTING
from summarize.record_facts.results import named_labs

_IF = re.compile(r"(?<!\w)(?:si|s'il|s'ils|if|en cas de?|in case of|when|should|quand)(?!\w)")
_MASSES = frozenset({"mg", "g", "µg", "mcg", "ui", "iu", "UI", "IU"})
_LISTS = frozenset(
    {Context.treatments, Context.discharge_treatments, Context.stopped_treatments}
    | {Context.allergies, Context.family}
)
_PROBLEM_LISTS = frozenset({Context.problems, Context.history, Context.surgery})
_NO_STORY = frozenset(
    {Context.allergies, Context.family, Context.vaccines, Context.vigilance, Context.plan}
    | {Context.pending, Context.stopped_treatments, Context.reason}
)


def mention_facts(piece: Piece, known: Sequence[RecordFact], language: str) -> Iterator[RecordFact]:
    """``known``: what rules read of this piece. Keys: those of facts, behind ``mention:``."""
    if piece.context is Context.family or of_a_relative(piece.text):
        return
    line = folded(piece.text).line
    yield from _drugs(piece, line, known, language)
    yield from _problems(piece, known, language)
    yield from _tests(piece, known)
    yield from _values(piece, line, known)
    for one in known:
        if one.key == "habit:tobacco" and one.values.get("state") == "mentioned":
            yield _mention(piece, one.key)
    device = DEVICE.search(line)
    if (
        device
        and piece.context is not Context.devices
        and not in_place(piece.text, device.group(), language)
    ):
        yield _mention(piece, f"device:{device.group()}")


def _mention(piece: Piece, key: str, *marks: str) -> RecordFact:
    """``marks``: ``goes_on``, ``planned``."""
    values = dict.fromkeys(marks, "yes")
    if not_plain(piece.text):
        values["not_plain"] = "yes"
    return piece.fact(Category.mention, f"mention:{key}", piece.text, values=values)


def _drugs(
    piece: Piece, line: str, known: Sequence[RecordFact], language: str
) -> Iterator[RecordFact]:
    if piece.context in _LISTS:
        return
    read = {f.values["inn"]: f.status for f in known if f.category is Category.treatment}
    values = {f.values["inn"]: f.values for f in known if f.category is Category.treatment}
    allergens = {f.values.get("inn") for f in known if f.category is Category.allergy}
    told = set(allergens)
    for drug in find_drugs(piece.text, language, exact=True):
        if drug.kind == "class" or drug.inn in told:
            continue
        told.add(drug.inn)
        status = read.get(drug.inn)
        if status in ("stopped", "changed", "resumed"):
            continue  # understood
        start, end = (folded(piece.text).at(at) for at in (drug.start, drug.end))
        if _IF.search(line[:start]):
            continue  # of what may be
        if status == "planned":
            if "dose" not in values[drug.inn]:
                yield _mention(piece, f"drug:{drug.inn}", "planned")
        elif _two_doses(piece, known, drug.inn, language) or not takes_still(
            line, start, end, status == "current"
        ):
            yield _mention(piece, f"drug:{drug.inn}")
        elif status is None:
            yield _mention(piece, f"drug:{drug.inn}", "goes_on")


def _two_doses(piece: Piece, known: Sequence[RecordFact], inn: str, language: str) -> bool:
    """*5 mg -> 10 mg*: of one drug alone, and not at two times of the day."""
    taken = [f for f in known if f.category is Category.treatment]
    if {f.values["inn"] for f in taken} != {inn} or any("frequency" in f.values for f in taken):
        return False
    amounts = {canonical(q) for q in quantities(piece.text, language) if (q.unit or "") in _MASSES}
    return len(amounts) > 1


def _problems(piece: Piece, known: Sequence[RecordFact], language: str) -> Iterator[RecordFact]:
    if piece.context in _NO_STORY | _PROBLEM_LISTS | _LISTS:
        return
    read = {f.key: f for f in known if f.category is Category.problem}
    for finding in findings(piece.text, language):
        if finding.concept not in LASTING or finding.asked:
            continue
        if finding.experiencer is not Experiencer.patient:
            continue
        key = f"problem:{finding.concept}"
        if any(k.startswith(key) and f.status == "resolved" for k, f in read.items()):
            continue  # understood
        if not says_still(piece.text, finding.text, language) or (
            finding.polarity is Polarity.denied
        ):
            yield _mention(piece, next((k for k in read if k.startswith(key)), key))


def _tests(piece: Piece, known: Sequence[RecordFact]) -> Iterator[RecordFact]:
    """A test that is named and neither awaited, planned nor told to have found something."""
    if piece.context in (Context.plan, Context.pending, Context.history, Context.reason):
        return
    read = {f.category for f in known}
    if read & {Category.pending, Category.follow_up, Category.answer}:
        return
    words = pending_words(piece.text)
    if words:
        yield _mention(piece, f"test:{' '.join(sorted(words))}")


def _values(piece: Piece, line: str, known: Sequence[RecordFact]) -> Iterator[RecordFact]:
    """*L'hémoglobine est passée à 11,2*: a number that no rule took for the value."""
    read = {f.key for f in known}
    for name, end in named_labs(line):
        if f"result:{name}" not in read and any(c.isdigit() for c in line[end:]):
            yield _mention(piece, f"result:{name}")
