"""What an electronic health record needs to know of a document, and nobody has told.

A document without it is valid FHIR, and can be filed under no patient.
"""

from __future__ import annotations

from typing import Literal

from consultation.export.context import DocumentContext

Lacking = Literal[
    "patient.family",
    "patient.given",
    "patient.birth_date",
    "patient.sex",
    "patient.identifier",
    "practitioner.name",
    "practitioner.identifier",
    "organisation.name",
    "organisation.identifier",
    "encounter.start",
]


def lacking(context: DocumentContext | None) -> tuple[Lacking, ...]:
    """In the order of a form; empty when the document can be filed."""
    patient = context.patient if context else None
    practitioners = context.practitioners if context else ()
    keeper = context.keeper if context else None
    encounter = context.encounter if context else None
    told: dict[Lacking, object] = {
        "patient.family": patient and patient.family,
        "patient.given": patient and patient.given,
        "patient.birth_date": patient and patient.birth_date,
        "patient.sex": patient and patient.sex,
        # A number without its system names nobody.
        "patient.identifier": patient and any(one.system for one in patient.identifiers),
        "practitioner.name": practitioners,
        "practitioner.identifier": any(
            one.system for person in practitioners for one in person.identifiers
        ),
        "organisation.name": keeper,
        "organisation.identifier": keeper and any(one.system for one in keeper.identifiers),
        "encounter.start": encounter and encounter.start,
    }
    return tuple(name for name, value in told.items() if not value)
