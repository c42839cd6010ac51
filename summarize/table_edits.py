"""Tables beside a note that a person changed: a row whose words support a statement that was
edited or removed leaves with it, unless another statement of the AI's says the same. Else a signed
document would show, in its table, the drug or dose that its text has corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinical.drugs import find_drugs
from clinical.numbers import missing_quantities
from consultation.evidence import Evidence
from consultation.summary import Statement, Summary, Unsupported
from consultation.tables import Measurement, Treatment
from summarize.second_look import SecondLook
from summarize.tables import tables

EDITED = "edited"
"""Why such a row is among what is not in the note."""
_TABLES = frozenset({"treatments", "measurements"})


@dataclass(frozen=True)
class Rows:
    treatments: tuple[Treatment, ...]
    measurements: tuple[Measurement, ...]
    left: tuple[Unsupported, ...]


def rows(look: SecondLook, original: Summary, statements: Sequence[Statement]) -> Rows:
    """What the transcript says, without what these statements no longer say.

    Args:
        original: the AI's note, whose statements the rows agree with.
    """
    texts = {statement.id: statement.text for statement in statements}
    changed = [s for s in original.statements() if texts.get(s.id) != s.text]
    quoted = [evidence for s in changed for evidence in s.evidence]
    # Words may have moved within a segment since: then all of it counts.
    unmoved = original.transcript_sha256 == look.transcript.sha256()
    own = [s.text for s in statements if s.author is None]
    read = tables(look.units, look.grounder)

    def stays(row: Treatment | Measurement) -> bool:
        touched = any(_meet(one, old, unmoved) for one in row.evidence for old in quoted)
        return not touched or any(_says(text, row, look.language) for text in own)

    every: tuple[Treatment | Measurement, ...] = (*read.treatments, *read.measurements)
    gone = [row for row in every if not stays(row)]
    return Rows(
        tuple(row for row in read.treatments if stays(row)),
        tuple(row for row in read.measurements if stays(row)),
        tuple(
            Unsupported(
                section="treatments" if isinstance(row, Treatment) else "measurements",
                text=_text(row),
                reason=EDITED,
                detail="a person changed the statement that it belongs to",
            )
            for row in gone
        ),
    )


def without_rows(unsupported: Iterable[Unsupported]) -> list[Unsupported]:
    """What was refused, without rows that left: they may be back."""
    return [u for u in unsupported if not (u.section in _TABLES and u.reason == EDITED)]


def _meet(one: Evidence, other: Evidence, exactly: bool) -> bool:
    if one.anchor != other.anchor:
        return False
    apart = one.quote_end <= other.quote_start or other.quote_end <= one.quote_start
    return not (exactly and apart)


def _says(text: str, row: Treatment | Measurement, language: str) -> bool:
    named = not isinstance(row, Treatment) or any(
        drug.inn == row.inn for drug in find_drugs(text, language)
    )
    return named and not missing_quantities(_text(row), text, language)


def _text(row: Treatment | Measurement) -> str:
    if isinstance(row, Measurement):
        return row.text
    amounts = (row.count, row.dose, row.frequency, row.duration)
    return " ".join([row.drug, *(amount.text for amount in amounts if amount)])
