"""What a document needs beside the note: who it is about, who wrote it, where and when.

All of it is the caller's; nothing here is ever taken from what was said.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from consultation.wire import Record

INS_TEST_SYSTEM = "urn:oid:1.2.250.1.213.1.4.10"
"""The French national identity of a patient (INS-NIR), in test. Production: …1.4.8."""


def _instant(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone: 2026-03-02T09:30:00+01:00")
    return moment.isoformat(timespec="seconds")


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


Instant = Annotated[str, AfterValidator(_instant)]
"""ISO 8601 with a zone, to the second."""
Day = Annotated[str, AfterValidator(_day)]
"""ISO 8601: yyyy-mm-dd."""
Line = Annotated[str, Field(min_length=1, max_length=300)]


class Identifier(Record):
    """A number and who gave it. ``system`` is a URI: ``urn:oid:…`` or a URL."""

    value: Line
    system: str | None = Field(default=None, min_length=1, max_length=300, pattern=r"^\S+$")
    type: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,20}$")
    """HL7 table 0203, or a national one: PI, INS-NIR, RPPS."""


class Patient(Record):
    identifiers: tuple[Identifier, ...] = ()
    family: Line | None = None
    given: tuple[Line, ...] = ()
    birth_date: Day | None = None
    sex: Literal["male", "female", "other", "unknown"] | None = None

    @property
    def name(self) -> str:
        """``DUPONT Marie``; empty when none was given."""
        return " ".join(filter(None, ((self.family or "").upper(), *self.given)))


class Practitioner(Record):
    name: Line
    identifiers: tuple[Identifier, ...] = ()
    speciality: Line | None = None


class Organisation(Record):
    name: Line
    identifiers: tuple[Identifier, ...] = ()
    address: tuple[Line, ...] = ()
    """Lines, as they stand on an envelope."""
    telecom: tuple[Line, ...] = ()
    """Telephone, mail: shown as they are."""


class Encounter(Record):
    identifiers: tuple[Identifier, ...] = ()
    start: Instant | None = None
    end: Instant | None = None
    kind: Literal["AMB", "EMER", "HH", "IMP", "VR"] = "AMB"
    """v3-ActCode: ambulatory, emergency, home, inpatient, by video or telephone."""


class DocumentContext(Record):
    """Everything is optional but what names the document and says when it was put together."""

    identifier: str = Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    """The same for every version of this document: a UUID, or the consultation's id."""
    timestamp: Instant
    patient: Patient | None = None
    practitioners: tuple[Practitioner, ...] = ()
    """Who took part. Who signed is in the note."""
    organisation: Organisation | None = None
    custodian: Organisation | None = None
    """Who keeps the document; ``organisation`` when not given."""
    encounter: Encounter | None = None
    letterhead: tuple[Line, ...] = ()
    """Lines at the top of the first page; the organisation's own when there are none."""
    footer: Line | None = None
    """At the foot of every page."""

    @property
    def keeper(self) -> Organisation | None:
        return self.custodian or self.organisation

    @property
    def head(self) -> tuple[str, ...]:
        """Lines of the letterhead, the name first."""
        if self.letterhead or self.organisation is None:
            return self.letterhead
        return (self.organisation.name, *self.organisation.address, *self.organisation.telecom)
