"""Patient, Practitioner, Organization, Encounter: as the caller gave them, never inferred.

They bear no label of artificial intelligence of their own: no machine asserted them.
"""

from __future__ import annotations

from consultation.export.context import Identifier, Organisation, Practitioner
from consultation.export.fhir.building import Building
from consultation.export.fhir.codes import TERMINOLOGY, Json, coding, concept

_ROLES = "v2-0203"


def add_parties(building: Building) -> None:
    context = building.context
    building.add(_patient(building))
    for practitioner in context.practitioners:
        building.add(_practitioner(practitioner), practitioner.name)
    _add_signer(building)
    if context.organisation:
        building.add(_organisation(context.organisation), context.organisation.name)
    if context.custodian and context.custodian != context.organisation:
        building.add(_organisation(context.custodian), context.custodian.name)
    if context.encounter:
        building.add(_encounter(building))


def signer(building: Building) -> Json | None:
    """A reference to who answers for these words; None as long as nobody does."""
    signature = building.version.signature
    if not building.signed or signature is None:
        return None
    return {"reference": building.url("Practitioner", signature.name), "display": signature.name}


def _add_signer(building: Building) -> None:
    signature = building.version.signature
    known = {practitioner.name for practitioner in building.context.practitioners}
    if not building.signed or signature is None or signature.name in known:
        return
    numbers: tuple[Identifier, ...] = ()
    if signature.identifier:
        numbers = (Identifier(value=signature.identifier, system=signature.system),)
    building.add(
        _practitioner(Practitioner(name=signature.name, identifiers=numbers)), signature.name
    )


def _patient(building: Building) -> Json:
    given = building.context.patient
    resource: Json = {"resourceType": "Patient"}
    if given is None:
        return resource | {"active": True}
    name: Json = {"family": given.family} if given.family else {}
    if given.given:
        name |= {"given": list(given.given)}
    return (
        resource
        | _identified(given.identifiers)
        | {"active": True}
        | ({"name": [{"use": "official", **name}]} if name else {})
        | ({"gender": given.sex} if given.sex else {})
        | ({"birthDate": given.birth_date} if given.birth_date else {})
    )


def _practitioner(given: Practitioner) -> Json:
    skill = {"qualification": [{"code": concept(given.speciality)}]} if given.speciality else {}
    return (
        {"resourceType": "Practitioner"}
        | _identified(given.identifiers)
        | {"name": [{"text": given.name}]}
        | skill
    )


def _organisation(given: Organisation) -> Json:
    lines = ", ".join(given.address)
    return (
        {"resourceType": "Organization"}
        | _identified(given.identifiers)
        | {"name": given.name}
        | ({"address": [{"text": lines, "line": list(given.address)}]} if lines else {})
    )


def _encounter(building: Building) -> Json:
    given = building.context.encounter
    assert given is not None
    period = {"start": given.start} if given.start else {}
    if given.end:
        period |= {"end": given.end}
    who = [
        {"individual": {"reference": building.url("Practitioner", one.name)}}
        for one in building.context.practitioners
    ]
    keeper = building.context.organisation
    provider = {"reference": building.url("Organization", keeper.name)} if keeper else None
    return (
        {"resourceType": "Encounter"}
        | _identified(given.identifiers)
        | {
            "status": "finished" if given.end else "unknown",
            "class": coding(TERMINOLOGY + "v3-ActCode", given.kind),
            "subject": building.patient,
        }
        | ({"participant": who} if who else {})
        | ({"period": period} if period else {})
        | ({"serviceProvider": provider} if provider else {})
    )


def _identified(identifiers: tuple[Identifier, ...]) -> Json:
    if not identifiers:
        return {}
    return {"identifier": [_identifier(one) for one in identifiers]}


def _identifier(given: Identifier) -> Json:
    kind = {}
    if given.type:
        # National types (INS-NIR, RPPS) are not of HL7's table: their text alone.
        known = {given.type} & {"PI", "MR", "NI", "PRN", "VN", "XX", "MD", "DN"}
        codes = [coding(TERMINOLOGY + _ROLES, given.type)] if known else []
        kind = {"type": concept(given.type, *codes)}
    system = {"system": given.system} if given.system else {}
    return kind | system | {"value": given.value}
