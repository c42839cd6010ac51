"""FHIR documents, read by two libraries that are not ours and held to our own invariants."""

from __future__ import annotations

import json
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, Phase, given, settings

from consultation.export.context import DocumentContext
from consultation.export.fhir import patient_url, to_fhir
from consultation.export.fhir.codes import DOCUMENTS
from consultation.export.fhir.made import TARGET_ELEMENT
from consultation.export.invariants import problems
from consultation.signoff import Edit, NoteState, NoteVersion
from consultation.summary import Polarity, SectionState
from consultation.tables import TreatmentStatus
from consultation.transcript import Transcript
from prompts import library
from tests.documents import AUTHOR, CONTEXT, NOTES, draft, golden, signed
from tests.documents.made_up import TALK, versions

# Making a failing note smaller takes minutes, and its rule and path tell enough.
MADE_UP = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
BARE = DocumentContext(identifier="d-1", timestamp="2026-03-02T10:15:00+01:00")


def check(version: NoteVersion, transcript: Transcript, context: DocumentContext) -> Any:
    """The document, once everything that reads it finds nothing wrong."""
    bundle = json.loads(json.dumps(to_fhir(version, transcript, context)))
    assert [str(issue) for issue in fhirkit.validate(bundle)] == []
    Bundle.model_validate(bundle)
    assert problems(bundle, version, transcript) == ()
    return bundle


def of_kind(bundle: Any, kind: str) -> list[Any]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("context", [CONTEXT, BARE], ids=["full", "bare"])
@pytest.mark.parametrize(("language", "template"), NOTES)
def test_golden_notes_are_valid_documents(
    language: str, template: str, context: DocumentContext
) -> None:
    note, talk = golden(language, template)
    for version in (draft(note), signed(note), signed(note, NoteState.amended)):
        bundle = check(version, talk, context)
        shown = json.dumps(bundle["entry"][0], ensure_ascii=False)
        for statement in note.statements():
            assert statement.text.replace("'", "&#x27;").replace('"', "&quot;") in shown


@given(version=versions())
@MADE_UP
def test_made_up_notes_are_valid_documents(version: NoteVersion) -> None:
    check(version, TALK, CONTEXT)


def test_the_kind_of_document_is_the_template_s() -> None:
    kinds = {name: library.template(language, name).loinc for language, name in library.templates()}
    assert kinds == DOCUMENTS


@pytest.mark.parametrize(
    ("language", "template", "mark"), [("fr", "compte-rendu", "BROUILLON"), ("en", "soap", "DRAFT")]
)
def test_status_and_attester_follow_the_signature(language: str, template: str, mark: str) -> None:
    note, talk = golden(language, template)
    first = check(draft(note), talk, CONTEXT)["entry"][0]["resource"]
    assert (first["status"], "attester" in first) == ("preliminary", False)
    assert mark in first["text"]["div"]
    final = check(signed(note), talk, CONTEXT)
    answered = final["entry"][0]["resource"]
    assert answered["status"] == "final"
    assert answered["attester"][0]["party"]["display"] == "Dr Claire Exemple"
    # The label of what a machine made stays.
    assert answered["meta"]["security"][0]["code"] == "AIAST"
    amended = check(signed(note, NoteState.amended), talk, CONTEXT)["entry"][0]["resource"]
    assert amended["status"] == "amended"
    assert amended["relatesTo"][0]["code"] == "replaces"


def test_an_edit_after_the_signature_is_a_draft_again() -> None:
    note, talk = golden("fr", "compte-rendu")
    version = signed(note)
    touched = version.model_copy(update={"note": note.model_copy(update={"title": "Autre"})})
    document = check(touched, talk, CONTEXT)
    assert document["entry"][0]["resource"]["status"] == "preliminary"
    assert document["identifier"]["value"].startswith("urn:uuid:")


def test_an_amendment_names_the_document_that_it_replaces() -> None:
    note, talk = golden("fr", "compte-rendu")
    before = signed(note)
    after = signed(note, NoteState.amended).model_copy(
        update={"replaces": before.content_sha256, "signature": None}
    )
    relation = to_fhir(after, talk, CONTEXT)["entry"][0]["resource"]["relatesTo"][0]
    assert relation["targetIdentifier"] == to_fhir(before, talk, CONTEXT)["identifier"]


def test_the_same_arguments_give_the_same_document() -> None:
    note, talk = golden("en", "soap")
    one, other = (to_fhir(signed(note), talk, CONTEXT) for _ in range(2))
    assert one == other
    assert one["entry"][1]["fullUrl"] == patient_url(signed(note), talk, CONTEXT)


def test_a_dose_keeps_its_words_and_has_units() -> None:
    note, talk = golden("fr", "compte-rendu")
    drugs = {
        one["medicationCodeableConcept"]["text"]: one
        for one in of_kind(check(draft(note), talk, CONTEXT), "MedicationStatement")
    }
    thyroid = drugs["lévothyroxine"]
    assert thyroid["status"] == "active"
    assert thyroid["dosage"][0]["text"] == "soixante-quinze microgrammes"
    assert thyroid["dosage"][0]["doseAndRate"][0]["doseQuantity"] == {
        "value": 75,
        "unit": "ug",
        "system": "http://unitsofmeasure.org",
        "code": "ug",
    }
    assert drugs["sumatriptan"]["status"] == "intended"
    assert "amoxicilline" not in drugs
    several = drugs["doliprane"]["dosage"][0]
    assert several["text"] == "Deux ou trois comprimés ; un gramme ; tous les jours"
    assert several["doseAndRate"][0]["doseRange"]["high"]["code"] == "{tablet}"


