"""What every resource of one document needs: who it is about, how it is called, what is signed."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from uuid import NAMESPACE_URL, UUID, uuid5

from consultation.evidence import Evidence
from consultation.export.context import DocumentContext
from consultation.export.fhir.codes import Json
from consultation.signoff import NoteState, NoteVersion
from consultation.transcript import Transcript

_OURS = uuid5(NAMESPACE_URL, "anamnese:document")


@dataclass
class Building:
    """One document that is being built."""

    version: NoteVersion
    transcript: Transcript
    context: DocumentContext
    entries: list[Json] = field(default_factory=list)
    """In order; the Composition is put before them at the end."""
    derived: dict[str, list[str]] = field(default_factory=dict)
    """Statement's or row's id → fullUrls of what was made of it."""

    @cached_property
    def _root(self) -> UUID:
        return uuid5(_OURS, f"{self.context.identifier}/{self.version.note.template}")

    def url(self, kind: str, key: str = "") -> str:
        """The fullUrl of a resource: the same for the same document and key, whenever built."""
        return uuid5(self._root, f"{kind}/{key}").urn

    def add(self, resource: Json, key: str = "") -> str:
        """The fullUrl under which it is now an entry."""
        url = self.url(resource["resourceType"], key)
        self.entries.append({"fullUrl": url, "resource": resource})
        return url

    def made_of(self, origin: str, resource: Json, key: str) -> Json:
        """Add a resource that rests on a statement or a row; a reference to it."""
        url = self.add(resource, key)
        self.derived.setdefault(origin, []).append(url)
        return {"reference": url}

    @property
    def patient(self) -> Json:
        return {"reference": self.url("Patient")}

    @property
    def encounter(self) -> Json:
        """``{"encounter": …}``, or nothing."""
        if self.context.encounter is None:
            return {}
        return {"encounter": {"reference": self.url("Encounter")}}

    @property
    def said(self) -> Json:
        """The transcript."""
        return {"reference": self.url("DocumentReference")}

    @cached_property
    def signed(self) -> bool:
        # Kept: to tell, the whole note is hashed.
        return self.version.signed

    @property
    def french(self) -> bool:
        return self.version.note.language == "fr"

    @property
    def status(self) -> str:
        """Of the Composition."""
        if not self.signed:
            return "preliminary"
        return "amended" if self.version.state is NoteState.amended else "final"

    @property
    def at(self) -> str:
        """When these words became what they are: signed, or put together."""
        signature = self.version.signature
        return instant(signature.at) if self.signed and signature else self.context.timestamp

    @property
    def met(self) -> str:
        """When the consultation was, as far as is known."""
        encounter = self.context.encounter
        return (encounter.start if encounter else None) or self.context.timestamp


def instant(text: str) -> str:
    """ISO 8601 with a zone, which FHIR wants; UTC where none is written."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def hash_name(sha256: str) -> str:
    """A hash as a URI (RFC 6920): ``ni:///sha-256;…``."""
    raw = binascii.unhexlify(sha256)
    return "ni:///sha-256;" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def shares_words(one: tuple[Evidence, ...], other: tuple[Evidence, ...]) -> bool:
    """Whether two things rest on the same part of the transcript."""
    return bool({e.anchor for e in one} & {e.anchor for e in other})
