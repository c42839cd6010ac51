"""Wordings of stale facts that were once missed, as rules rather than cases."""

from __future__ import annotations

import pytest

from summarize.record_facts.map import facts_of
from tests.unit.made_records import document, synthesis


@pytest.mark.parametrize(
    "stop", ["Nous avons stoppé le bisoprolol.", "Notre avis : bisoprolol arrêté (vertiges)."]
)
def test_nous_denies_nothing(stop: str) -> None:
    first = document(1, f"# Conclusion\n{stop}", "2024-01-10")
    later = document(2, "# Traitement\n- Bisoprolol 2,5 mg le matin", "2024-06-10")
    assert [one.kind for one in synthesis(first, later).stale] == ["stopped_listed"]


@pytest.mark.parametrize("name", ["HIV serology", "Throat swab", "Stool calprotectin"])
def test_a_test_that_is_rarely_asked_for_is_awaited_and_answered(name: str) -> None:
    asked, came, copied = (
        document(1, f"# Plan\n{name} test awaited.", "2024-01-10", language="en"),
        document(2, f"# Blood tests\n{name} negative.", "2024-03-10", language="en"),
        document(3, f"# Plan\n{name} pending.", "2024-06-10", language="en"),
    )
    assert [one.kind for one in synthesis(asked, came, copied).stale] == ["result_known"]


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ("Ne fume plus depuis 1998.", "fr"),
        ("No longer smokes since 1988.", "en"),
        ("She has not smoked since 2000.", "en"),
    ],
)
def test_who_smokes_no_more_is_no_smoker(told: str, language: str) -> None:
    facts = facts_of(document(1, f"# Tabac\n{told}", "2024-01-10", language=language))
    assert {f.values["state"] for f in facts if f.key == "habit:tobacco"} == {"stopped"}


@pytest.mark.parametrize(
    ("told", "language", "drug", "status"),
    [
        ("Pas de renouvellement de bisoprolol.", "fr", "bisoprolol", {"stopped"}),
        ("Plus de bisoprolol depuis mars.", "fr", "bisoprolol", {"stopped"}),
        ("Bisoprolol remplacé par amlodipine.", "fr", "bisoprolol", {"stopped"}),
        ("Bisoprolol replaced by amlodipine 5 mg.", "en", "bisoprolol", {"stopped"}),
        # what replaces, and what is only near such a word, is not stopped
        ("Bisoprolol remplacé par amlodipine 5 mg.", "fr", "amlodipine", {"current"}),
        ("Switched from bisoprolol to amlodipine 5 mg.", "en", "amlodipine", {"current"}),
        ("Plus de douleurs sous paracétamol 1 g.", "fr", "paracetamol", {"current"}),
        ("Haemoglobin dropped on warfarin 5 mg.", "en", "warfarin", {"current"}),
        ("Prend plus de 2 g de paracétamol par jour.", "fr", "paracetamol", {"current"}),
    ],
)
def test_what_gives_way_is_stopped_and_what_replaces_it_is_not(
    told: str, language: str, drug: str, status: set[str]
) -> None:
    facts = facts_of(document(1, f"# Conclusion\n{told}", "2024-01-10", language=language))
    assert {f.status for f in facts if f.key == f"drug:{drug}"} == status


def test_an_abstinence_from_alcohol_stops_no_smoking() -> None:
    told = "# Mode de vie\nTabac 20 cigarettes par jour, abstinent de l'alcool."
    facts = facts_of(document(1, told, "2024-01-10"))
    assert {f.values["state"] for f in facts if f.key == "habit:tobacco"} == {"current"}


def test_a_visit_after_a_scan_to_come_is_no_result_of_it() -> None:
    told = "# Conclusion\nJe la revois après TEP-TDM avec les résultats du bilan."
    assert not [f for f in facts_of(document(1, told, "2024-01-10")) if f.category == "imaging"]