def test_an_allergy_is_unconfirmed_until_signed_and_told_once() -> None:
    note, talk = golden("fr", "compte-rendu")
    (one,) = of_kind(check(draft(note), talk, CONTEXT), "AllergyIntolerance")
    assert one["code"]["text"] == "amoxicilline"
    assert one["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert one["reaction"][0]["manifestation"][0]["text"] == "urticaire"
    (one,) = of_kind(check(signed(note), talk, CONTEXT), "AllergyIntolerance")
    assert one["verificationStatus"]["coding"][0]["code"] == "confirmed"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Pas d'allergie connue.", "716186003"),
        ("Aucune allergie.", "716186003"),
        ("No known drug allergies", "409137002"),
        ("Pas d'allergie à la pénicilline.", None),
        ("Not allergic to latex.", None),
    ],
)
def test_no_allergy_only_when_it_was_said(text: str, code: str | None) -> None:
    note, talk = golden("fr", "compte-rendu")
    section = next(one for one in note.sections if one.key == "allergies")
    denied = section.statements[0].model_copy(update={"text": text, "polarity": Polarity.denied})
    changed = section.model_copy(update={"statements": (denied,)})
    note = note.model_copy(
        update={
            "sections": tuple(changed if one is section else one for one in note.sections),
            "treatments": tuple(
                row for row in note.treatments if row.status is not TreatmentStatus.allergy
            ),
        }
    )
    found = of_kind(check(draft(note), talk, CONTEXT), "AllergyIntolerance")
    assert [one["code"]["coding"][0]["code"] for one in found] == ([code] if code else [])


def test_a_section_that_nobody_spoke_of_says_so() -> None:
    note, talk = golden("fr", "compte-rendu")
    section = note.sections[0].model_copy(
        update={"statements": (), "state": SectionState.not_discussed, "placeholder": "non évoqué"}
    )
    note = note.model_copy(update={"sections": (section, *note.sections[1:])})
    shown = check(draft(note), talk, CONTEXT)["entry"][0]["resource"]["section"][0]
    assert shown["emptyReason"]["coding"][0]["code"] == "notasked"
    assert "non évoqué" in shown["text"]["div"]


def test_each_statement_shows_its_words_and_their_time() -> None:
    note, talk = golden("fr", "compte-rendu")
    statement = next(
        s for s in note.statements() if s.text == "Migraine aggravée par l'abus d'antalgiques."
    )
    edit = Edit(
        kind="edit", section="conclusion", statement=statement.id, before="x", after="y",
        author=AUTHOR, at="2026-03-02T09:00:00+00:00",
    )  # fmt: skip
    version = draft(note).model_copy(update={"edits": (edit,)})
    bundle = check(version, talk, CONTEXT)
    about = [
        one
        for one in of_kind(bundle, "Provenance")
        if any(
            extension["url"] == TARGET_ELEMENT and extension["valueUri"] == f"#n-{statement.id}"
            for target in one["target"]
            for extension in target.get("extension", ())
        )
    ]
    (one,) = about
    (condition,) = of_kind(bundle, "Condition")
    assert condition["code"]["text"] == statement.text
    assert len(one["target"]) == 2
    evidence = statement.evidence[0]
    assert evidence.quote in one["entity"][0]["what"]["display"]
    assert f"{evidence.anchor}#char={evidence.quote_start}" in str(one["entity"][0])
    assert f"&t={evidence.start:g}" in one["entity"][0]["what"]["identifier"]["value"]
    assert one["agent"][1]["who"]["display"] == "Claire Exemple"


def test_blood_pressure_has_two_components() -> None:
    note, talk = golden("fr", "compte-rendu")
    (one,) = of_kind(check(draft(note), talk, CONTEXT), "Observation")
    read = {c["code"]["coding"][0]["code"]: c["valueQuantity"]["value"] for c in one["component"]}
    assert (one["status"], read) == ("preliminary", {"8480-6": 155, "8462-4": 95})


def test_oncology_is_appended_and_reachable() -> None:
    note, talk = golden("fr", "compte-rendu")
    version = draft(note)
    url = "urn:uuid:5a7d5c5e-6a53-4a5e-9a0c-0c9f0e0d0a01"
    resource = {
        "resourceType": "Condition",
        "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "AIAST"}]},  # noqa: E501
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "unconfirmed"}]},  # noqa: E501
        "subject": {"reference": patient_url(version, talk, CONTEXT)},
    }  # fmt: skip
    bundle = to_fhir(version, talk, CONTEXT, [{"fullUrl": url, "resource": resource}])
    assert problems(bundle, version, talk) == ()
    assert bundle["entry"][0]["resource"]["section"][-1]["entry"] == [{"reference": url}]
