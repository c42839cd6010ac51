"""What documents tell of a cancer, and what they must never be taken to tell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.oncology.extract import facts_of, merge, oncology_history
from clinical.oncology.reading import clean
from consultation.documents import Paragraph, Place
from consultation.oncology import Interpretation, OncologyHistory
from evaluation.agreement import Agreement
from evaluation.gate_figures import agreement_figures
from tests.gates import Gate
from tests.unit.oncology_phrases import compared, document, phrases


def history(text: str, language: str = "fr") -> OncologyHistory:
    return facts_of(document(text, language))


@pytest.mark.gate
def test_the_phrases_of_reports_give_their_facts(gate: Gate) -> None:
    figures = {}
    for language in ("fr", "en"):
        found = missed = extra = 0
        for phrase, expected in phrases(language):
            count, lost, more = compared(phrase, expected, language)
            found, missed, extra = found + count, missed + len(lost), extra + len(more)
            if lost or more:
                print(phrase, lost, more)
        figures |= agreement_figures(
            f"facts {language}", Agreement(right=found, missed=missed, invented=extra)
        )
    gate("oncology", figures)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_there_are_at_least_150_phrases(language: str) -> None:
    assert len(phrases(language)) >= 150


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Statut HER2 en attente.", "fr"),
        ("HER2 : en cours de FISH", "fr"),
        ("HER2 2+, FISH en attente", "fr"),
        ("HER2 is pending.", "en"),
        ("HER2 2+, FISH pending", "en"),
        ("Awaiting HER2.", "en"),
        ("HER2 demandé", "fr"),
        ("Résultat de HER2 à venir, RE positifs", "fr"),
        ("HER2 ?", "fr"),
        ("HER2 non réalisé", "fr"),
    ],
)
def test_her2_that_is_awaited_is_neither_positive_nor_negative(text: str, language: str) -> None:
    found = {
        one.interpretation for one in history(text, language).biomarkers if one.marker == "HER2"
    }
    assert not found & {Interpretation.positive, Interpretation.negative}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *((t, "fr") for t in ("RP 40 %", "RE 90 %, RP 40 %", "RP : 40%", "RP+", "RP positifs")),
        ("RP < 1 %", "fr"),
        *((t, "en") for t in ("PR 40%", "ER 90%, PR 40%", "PR: 40 %", "PR positive", "PR < 1%")),
    ],
)
def test_progesterone_receptors_are_no_partial_response(text: str, language: str) -> None:
    found = history(text, language)
    assert found.responses == ()
    assert [one.marker for one in found.biomarkers][-1] == "PR"


@pytest.mark.parametrize("text", ["RP de face sans anomalie", "RP pulmonaire normale", "RP : RAS"])
def test_a_chest_x_ray_is_neither_a_response_nor_a_receptor(text: str) -> None:
    assert history(text).responses == ()
    assert history(text).biomarkers == ()


def test_a_partial_response_that_only_an_abbreviation_tells_is_uncertain() -> None:
    (found,) = history("Scanner : RP.").responses
    assert (found.value, found.certainty) == ("PR", "uncertain")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Neutropénie sévère après la cure 2", "fr"),
        ("Mucite importante", "fr"),
        ("Diarrhée profuse sous capécitabine", "fr"),
        ("Life-threatening neutropenia", "en"),
        ("Mild oral mucositis", "en"),
        ("Neuropathie modérée, carcinome de grade 3", "fr"),
    ],
)
def test_no_grade_comes_from_an_adjective(text: str, language: str) -> None:
    found = history(text, language).toxicities
    assert found
    assert {one.grade for one in found} == {None}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Cancer du sein chez sa mère.", "fr"),
        ("Sa sœur a eu un cancer de l'ovaire.", "fr"),
        (
            "Antécédents familiaux : mère cancer du sein à 45 ans, père adénocarcinome du côlon.",
            "fr",
        ),
        ("Père décédé d'un cancer du poumon.", "fr"),
        ("Her mother had breast cancer.", "en"),
        ("Family history: sister with ovarian carcinoma, father with prostate cancer.", "en"),
        ("Maternal aunt with breast cancer and BRCA1 mutation.", "en"),
        ("Mutation BRCA1 chez sa mère.", "fr"),
    ],
)
def test_the_cancer_of_a_relative_is_never_the_patients(text: str, language: str) -> None:
    found = history(text, language)
    assert found.tumors == ()
    assert found.biomarkers == ()


def test_a_heading_of_family_history_governs_its_paragraphs() -> None:
    one = document("Cancer du sein à 45 ans.", "fr")
    paragraph = one.paragraphs[0].model_copy(update={"heading": "Antécédents familiaux"})
    assert facts_of(one.model_copy(update={"paragraphs": (paragraph,)})).tumors == ()


@pytest.mark.parametrize(
    "text", ["Pas de récidive.", "Absence de récidive locale.", "Pas de cancer du sein."]
)
def test_what_is_denied_is_no_tumour(text: str) -> None:
    assert history(text).tumors == ()
    assert history(text).responses == ()


def test_an_absent_mutation_is_negative() -> None:
    (found,) = history("Absence de mutation EGFR.").biomarkers
    assert found.interpretation is Interpretation.negative


def test_a_denial_before_a_value_does_not_turn_it() -> None:
    found = history("Pas de métastase, RE 90 %, HER2 3+, pT2 N0 M0.")
    assert [one.interpretation.value for one in found.biomarkers] == ["positive", "positive"]
    assert [one.t for one in found.stages] == ["T2"]


def test_ace_is_a_marker_in_french_and_an_inhibitor_in_english() -> None:
    assert [one.marker for one in history("ACE 12 ng/mL").biomarkers] == ["CEA"]
    assert history("ACE 12 ng/mL", "en").biomarkers == ()
    assert history("Mis sous inhibiteur de l'ACE 5 mg").biomarkers == ()


def test_a_suspected_cancer_is_uncertain_and_a_question_is_nothing() -> None:
    (found,) = history("Suspicion de cancer du pancréas.").tumors
    assert found.certainty == "uncertain"
    assert history("Cancer du pancréas ?").tumors == ()
    assert history("Dépistage du cancer du côlon.").tumors == ()


def test_the_same_fact_is_cited_once_and_conflicts_are_kept() -> None:
    first = document("HER2 3+. RE 90 %.", "fr", id="d001", date="2021-01-01")
    second = document("HER2 3+. RE 80 %.", "fr", id="d002", date="2022-01-01")
    found = oncology_history([second, first])
    her2 = [one for one in found.biomarkers if one.marker == "HER2"]
    assert len(her2) == 1
    assert [one.source for one in her2[0].evidence] == ["d001"]
    assert [one.value for one in found.biomarkers if one.marker == "ER"] == [90, 80]


def test_a_copied_paragraph_is_read_where_it_first_stood() -> None:
    first = document("PSA 4,2 ng/mL", "fr", id="d001", date="2021-01-01")
    copied = document("PSA 4,2 ng/mL", "fr", id="d002", date="2022-01-01")
    marked = copied.paragraphs[0].model_copy(
        update={"repeats": Place(document="d001", paragraph="p0001")}
    )
    copied = copied.model_copy(update={"paragraphs": (marked,)})
    (series,) = oncology_history([first, copied]).series
    assert [(point.date, point.value) for point in series.points] == [("2021-01-01", 4.2)]
    assert len(oncology_history([copied]).biomarkers) == 1


def test_a_series_is_in_one_unit_and_oldest_first() -> None:
    later = document("PSA 0,2 µg/L", "fr", id="d002", date="2023-05-01")
    first = document("PSA 8,1 ng/mL le 03/02/2021. PSA 1,2 ng/mL le 04/02/2022.", "fr")
    (series,) = oncology_history([later, first]).series
    assert series.unit == "ng/mL"
    assert [(p.date, p.value) for p in series.points] == [
        ("2021-02-03", 8.1), ("2022-02-04", 1.2), ("2023-05-01", 0.2)
    ]  # fmt: skip


def test_merging_is_idempotent() -> None:
    one = history("RE 90 %, HER2 2+, pT2 N1 M0. FOLFOX cure 3/12.")
    assert merge([one, one]) == merge([one])


_PIECES = (
    "HER2 RE RP ER PR 90 % 3+ + - en attente pending EGFR muté T790M p T2 N0 M0 (sn) stade IIIA "
    "cancer du sein gauche breast mother mère pas de no FOLFOX cure 3/12 50 Gy grade 2 neutropénie "
    "RECIST PSA 1,2 ng/mL le 12/03/2024 . , ; : ( ) | / œ e\u0301 ECOG 1 ? µ \u00a0 İ ﬁ"
)
words = st.sampled_from(_PIECES.split())


@settings(max_examples=120, deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.lists(words, max_size=40).map(" ".join)),
    st.sampled_from(["fr", "en", "de"]),
)
def test_any_text_is_read_and_every_quote_is_verbatim(text: str, language: str) -> None:
    if not text:
        return
    one = document("x", language).model_copy(
        update={"paragraphs": (Paragraph(id="p0001", text=text, start=0, end=len(text)),)}
    )
    found = facts_of(one)
    for name in OncologyHistory.model_fields:
        for fact in getattr(found, name):
            if name == "series":
                continue
            assert fact.evidence
            for evidence in fact.evidence:
                start, end = evidence.quote_start, evidence.quote_end
                assert text[start:end] == evidence.quote
                assert fact.text == clean(evidence.quote)
    ids = [f.id for n in OncologyHistory.model_fields if n != "series" for f in getattr(found, n)]
    assert len(ids) == len(set(ids))
