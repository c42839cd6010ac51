"""FHIR as XML says what its JSON says, whatever is in it; elements of XML are counted."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultation.document_errors import DocumentTooLarge
from records.limits import Limits
from records.read import read_document, read_record
from tests.unit import made_documents as made

FHIR, XHTML = "http://hl7.org/fhir", "http://www.w3.org/1999/xhtml"


def to_xml(resource: dict[str, Any], encoding: str = "utf-8") -> bytes:
    """As https://hl7.org/fhir/R4/xml.html has it: attributes for values, elements for the rest."""
    root = Element(resource["resourceType"], xmlns=FHIR)
    _fill(root, resource)
    return ElementTree.tostring(root, encoding=encoding, xml_declaration=True)


def _fill(element: Element, value: dict[str, Any]) -> None:
    for name, held in value.items():
        for one in held if isinstance(held, list) else [held]:
            if name == "resourceType":
                continue
            if name == "url" or (name == "id" and "resourceType" not in value):
                element.set(name, one)
            elif name == "div":
                element.append(
                    ElementTree.fromstring(one.replace("<div", f'<div xmlns="{XHTML}"', 1))
                )
            elif isinstance(one, dict) and "resourceType" in one:
                _fill(SubElement(SubElement(element, name), one["resourceType"]), one)
            elif isinstance(one, dict):
                _fill(SubElement(element, name), one)
            else:
                written = str(one).lower() if isinstance(one, bool) else str(one)
                SubElement(element, name, value=written)


def paragraphs(name: str, data: bytes) -> object:
    """All that a synthesis may cite; or why there is nothing."""
    record = read_record([(name, data)])
    return (
        [(one.title, one.date, one.kind, one.language, one.paragraphs) for one in record.documents],
        [one.code for one in record.refused],
    )


def as_json(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode()


WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12
)
DAYS = st.dates().map(str)
NUMBER = st.integers(-9999, 9999) | st.floats(-1e6, 1e6, allow_nan=False)
CONCEPT = st.fixed_dictionaries(
    {},
    optional={
        "text": WORDS,
        "coding": st.lists(
            st.fixed_dictionaries({"code": WORDS}, optional={"system": WORDS, "display": WORDS}),
            min_size=1,
            max_size=2,
        ),
    },
).filter(bool)
QUANTITY = st.fixed_dictionaries({"value": NUMBER}, optional={"unit": WORDS, "comparator": WORDS})
MANY = st.lists(CONCEPT, min_size=1, max_size=2)
RESOURCE = st.fixed_dictionaries(
    {
        "resourceType": st.sampled_from(
            ["Observation", "Condition", "MedicationRequest", "Encounter", "Procedure"]
        )
    },
    optional={
        "id": WORDS,
        "status": WORDS,
        "code": CONCEPT,
        "type": MANY,
        "category": MANY,
        "bodySite": MANY,
        "interpretation": MANY,
        "clinicalStatus": CONCEPT,
        "onsetDateTime": DAYS,
        "effectivePeriod": st.fixed_dictionaries({"start": DAYS}, optional={"end": DAYS}),
        "medicationCodeableConcept": CONCEPT,
        "valueQuantity": QUANTITY,
        "note": st.lists(st.fixed_dictionaries({"text": WORDS}), min_size=1, max_size=2),
        "component": st.lists(
            st.fixed_dictionaries({"code": CONCEPT, "valueQuantity": QUANTITY}),
            min_size=1,
            max_size=2,
        ),
        "extension": st.lists(
            st.fixed_dictionaries({"url": WORDS, "valueCodeableConcept": CONCEPT}),
            min_size=1,
            max_size=2,
        ),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RESOURCE, min_size=1, max_size=4))
def test_any_bundle_gives_the_same_paragraphs(resources: list[dict[str, Any]]) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in resources],
    }
    assert paragraphs("a", to_xml(bundle)) == paragraphs("a", as_json(bundle))


@pytest.mark.parametrize(
    "root", [f'<Bundle xmlns="{FHIR}">', '<ClinicalDocument xmlns="urn:hl7-org:v3">']
)
def test_elements_are_counted_while_they_are_read(root: str) -> None:
    text = root + "<entry/>" * 2_000
    with pytest.raises(DocumentTooLarge):
        read_document("x.xml", text.encode(), limits=Limits(elements=1_000))
    assert read_document("y.xml", made.fhir_xml(), limits=Limits(elements=1_000)).paragraphs
