"""Statements against what was said: what stands and what is refused, and by which rule."""

from __future__ import annotations

import pytest

from consultation.topics import Topic
from summarize.grounding import Grounder
from summarize.rules import permitted
from summarize.units import units
from summarize.verify import Claim, failed, verify
from tests.unit.talk import transcript

FR = transcript(
    "D: Bonjour. Qu'est-ce qui vous amène?",
    "P: J'ai mal à la tête depuis trois semaines, surtout à droite.",
    "D: Avez-vous de la fièvre?",
    "P: Non, pas du tout.",
    "D: Quels médicaments prenez-vous?",
    "P: De l'amlodipine, cinq milligrammes le matin. Et de la lévothyroxine, soixante-quinze "
    "microgrammes.",
    "D: Avez-vous des allergies?",
    "P: Oui, je suis allergique à l'amoxicilline.",
    "P: Ma mère avait des migraines.",
    "D: La tension est à cent cinquante-cinq sur quatre-vingt-quinze. La nuque est souple.",
    "D: Je pense à une migraine. Je vous prescris du sumatriptan, cinquante milligrammes.",
)
EN = transcript(
    "D: Hello. What brings you here?",
    "P: I have had a cough for ten days, and a pain on the left side.",
    "D: Any fever?",
    "P: No, not at all.",
    "D: What medicines do you take?",
    "P: Lisinopril, ten milligrams in the morning. And levothyroxine, seventy five micrograms.",
    "D: Are you allergic to anything?",
    "P: Yes, to penicillin.",
    "P: My father had diabetes.",
    "D: Your blood pressure is one hundred and forty two over eighty five.",
    "D: I think this is pneumonia. I will prescribe doxycycline, one hundred milligrams.",
    language="en",
)
TALKS = {"fr": FR, "en": EN}

ANY = tuple(Topic)
STANDS = [
    ("fr", "Mal à la tête depuis trois semaines, à droite.", ANY),
    ("fr", "Céphalées à droite depuis 3 semaines, mal à la tête.", ANY),
    ("fr", "Pas de fièvre.", (Topic.history,)),
    ("fr", "Amlodipine 5 mg le matin.", (Topic.medications,)),
    ("fr", "Lévothyroxine 75 µg.", (Topic.medications,)),
    ("fr", "Lévothyroxine 0,075 mg.", (Topic.medications,)),
    ("fr", "Allergie à l'amoxicilline.", (Topic.allergies,)),
    ("fr", "Mère : migraines.", (Topic.family,)),
    ("fr", "Tension 155/95.", (Topic.examination,)),
    ("fr", "Sumatriptan 50 mg.", (Topic.plan,)),
    ("en", "Cough for 10 days, pain on the left side.", ANY),
    ("en", "No fever.", (Topic.history,)),
    ("en", "Lisinopril 10 mg in the morning.", (Topic.medications,)),
    ("en", "Levothyroxine 75 mcg.", (Topic.medications,)),
    ("en", "Allergic to penicillin.", (Topic.allergies,)),
    ("en", "Father had diabetes.", (Topic.family,)),
    ("en", "Blood pressure 142/85.", (Topic.examination,)),
    ("en", "Doxycycline 100 mg.", (Topic.plan,)),
]
REFUSED = [
    ("fr", "Lévothyroxine 75 mg.", (Topic.medications,), "numbers"),
    ("fr", "Amlodipine 50 mg le matin.", (Topic.medications,), "numbers"),
    ("fr", "Sumatriptan 50 µg.", (Topic.plan,), "numbers"),
    ("fr", "Fièvre.", (Topic.history,), "polarity"),
    ("fr", "Pas d'allergie à l'amoxicilline.", (Topic.allergies,), "polarity"),
    ("fr", "Amlodipine, bisoprolol, cinq milligrammes le matin.", (Topic.medications,), "drugs"),
    ("fr", "Abdomen souple, murmure vésiculaire normal.", (Topic.examination,), "no_evidence"),
    ("fr", "Pas de douleur thoracique.", (Topic.history,), "no_evidence"),
    ("fr", "Avez-vous des allergies?", (Topic.allergies,), "question"),
    ("fr", "Migraines depuis l'enfance.", (Topic.past,), None),
    ("en", "Levothyroxine 75 mg.", (Topic.medications,), "numbers"),
    ("en", "Lisinopril 100 mg in the morning.", (Topic.medications,), "numbers"),
    ("en", "Fever.", (Topic.history,), "polarity"),
    ("en", "No allergy to penicillin.", (Topic.allergies,), "polarity"),
    ("en", "Lisinopril and amlodipine, ten milligrams in the morning.", ANY, "drugs"),
    ("en", "Abdomen soft, chest clear.", (Topic.examination,), None),
    ("en", "Are you allergic to anything?", (Topic.allergies,), "question"),
    ("en", "Patient has diabetes.", (Topic.past,), "experiencer"),
]


def check(language: str, text: str, topics: tuple[Topic, ...]) -> tuple[str, str] | None:
    """(rule, detail) of the failed check, or None."""
    grounder = Grounder(units(TALKS[language]), language)
    grounds = grounder.ground(text, allowed=lambda unit: permitted(topics, unit, language))
    fault = failed(verify(Claim(text, grounds, topics, language)))
    return (fault.rule, fault.detail) if fault else None


@pytest.mark.parametrize(("language", "text", "topics"), STANDS)
def test_what_was_said_stands(language: str, text: str, topics: tuple[Topic, ...]) -> None:
    assert check(language, text, topics) is None


@pytest.mark.parametrize(("language", "text", "topics", "rule"), REFUSED)
def test_what_was_not_said_is_refused(
    language: str, text: str, topics: tuple[Topic, ...], rule: str | None
) -> None:
    fault = check(language, text, topics)
    assert fault is not None
    if rule is not None:
        assert fault[0] == rule, fault


def test_an_examination_needs_the_clinician() -> None:
    talk = transcript("P: Ma tension était à quatorze sur neuf chez moi.", "D: D'accord.")
    grounder = Grounder(units(talk), "fr")
    grounds = grounder.ground("Tension 14 sur 9.")
    fault = failed(verify(Claim("Tension 14 sur 9.", grounds, (Topic.examination,), "fr")))
    assert fault is not None
    assert fault.rule == "speaker"


def test_words_of_the_prompts_examples_are_a_leak() -> None:
    talk = transcript("D: Il faut mieux contrôler la tension, c'est grave.")
    found = units(talk)
    text = "Sinusite grave, mieux contrôler la tension."
    grounds = Grounder(found, "fr").against(text, found[0])
    fault = failed(verify(Claim(text, grounds, (Topic.assessment,), "fr")))
    assert fault is not None
    assert fault.rule == "leak"
    assert "Sinusite" in fault.detail
