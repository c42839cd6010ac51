"""The note as an HL7 v2.5 message: MDM^T02, a document and its content."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from consultation.export.context import DocumentContext, Identifier
from consultation.export.fhir.codes import CONSULTATION_NOTE, DOCUMENTS
from consultation.export.plain import to_plain
from consultation.export.safe import clean
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript

_SEX = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
_CLASS = {"AMB": "O", "EMER": "E", "HH": "O", "IMP": "I", "VR": "O"}
"""v3-ActCode to table 0004."""
_KINDS = {"11488-4": "CN", "34117-2": "HP", "11506-3": "PN"}
"""LOINC to table 0270: consultation, history and physical, progress note."""
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
_SHORT = 20
"""Hexadecimal digits of a hash: the field has room for thirty characters, the authority's too."""
_SPECIAL = re.compile(r"[\\|^&~]")


def to_mdm(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> str:
    """Segments end with a carriage return; the character set is UTF-8 (MSH-18).

    TXA-17 is the state: ``IP`` in progress until the version is signed, then ``LA`` legally
    authenticated; ``TXA-22`` says by whom and when. An amendment names the document before it in
    TXA-13. The text goes line by line in OBX segments of type TX.
    """
    note = version.note
    at = _time(context.timestamp)
    number = hashlib.sha256(f"{version.content_sha256}{version.revision}{at}".encode()).hexdigest()
    code = DOCUMENTS.get(note.template, CONSULTATION_NOTE)
    observed = f"{code}^{escaped(note.title)}^LN"
    keeper = escaped(context.organisation.name) if context.organisation else ""
    segments = [
        # The separators themselves, then what is sent: nothing here is escaped twice.
        [
            "MSH", "^~\\&", "ANAMNESE", keeper, "", "", at, "", "MDM^T02^MDM_T02", number[:_SHORT],
            "P", "2.5", "", "", "", "", "", "UNICODE UTF-8", note.language,
        ],
        ["EVN", "T02", at],
        _pid(context),
        _pv1(context),
        _txa(version, context, _KINDS.get(code, "CN"), at),
        *_obx(to_plain(version, transcript, context), observed, "F" if version.signed else "P"),
    ]  # fmt: skip
    return "".join("|".join(fields).rstrip("|") + "\r" for fields in segments)


def escaped(text: str) -> str:
    """Text as a component may hold it, on one line: separators are escaped, controls are gone."""
    flat = re.sub(r"\s+", " ", clean(text)).strip()
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], flat)


def _pid(context: DocumentContext) -> list[str]:
    patient = context.patient
    if patient is None:
        return ["PID", "1", "", "", "", ""]
    numbers = "~".join(_cx(one, one.type or "PI") for one in patient.identifiers)
    first, *others = patient.given or ("",)
    parts = (patient.family or "", first, " ".join(others), "", "", "")
    name = "^".join([*(escaped(one) for one in parts), "L"]) if patient.name else ""
    born = (patient.birth_date or "").replace("-", "")
    return ["PID", "1", "", numbers, "", name, "", born, _SEX.get(patient.sex or "", "")]


def _pv1(context: DocumentContext) -> list[str]:
    encounter = context.encounter
    fields = ["PV1", "1", _CLASS[encounter.kind] if encounter else "U"] + [""] * 42
    if context.practitioners:
        one = context.practitioners[0]
        number = one.identifiers[0].value if one.identifiers else ""
        fields[7] = f"{escaped(number)}^{escaped(one.name)}"
    if encounter and encounter.identifiers:
        fields[19] = _cx(encounter.identifiers[0], "VN")
    if encounter and encounter.start:
        fields[44] = _time(encounter.start)
    return fields


def _txa(version: NoteVersion, context: DocumentContext, kind: str, at: str) -> list[str]:
    signature = version.signature if version.signed else None
    fields = ["TXA", "1", kind, "TX"] + [""] * 19
    fields[4] = (
        _time(context.encounter.start) if context.encounter and context.encounter.start else at
    )
    fields[6] = at
    fields[12] = _document_number(version, context)
    if version.replaces:
        fields[13] = f"{version.replaces[:_SHORT]}^ANAMNESE"
    fields[17] = "LA" if signature else "IP"
    fields[18] = "U"  # Usual control of confidentiality.
    fields[19] = "AV" if signature else "UN"
    if signature:
        who = f"{escaped(signature.identifier or '')}^{escaped(signature.name)}"
        fields[9] = who
        # A component of PPN: the time is the fifteenth.
        fields[22] = who + "^" * 13 + _time(signature.at)
    return fields


def _document_number(version: NoteVersion, context: DocumentContext) -> str:
    """Of a signed document by what was signed, so that the one that replaces it can name it."""
    if version.signed:
        return f"{version.content_sha256[:_SHORT]}^ANAMNESE"
    draft = f"{context.identifier}/{version.note.template}/{version.revision}"
    return f"{hashlib.sha256(draft.encode()).hexdigest()[:_SHORT]}^ANAMNESE"


def _obx(text: str, kind: str, status: str) -> list[list[str]]:
    lines = text.rstrip("\n").split("\n")
    return [
        ["OBX", str(number), "TX", kind, str(number), escaped(one), "", "", "", "", "", status]
        for number, one in enumerate(lines, start=1)
    ]


def _cx(identifier: Identifier, kind: str) -> str:
    system = identifier.system or ""
    if system.startswith("urn:oid:"):
        authority = f"&{system.removeprefix('urn:oid:')}&ISO"
    else:
        authority = f"&{escaped(system)}&URI" if system else ""
    return f"{escaped(identifier.value)}^^^{authority}^{escaped(kind)}"


def _time(moment: str) -> str:
    """``yyyymmddhhmmss±zzzz``."""
    read = datetime.fromisoformat(moment)
    return read.strftime("%Y%m%d%H%M%S%z")
