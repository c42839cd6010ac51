"""mCODE-shaped FHIR, OSIRIS-shaped CSV, and the sentences of a synthesis."""

from __future__ import annotations

import csv
import importlib
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.oncology.accept import accept
from clinical.oncology.biomarkers import biomarkers
from clinical.oncology.extract import facts_of, oncology_history
from clinical.oncology.markers import markers
from clinical.oncology.reading import Passage
from clinical.oncology.wording import line
from consultation.export.mcode import to_mcode
from consultation.export.osiris import to_osiris
from consultation.oncology import OncologyHistory
from tests.unit.oncology_phrases import KINDS, document, phrases

CASE = """Carcinome canalaire infiltrant du sein gauche, grade SBR III, diagnostiqué en 2019.
Métastases hépatiques. pT2 N1mi(sn) M0, stade IIB, UICC 8e édition. Résection R0.
RE 90 %, RP 40 %, HER2 2+, FISH en attente. Ki67 entre 20 et 25 %. Mutation germinale BRCA1.
EGFR non réalisé. KRAS sauvage. PSA < 0,01 ng/mL. PD-L1 CPS 120.
OMS 0-1. Karnofsky 80 %.
Mastectomie gauche le 12/03/2019. Radiothérapie 50 Gy en 25 fractions.
Chimiothérapie adjuvante par FEC 100, cure 2/3. Je propose du pembrolizumab.
Arrêt du docétaxel pour neuropathie de grade 2. Diarrhée sévère sous capécitabine.
Réponse partielle selon RECIST 1.1. Suspicion de cancer du pancréas.
Lymphome de stade III selon Ann Arbor."""


@pytest.fixture(scope="module")
def case() -> OncologyHistory:
    return facts_of(document(CASE, "fr", title="=Compte rendu", date="2024-01-02"))


def _validate(resource: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    getattr(module, kind).model_validate(resource)


def test_every_resource_is_valid_fhir(case: OncologyHistory) -> None:
    pytest.importorskip("fhir.resources")
    made = to_mcode(case)
    kinds = {one["resourceType"] for one in made}
    assert {"Condition", "Observation", "MedicationAdministration", "MedicationRequest"} <= kinds
    assert {"Procedure", "AdverseEvent"} <= kinds
    for one in made:
        _validate(one)
    ids = [(one["resourceType"], one["id"]) for one in made]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one["id"]) for one in made)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_facts_of_all_phrases_are_valid_fhir(language: str) -> None:
    pytest.importorskip("fhir.resources")
    for phrase, _ in phrases(language):
        for one in to_mcode(facts_of(document(phrase, language))):
            _validate(one)


def test_nothing_leaves_as_confirmed(case: OncologyHistory) -> None:
    for one in to_mcode(case):
        assert one["meta"]["security"][0]["code"] == "AIAST"
        if one["resourceType"] == "Condition":
            code = one["verificationStatus"]["coding"][0]["code"]
            assert code in ("unconfirmed", "provisional")
        if one["resourceType"] == "Observation":
            assert one["status"] in ("preliminary", "registered")
            assert one["derivedFrom"][0]["identifier"]["value"].startswith("d001#p")


def test_a_pending_test_has_no_result(case: OncologyHistory) -> None:
    (her2,) = [one for one in to_mcode(case) if one.get("code", {}).get("text") == "HER2"]
    assert her2["status"] == "registered"
    assert "interpretation" not in her2
    assert her2["dataAbsentReason"]["coding"][0]["code"] == "temp-unknown"


def test_rays_are_counted_in_centigrays_and_fractions(case: OncologyHistory) -> None:
    name = "mcode-radiotherapy-course-summary"
    (rays,) = [o for o in to_mcode(case) if name in str(o["meta"].get("profile"))]
    dose = rays["extension"][-1]["extension"]
    assert dose[0]["valueQuantity"]["value"] == 5000
    assert dose[1]["valueUnsignedInt"] == 25


def test_osiris_has_a_row_a_fact_and_no_formula(case: OncologyHistory) -> None:
    files = to_osiris(case, patient="=p1")
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in files.items()}
    assert len(tables["Biomarker.csv"]) == len(case.biomarkers)
    assert len(tables["Treatment.csv"]) == len(case.treatments)
    events = len(case.tumors) + len(case.stages)
    assert len(tables["TumorPathologyEvent.csv"]) == events
    for rows in tables.values():
        for row in rows:
            assert row["Quote"]
            assert row["Patient_Id"] == "'=p1"


def test_no_facts_give_headers_only() -> None:
    assert to_mcode(OncologyHistory()) == []
    assert all(text.count("\n") == 1 for text in to_osiris(OncologyHistory()).values())


