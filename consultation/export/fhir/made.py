"""Device, DocumentReference and Provenance: what made the note, from what, and who verified it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from consultation.evidence import Evidence
from consultation.export.fhir.building import Building, hash_name, instant
from consultation.export.fhir.codes import TERMINOLOGY, URI, Json, coding, concept, labelled
from consultation.export.fhir.narrative import element_id
from consultation.export.fhir.parties import signer
from consultation.export.labels import clock, speaker_labels
from consultation.summary import Statement
from consultation.tables import Measurement, Treatment

TARGET_ELEMENT = "http://hl7.org/fhir/StructureDefinition/targetElement"
"""FHIR's own extension: which part of the resource a Provenance is about."""


def add_origin(building: Building) -> None:
    """The machine and the transcript."""
    building.add(_device(building))
    building.add(_transcript(building))


def add_provenance(building: Building) -> None:
    """Of the whole document, then of each statement and row, with its quotes."""
    building.add(_of_document(building), "document")
    note = building.version.note
    for statement in note.statements():
        building.add(_of_statement(building, statement), statement.id)
    rows: list[Treatment | Measurement] = [*note.treatments, *note.measurements]
    for row in rows:
        targets = [{"reference": url} for url in building.derived.get(row.id, ())]
        if targets:
            building.add(_provenance(building, targets, row.evidence), f"row {row.id}")


def _device(building: Building) -> Json:
    made = building.version.note.provenance
    heard = building.transcript.provenance.models
    models = {(m.task, m.name, m.engine, m.sha256): m for m in (*heard, *made.models)}.values()
    versions = [{"type": concept("software"), "value": f"{made.product} {made.version}"}]
    for model in models:
        weights = f", sha256 {model.sha256}" if model.sha256 else ""
        versions.append(
            {"type": concept(model.task), "value": f"{model.name} ({model.engine}{weights})"}
        )
    return labelled(
        {
            "resourceType": "Device",
            "deviceName": [{"name": made.product, "type": "model-name"}],
            "type": concept("software with artificial intelligence"),
            "version": versions,
            "note": [{"text": made.notice}],
        }
    )


def _transcript(building: Building) -> Json:
    """The transcript by its hashes. The audio is neither embedded nor linked."""
    content = building.transcript.to_json().encode()
    title = "Transcription de la consultation" if building.french else "Consultation transcript"
    return labelled(
        {
            "resourceType": "DocumentReference",
            "masterIdentifier": {
                "system": URI,
                "value": hash_name(hashlib.sha256(content).hexdigest()),
            },
            "status": "current",
            "docStatus": "preliminary",
            "type": concept(title),
            "subject": building.patient,
            "content": [
                {
                    "attachment": {
                        "contentType": "application/json",
                        "language": building.transcript.language,
                        "size": len(content),
                        # R4 defines this one as SHA-1, in base64.
                        "hash": base64.b64encode(
                            hashlib.sha1(content, usedforsecurity=False).digest()
                        ).decode(),
                        "title": title,
                    }
                }
            ],
        }
    )


def _of_document(building: Building) -> Json:
    resource = _provenance(building, [{"reference": building.url("Composition")}], ())
    replaces = building.version.replaces
    if replaces:
        before = {"identifier": {"system": URI, "value": hash_name(replaces)}}
        resource["entity"].append({"role": "revision", "what": before})
    answers = signer(building)
    if answers:
        resource["agent"].append({"type": _agent("verifier"), "who": answers})
    return resource


def _of_statement(building: Building, statement: Statement) -> Json:
    part = {"url": TARGET_ELEMENT, "valueUri": f"#{element_id(statement.id)}"}
    targets: list[Json] = [{"extension": [part], "reference": building.url("Composition")}]
    targets += [{"reference": url} for url in building.derived.get(statement.id, ())]
    resource = _provenance(building, targets, statement.evidence)
    for edit in building.version.edits:
        if edit.statement == statement.id:
            who = {
                "identifier": {"value": edit.author.id},
                "display": edit.author.name or edit.kind,
            }
            agent = {"type": _agent("author"), "who": who}
            if agent not in resource["agent"]:
                resource["agent"].append(agent)
    return resource


def _provenance(building: Building, targets: list[Json], evidence: Iterable[Evidence]) -> Json:
    quotes = [_quote(building, one) for one in evidence]
    return labelled(
        {
            "resourceType": "Provenance",
            "target": targets,
            "recorded": instant(building.at),
            "agent": [{"type": _agent("assembler"), "who": {"reference": building.url("Device")}}],
            "entity": quotes or [{"role": "source", "what": building.said}],
        }
    )


def _agent(code: str) -> Json:
    return concept(None, coding(TERMINOLOGY + "provenance-participant-type", code))


def _quote(building: Building, evidence: Evidence) -> Json:
    """The transcript as a source: where in it, and the words, for a reader.

    The identifier is a fragment: characters of the segment, then seconds of the recording (Media
    Fragments URI 1.0): ``s0004#char=0,42&t=18.2,20.1``.
    """
    labels = speaker_labels(building.transcript)
    place = f"{evidence.anchor}#char={evidence.quote_start},{evidence.quote_end}"
    when = ""
    if evidence.start is not None:
        place += f"&t={evidence.start:g}" + (f",{evidence.end:g}" if evidence.end else "")
        when = clock(evidence.start) + " "
    who = labels.get(evidence.speaker or "", evidence.role.value if evidence.role else "")
    quoted = f"« {evidence.quote} »" if building.french else f'"{evidence.quote}"'
    if evidence.source != "transcript":
        what: Json = {"identifier": {"value": f"{evidence.source}/{place}"}}
    else:
        what = building.said | {"identifier": {"value": place}}
    return {"role": "source", "what": what | {"display": f"{when}{who} {quoted}".strip()}}
