"""Findings of an examination: what is one, where it stands, and that the note lacks it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.examination import closes, examination_findings, opens
from consultation.summary import Fact
from tests.unit.talk import transcript
from tests.unit.test_undocumented import missing

FOUND = [
    ("en", "Your lungs are clear.", False, [("Your lungs are clear", True)]),
    ("en", "On exam there is a 2/6 systolic murmur.", False,
     [("On exam there is a 2/6 systolic murmur", False)]),
    ("en", "You have pain with flexion and extension of the back.", True,
     [("You have pain with flexion and extension of the back", False)]),
    ("en", "Your legs have, you know, one plus pitting edema.", True,
     [("Your legs have, you know, one plus pitting edema", False)]),
    ("en", "i see no effusion your reflexes are normal let's look at the results", True,
     [("i see no effusion", True), ("your reflexes are normal", True)]),
    ("en", "no decreased range of motion", True, [("no decreased range of motion", True)]),
    ("en", "So you told me that you have pain in your back.", False, []),
    ("en", "If the knee is swollen, come back.", True, []),
    ("en", "I will take a look to see if it is tender.", True, []),
    ("en", "Everything looks good.", True, []),
    ("fr", "L'abdomen est souple et indolore.", False,
     [("L'abdomen est souple et indolore", True)]),
    ("fr", "À l'auscultation, le murmure est normal, pas de râles.", False,
     [("À l'auscultation, le murmure est normal", True), ("pas de râles", True)]),
    ("fr", "Il y a un souffle systolique deux sur six.", True,
     [("Il y a un souffle systolique deux sur six", False)]),
    ("fr", "Le genou est rouge et gonflé.", False, [("Le genou est rouge et gonflé", False)]),
    ("fr", "Si le genou gonfle, rappelez-moi.", True, []),
    ("fr", "Vous m'avez dit que le ventre était sensible.", False, []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "examining", "expected"), FOUND)
def test_what_is_found(
    language: str, text: str, examining: bool, expected: list[tuple[str, bool]]
) -> None:
    found = examination_findings(text, language, examining)
    assert [(text[f.start : f.end], f.normal) for f in found] == expected


def test_where_an_examination_begins_and_ends() -> None:
    assert opens("Let me listen to your chest.")
    assert not closes("Let me listen to your chest.")
    assert closes("Your x-ray shows nothing.")
    assert not opens("Your x-ray shows nothing.")
    assert opens("Je vais vous examiner, à l'examen le ventre est souple.")
    assert closes("À l'examen rien ; je vous fais une ordonnance.")
    assert not opens("Bonjour.")
    assert not closes("Bonjour.")


LOST = [
    ("en", ["D: Let me listen to you.", "D: The lungs are clear, and I hear a soft murmur."],
     "Lungs clear.", [(Fact.examination, "I hear a soft murmur")]),
    ("en", ["D: Let me listen to you.", "D: The lungs are clear, and I hear a soft murmur."],
     "Soft murmur heard.", [(Fact.normal, "The lungs are clear")]),
    ("en", ["D: Let me press here.", "D: There is pain on palpation of the medial side.",
            "D: You have pain with flexion of the knee."],
     "Pain with flexion of the knee.",
     [(Fact.examination, "There is pain on palpation of the medial side")]),
    ("fr", ["D: Je vous examine.", "D: L'abdomen est souple. Il y a un souffle au foyer aortique."],
     "Souffle au foyer aortique.", [(Fact.normal, "L'abdomen est souple")]),
    ("fr", ["D: Je vous examine.", "D: L'abdomen est souple. Il y a un souffle au foyer aortique."],
     "Abdomen souple.", [(Fact.examination, "Il y a un souffle au foyer aortique")]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "lines", "noted", "lost"), LOST)
def test_what_the_note_lacks(
    language: str, lines: list[str], noted: str, lost: list[tuple[Fact, str]]
) -> None:
    talk = transcript(*lines, language=language)
    assert [(one.fact, one.text) for one in missing(talk, noted)] == lost


def test_what_is_normal_comes_last() -> None:
    talk = transcript(
        "D: Let me listen to you. The lungs are clear.", "P: I feel dizzy.", language="en"
    )
    assert [one.fact for one in missing(talk)] == [Fact.symptom, Fact.normal]


def test_a_patient_examines_nobody() -> None:
    talk = transcript("D: Let me listen to you.", "P: My lungs are clear.", language="en")
    assert missing(talk) == ()


WORDS = ["your", "lungs", "clear", ",", "no", "murmur", "and", "let's", "œdème", "souple", ".", "à"]


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from(["fr", "en"]), st.booleans())
def test_findings_are_cut_out_in_order(words: list[str], language: str, examining: bool) -> None:
    text = " ".join(words)
    at = 0
    for one in examination_findings(text, language, examining):
        assert at <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip() == text[one.start : one.end]
        at = one.end
