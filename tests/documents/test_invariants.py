"""Each invariant has a document that breaks it and that FHIR's own validators may well accept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import fhirkit
import pytest

from consultation.export.fhir import to_fhir
from consultation.export.invariants import RULES, problems
from consultation.export.ucum import is_unit
from tests.documents import CONTEXT, draft, golden, signed

Spoil = Callable[[Any], None]


def of_kind(bundle: Any, kind: str) -> Any:
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)


def first(bundle: Any) -> Any:
    return bundle["entry"][0]["resource"]


def no_identifier(bundle: Any) -> None:
    del bundle["identifier"], bundle["timestamp"]


def composition_last(bundle: Any) -> None:
    bundle["entry"].append(bundle["entry"].pop(0))


def invented_status(bundle: Any) -> None:
    first(bundle)["status"] = "draft"


def one_url_twice(bundle: Any) -> None:
    bundle["entry"][2]["fullUrl"] = bundle["entry"][1]["fullUrl"]


def dangling(bundle: Any) -> None:
    of_kind(bundle, "Observation")["derivedFrom"][0]["reference"] += "0"


def nowhere_in_the_text(bundle: Any) -> None:
    for entry in bundle["entry"]:
        for target in entry["resource"].get("target", ()):
            for extension in target.get("extension", ()):
                extension["valueUri"] = "#n-nobody.1"


def of_another_patient(bundle: Any) -> None:
    of_kind(bundle, "Condition")["subject"]["reference"] = bundle["entry"][2]["fullUrl"]


def invented_unit(bundle: Any) -> None:
    of_kind(bundle, "Observation")["component"][0]["valueQuantity"]["code"] = "mmHg"


def attester_of_a_draft(bundle: Any) -> None:
    first(bundle)["attester"] = [{"mode": "legal", "time": "2026-03-02", "party": {"display": "x"}}]


def final_by_nobody(bundle: Any) -> None:
    first(bundle)["status"] = "final"


def confirmed_draft(bundle: Any) -> None:
    status = of_kind(bundle, "AllergyIntolerance")["verificationStatus"]
    status["coding"][0]["code"] = "confirmed"


def final_measurement(bundle: Any) -> None:
    of_kind(bundle, "Observation")["status"] = "final"


def unlabelled(bundle: Any) -> None:
    del of_kind(bundle, "MedicationStatement")["meta"]


def empty_without_reason(bundle: Any) -> None:
    section = first(bundle)["section"][0]
    section["text"]["div"] = '<div xmlns="http://www.w3.org/1999/xhtml"><p>non évoqué</p></div>'
    section.pop("entry", None)


def reason_without_being_empty(bundle: Any) -> None:
    reason = {"coding": [{"code": "notasked"}]}
    first(bundle)["section"][0]["emptyReason"] = reason


def nil_known(bundle: Any) -> None:
    empty_without_reason(bundle)
    first(bundle)["section"][0]["emptyReason"] = {"coding": [{"code": "nilknown"}]}


def script(bundle: Any) -> None:
    text = first(bundle)["section"][0]["text"]
    text["div"] = text["div"].replace("</ul>", "<script>alert(1)</script></ul>")


def handler(bundle: Any) -> None:
    text = first(bundle)["section"][0]["text"]
    text["div"] = text["div"].replace("<ul>", '<ul onclick="alert(1)">')


def not_escaped(bundle: Any) -> None:
    text = first(bundle)["section"][0]["text"]
    text["div"] = text["div"].replace("</ul>", "TA < 12 & plus</ul>")


def entity(bundle: Any) -> None:
    text = first(bundle)["section"][0]["text"]
    text["div"] = '<!DOCTYPE div [<!ENTITY x "y">]>' + text["div"]


def recording(bundle: Any) -> None:
    attachment = of_kind(bundle, "DocumentReference")["content"][0]["attachment"]
    attachment |= {"contentType": "audio/mpeg", "data": "AAAA"}


def numbers_alone(bundle: Any) -> None:
    del of_kind(bundle, "MedicationStatement")["dosage"][0]["text"]


def of_nothing(bundle: Any) -> None:
    del of_kind(bundle, "MedicationStatement")["derivedFrom"]


def ordered(bundle: Any) -> None:
    of_kind(bundle, "ServiceRequest")["intent"] = "order"


def control_character(bundle: Any) -> None:
    of_kind(bundle, "Condition")["code"]["text"] += "\u202e"


EXAMPLES: tuple[tuple[str, Spoil], ...] = (
    ("document", no_identifier),
    ("composition_first", composition_last),
    ("status", invented_status),
    ("full_urls", one_url_twice),
    ("references", dangling),
    ("references", nowhere_in_the_text),
    ("one_patient", of_another_patient),
    ("units", invented_unit),
    ("attested", attester_of_a_draft),
    ("attested", final_by_nobody),
    ("unconfirmed", confirmed_draft),
    ("unconfirmed", final_measurement),
    ("labelled", unlabelled),
    ("empty", empty_without_reason),
    ("empty", reason_without_being_empty),
    ("empty", nil_known),
    ("narrative", script),
    ("narrative", handler),
    ("narrative", not_escaped),
    ("narrative", entity),
    ("no_recording", recording),
    ("dosage", numbers_alone),
    ("derived", of_nothing),
    ("proposed", ordered),
    ("characters", control_character),
)
ACCEPTED_BY_FHIRKIT = {
    "no_identifier", "composition_last", "invented_status", "one_url_twice", "dangling",
    "invented_unit", "recording",
}  # fmt: skip
"""What the validator lets pass; the reason why these rules exist."""


def good() -> Any:
    note, talk = golden("fr", "compte-rendu")
    return copy.deepcopy(to_fhir(draft(note), talk, CONTEXT))


@pytest.mark.parametrize(("rule", "spoil"), EXAMPLES, ids=[e[1].__name__ for e in EXAMPLES])
def test_a_document_that_breaks_it(rule: str, spoil: Spoil) -> None:
    bundle = good()
    assert problems(bundle) == ()
    spoil(bundle)
    assert rule in {problem.rule for problem in problems(bundle)}
    if spoil.__name__ in ACCEPTED_BY_FHIRKIT:
        assert fhirkit.validate(bundle) == []


def test_every_rule_has_an_example() -> None:
    assert {rule.__name__.strip("_") for rule in RULES} == {rule for rule, _ in EXAMPLES}


def test_final_needs_a_signature_of_these_very_words() -> None:
    note, talk = golden("fr", "compte-rendu")
    bundle = to_fhir(signed(note), talk, CONTEXT)
    assert problems(bundle, signed(note)) == ()
    touched = signed(note).model_copy(update={"note": note.model_copy(update={"title": "x"})})
    assert {one.rule for one in problems(bundle, touched)} == {"signed"}
    assert {one.rule for one in problems(good(), signed(note))} == {"signed"}


def test_a_dose_that_nobody_said() -> None:
    note, talk = golden("fr", "compte-rendu")
    bundle = good()
    of_kind(bundle, "MedicationStatement")["dosage"][0]["text"] = "soixante-quinze milligrammes"
    assert {one.rule for one in problems(bundle, draft(note), talk)} == {"verbatim"}


def test_a_problem_tells_nothing_of_the_patient() -> None:
    told = ""
    for _, spoil in EXAMPLES:
        bundle = good()
        spoil(bundle)
        told += " ".join(f"{one.path} {one.detail}" for one in problems(bundle))
    for word in ("ESSAI", "Essai", "amoxicilline", "migraine", "sumatriptan"):
        assert word not in told


@pytest.mark.parametrize("nothing", [{}, {"entry": None}, {"entry": [None, {}]}, {"entry": "x"}])
def test_what_is_no_document_is_told_and_does_not_raise(nothing: dict[str, Any]) -> None:
    assert problems(nothing)


@pytest.mark.parametrize(
    ("code", "unit"),
    [("mm[Hg]", True), ("{tablet}", True), ("/min", True), ("mmHg", False), ("cp", False)],
)
def test_units(code: str, unit: bool) -> None:
    assert is_unit(code) is unit
