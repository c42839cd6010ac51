"""What is listed and elsewhere spoken of in words that no rule understands, or listed no more."""

from __future__ import annotations

import pytest

from consultation.export.synthesis_text import synthesis_to_markdown
from consultation.synthesis import Stale, Synthesis
from tests.unit.made_records import document, record, synthesis

LISTED = """
    # Problèmes actifs
    - Lombosciatique
    - Anémie ferriprive
    # Traitement en cours
    - Amlodipine 5 mg le matin
    - Atorvastatine 20 mg le soir
"""


def _checks(made: Synthesis) -> dict[str, Stale]:
    return {one.about: one for one in made.stale if one.level == "to_check"}


def _made(between: str, *, last: str = LISTED) -> Synthesis:
    return synthesis(
        document(1, LISTED, "2023-01-10"),
        document(2, f"# Histoire de la maladie\n{between}", "2023-06-01"),
        document(3, last, "2023-09-01"),
    )


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("La patiente a laissé tomber l'amlodipine.", "Amlodipine"),
        ("Ne plus prendre d'amlodipine.", "Amlodipine"),
        ("Amlodipine 5 mg : à ne pas reconduire.", "Amlodipine"),
        ("Amlodipine 5 mg -> 10 mg.", "Amlodipine"),
        ("L'anémie est rentrée dans l'ordre après le fer.", "Anémie ferriprive"),
        ("Sa lombosciatique lui a laissé la paix depuis l'été.", "Lombosciatique"),
    ],
)
def test_words_that_no_rule_understands_are_to_be_checked(words: str, about: str) -> None:
    made = _made(words)
    found = _checks(made)
    assert list(found) == [about]
    one = found[about]
    assert one.kind == "spoken_otherwise"
    assert one.newer is not None
    assert [e.source for e in (*one.old.evidence, *one.newer.evidence)] == ["d003", "d002"]
    assert one.newer.says == words
    line = next(line for line in made.lines() if line.text.startswith(about))
    assert "to_check" in line.flags
    assert "stale" not in line.flags
    question = next(q for q in made.questions if q.source == one.id)
    assert "01/06/2023" in question.text
    assert "## À vérifier" in synthesis_to_markdown(made)


@pytest.mark.parametrize(
    "words",
    [
        "Sous amlodipine, tension à 130/80.",
        "Amlodipine bien tolérée, sans œdème.",
        "Poursuite de l'amlodipine.",
        "Amlodipine 5 mg le matin.",
        "Si œdème, arrêter l'amlodipine.",
        "Sa lombosciatique persiste.",
        "Anémie ferriprive.",
    ],
)
def test_words_that_plainly_go_on_are_not(words: str) -> None:
    assert _checks(_made(words)) == {}


def test_a_stop_that_is_understood_keeps_its_stronger_verdict() -> None:
    made = _made("Amlodipine arrêtée le 01/06/2023 pour œdèmes.")
    assert [(one.kind, one.level) for one in made.stale] == [("stopped_listed", "superseded")]


def test_a_plain_sentence_settles_what_was_said_before_it_and_a_copied_list_does_not() -> None:
    odd = document(2, "# Histoire\nA laissé tomber l'amlodipine.", "2023-06-01")
    lists = [document(1, LISTED, "2023-01-10"), document(3, LISTED, "2023-09-01")]
    assert "Amlodipine" in _checks(synthesis(*lists, odd))
    plain = document(4, "# Histoire\nPoursuite de l'amlodipine.", "2023-10-01")
    assert _checks(synthesis(*lists, odd, plain)) == {}


def test_what_a_later_list_of_the_same_kind_leaves_out_is_told() -> None:
    made = _made("Va bien.", last=LISTED.replace("- Amlodipine 5 mg le matin", "- Ramipril 5 mg"))
    found = _checks(made)
    assert {about: one.kind for about, one in found.items()} == {"Amlodipine": "not_listed"}
    newer = found["Amlodipine"].newer
    assert newer is not None
    assert {e.source for e in newer.evidence} == {"d003"}
    assert len(newer.evidence) == 2
    # A prescription of something else is no list of all that is taken.
    alone = "# Traitement\n- Amoxicilline 1 g matin et soir"
    assert _checks(_made("Va bien.", last=alone)) == {}


def test_it_does_not_depend_on_the_order_of_the_documents() -> None:
    documents = [
        document(1, LISTED, "2023-01-10"),
        document(2, "# Histoire\nSa lombosciatique lui a laissé la paix.", "2023-06-01"),
        document(3, LISTED, "2023-09-01"),
    ]
    assert record(*documents) != record(*reversed(documents))
    there, back = synthesis(*documents), synthesis(*reversed(documents))
    assert there.stale == back.stale
    assert _checks(there)


def test_a_letter_to_the_patient_leaves_it_to_a_person() -> None:
    made = synthesis(
        document(1, LISTED, "2023-01-10"),
        document(2, "# Histoire\nA laissé tomber l'amlodipine.", "2023-06-01"),
        document(3, LISTED, "2023-09-01"),
        template="patient-letter",
    )
    assert not any("mlodipine" in line.text for line in made.lines())