PINNED = {
    "ER": {"85329-1", "16112-5"},
    "PR": {"85325-9", "16113-3"},
    "HER2": {"85319-2", "85318-4", "48676-1", "HGNC:3430"},
    "Ki67": {"29593-1"},
    "PD-L1": {"83053-9", "83052-1"},
    "MSI": {"81695-9"},
    "MMR": {"62862-8"},
    "EGFR": {"HGNC:3236"},
    "KRAS": {"21702-6", "HGNC:6407"},
    "NRAS": {"HGNC:7989"},
    "BRAF": {"85299-6", "HGNC:1097"},
    "ALK": {"HGNC:427"},
    "ROS1": {"HGNC:10261"},
    "RET": {"HGNC:9967"},
    "NTRK1": {"HGNC:8031"},
    "NTRK2": {"HGNC:8032"},
    "NTRK3": {"HGNC:8033"},
    "MET": {"HGNC:7029"},
    "BRCA1": {"HGNC:1100"},
    "BRCA2": {"HGNC:1101"},
    "IDH1": {"HGNC:5382"},
    "IDH2": {"HGNC:5383"},
    "ESR1": {"HGNC:3467"},
    "PIK3CA": {"HGNC:8975"},
    "TMB": {"94076-7"},
    "PSA": {"2857-1"},
    "CA15-3": {"6875-9"},
    "CA125": {"10334-1"},
    "CA19-9": {"24108-3"},
    "CEA": {"2039-6"},
}


@pytest.mark.parametrize("name", PINNED)
def test_the_codes_of_markers_are_pinned(name: str) -> None:
    assert {code.code for code in markers()[name].codes} == PINNED[name]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("HER2 3+ en immunohistochimie", "85319-2"),
        ("HER2 : FISH amplifiée", "85318-4"),
        ("HER2 positif", "48676-1"),
    ],
)
def test_85319_2_is_for_immunohistochemistry_alone(text: str, code: str) -> None:
    (found,) = facts_of(document(text, "fr")).biomarkers
    assert {one.code for one in found.codes} == {code, "HGNC:3430"}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("pT2 N1 M0", {"21899-0", "21900-6", "21901-4"}),
        ("cT2 N1 M0", {"21905-5", "21906-3", "21907-1"}),
        ("T2 N1 M0", set()),
        ("pT2 pN1 cM0", {"21899-0", "21900-6", "21907-1"}),
        ("pT2 N1 M0, stade IIB", {"21899-0", "21900-6", "21901-4", "21902-2"}),
    ],
)
def test_the_codes_of_stages_follow_the_prefix(text: str, codes: set[str]) -> None:
    (found,) = facts_of(document(text, "fr")).stages
    assert {one.code for one in found.codes} == codes


def test_other_codes() -> None:
    found = facts_of(document("OMS 1. Carboplatine. Adénocarcinome du côlon.", "fr"))
    assert found.performance[0].codes[0].code == "89247-1"
    assert found.treatments[0].codes[0].code == "L01XA02"
    assert {one.code for one in found.tumors[0].codes} == {"8140/3", "C18.9"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_line_holds_no_number_that_the_fact_does_not(language: str) -> None:
    for phrase, _ in phrases(language):
        history = facts_of(document(phrase, language))
        for name in KINDS.values():
            for fact in getattr(history, name):
                told = fact.model_dump_json(exclude={"evidence", "id"}) + " ".join(
                    one.display for one in fact.codes
                )
                known = set(re.findall(r"\d+", told)) | set(
                    re.findall(r"\d+", f"{told}L".replace(".0", ""))
                )
                # "exon 19 deletion" is how ex19del is said.
                assert set(re.findall(r"\d+", line(fact, language))) <= known, (phrase, fact)


def test_lines_in_both_languages() -> None:
    (one,) = facts_of(document("HER2 2+, FISH non amplifiée", "fr")).biomarkers
    assert line(one, "fr") == "HER2 : 2+, négatif, FISH"
    assert line(one, "en") == "HER2: 2+, negative, FISH"
    (two,) = facts_of(document("PSA 6,4 ng/mL le 12/03/2024", "fr")).biomarkers
    assert line(two, "fr") == "PSA : 6,4 ng/mL (2024-03-12)"
    (three,) = facts_of(document("Severe oral mucositis on everolimus", "en")).toxicities
    assert "grade not stated" in line(three, "en")


def test_a_proposal_is_taken_only_if_the_words_hold_it() -> None:
    text = "RE 90 %, HER2 en attente, EGFR L858R muté."
    one = document(text, "fr")
    paragraph = one.paragraphs[0]
    found = {b.marker: b for b in biomarkers(Passage(one, paragraph))}
    for marker in found.values():
        assert accept(marker, paragraph, one) == marker
    wrong = found["ER"].model_copy(update={"value": 80.0})
    assert accept(wrong, paragraph, one) is None
    invented = found["HER2"].model_copy(update={"interpretation": "positive"})
    assert accept(invented, paragraph, one) is None
    other = found["EGFR"].model_copy(update={"variant": "T790M"})
    assert accept(other, paragraph, one) is None
    elsewhere = document("RE 90 %", "fr").paragraphs[0]
    assert accept(found["EGFR"], elsewhere, one) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(CASE.split()), min_size=1, max_size=40).map(" ".join))
def test_shuffled_words_still_give_valid_exports(text: str) -> None:
    history = oncology_history([document(text, "fr")])
    for name in KINDS.values():
        for fact in getattr(history, name):
            assert line(fact, "fr")
            assert line(fact, "en")
    to_osiris(history)
    pytest.importorskip("fhir.resources")
    for one in to_mcode(history):
        _validate(one)
