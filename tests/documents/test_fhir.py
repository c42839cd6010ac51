"""FHIR documents, read by two libraries that are not ours and held to our own invariants."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import fhirkit
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, Phase, given, settings

from consultation.export.context import DocumentContext
from consultation.export.fhir import to_fhir
from consultation.export.fhir.codes import DOCUMENTS
from consultation.export.fhir.made import TARGET_ELEMENT
from consultation.export.invariants import problems
from consultation.signoff import Edit, NoteState, NoteVersion
from consultation.summary import Experiencer, Polarity, SectionState, Summary
from consultation.tables import TreatmentStatus
from consultation.transcript import Transcript
from prompts import library
from summarize.note_oncology import note_oncology
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
    assert one["entry"][1]["resource"]["resourceType"] == "Patient"


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


CANCER = (
    ("Carcinome canalaire infiltrant du sein gauche, grade SBR III.", Polarity.affirmed),
    ("Tumeur pT2 N1 M0, stade IIB.", Polarity.affirmed),
    ("RE 90 %, HER2 2+, FISH en attente, Ki67 à 25 %.", Polarity.affirmed),
    ("Pas de mutation EGFR.", Polarity.denied),
    ("Cancer du pancréas.", Polarity.uncertain),
    ("Cancer du côlon.", Polarity.denied),
)


def of_cancer() -> tuple[Summary, Transcript]:
    """A note whose assessment tells of a cancer; its quotes are those of the sample."""
    note, talk = golden("fr", "compte-rendu")
    one = next(iter(note.statements()))
    told = [
        one.model_copy(update={"id": f"conclusion.{n}", "text": text, "polarity": polarity})
        for n, (text, polarity) in enumerate(CANCER, start=90)
    ]
    mother = {"id": "conclusion.99", "text": "Cancer du sein.", "experiencer": Experiencer.family}
    told.append(one.model_copy(update=mother))
    sections = tuple(
        part.model_copy(update={"statements": tuple(told), "state": SectionState.documented})
        if part.loinc == "51848-0"
        else part
        for part in note.sections
    )
    return note.model_copy(update={"sections": sections}), talk


@pytest.mark.parametrize("make", [draft, signed])
def test_what_a_note_tells_of_a_cancer_is_mcode_with_its_quotes(
    make: Callable[[Summary], NoteVersion],
) -> None:
    note, talk = of_cancer()
    version = make(note)
    told = note_oncology(note)
    bundle = json.loads(json.dumps(to_fhir(version, talk, CONTEXT, told)))
    assert [str(issue) for issue in fhirkit.validate(bundle)] == []
    Bundle.model_validate(bundle)
    assert problems(bundle, version, talk) == ()
    urls = {e["fullUrl"]: e["resource"] for e in bundle["entry"]}
    part = bundle["entry"][0]["resource"]["section"][-1]
    assert part["title"] == "Oncologie"
    made = [urls[one["reference"]] for one in part["entry"]]
    shapes = Counter(one["meta"]["profile"][0].rsplit("/", 1)[-1] for one in made)
    assert shapes == {
        "mcode-primary-cancer-condition": 1,
        "mcode-tnm-primary-tumor-category": 1,
        "mcode-tnm-regional-nodes-category": 1,
        "mcode-tnm-distant-metastases-category": 1,
        "mcode-tnm-stage-group": 1,
        "mcode-tumor-marker-test": 3,
        "mcode-genomic-variant": 1,
    }
    # The mother's, the one in doubt and the one that was denied are text alone.
    (tumor,) = [one for one in made if one["resourceType"] == "Condition"]
    assert "sein gauche" in json.dumps(tumor, ensure_ascii=False)
    related = tumor["extension"][-1]["valueReference"]["reference"]
    assert urls[related]["code"]["text"] == CANCER[0][0]
    # A machine's reading: whoever signed the words has not seen the codes.
    assert tumor["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    results = [one for one in made if one["resourceType"] == "Observation"]
    assert {one["status"] for one in results} == {"preliminary", "registered"}
    (her2,) = [one for one in results if one["code"].get("text") == "HER2"]
    assert her2["dataAbsentReason"]["coding"][0]["code"] == "temp-unknown"
    assert "interpretation" not in her2
    (group,) = [one for one in results if "hasMember" in one]
    assert len(group["hasMember"]) == 3
    # Each is aimed at by the Provenance of its statement, whose quotes are the transcript's.
    aimed = {
        target["reference"]: one
        for one in of_kind(bundle, "Provenance")
        for target in one["target"]
    }
    for one in part["entry"]:
        assert "#char=" in aimed[one["reference"]]["entity"][0]["what"]["identifier"]["value"]


def test_a_note_without_a_cancer_has_no_such_section() -> None:
    for language, template in NOTES:
        note, talk = golden(language, template)
        told = note_oncology(note)
        bundle = to_fhir(draft(note), talk, CONTEXT, told)
        titles = [one["title"] for one in bundle["entry"][0]["resource"]["section"]]
        assert not {"Oncologie", "Oncology"} & set(titles)
