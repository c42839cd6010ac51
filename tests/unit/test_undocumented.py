"""What was said and is in no statement; what was said in two ways."""

from __future__ import annotations

import pytest

from consultation.summary import Fact, Statement, Undocumented
from consultation.transcript import Transcript
from summarize.contradictions import contradictions
from summarize.grounding import Grounder
from summarize.undocumented import RANKS, undocumented
from summarize.units import quote, units
from tests.unit.talk import transcript


def missing(talk: Transcript, *note: str) -> tuple[Undocumented, ...]:
    grounder = Grounder(units(talk), talk.language)
    statements = [
        Statement(
            id=f"note.{i}", text=text, evidence=quote(grounder.ground(text).units), support=1.0
        )
        for i, text in enumerate(note)
    ]
    return undocumented(grounder, statements)


def facts(talk: Transcript, *note: str) -> list[str]:
    return [one.fact.value for one in missing(talk, *note)]


SAID = [
    ("fr", ["D: Des allergies?", "P: Oui, à la pénicilline."], "Allergie à la pénicilline.",
     "allergy"),
    ("fr", ["D: Avez-vous des allergies?", "P: Non."], "Pas d'allergie.", "allergy"),
    ("fr", ["P: Je prends du ramipril."], "Prend du ramipril.", "drug"),
    ("fr", ["D: Vous prenez du ramipril?", "P: Oui."], "Prend du ramipril.", "drug"),
    ("fr", ["D: La tension est à cent cinquante sur quatre-vingt-dix."], "Tension 150/90.",
     "examination"),
    ("fr", ["D: Le genou est rouge et gonflé."], "Genou rouge et gonflé.", "examination"),
    ("fr", ["D: Si la douleur devient brutale, appelez le quinze."],
     "Appeler le quinze si la douleur devient brutale.", "red_flag"),
    ("fr", ["D: Je vous revois dans trois semaines."], "Revoir dans trois semaines.", "follow_up"),
    ("fr", ["D: Je demande une prise de sang."], "Prise de sang.", "decision"),
    ("fr", ["P: J'ai des vertiges."], "Vertiges.", "symptom"),
    ("en", ["D: Any allergies?", "P: Yes, penicillin."], "Allergic to penicillin.", "allergy"),
    ("en", ["P: I take ramipril."], "Takes ramipril.", "drug"),
    ("en", ["D: Your blood pressure is one hundred and fifty over ninety."],
     "Blood pressure 150/90.", "examination"),
    ("en", ["D: If the pain gets sudden, call nine nine nine."],
     "Call nine nine nine if the pain gets sudden.", "red_flag"),
    ("en", ["D: Come back in three weeks."], "Come back in three weeks.", "follow_up"),
    ("en", ["D: I will order a chest x-ray."], "Chest x-ray.", "decision"),
    ("en", ["P: I feel dizzy."], "Dizzy.", "symptom"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "lines", "documented", "fact"), SAID)
def test_what_was_said(language: str, lines: list[str], documented: str, fact: str) -> None:
    talk = transcript(*lines, language=language)
    assert fact in facts(talk)
    assert fact not in facts(talk, documented)


def test_a_dose_that_the_note_leaves_out() -> None:
    talk = transcript("P: Je prends du ramipril, cinq milligrammes.")
    assert facts(talk, "Prend du ramipril.") == ["dose"]
    (one,) = missing(talk, "Prend du ramipril.")
    assert one.text == "ramipril cinq milligrammes"
    assert one.evidence[0].quote == "Je prends du ramipril, cinq milligrammes."


def test_a_treatment_that_was_stopped_is_not_documented_as_taken() -> None:
    talk = transcript("D: On arrête l'amlodipine.", "P: Je prenais de l'amlodipine.")
    assert "drug" in facts(talk, "Prend de l'amlodipine.")
    assert "drug" not in facts(talk, "Arrêt de l'amlodipine.")


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fr", ["D: De la fièvre?", "P: Non.", "P: Pas de toux."]),
        ("fr", ["D: Avez-vous mal à la tête?"]),
        ("fr", ["P: Ma mère avait des migraines."]),
        ("en", ["D: Any fever?", "P: No.", "P: I have no cough."]),
        ("en", ["P: My mother had migraines."]),
        ("en", ["D: Let me listen to your chest."]),
        ("en", ["D: So you mentioned that you are short of breath."]),
        ("fr", ["D: Donc vous m'avez dit que vous aviez des vertiges."]),
    ],
)
def test_what_is_denied_asked_or_of_the_family_is_not_listed(
    language: str, lines: list[str]
) -> None:
    assert facts(transcript(*lines, language=language)) == []


