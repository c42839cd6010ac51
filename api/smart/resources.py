"""Patient, Encounter and Practitioner of an EHR → whose document it is. What does not fit is left
out, one by one: a telephone number in the wrong place must not keep anybody from working."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unicodedata import category

from pydantic import ValidationError

from api.smart.errors import EhrAnswer, OtherPatient
from consultation.export.context import (
    DocumentContext,
    Encounter,
    Identifier,
    Patient,
    Practitioner,
)
from jobs.document_context import ContextIn

_USES = ("official", "usual", None)
_CLASSES = {
    **{code: code for code in ("AMB", "EMER", "HH", "IMP", "VR")},
    "ACUTE": "IMP",
    "NONAC": "IMP",
}
_MOST = 20
_LONG = 3000


def context(
    patient: dict[str, Any], encounter: dict[str, Any] | None, practitioner: dict[str, Any]
) -> ContextIn:
    """Raises EhrAnswer for a person without a name, OtherPatient for somebody else's encounter."""
    if encounter is not None:
        _check_subject(encounter, patient["id"])
    return ContextIn(
        patient=_patient(patient),
        practitioners=(_practitioner(practitioner),),
        encounter=_encounter(encounter) if encounter is not None else None,
    )


def reference(patient: dict[str, Any], system: str | None) -> str:
    """By which the caller's patient is erased: a number of this system, else the FHIR id."""
    if system is not None:
        for one in _identifiers(patient):
            if one.system == system:
                return one.value[:200]
        raise EhrAnswer("the patient has no number of the configured system")
    return str(patient["id"])


def shown(given: DocumentContext | ContextIn) -> dict[str, Any]:
    """For the page's bar."""
    patient = given.patient or Patient()
    return {
        "name": patient.name,
        "birth_date": patient.birth_date,
        "sex": patient.sex,
        "identifiers": [
            {"value": one.value, "type": one.type} for one in patient.identifiers if one.type
        ],
    }


def _patient(found: dict[str, Any]) -> Patient:
    name = _name(found)
    given = tuple(_line(one) for one in _list(name.get("given"))[:_MOST] if _line(one))
    patient = Patient(
        identifiers=tuple(_identifiers(found)),
        family=_line(name.get("family")) or (None if given else _line(name.get("text"))),
        given=given,
        birth_date=_kept(Patient, birth_date=found.get("birthDate")),
        sex=_kept(Patient, sex=found.get("gender")),
    )
    if not patient.name:
        raise EhrAnswer("the patient has no name")
    return patient


def _practitioner(found: dict[str, Any]) -> Practitioner:
    name = _name(found)
    parts = [*_list(name.get("prefix")), *_list(name.get("given")), name.get("family")]
    text = _line(" ".join(filter(None, map(_line, parts)))) or _line(name.get("text"))
    if text is None:
        raise EhrAnswer("the practitioner has no name")
    return Practitioner(name=text, identifiers=tuple(_identifiers(found)))


def _encounter(found: dict[str, Any]) -> Encounter:
    coded = found.get("class")
    code = str(coded.get("code")) if isinstance(coded, dict) else ""
    period = found.get("period")
    period = period if isinstance(period, dict) else {}
    return Encounter(
        identifiers=tuple(_identifiers(found)),
        start=_kept(Encounter, start=period.get("start")),
        end=_kept(Encounter, end=period.get("end")),
        kind=_CLASSES.get(code, "AMB"),
    )


def _check_subject(encounter: dict[str, Any], patient: str) -> None:
    subject = encounter.get("subject")
    named = subject.get("reference") if isinstance(subject, dict) else None
    parts = str(named).split("/_history/")[0].split("/")
    if parts[-2:] != ["Patient", patient]:
        raise OtherPatient("the encounter is of another patient")


def _name(found: dict[str, Any]) -> dict[str, Any]:
    """The official one, the usual one, one that says nothing of its use, or any."""
    names = [one for one in _list(found.get("name")) if isinstance(one, dict)]
    for use in _USES:
        for one in names:
            if one.get("use") == use:
                return one
    return next((one for one in names if one.get("use") not in {"old", "anonymous"}), {})


def _identifiers(found: dict[str, Any]) -> Iterable[Identifier]:
    made = []
    for one in _list(found.get("identifier"))[:_MOST]:
        if not isinstance(one, dict) or one.get("use") == "old":
            continue
        value, system = _line(one.get("value")), one.get("system")
        try:
            made.append(Identifier(value=value or "", system=system, type=_type(one)))
        except ValidationError:
            continue
    return made


def _type(identifier: dict[str, Any]) -> str | None:
    kind = identifier.get("type")
    codings = _list(kind.get("coding")) if isinstance(kind, dict) else []
    for one in codings:
        code = one.get("code") if isinstance(one, dict) else None
        if isinstance(code, str) and len(code) <= 20 and code.replace("-", "").isalnum():
            return code if code.isascii() else None
    return None


def _kept(kind: type[Patient] | type[Encounter], **value: object) -> Any:
    """The value where the model takes it: a birth date that is a year is none."""
    try:
        return getattr(kind.model_validate(value), next(iter(value)))
    except ValidationError:
        return None


def _line(value: object) -> str | None:
    """Without control characters and halves of characters, which no document can hold."""
    if not isinstance(value, str):
        return None
    kept = "".join(" " if category(one) in {"Cc", "Cs"} else one for one in value[:_LONG])
    return " ".join(kept.split())[:300] or None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
