"""What must never happen in a note, French and English, through the whole of summarising.

A model that writes the wrong thing is played here; what it writes never reaches the note.
"""

from __future__ import annotations

import json

import pytest

from consultation.engines import Request
from consultation.settings import Settings
from consultation.summary import Polarity, Summary
from consultation.transcript import Transcript
from summarize.consultation import summarize
from summarize.engines.scripted import ScriptedModel
from tests.unit.talk import transcript

TALK = {
    "fr": transcript(
        "D: Bonjour. Qu'est-ce qui vous amène?",
        "P: J'ai mal au genou droit depuis trois semaines.",
        "D: Avez-vous de la fièvre?",
        "P: Non.",
        "D: Que prenez-vous?",
        "P: De la lévothyroxine, soixante-quinze microgrammes. J'ai arrêté l'amlodipine.",
        "D: Avez-vous des allergies?",
        "P: Oui, je suis allergique à la pénicilline.",
        "P: Ma mère a du diabète.",
        "D: Le genou droit est gonflé.",
        "D: Je vous prescris du paracétamol, un gramme trois fois par jour.",
    ),
    "en": transcript(
        "D: Hello. What brings you here?",
        "P: My right knee has been painful for three weeks.",
        "D: Any fever?",
        "P: No.",
        "D: What do you take?",
        "P: Levothyroxine, seventy five micrograms. I stopped amlodipine.",
        "D: Any allergies?",
        "P: Yes, I'm allergic to penicillin.",
        "P: My mother has diabetes.",
        "D: The right knee is swollen.",
        "D: I will prescribe paracetamol, one gram three times a day.",
        language="en",
    ),
}
SILENT = {
    "fr": transcript("D: Bonjour.", "P: J'ai mal au genou droit.", "D: D'accord."),
    "en": transcript("D: Hello.", "P: My right knee hurts.", "D: All right.", language="en"),
}


def note(talk: Transcript, *written: str) -> Summary:
    """A model writes the same lines into every section."""

    def answer(request: Request) -> str:
        item = request.json_schema["properties"]["statements"]["items"]["properties"]
        line = item["lines"]["items"]["enum"][0]
        return json.dumps({"statements": [{"lines": [line], "text": text} for text in written]})

    settings = Settings(summary_strategy="sections")
    return summarize(talk, ScriptedModel(answer), settings, template="soap")


def texts(summary: Summary) -> list[str]:
    return [statement.text for statement in summary.statements()]


LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


@pytest.mark.parametrize(
    ("language", "wrong"),
    [
        ("fr", "Lévothyroxine 75 mg."),
        ("fr", "Lévothyroxine 750 µg."),
        ("fr", "Lévothyroxine 7,5 µg."),
        ("en", "Levothyroxine 75 mg."),
        ("en", "Levothyroxine 750 mcg."),
        ("en", "Levothyroxine 7.5 mcg."),
    ],
)
def test_1_a_dose_is_never_changed(language: str, wrong: str) -> None:
    summary = note(TALK[language], wrong)
    assert wrong not in texts(summary)
    for statement in summary.statements():
        # Mended from the evidence, or nothing.
        assert statement.original == wrong
        assert any(check.rule == "repaired" for check in statement.warnings)
        assert "icrogram" in statement.text
    assert summary.statements() or any(u.reason == "numbers" for u in summary.unsupported)


