"""A record to its synthesis: what stands where, what is flagged, what is never asserted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.documents import SourceDocument
from consultation.errors import UnknownTemplate, UnsupportedLanguage
from consultation.evidence import Verdict
from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.settings import Settings
from consultation.synthesis import Synthesis
from jobs.map_cache import FolderCache
from prompts.syntheses import synthesis_template, synthesis_templates
from summarize.changes import changes
from summarize.engines.scripted import ScriptedModel
from summarize.record_facts.map import MemoryCache, map_key
from summarize.record_facts.when import dates
from summarize.synthesis import synthesize
from tests.unit.made_records import document, record, synthesis, texts

FIRST = document(
    1,
    """
    # Antécédents
    HTA depuis 2010, diabète de type 2, appendicectomie (1998), PTH droite en 2015
    Pas d'asthme.
    # Antécédents familiaux
    Mère : cancer du sein à 52 ans.
    # Allergies
    Pénicilline (urticaire), latex
    # Mode de vie
    Tabac : 30 paquets-années, sevré depuis 2010.
    # Traitement habituel
    - Amlodipine 5 mg 1 cp le matin
    - Apixaban 5 mg matin et soir
    Ramipril arrêté le 12/03/2024 en raison d'une toux.
    # Biologie du 12/03/2024
    Créatinine 112 µmol/L, Hb 11,2 g/dL. Objectif LDL < 0,7 g/L
    Groupe sanguin : A Rh positif
    # Conduite à tenir
    Augmentation de l'amlodipine à 10 mg. Résultat de la ferritine en attente.
    """,
    "2024-03-15",
)
SECOND = document(
    2,
    """
    # Antécédents
    HTA. Appendicectomie en 1989. PTH gauche.
    # Allergies
    Pas d'allergie connue.
    # Traitement en cours
    - Amlodipine 5 mg le matin
    - Ramipril 5 mg
    # Biologie
    Hb 12,3 g/dL
    Ferritine 40 µg/L
    """,
    "2024-09-20",
)


def test_lines_stand_in_their_sections_with_their_sources() -> None:
    made = synthesis(FIRST)
    assert "HTA depuis 2010" in texts(made, "problems")
    assert texts(made, "allergies") == ["latex", "Pénicilline (réaction : urticaire)"]
    assert "Amlodipine 5 mg 1 cp le matin" not in texts(made, "treatments")  # it was increased
    assert "amlodipine à 10 mg" in texts(made, "treatments")
    assert texts(made, "stopped") == ["Ramipril ; motif : une toux"]
    assert texts(made, "family") == ["Mère : cancer du sein à 52 ans."]
    stop = next(line for line in made.lines() if line.id == "stopped.ramipril")
    assert (stop.date, stop.evidence[0].source, stop.evidence[0].anchor) == (
        "2024-03-12", "d001", "p0013",
    )  # fmt: skip


def test_a_relatives_disease_is_nobodys_problem() -> None:
    made = synthesis(FIRST)
    assert not [text for text in texts(made, "problems") if "sein" in text]
    assert not made.oncology.tumors


def test_what_nobody_wrote_is_not_absent() -> None:
    made = synthesis(document(1, "# Conclusion\nÉtat stable.", "2024-01-01"))
    allergies = next(s for s in made.sections if s.key == "allergies")
    assert (allergies.lines, allergies.placeholder) == ((), "non renseigné")
    assert {q.source for q in made.questions} >= {"gap:allergies", "gap:treatments"}
    assert "absent" not in synthesis_to_markdown(made).replace("n'est pas absent", "")


def test_conflicts_are_kept_with_both_sides() -> None:
    made = synthesis(FIRST, SECOND)
    found = {one.kind: one for one in made.conflicts}
    assert set(found) == {"no_allergy", "side", "date"}
    side = found["side"]
    assert (side.one.says, side.other.says) == ("droite", "gauche")
    assert [e.source for e in (*side.one.evidence, *side.other.evidence)] == ["d001", "d002"]


def test_stale_copies_are_flagged_with_what_superseded_them() -> None:
    made = synthesis(FIRST, SECOND)
    found = {one.kind: one for one in made.stale if one.level == "superseded"}
    assert set(found) == {"stopped_listed", "dose_reverted"}
    newer = found["dose_reverted"].newer
    assert newer is not None
    assert newer.says == "Augmentation de l'amlodipine à 10 mg."
    ramipril = next(line for line in made.lines() if line.id == "treatment.ramipril")
    assert "stale" in ramipril.flags


def test_a_result_that_came_is_awaited_no_more() -> None:
    assert texts(synthesis(FIRST), "pending") == ["Résultat de la ferritine en attente."]
    assert texts(synthesis(FIRST, SECOND), "pending") == []


def test_results_are_series_in_order_and_a_target_is_none() -> None:
    made = synthesis(SECOND, FIRST)
    hemoglobin = next(one for one in made.results if one.name == "hemoglobin")
    assert [(p.date, p.value) for p in hemoglobin.points] == [
        ("2024-03-12", 11.2),
        ("2024-09-20", 12.3),
    ]
    assert "LDL" not in {one.name for one in made.results}


@pytest.mark.parametrize(("language", "name"), synthesis_templates())
def test_every_template_is_written_with_verified_lines(language: str, name: str) -> None:
    made = synthesis(FIRST, SECOND, language=language, template=name)
    assert [s.key for s in made.sections] == [
        s.key for s in synthesis_template(language, name).sections
    ]
    for line in made.lines():
        assert line.evidence
        assert all(check.verdict is not Verdict.failed for check in line.checks)
    assert made.provenance.prompts
    assert Synthesis.model_validate_json(made.to_json()) == made


def test_the_patients_letter_explains_its_words() -> None:
    made = synthesis(FIRST, template="patient-letter")
    assert "HTA (tension trop élevée) depuis 2010" in texts(made, "problems")
    assert texts(made, "treatments")[0].startswith("Vous prenez : ")


def test_the_patients_letter_says_nothing_uncertain_and_quotes_nothing() -> None:
    doubted = document(1, "# Problèmes\nSuspicion de métastase hépatique.", "2024-01-01")
    made = synthesis(doubted, template="patient-letter")
    assert made.for_patient
    assert texts(made, "problems") == []
    (problems,) = [one for one in made.sections if one.key == "problems"]
    assert problems.placeholder == "Un point reste à vérifier : votre médecin en parlera avec vous."
    page = synthesis_to_markdown(synthesis(FIRST, template="patient-letter"))
    letter, _, appendix = page.partition("# Annexe pour le clinicien")
    assert "relu par un clinicien avant d'être envoyé" in letter
    assert "[d001" not in letter
    assert "[d001" in appendix


FRCP = {
    "42349-1", "42545-4", "72135-7", "11450-4", "38208-5", "48542-5", "30954-2", "21908-9",
    "10160-0", "10218-6", "85337-4", "10164-2", "21874-3", "18776-5", "35510-7", "55112-7",
    "33557-0",
}  # fmt: skip
"""Sections of the French CDA volet FRCP 2022.01; stage, biomarkers and treatments under the codes
of what is in them."""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_tumour_board_sheet_names_every_field_also_what_no_document_tells(language: str) -> None:
    empty = document(1, "Rien.", "2024-02-05", language=language)
    board = synthesis(empty, template="tumour-board", language=language)
    assert {one.loinc for one in board.sections} >= FRCP
    page = synthesis_to_markdown(board)
    for section in board.sections:
        if section.key not in ("vigilance", "questions"):
            assert section.placeholder, section.key
            assert f"## {section.heading}\n\n*{section.placeholder}*" in page


def test_what_people_fill_in_is_not_said_to_be_missing_in_the_documents() -> None:
    board = synthesis(FIRST, template="tumour-board")
    shown = {one.key: one.placeholder for one in board.sections}
    assert shown["quorum"] == shown["document_status"]
    assert shown["quorum"] == "à remplir : n'est pas cherché dans les documents"
    assert shown["tumour"] == "non trouvé dans les documents lus"
    assert shown["results"] is None  # there is a table
    assert board.results
    letter = synthesis(FIRST, template="discharge-letter")
    shown = {one.key: one.placeholder for one in letter.sections}
    assert shown["transfusions"] == "non renseigné"


@pytest.mark.parametrize(
    "told", ["Transfusion de 2 culots globulaires le 03/02/2024.", "Pas de transfusion."]
)
def test_a_transfusion_that_is_told_is_recorded(told: str) -> None:
    stay = document(1, f"# Évolution\n{told}", "2024-02-05", kind="discharge")
    made = synthesis(stay, template="discharge-letter")
    assert [one.rstrip(".") for one in texts(made, "transfusions")] == [told.rstrip(".")]


PLANNED = document(1, "# Conduite à tenir\nMammographie prévue en juin 2024.", "2024-01-10")


def test_an_examination_whose_day_has_passed_is_asked_after() -> None:
    later = document(2, "# Conclusion\nVa bien.", "2024-09-01")
    (one,) = [q for q in synthesis(PLANNED, later).questions if q.source.startswith("passed")]
    assert one.text == (
        "Prévu le 06/2024, résultat non trouvé dans les documents lus : "
        "« Mammographie prévue en juin 2024 »"
    )
    done = document(2, "# Imagerie\nMammographie : pas d'anomalie.", "2024-06-20")
    assert not [q for q in synthesis(PLANNED, done, later).questions if "Prévu" in q.text]
    early = document(2, "# Conclusion\nVa bien.", "2024-06-20")
    assert not [q for q in synthesis(PLANNED, early).questions if "Prévu" in q.text]


@given(st.permutations([1, 2, 3, 4]))
@settings(max_examples=8, deadline=None)
def test_the_order_of_documents_changes_nothing(order: list[int]) -> None:
    third = document(
        3, "# Allergies\nAspirine : asthme\n# Traitement\n- Furosémide 40 mg", "2023-05"
    )
    fourth = document(4, "# Antécédents\n- Asthme\n- Goutte", None)
    documents = {1: FIRST, 2: SECOND, 3: third, 4: fourth}
    made = synthesis(*(documents[n] for n in order))
    same = synthesis(FIRST, SECOND, third, fourth)
    strip = {"provenance"}
    assert made.model_dump(exclude=strip) == same.model_dump(exclude=strip)


_CLAUSES = st.sampled_from(
    [
        "Amlodipine 5 mg le matin", "Ramipril arrêté", "Pas de diabète", "Diabète de type 2",
        "Allergie à la pénicilline", "Hb 11,2 g/dL", "TA 140/80 mmHg", "HER2 en attente",
        "Opérée du sein gauche en 2019", "Mère : infarctus", "\u0301e\u0301té ﬁèvre œdème",
        "| a | b", "Poids 80 kg (12/03/2021)", "1-0-1", "…", "« »",
    ]
)  # fmt: skip


@given(st.lists(st.lists(_CLAUSES, min_size=1, max_size=6), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_every_quote_is_verbatim(documents: list[list[str]]) -> None:
    made = [document(n, "\n".join(c), f"2024-0{n}-01") for n, c in enumerate(documents, 1)]
    by_id = {one.id: one for one in made}
    found = synthesis(*made)
    evidence = [e for line in found.lines() for e in line.evidence]
    evidence += [e for c in found.conflicts for s in (c.one, c.other) for e in s.evidence]
    evidence += [p.evidence for r in found.results for p in r.points]
    evidence += [e for event in found.timeline for e in event.evidence]
    for one in evidence:
        paragraph = by_id[one.source].paragraph(one.anchor)
        assert paragraph is not None
        assert paragraph.text[one.quote_start : one.quote_end] == one.quote


def test_what_was_kept_is_not_read_again(tmp_path: object) -> None:
    cache = MemoryCache()
    first = synthesis(FIRST, SECOND, cache=cache)
    count = len(cache.kept)
    renumbered = SECOND.model_copy(update={"id": "d009"})
    again = synthesis(renumbered, FIRST, cache=cache)
    assert len(cache.kept) == count
    assert [line.text for line in again.lines()] == [line.text for line in first.lines()]
    assert {e.source for line in again.lines() for e in line.evidence} == {"d001", "d009"}


def test_a_folder_keeps_facts_for_this_user_only(tmp_path) -> None:  # type: ignore[no-untyped-def]
    cache = FolderCache(tmp_path / "kept")
    made = synthesis(FIRST, cache=cache)
    again = synthesis(FIRST, cache=FolderCache(tmp_path / "kept"))
    assert [line.text for line in again.lines()] == [line.text for line in made.lines()]
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    with pytest.raises(ValueError, match="digest"):
        cache.get("../../etc/passwd")


def test_changes_name_the_document_that_brought_them() -> None:
    before, after = synthesis(FIRST), synthesis(FIRST, SECOND)
    found = changes(before, after)
    assert [c.id for c in found if c.what == "document"] == ["d002"]
    conflict = next(c for c in found if c.what == "conflict" and "side" in c.id)
    assert (conflict.kind, conflict.because) == ("added", ("d002",))
    assert not changes(after, after)
    gone = [c for c in changes(after, before) if c.what == "document"]
    assert [(c.kind, c.id) for c in gone] == [("removed", "d002")]


def _asked(answer: dict[str, object]) -> tuple[Synthesis, ScriptedModel]:
    model = ScriptedModel(lambda _request: json.dumps(answer))
    chosen = Settings(profile="gpu", llm="vllm")
    return synthesize(record(FIRST), model, chosen), model


def test_a_models_sentence_needs_its_lines() -> None:
    made, model = _asked(
        {
            "sentences": [
                {"text": "HTA depuis 2010.", "lines": [1, 2, 3, 4, 5, 6]},
                {"text": "Sous amlodipine à 20 mg.", "lines": list(range(1, 7))},
                {"text": "Pas de diabète de type 2.", "lines": list(range(1, 7))},
                {"text": "Suivi régulier.", "lines": [99]},
            ]
        }
    )
    assert len(model.requests) == 1
    refused = {one.text: one.reason for one in made.unsupported}
    assert texts(made, "overview") == ["HTA depuis 2010."]
    assert refused["Sous amlodipine à 20 mg."] in ("numbers", "drugs")
    assert refused["Suivi régulier."] == "no_evidence"
    assert "Pas de diabète de type 2." in refused


def test_without_a_model_nothing_is_asked() -> None:
    model = ScriptedModel([])
    synthesize(record(FIRST), model, Settings())
    assert not model.requests


def test_errors_are_typed() -> None:
    with pytest.raises(UnknownTemplate):
        synthesis(FIRST, template="poem")
    with pytest.raises(UnsupportedLanguage):
        synthesis(FIRST, language="de")


@pytest.mark.parametrize(
    ("text", "told", "found"),
    [
        ("le 12/03/2024 puis 04/2023", None, ["2024-03-12", "2023-04"]),
        ("opéré en 2015", None, ["2015"]),
        ("3rd of March 2021, then March 5, 2022", None, ["2021-03-03", "2022-03-05"]),
        ("depuis 3 ans", "2024-05-01", ["2021"]),
        ("il y a 2 mois", "2024-01-15", ["2023-11"]),
        ("TA 120/80, 2000 mg, 31/02/2024", None, []),
        ("Scanner du 7 mars 2024 : RAS", None, ["2024-03-07"]),
    ],
)
def test_dates_of_words(text: str, told: str | None, found: list[str]) -> None:
    assert [one.iso for one in dates(text, told)] == found
    for one in dates(text, told):
        assert text[one.start : one.end].strip()


def test_the_page_cannot_be_forged_by_a_document() -> None:
    made = synthesis(
        document(1, "# Antécédents\n- # Titre [lien](http://x) <b>gras</b> | x", "2024-01-01")
    )
    page = synthesis_to_markdown(made)
    assert "<b>" not in page
    assert "[lien](" not in page


def test_a_documents_digest_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(document: SourceDocument) -> str:
        asked.append(document.id)
        return map_key(document)

    monkeypatch.setattr("summarize.synthesis.map_key", counted)
    found = record(document(1, "Va bien.", "2024-02-01"), document(2, "Bien.", "2024-03-01"))
    synthesize(found, None, Settings())
    assert sorted(asked) == ["d001", "d002"]