def test_an_alternative_for_an_allergy_is_no_allergy() -> None:
    talk = transcript(
        "P: I'm allergic to penicillin.",
        "D: Because of your allergy I will prescribe doxycycline.",
        language="en",
    )
    listed = {(m.fact.value, m.text) for m in missing(talk, "Allergic to penicillin.")}
    assert ("drug", "doxycycline") in listed
    assert not any(fact == "allergy" for fact, _ in listed)


def test_the_gravest_come_first() -> None:
    talk = transcript(
        "P: I feel dizzy.",
        "D: Come back in two weeks.",
        "P: I take warfarin.",
        "P: I am allergic to codeine.",
        "D: If you bleed, go to the hospital.",
        language="en",
    )
    found = missing(talk)
    assert [m.rank for m in found] == sorted(m.rank for m in found)
    assert [m.fact for m in found] == [
        Fact.allergy, Fact.red_flag, Fact.drug, Fact.follow_up, Fact.symptom,
    ]  # fmt: skip
    assert [RANKS[m.fact] for m in found] == [m.rank for m in found]


def test_quotes_are_verbatim() -> None:
    talk = transcript("D: Des allergies?", "P: Oui, à la pénicilline.")
    for one in missing(talk):
        for evidence in one.evidence:
            segment = talk.segment(evidence.anchor)
            assert segment is not None
            assert segment.text[evidence.quote_start : evidence.quote_end] == evidence.quote


CONTRARY = [
    ("fr", ["P: Je prends du ramipril, cinq milligrammes.",
            "P: Non, je prends du ramipril, dix milligrammes."], ["dose"]),
    ("fr", ["P: Je prends du ramipril, cinq milligrammes.",
            "D: Je passe le ramipril à dix milligrammes."], []),
    ("fr", ["P: Je prends du ramipril, cinq milligrammes.",
            "D: Ramipril, cinq milligrammes, d'accord."], []),
    ("fr", ["P: J'ai mal au genou droit.", "D: Depuis quand?",
            "P: La douleur du genou gauche a commencé lundi."], ["side"]),
    ("fr", ["P: J'ai une douleur au genou droit.", "P: La douleur au genou gauche est forte."],
     ["side"]),
    ("fr", ["P: Je n'ai pas d'allergie.", "P: Je suis allergique à la pénicilline."],
     ["allergy"]),
    ("fr", ["P: Je suis allergique à la pénicilline."], []),
    ("en", ["P: I take lisinopril, ten milligrams.", "P: I take lisinopril, twenty milligrams."],
     ["dose"]),
    ("en", ["P: I take lisinopril, ten milligrams.",
            "D: We'll increase the lisinopril to twenty milligrams."], []),
    ("en", ["P: I have pain in my left knee.", "P: The pain in my right knee is bad."], ["side"]),
    ("en", ["P: I have pain in my left knee.", "P: And a headache on the right side."], []),
    ("en", ["P: Both my knees hurt.", "P: I have pain in my right knee."], []),
    ("en", ["D: Any allergies?", "P: No.", "P: I'm allergic to codeine."], ["allergy"]),
    ("en", ["P: I'm allergic to penicillin.", "D: Any allergies to any kind of cats or dogs?",
            "P: No."], []),
    ("en", ["P: I'm allergic to penicillin.", "D: Are you allergic to anything?", "P: No."],
     ["allergy"]),
    ("en", ["P: I'm allergic to penicillin.", "D: And you've got no food allergies?", "P: No."],
     []),
    ("fr", ["P: Je suis allergique à la pénicilline.", "D: Êtes-vous allergique aux chats?",
            "P: Non."], []),
    ("en", ["D: Are you allergic to codeine?", "P: No.", "P: I'm allergic to latex."], []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "lines", "kinds"), CONTRARY)
def test_contradictions(language: str, lines: list[str], kinds: list[str]) -> None:
    found = contradictions(units(transcript(*lines, language=language)), language)
    assert [one.kind for one in found] == kinds
    for one in found:
        assert len(one.evidence) >= 2