@pytest.mark.parametrize(
    ("language", "right"),
    [("fr", "Lévothyroxine 75 µg."), ("fr", "Lévothyroxine 0,075 mg."),
     ("en", "Levothyroxine 75 mcg."), ("en", "Levothyroxine 0.075 mg.")],
)  # fmt: skip
def test_1_the_same_dose_in_other_units_stands(language: str, right: str) -> None:
    assert right in texts(note(TALK[language], right))


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [("fr", "Pas de fièvre.", "Fièvre."), ("en", "No fever.", "Fever.")],
)
def test_2_a_negation_is_never_flipped(language: str, right: str, wrong: str) -> None:
    assert texts(note(TALK[language], wrong)) == []
    assert right in texts(note(TALK[language], right))


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("fr", "Douleur du genou droit.", "Douleur du genou gauche."),
        ("en", "Right knee pain.", "Left knee pain."),
    ],
)
def test_3_a_side_is_never_changed(language: str, right: str, wrong: str) -> None:
    assert right in texts(note(TALK[language], right))
    summary = note(TALK[language], wrong)
    assert wrong not in texts(summary)
    assert all("gauche" not in text and "eft" not in text for text in texts(summary))


@pytest.mark.parametrize(
    ("language", "invented"),
    [
        ("fr", "Abdomen souple, indolore."),
        ("fr", "Murmure vésiculaire normal."),
        ("fr", "Genou gauche normal."),
        ("fr", "Tension 120/80."),
        ("en", "Abdomen soft, non-tender."),
        ("en", "Chest clear on auscultation."),
        ("en", "Left knee normal."),
        ("en", "Blood pressure 120/80."),
    ],
)
def test_4_an_examination_is_never_invented(language: str, invented: str) -> None:
    assert invented not in texts(note(TALK[language], invented))


@pytest.mark.parametrize(
    ("language", "invented"),
    [("fr", "Pas d'allergie connue."), ("fr", "Allergie à l'iode."),
     ("en", "No known allergies."), ("en", "Allergic to iodine.")],
)  # fmt: skip
def test_5_no_allergy_is_invented_or_denied_unasked(language: str, invented: str) -> None:
    assert texts(note(SILENT[language], invented)) == []
    assert invented not in texts(note(TALK[language], invented))


@LANGUAGES
def test_5_an_allergy_is_never_lost_in_silence(language: str) -> None:
    summary = note(TALK[language])
    assert texts(summary) == []
    assert summary.undocumented[0].fact == "allergy"
    assert "nicill" in summary.undocumented[0].text


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("fr", "Diabète.", "Mère : diabète."),
        ("fr", "La patiente a du diabète.", "Mère diabétique, diabète."),
        ("en", "Diabetes.", "Mother has diabetes."),
        ("en", "Patient has diabetes.", "Mother: diabetes."),
    ],
)
def test_7_the_family_is_never_the_patient(language: str, wrong: str, right: str) -> None:
    standing = [s for s in note(TALK[language], wrong).statements() if s.text == wrong]
    # In the family history a relative may go without saying; a note never gives it to the patient.
    assert all(s.experiencer == "family" for s in standing)
    assert right in texts(note(TALK[language], right))


@pytest.mark.parametrize(
    ("language", "wrong"),
    [("fr", "Prend de l'amlodipine."), ("fr", "Amlodipine."), ("en", "Takes amlodipine.")],
)
def test_a_stopped_treatment_is_never_current(language: str, wrong: str) -> None:
    assert wrong not in texts(note(TALK[language], wrong))


@LANGUAGES
def test_a_denied_statement_says_so(language: str) -> None:
    right = {"fr": "Pas de fièvre.", "en": "No fever."}[language]
    statement = note(TALK[language], right).statements()[0]
    assert statement.polarity is Polarity.denied


@LANGUAGES
def test_10_one_patient_is_never_in_the_note_of_another(language: str) -> None:
    """Two consultations in one process: what a model writes of the first is refused in the second,

    and nothing of the first is listed beside it."""
    first, second = TALK[language], SILENT[language]
    said = {"fr": "Lévothyroxine 75 µg.", "en": "Levothyroxine 75 mcg."}[language]
    assert said in texts(note(first, said))
    other = note(second, said)
    assert texts(other) == []
    listed = json.loads(other.to_json())["undocumented"]
    assert "thyrox" not in json.dumps(listed, ensure_ascii=False)
