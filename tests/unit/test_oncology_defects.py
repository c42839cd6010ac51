"""Misreadings that were found on published cases, in words of our own."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

from clinical.oncology.extract import facts_of
from clinical.oncology.lexicon import rows
from clinical.oncology.reading import Passage
from clinical.oncology.tumors import histologies
from consultation.oncology import OncologyHistory
from evaluation.oncology import measure, to_markdown
from tests.unit.oncology_phrases import document


def history(text: str, language: str = "fr") -> OncologyHistory:
    return facts_of(document(text, language))


def markers(text: str, language: str = "fr") -> list[tuple[str, float | None, str]]:
    found = history(text, language).biomarkers
    return [(one.marker, one.value, one.interpretation.value) for one in found]


def test_the_result_of_another_stain_is_not_taken() -> None:
    assert markers("HER2 3+, GATA3 négatif") == [("HER2", None, "positive")]
    assert markers("RE 90 %, TTF1 négatif") == [("ER", 90, "positive")]
    assert markers("progestérone 50 %), CK20 négative") == [("PR", 50, "positive")]


def test_an_interval_of_an_ecg_is_no_receptor() -> None:
    assert markers("ECG : RS à 80 bpm, PR normal, QRS fins") == []


def test_a_number_of_another_analysis_is_not_taken() -> None:
    assert markers("AFP, bêta-hCG : LDH 377 U/L") == []
    assert markers("négatif pour CD45/CA125/TTF1") == []


def test_a_plus_far_behind_is_no_score() -> None:
    (one,) = history("HER2 négatif, traitée par épirubicine + cyclophosphamide").biomarkers
    assert one.text == "HER2 négatif"
    assert one.score is None


def test_what_was_asked_for_and_came_is_a_result() -> None:
    text = "Une recherche de BRAF a été demandée, montrant une mutation V600E"
    assert markers(text) == [("BRAF", None, "positive")]
    assert markers("BRAF demandé") == [("BRAF", None, "pending")]


def test_receptors_that_are_negative_everywhere_are_not_at_100_percent() -> None:
    text = "Récepteurs aux œstrogènes et à la progestérone négatifs dans 100 % des cellules"
    assert markers(text) == [("ER", None, "negative"), ("PR", None, "negative")]


def test_a_vertebra_is_no_stage() -> None:
    assert history("Récidive observée à T12.").stages == ()
    assert history("Lésion lytique de T12 et L1").stages == ()


def test_a_choice_of_stages_and_a_verb_are_no_group() -> None:
    assert history("Patients de stade III ou IV").stages == ()
    (one,) = history("Un cancer du sein de stade IV a été diagnostiqué").stages
    assert one.group == "IV"


def test_what_is_ruled_out_is_not_told_and_six_is_no_condition() -> None:
    assert history("Après avoir écarté une progression tumorale").responses == ()
    assert [one.value for one in history("Au sixième cycle, réponse partielle").responses] == ["PR"]
    assert history("En cas de progression tumorale").responses == ()


def test_the_organ_of_another_tumour_is_not_taken() -> None:
    (one,) = history("Carcinome rénal à cellules claires, pT3bN0M1 (pulmonaire)").tumors
    assert one.topography == "rénal"


def test_an_organ_may_split_the_name_of_a_histology() -> None:
    (one,) = history("Carcinome pulmonaire à petites cellules.").tumors
    assert one.morphology == "Carcinome pulmonaire à petites cellules"
    assert {code.code for code in one.codes} == {"8041/3", "C34.9"}


def test_a_symptom_under_any_treatment_is_no_toxicity() -> None:
    assert history("Hypertension artérielle sous traitement").toxicities == ()
    assert history("Céphalées liées à l'effort").toxicities == ()
    assert len(history("Nausées sous cisplatine").toxicities) == 1


def test_drugs_in_one_breath_are_one_treatment() -> None:
    (one,) = history("Chimiothérapie par du carboplatine et de l'étoposide").treatments
    assert one.drugs == ("carboplatin", "etoposide")


@pytest.mark.parametrize(
    "name", ["oncology_markers", "oncology_sites", "oncology_histology", "oncology_protocols"]
)
def test_the_lists_have_no_row_twice(name: str) -> None:
    keys = [next(iter(row.values())) for row in rows(name)]
    doubled = {key for key in keys if keys.count(key) > 1} - {"MTC"}
    assert not doubled


def test_every_histology_is_found_by_its_first_form() -> None:
    for row in rows("oncology_histology"):
        form = row["fr"].split(";")[0]
        text = f"{form.upper() if len(form) <= 5 else form}."
        one = document(text, "fr")
        found = histologies(Passage(one, one.paragraphs[0]))
        assert [hit.end - hit.start for hit in found] == [len(form)], row


def test_every_drug_of_a_protocol_is_in_the_lexicon() -> None:
    known = set()
    for name in ("drugs.csv", "drugs_recent.csv"):
        with (files("clinical") / "lexicons" / name).open(encoding="utf-8") as lines:
            known |= {row["inn"] for row in csv.DictReader(lines)}
    for row in rows("oncology_protocols"):
        assert set(row["drugs"].split(";")) <= known, row


def test_a_long_text_is_read_in_time_that_grows_with_it() -> None:
    import time

    def took(times: int) -> float:
        one = document(
            "RE 90 %, HER2 3+, pT2 N0 M0 FOLFOX cure 3/12 neutropénie grade 3 " * times, "fr"
        )
        start = time.process_time()
        facts_of(one)
        return time.process_time() - start

    took(5)
    short, long = took(40), took(320)
    assert long < 8 * short * 4 + 0.5


def test_coded_examples_are_measured(tmp_path: Path) -> None:
    def instance(kind: str, *facts: tuple[str, str]) -> dict[str, object]:
        listed = [{"path": path, "raw": value, "display": value} for path, value in facts]
        return {"id": kind, "instanceof": kind, "facts": listed}

    examples = [
        instance("TNMPrimaryTumorCategory", ("valueCodeableConcept", "AJCC cT2 (qualifier value)")),
        instance("ECOGPerformanceStatus", ("valueInteger", "1")),
        instance(
            "GenomicVariant",
            ("valueCodeableConcept", "Present"),
            ("component[gene-studied].valueCodeableConcept", "KRAS"),
            ("component[variation-code]", "p.Gly12Cys"),
        ),
        instance("Patient", ("gender", "male")),
    ]
    (tmp_path / "one.json").write_text(json.dumps(examples), encoding="utf-8")
    report = measure(tmp_path)
    assert {(s.kind, s.language, s.found, s.missed, s.wrong) for s in report.scores} == {
        (kind, language, 3, 0, 0)
        for kind in ("stage", "performance", "biomarker")
        for language in ("fr", "en")
    }
    assert "| coded examples | stage | fr | 3 | 0 | 0 |" in to_markdown(report)


def test_spans_of_histologies_are_measured(tmp_path: Path) -> None:
    text = "Un carcinome lobulaire et une masse ; puis un sarcome inconnu, un truc."
    start = text.index("carcinome")
    odd = text.index("truc")
    annotation = "\n".join(
        [
            f"T1\tmorphologie {start} {start + 19}\tcarcinome lobulaire",
            "#1\tICD-O T1\t8520/3",
            f"T2\tmorphologie {odd} {odd + 4}\ttruc",
            "#2\tICD-O T2\t8999/3",
        ]
    )
    line = json.dumps({"id": "a", "text": text, "ann": annotation})
    (tmp_path / "cases.jsonl").write_text(line + "\n", encoding="utf-8")
    report = measure(tmp_path)
    (score,) = report.scores
    assert (score.found, score.missed, score.wrong) == (1, 1, 1)
    assert report.code_accuracy == 1


def test_what_stands_before_the_next_marker_is_the_next_ones() -> None:
    text = "Biopsie : HER2 1+, mutation PIK3CA H1047R, pas de mutation ESR1."
    assert markers(text) == [
        ("HER2", None, "negative"),
        ("PIK3CA", None, "positive"),
        ("ESR1", None, "negative"),
    ]


def test_a_result_that_was_looked_for_is_certain() -> None:
    (one,) = history("Recherche de mutation EGFR : négative.").biomarkers
    assert (one.interpretation.value, one.certainty) == ("negative", "certain")


def test_the_dates_of_one_treatment_are_not_the_next_ones() -> None:
    text = "4 cures d'EC 100 du 12/04/2021 au 20/06/2021 puis paclitaxel hebdomadaire"
    first, second = history(text).treatments
    assert (first.date, first.end) == ("2021-04-12", "2021-06-20")
    assert (second.date, second.end) == (None, None)


def test_the_quote_holds_the_denial() -> None:
    (one,) = history("MET amplification not detected.", "en").biomarkers
    assert one.text == "MET amplification not detected"
    assert one.interpretation.value == "negative"


def test_the_start_of_a_treatment_is_no_date_of_the_response() -> None:
    text = "Started on osimertinib on April 2, 2022 with partial response."
    (one,) = history(text, "en").responses
    assert one.date is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Awaiting EGFR mutation status.", "en"),
        ("Awaiting results of EGFR mutation", "en"),
        ("EGFR mutation, pending.", "en"),
        ("EGFR mutation pending.", "en"),
        ("EGFR mutation testing pending.", "en"),
        ("Pending results: EGFR mutation", "en"),
        ("Mutation EGFR, en attente", "fr"),
        ("En attente de la mutation EGFR", "fr"),
        ("En attente : mutation EGFR L858R.", "fr"),
    ],
)
def test_an_alteration_that_is_waited_for_is_none_yet(text: str, language: str) -> None:
    assert markers(text, language) == [("EGFR", None, "pending")]


def test_an_alteration_that_is_looked_for_is_no_result() -> None:
    assert markers("EGFR mutation status.", "en") == []
    assert markers("EGFR mutation testing", "en") == []
    assert markers("EGFR mutation status: positive", "en") == [("EGFR", None, "positive")]
    assert markers("EGFR mutation testing was negative.", "en") == [("EGFR", None, "negative")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("EGFR L858R unknown.", "en"),
        ("EGFR L858R status unknown.", "en"),
        ("EGFR L858R to be done.", "en"),
        ("EGFR mutation unknown.", "en"),
        ("EGFR mutation to be done.", "en"),
        ("Réarrangement ALK inconnu.", "fr"),
        ("Réarrangement ALK à faire.", "fr"),
        ("Mutation EGFR à rechercher.", "fr"),
    ],
)
def test_an_alteration_of_which_nothing_is_known_is_not_positive(text: str, language: str) -> None:
    assert "positive" not in [meaning for _, _, meaning in markers(text, language)]


def test_an_alteration_that_was_found_stays_found() -> None:
    assert markers("EGFR mutation found in a tumour of unknown primary.", "en") == [
        ("EGFR", None, "positive")
    ]


def test_what_is_waited_for_beside_a_result_leaves_it_alone() -> None:
    found = [("BRAF", None, "pending"), ("EGFR", None, "positive")]
    assert markers("BRAF pending, EGFR mutation found.", "en") == found
    assert markers("En attente : BRAF. EGFR muté.") == found
