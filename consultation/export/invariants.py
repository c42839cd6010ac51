"""What holds of every document that leaves us, and FHIR validators do not look at.

A validator accepts a Composition with a status that does not exist, a document without identifier,
references that lead nowhere and units that are none; and it cannot know what only we promise.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from consultation.export.fhir.codes import MADE_BY_AI, UCUM
from consultation.export.fhir.rows import BETWEEN
from consultation.export.narrative_check import element_ids, faults
from consultation.export.safe import clean
from consultation.export.ucum import is_unit
from consultation.export.walk import codes, composition, entries, resources, sections, values
from consultation.signoff import NoteVersion
from consultation.transcript import Transcript


@dataclass(frozen=True)
class Problem:
    """``path`` leads to the place; nothing of a patient is in ``path`` or ``detail``."""

    rule: str
    path: str
    detail: str


Found = Iterator[tuple[str, str]]
"""(path, detail)"""
Bundle = dict[str, Any]

_STATUSES = {"preliminary", "final", "amended", "entered-in-error"}
_ANSWERED_FOR = {"final", "amended"}
_GIVEN = {"Patient", "Practitioner", "Organization", "Encounter"}
"""Of the caller: no machine asserted them."""
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def problems(
    bundle: Bundle, version: NoteVersion | None = None, transcript: Transcript | None = None
) -> tuple[Problem, ...]:
    """Everything that is wrong, in the order of the rules; empty for a good document.

    With the version and the transcript it was made of, also whether it is true to them.
    """
    found = [Problem(rule.__name__.strip("_"), *one) for rule in RULES for one in rule(bundle)]
    if version is not None:
        found += [Problem("signed", *one) for one in _signed(bundle, version)]
    if transcript is not None:
        found += [Problem("verbatim", *one) for one in _verbatim(bundle, transcript)]
    return tuple(found)


def _document(bundle: Bundle) -> Found:
    if bundle.get("type") != "document":
        yield "type", "not a document"
    identifier = bundle.get("identifier")
    if not isinstance(identifier, dict) or not (
        identifier.get("system") and identifier.get("value")
    ):
        yield "identifier", "a document needs a system and a value"
    if not bundle.get("timestamp"):
        yield "timestamp", "a document needs one"


def _composition_first(bundle: Bundle) -> Found:
    kinds = [(e.get("resource") or {}).get("resourceType") for e in entries(bundle)]
    if kinds[:1] != ["Composition"]:
        yield "entry[0]", "not a Composition"
    if kinds.count("Composition") > 1:
        yield "entry", "more than one Composition"


def _status(bundle: Bundle) -> Found:
    if composition(bundle).get("status") not in _STATUSES:
        yield "Composition.status", "not a status of FHIR"


def _full_urls(bundle: Bundle) -> Found:
    urls = [entry.get("fullUrl") for entry in entries(bundle)]
    for k, url in enumerate(urls):
        if not isinstance(url, str) or not _UUID.fullmatch(url):
            yield f"entry[{k}].fullUrl", "not a urn:uuid"
        elif Counter(urls)[url] > 1:
            yield f"entry[{k}].fullUrl", "of more than one entry"


def _references(bundle: Bundle) -> Found:
    known = {entry.get("fullUrl") for entry in entries(bundle)}
    for path, name, value in values(bundle.get("entry"), "entry"):
        if name == "reference" and value not in known:
            yield path, "leads to no entry"
    parts = {
        one for _, section in sections(composition(bundle)) for one in element_ids(_div(section))
    }
    for path, name, value in values(bundle.get("entry"), "entry"):
        if name == "valueUri" and str(value).removeprefix("#") not in parts:
            yield path, "leads to no part of the text"


def _one_patient(bundle: Bundle) -> Found:
    subject = (composition(bundle).get("subject") or {}).get("reference")
    for path, resource in resources(bundle):
        for name in ("subject", "patient"):
            held = resource.get(name)
            if isinstance(held, dict) and held.get("reference") != subject:
                yield f"{path}.{name}", "another patient than the document's"


def _units(bundle: Bundle) -> Found:
    for path, _, value in values(bundle.get("entry"), "entry"):
        if isinstance(value, dict) and value.get("system") == UCUM:
            code = value.get("code")
            if not isinstance(code, str) or not is_unit(code):
                yield f"{path}.code", "not a unit of UCUM"
        elif isinstance(value, dict) and value.get("unit") and not value.get("code"):
            yield path, "a unit without its code"


def _attested(bundle: Bundle) -> Found:
    """Somebody answers for the document if, and only if, it is final."""
    document = composition(bundle)
    final = document.get("status") in _ANSWERED_FOR
    attesters = document.get("attester") or []
    if final and not any(a.get("party") and a.get("time") for a in attesters):
        yield "Composition.attester", "final, and nobody answers for it"
    if not final and attesters:
        yield "Composition.attester", "somebody answers for a draft"
    agents = [a for _, one in resources(bundle, "Provenance") for a in one.get("agent") or []]
    verified = any("verifier" in codes(agent.get("type")) for agent in agents)
    if final != verified:
        yield "Provenance.agent", "a verifier belongs to a final document, and to no other"


def _unconfirmed(bundle: Bundle) -> Found:
    """A draft confirms nothing."""
    if composition(bundle).get("status") in _ANSWERED_FOR:
        return
    for path, one in resources(bundle, "Condition", "AllergyIntolerance"):
        if codes(one.get("verificationStatus")) != {"unconfirmed"}:
            yield f"{path}.verificationStatus", "confirmed in a draft"
    for path, one in resources(bundle, "Observation"):
        if one.get("status") not in ("preliminary", "registered"):
            yield f"{path}.status", "final in a draft"
    for path, one in resources(bundle, "Procedure"):
        if one.get("status") == "completed":
            yield f"{path}.status", "completed in a draft"


def _labelled(bundle: Bundle) -> Found:
    """What a machine made says so, signed or not."""
    if not _says_ai(bundle):
        yield "meta.security", "the label AIAST is missing"
    for path, resource in resources(bundle):
        if resource.get("resourceType") not in _GIVEN and not _says_ai(resource):
            yield f"{path}.meta.security", "the label AIAST is missing"


def _says_ai(resource: dict[str, Any]) -> bool:
    labels = (resource.get("meta") or {}).get("security") or []
    return any(
        (one.get("system"), one.get("code")) == (MADE_BY_AI["system"], MADE_BY_AI["code"])
        for one in labels
    )


def _empty(bundle: Bundle) -> Found:
    """A section has content, or the reason why not; "nil known" is a finding, and never ours."""
    for path, section in sections(composition(bundle)):
        div = _div(section)
        stated = "<li" in div or "<tr" in div
        filled = bool(section.get("entry") or section.get("section")) or stated
        reason = section.get("emptyReason")
        if filled and reason:
            yield f"{path}.emptyReason", "of a section that is not empty"
        if not filled and not reason:
            yield f"{path}.emptyReason", "missing from an empty section"
        if not filled and not div:
            yield f"{path}.text", "a reader sees nothing"
        if "nilknown" in codes(reason):
            yield f"{path}.emptyReason", "nobody said that nothing is known"


def _narrative(bundle: Bundle) -> Found:
    for path, name, value in values(bundle.get("entry"), "entry"):
        if name == "div":
            for fault in faults(value if isinstance(value, str) else ""):
                yield path, fault


def _no_recording(bundle: Bundle) -> Found:
    for path, _ in resources(bundle, "Media", "Binary"):
        yield path, "holds data that a note does not have"
    for path, name, value in values(bundle.get("entry"), "entry"):
        if name == "attachment" and isinstance(value, dict):
            if "data" in value or "url" in value:
                yield path, "embedded or linked content"
            if str(value.get("contentType", "")).startswith(("audio/", "video/")):
                yield path, "a recording"
            if not value.get("hash"):
                yield path, "named without a hash"


def _dosage(bundle: Bundle) -> Found:
    """Numbers of a dose never stand without the words they were read from."""
    for path, one in resources(bundle, "MedicationStatement"):
        for k, dosage in enumerate(one.get("dosage") or []):
            numbers = "doseAndRate" in dosage or "timing" in dosage
            if numbers and not dosage.get("text"):
                yield f"{path}.dosage[{k}].text", "the words are missing"


def _derived(bundle: Bundle) -> Found:
    said = {
        entry.get("fullUrl")
        for entry in entries(bundle)
        if (entry.get("resource") or {}).get("resourceType") == "DocumentReference"
    }
    for path, one in resources(bundle, "Observation", "MedicationStatement"):
        sources = {source.get("reference") for source in one.get("derivedFrom") or []}
        if not sources & said:
            yield f"{path}.derivedFrom", "does not name the transcript"


def _proposed(bundle: Bundle) -> Found:
    """Nothing that was said is an order."""
    for path, one in resources(bundle, "ServiceRequest"):
        if (one.get("status"), one.get("intent")) != ("draft", "proposal"):
            yield path, "not a draft proposal"


def _characters(bundle: Bundle) -> Found:
    for path, _, value in values(bundle):
        if isinstance(value, str) and value != clean(value):
            yield path, "characters that a document may not hold"


def _signed(bundle: Bundle, version: NoteVersion) -> Found:
    final = composition(bundle).get("status") in _ANSWERED_FOR
    if final and not version.signed:
        yield "Composition.status", "final, and these words are not signed"
    if version.signed and not final:
        yield "Composition.status", "signed, and not final"
    replaces = composition(bundle).get("relatesTo") or []
    if bool(version.replaces) != bool(replaces):
        yield "Composition.relatesTo", "does not tell which document it replaces"


def _verbatim(bundle: Bundle, transcript: Transcript) -> Found:
    said = clean(" ".join(segment.text for segment in transcript.segments))
    for path, one in resources(bundle, "MedicationStatement"):
        for k, dosage in enumerate(one.get("dosage") or []):
            parts = str(dosage.get("text", "")).split(BETWEEN)
            if any(part not in said for part in parts):
                yield f"{path}.dosage[{k}].text", "not what was said"


def _div(section: dict[str, Any]) -> str:
    return str((section.get("text") or {}).get("div") or "")


RULES: tuple[Callable[[Bundle], Found], ...] = (
    _document,
    _composition_first,
    _status,
    _full_urls,
    _references,
    _one_patient,
    _units,
    _attested,
    _unconfirmed,
    _labelled,
    _empty,
    _narrative,
    _no_recording,
    _dosage,
    _derived,
    _proposed,
    _characters,
)
"""Rules that need the document alone."""
