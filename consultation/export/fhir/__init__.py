"""A note as a FHIR R4 document: a Bundle that an electronic health record accepts.

Plain dicts (FHIR JSON); no FHIR library is needed. docs/fhir.md has the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from consultation.export.context import DocumentContext
from consultation.export.fhir.building import Building, hash_name
from consultation.export.fhir.codes import MADE_BY_AI, URI
from consultation.export.fhir.composition import composition
from consultation.export.fhir.made import add_origin, add_provenance
from consultation.export.fhir.parties import add_parties
from consultation.export.safe import scrubbed
from consultation.oncology import OncologyHistory
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript

__all__ = ["to_fhir"]


def to_fhir(
    version: NoteVersion,
    transcript: Transcript,
    context: DocumentContext,
    oncology: Mapping[str, OncologyHistory] | None = None,
) -> dict[str, Any]:
    """A document Bundle; the same arguments give the same Bundle.

    ``preliminary`` until the version is signed, then ``final`` or ``amended``. ``oncology``:
    id of a statement → what its words tell of a cancer (``summarize.note_oncology``).
    """
    building = Building(version, transcript, context)
    add_parties(building)
    add_origin(building)
    document = composition(building, oncology or {})
    add_provenance(building)
    first = {"fullUrl": building.url("Composition"), "resource": document}
    bundle = {
        "resourceType": "Bundle",
        "meta": {"security": [dict(MADE_BY_AI)]},
        "language": version.note.language,
        "identifier": {"system": URI, "value": _identity(building)},
        "type": "document",
        "timestamp": context.timestamp,
        "entry": [first, *building.entries],
    }
    return cast("dict[str, Any]", scrubbed(bundle))


def _identity(building: Building) -> str:
    """A signed document is named by the hash of what was signed, which is how the version after it
    names it; a draft, by its revision."""
    version = building.version
    if building.signed:
        return hash_name(version.content_sha256)
    return building.url("Bundle", f"{version.revision}/{version.content_sha256}")
