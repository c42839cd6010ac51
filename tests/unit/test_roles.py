"""Who is the clinician, and when nobody can tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consultation.transcript import Role, RoleSource, Segment, Word
from transcribe.roles import attribute


def talk(*lines: tuple[str, str]) -> list[Segment]:
    return [
        Segment(
            id=f"s{i + 1:04d}",
            speaker=speaker,
            words=tuple(Word(text=w, start=i, end=i + 1, probability=1) for w in text.split()),
        )
        for i, (speaker, text) in enumerate(lines)
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("clinician_first", [True, False])
def test_our_consultations(samples: Path, language: str, clinician_first: bool) -> None:
    turns = json.loads((samples / f"consult_{language}.json").read_text("utf-8"))
    names = {"D": "S1", "P": "S2"} if clinician_first else {"D": "S2", "P": "S1"}
    speakers = attribute(talk(*((names[t["speaker"]], t["text"]) for t in turns)), language)
    roles = {s.id: s.role for s in speakers}
    assert roles == {names["D"]: Role.clinician, names["P"]: Role.patient}
    assert all(s.source is RoleSource.model and s.confidence > 0.9 for s in speakers)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "fr",
            [("S1", "Il fait beau ce matin sur la ville."), ("S2", "Le train part de la gare.")],
        ),
        (
            "en",
            [("S1", "The weather is fine this morning."), ("S2", "A train leaves the station.")],
        ),
    ],
)
def test_abstains_when_nothing_tells(language: str, lines: list[tuple[str, str]]) -> None:
    speakers = attribute(talk(*lines), language)
    assert [s.role for s in speakers] == [Role.unknown, Role.unknown]
    assert all(s.confidence < 0.7 for s in speakers)


def test_too_few_words_are_not_judged() -> None:
    lines = [
        ("S1", "Avez-vous de la fièvre ? Je vais vous examiner."),
        ("S2", "Oui."),
        ("S1", "Bien."),
    ]
    roles = {s.id: s for s in attribute(talk(*lines), "fr")}
    assert roles["S2"].role is Role.unknown
    assert roles["S2"].source is RoleSource.none


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "fr",
            [
                ("S1", "Bonjour, qu'est-ce qui vous amène ? Avez-vous de la fièvre ?"),
                ("S2", "J'ai mal au ventre, docteur, et j'ai vomi. Je prends du doliprane."),
                ("S3", "Ma femme ne dort plus. Elle a mal toute la nuit. Elle est fatiguée."),
                ("S1", "Je vais vous examiner. Je vous prescris une prise de sang."),
            ],
        ),
        (
            "en",
            [
                ("S1", "Hello, what brings you here? Do you have any fever?"),
                ("S2", "I have a pain in my stomach, doctor, and I was sick. I take ibuprofen."),
                ("S3", "My wife does not sleep. She is in pain all night. She has no appetite."),
                ("S1", "Let me examine you. I will order a blood test."),
            ],
        ),
    ],
)
def test_a_companion_speaks_of_the_patient(language: str, lines: list[tuple[str, str]]) -> None:
    roles = {s.id: s.role for s in attribute(talk(*lines), language)}
    assert roles == {"S1": Role.clinician, "S2": Role.patient, "S3": Role.companion}


def test_hints_are_taken_as_they_are() -> None:
    lines = [("S1", "J'ai mal à la tête, docteur."), ("S2", "Depuis quand avez-vous mal ?")]
    speakers = {
        s.id: s
        for s in attribute(talk(*lines), "fr", known={"S1": (Role.clinician, RoleSource.hint)})
    }
    assert speakers["S1"].role is Role.clinician
    assert speakers["S1"].source is RoleSource.hint
    assert speakers["S2"].role is not Role.clinician


def test_one_voice_alone_is_judged_by_clear_words_only() -> None:
    (dictation,) = attribute(
        talk(
            (
                "S1",
                "Je vous adresse ce patient. Je vais prescrire une prise de sang. Revenez me voir.",
            )
        ),
        "fr",
    )
    assert dictation.role in {Role.clinician, Role.unknown}
    (neutral,) = attribute(talk(("S1", "Il est dix heures et le train est parti.")), "fr")
    assert neutral.role is Role.unknown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_patient_who_speaks_of_another_stays_the_patient(language: str) -> None:
    """Family history is spoken in the third person too; who says *I* most is the patient."""
    lines = {
        "fr": [
            ("S1", "Bonjour, qu'est-ce qui vous amène ? Avez-vous de la fièvre ?"),
            ("S2", "J'ai mal au dos, je tousse, et ma mère a du diabète, elle est malade."),
            ("S3", "Mon mari tousse la nuit, il est fatigué, il mange peu. Il a maigri."),
            ("S1", "Je vais vous examiner."),
            ("S2", "Je suis fatigué et j'ai maigri."),
        ],
        "en": [
            ("S1", "Good morning, what brings you in? Do you have a fever?"),
            ("S2", "I have a cough, my back hurts, and my mother has diabetes; she takes insulin."),
            ("S3", "He coughs at night. He has no appetite."),
            ("S1", "I'm going to examine you."),
            ("S2", "I feel tired and I lost weight."),
        ],
    }[language]
    roles = {speaker.id: speaker.role for speaker in attribute(talk(*lines), language)}
    assert roles == {"S1": Role.clinician, "S2": Role.patient, "S3": Role.companion}
