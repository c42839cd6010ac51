"""The table of treatments: each drug, how it is taken and what becomes of it.

Read from the transcript by rules, apart from the note. The last thing said stands; what it replaced
is kept beside it with its quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clinical.allergies import Allergy, allergies, later_reaction
from clinical.dosage import Dosage, dosages
from clinical.drugs import DrugMention, find_drugs
from clinical.quantity import Quantity, same_quantity
from clinical.vital_values import of_a_relative
from consultation.summary import Evidence
from consultation.tables import Amount, Earlier, Treatment, TreatmentStatus
from consultation.transcript import Role
from summarize.treatment_status import answered_status, status_of
from summarize.units import Unit, quote

OPENS, SHORT = 16, 90
"""Characters before the first amount, and in all, of a sentence that goes on about a drug."""


@dataclass
class _Row:
    mention: DrugMention
    status: TreatmentStatus = TreatmentStatus.mentioned
    fields: dict[str, tuple[Quantity, ...]] = field(default_factory=dict)
    route: str | None = None
    indication: str | None = None
    allergy: Allergy | None = None
    reaction: str | None = None
    units: dict[int, Unit] = field(default_factory=dict)
    sources: dict[str, Unit] = field(default_factory=dict)
    earlier: list[Earlier] = field(default_factory=list)


def treatments(
    units: Sequence[Unit], language: str
) -> tuple[tuple[Treatment, tuple[Unit, ...]], ...]:
    """One row a drug, with the sentences it rests on, in the order of their first mention."""
    rows: dict[str, _Row] = {}
    last: _Row | None = None
    allergic: _Row | None = None
    for unit in units:
        if unit.is_question:
            continue
        if allergic is not None and allergic.reaction is None and unit.role is not Role.clinician:
            told = later_reaction(unit.text)
            if told:
                allergic.reaction = told[0]
                allergic.units[unit.index] = unit
        allergic = None
        own = allergies(unit.said, language)
        for allergy in own:
            allergic = _allergy_row(rows, allergy, unit)
        if own:
            last = None
            continue
        named = _named(unit, language)
        if not named:
            dosage = dosages(unit.text, (), language)[0]
            if _goes_on(last, unit, dosage):
                _add(last, dosage, None, unit)
            continue
        for drug, dosage in named:
            status = status_of(drug, dosage, unit, language)
            if status is None:
                continue
            row = rows.setdefault(drug.inn, _Row(drug))
            _add(row, dosage, status, unit)
            last = row
    shown = [row for row in rows.values() if _worth(row)]
    return tuple(
        (_treatment(i, row), tuple(row.units[k] for k in sorted(row.units)))
        for i, row in enumerate(shown, start=1)
    )


def _named(unit: Unit, language: str) -> list[tuple[DrugMention, Dosage]]:
    """The drugs of a sentence; of the question that a plain yes confirms."""
    if of_a_relative(unit.text):
        return []
    own = find_drugs(unit.text, language)
    if own:
        taken = dosages(unit.text, own, language)
        # A class is talk unless it has a dose: insulin, eighteen units.
        return [(d.drug, d) for d in taken if d.drug and (d.drug.kind == "drug" or not d.empty)]
    if unit.question is None:
        return []
    asked = tuple(d for d in find_drugs(unit.question.text, language) if d.kind == "drug")
    if len(asked) != 1 or answered_status(asked[0], unit, language) is None:
        return []
    answer = dosages(unit.text, (), language)[0]
    return [(asked[0], answer if not answer.empty else Dosage(asked[0]))]


def _goes_on(last: _Row | None, unit: Unit, dosage: Dosage) -> bool:
    """*Amlodipine. Cinq milligrammes le matin.*; or the answer to a question just behind it.

    Only a short sentence that opens with an amount: a nurse who comes every day is no dose.
    """
    if last is None or not last.units or dosage.empty:
        return False
    said = (*dosage.dose, *dosage.count, *dosage.frequency)
    if min(q.start for q in said) > OPENS or len(unit.text) > SHORT:
        return False
    before = max(last.units)
    answers = unit.question is not None and unit.question.index <= before + 1
    return unit.index <= before + 2 and (answers or last.units[before].speaker == unit.speaker)


def _add(row: _Row | None, dosage: Dosage, status: TreatmentStatus | None, unit: Unit) -> None:
    if row is None:
        return
    new = {
        name: said
        for name in ("dose", "count", "frequency", "duration")
        if (said := getattr(dosage, name))
    }
    if status is None and not new:
        return
    for name, said in new.items():
        old = row.fields.get(name)
        if old and not _same(old, said):
            where = row.sources[name]
            text = _text(old, where.text)
            row.earlier.append(Earlier(field=name, text=text, evidence=_quote(where)))
        row.fields[name] = said
        row.sources[name] = unit
    known = row.status
    if status is not None and status is not TreatmentStatus.mentioned and status is not known:
        if known not in (TreatmentStatus.mentioned, TreatmentStatus.allergy):
            where = row.sources["status"]
            row.earlier.append(Earlier(field="status", text=known.value, evidence=_quote(where)))
        if known is not TreatmentStatus.allergy:
            row.status = status
            row.sources["status"] = unit
    if status is None and known is TreatmentStatus.mentioned and unit.role is not Role.clinician:
        row.status = TreatmentStatus.current  # how much, and how often: it is taken
        row.sources["status"] = unit
    row.route = dosage.route or row.route
    row.indication = row.indication or dosage.indication
    row.units[unit.index] = unit


def _same(a: tuple[Quantity, ...], b: tuple[Quantity, ...]) -> bool:
    return len(a) == len(b) and all(same_quantity(x, y) for x, y in zip(a, b, strict=True))


def _allergy_row(rows: dict[str, _Row], allergy: Allergy, unit: Unit) -> _Row:
    key = f"allergy:{allergy.allergen.inn}"
    row = rows.setdefault(key, _Row(allergy.allergen, status=TreatmentStatus.allergy))
    row.allergy = row.allergy or allergy
    row.reaction = row.reaction or allergy.reaction
    row.units[unit.index] = unit
    return row


def _worth(row: _Row) -> bool:
    """A drug that is only named, by the clinician, without a dose, is talk."""
    if row.status is not TreatmentStatus.mentioned or row.fields:
        return True
    return any(unit.role is Role.patient for unit in row.units.values())


def _treatment(number: int, row: _Row) -> Treatment:
    amounts = {name: _amount(said, row.sources[name].text) for name, said in row.fields.items()}
    evidence = _quote(*(row.units[i] for i in sorted(row.units)))
    certainty = row.allergy.certainty if row.allergy else None
    if row.allergy and row.reaction and not row.allergy.reaction:
        told = later_reaction(row.reaction)
        certainty = told[1] if told else certainty
    return Treatment(
        id=f"treatment.{number}",
        drug=row.mention.text,
        inn=row.mention.inn,
        atc=row.mention.atc,
        status=row.status,
        route=row.route,
        indication=row.indication,
        reaction=row.reaction,
        certainty=certainty,
        spelling=row.mention.score,
        evidence=evidence,
        earlier=tuple(row.earlier),
        **amounts,
    )


def _amount(said: tuple[Quantity, ...], text: str) -> Amount:
    high = float(said[1].value) if len(said) > 1 else None
    unit = said[0].unit
    return Amount(value=float(said[0].value), high=high, unit=unit, text=_text(said, text))


def _text(said: tuple[Quantity, ...], text: str) -> str:
    return text[said[0].start : said[-1].end]


def _quote(*units: Unit) -> tuple[Evidence, ...]:
    asked = [unit.question for unit in units if unit.question is not None]
    return quote([*asked, *units])
