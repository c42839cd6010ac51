"""What stands though it was said in other words, and what falls though words agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.forms import stems_of
from clinical.numbers import quantities
from clinical.paraphrases import content_terms, rows, worded
from clinical.text import LANGUAGES
from consultation.topics import Topic
from summarize.units import units
from tests.unit.talk import transcript
from tests.unit.test_checks import rule, warnings

CASES = [
    # One no to several questions, in one breath; a warning says so.
    ("en", ["D: Any fever? Any chills?", "P: No."], "No fever.", None),
    ("en", ["D: Any fever? Any chills?", "P: No."], "Fever.", "polarity"),
    ("en", ["D: Any fever? Any chills?", "P: Yes."], "Fever.", "no_evidence"),
    ("en", ["D: Any fever? Any chills?", "P: Yes."], "No fever.", "no_evidence"),
    ("en", ["D: Any fever? Any chills?", "P: Not really."], "No fever.", "no_evidence"),
    ("en", ["D: Any fever? Any cough?", "P: No, just a fever."], "No fever.", "polarity"),
    ("en", ["D: How long have you coughed? Any fever?", "P: No."], "No cough.", "no_evidence"),
    ("fr", ["D: De la fièvre ? Des frissons ?", "P: Non."], "Pas de fièvre.", None),
    ("fr", ["D: De la fièvre ? Des frissons ?", "P: Non."], "Fièvre.", "polarity"),
    ("fr", ["D: Depuis quand toussez-vous ? De la fièvre ?", "P: Non."],
     "Pas de toux.", "no_evidence"),
    # Who asks says the answer himself: it was nodded.
    ("en", ["D: Any palpitations?", "D: No, okay."], "No palpitations.", None),
    ("en", ["D: Any palpitations?", "D: No, okay."], "Palpitations.", "polarity"),
    ("en", ["D: Any palpitations?", "D: Okay, fine."], "No palpitations.", "no_evidence"),
    ("en", ["D: Any palpitations? No?", "P: Yes, a few."], "No palpitations.", "no_evidence"),
    ("fr", ["D: Des palpitations ?", "D: Non, d'accord."], "Pas de palpitations.", None),
    ("fr", ["D: Des palpitations ?", "D: D'accord."], "Pas de palpitations.", "no_evidence"),
    # Where a pain does not go.
    ("en", ["P: My leg hurts.", "D: Does the pain spread to your back?", "P: No, just the leg."],
     "No pain in the back.", None),
    ("en", ["P: I have pain.", "D: Does the pain spread to your back?", "P: No."],
     "Pain in the back.", "polarity"),
    ("en", ["P: I have pain.", "D: Does the pain spread to your back?", "P: No."],
     "No pain.", "polarity"),
    # Two mentions of one finding: the words after each tell.
    ("en", ["D: On the left arm there is pain with pronation and no pain with supination."],
     "No pain with pronation.", "polarity"),
    ("en", ["D: On the left arm there is pain with pronation and no pain with supination."],
     "Pain with supination.", "polarity"),
    ("en", ["D: On the left arm there is pain with pronation and no pain with supination."],
     "Pain with pronation.", None),
    ("fr", ["D: Pas de douleur à la flexion.", "D: Douleur à l'extension."],
     "Douleur à la flexion.", "polarity"),
    ("fr", ["D: Pas de douleur à la flexion.", "D: Douleur à l'extension."],
     "Douleur à l'extension.", None),
    # The head of a phrase is what is denied.
    ("en", ["P: No crust, just a watery scab."], "Crust on the scab.", "denial"),
    # Neither kind nor change is a denial of the finding, unless the change is the finding.
    ("en", ["P: It's not the kind of dizziness you get on a boat."], "No dizziness.", "polarity"),
    ("en", ["D: Any problems with your eyes?", "P: No, not at all."], "No change in vision.", None),
    ("en", ["P: Tylenol failed to improve the headache."], "Headache.", None),
    # A question in the middle of unpunctuated speech asserts nothing.
    ("en", ["D: you told me of a cough before are you having any chest pain", "P: no"],
     "Chest pain.", "polarity"),
    # A side is not lent by a sentence that tells no more than organ and side.
    ("en", ["P: My right knee hurts.", "D: Your right knee is swollen.",
            "D: Compared to the left knee it looks different."],
     "Left knee pain.", "side"),
    ("en", ["P: My right knee hurts.", "D: Your right knee is swollen.",
            "D: Compared to the left knee it looks different."],
     "Right knee pain.", None),
    ("en", ["D: There is a stone in the right ureter."], "Stone in the left ureter.", "side"),
    ("en", ["D: There is a stone in the right ureter."], "Stone in the right ureter.", None),
    ("fr", ["D: Il y a un calcul dans l'uretère droit."], "Calcul de l'uretère gauche.", "side"),
    # What relatives have not is not what they have.
    ("en", ["D: Any family history of breast cancer?", "P: None."],
     "Family history of breast cancer.", "polarity"),
    ("en", ["D: Any family history of breast cancer?", "P: None."],
     "No family history of breast cancer.", None),
    ("fr", ["P: Ma mère a eu un cancer."], "Pas de cancer chez la mère.", "polarity"),
    # Other words for the same.
    ("en", ["P: I live on my own."], "Lives alone.", None),
    ("fr", ["P: Je vis tout seul."], "Habite seul.", None),
    ("en", ["D: Any other medical history?", "P: No, nothing."], "PMH: nil.", None),
    ("en", ["D: Any other medical history?", "P: Just asthma."], "PMH: nil.", "polarity"),
    ("en", ["D: Any asthma or so?", "P: I have asthma."], "PMH: asthma.", None),
    ("en", ["P: It started about six weeks ago."], "6/52 hx.", None),
    ("en", ["P: It started about six weeks ago."], "5/52 hx.", "no_evidence"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "lines", "statement", "refused"), CASES)
def test_answers(language: str, lines: list[str], statement: str, refused: str | None) -> None:
    assert rule(transcript(*lines, language=language), statement) == refused


@pytest.mark.parametrize("topic", [Topic.history, Topic.complaint])
def test_a_nod_that_was_said_aloud_counts_as_the_patients(topic: Topic) -> None:
    talk = transcript("D: Any palpitations?", "D: No, okay.", "P: Fine.", language="en")
    assert rule(talk, "No palpitations.", (topic,)) is None


def test_answers_that_are_less_sure_are_marked() -> None:
    several = transcript("D: Any fever? Any chills?", "P: No.", language="en")
    assert warnings(several, "No fever.") == ["together"]
    assert warnings(several, "No chills.") == []
    nodded = transcript("D: Any palpitations?", "D: No, okay.", language="en")
    assert warnings(nodded, "No palpitations.") == ["together"]


def test_only_the_questions_of_one_breath_share_an_answer() -> None:
    talk = transcript("D: Any fever?", "P: Yes.", "D: Any cough? Any chills?", "P: No.",
                      language="en")  # fmt: skip
    *_, last = units(talk)
    assert [unit.text for unit in last.asks] == ["Any cough?", "Any chills?"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [("3/7 hx of cough", "d"), ("cough for 2/12", "mo"), ("x 2/52", "wk"), ("pain 5/7", "{/7}"),
     ("score 9/12", "{/12}")],
)  # fmt: skip
def test_british_shares_of_time(text: str, unit: str) -> None:
    (found,) = quantities(text, "en")
    assert found.unit == unit


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_says_two_things(language: str) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for row in rows():
        for form in row[language].split(";"):
            assert seen.setdefault(stems_of(form, language), row["key"]) == row["key"], form


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_up_is_not_what_goes_down(language: str) -> None:
    for one, other in (("increase", "decrease"), ("better", "worse"), ("constant", "intermittent")):
        forms = {row["key"]: row[language].split(";") for row in rows()}
        down = {term for b in forms[other] for term in content_terms(b, language)}
        for a in forms[one]:
            assert content_terms(a, language).isdisjoint(down), a


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_any_text_is_worded(text: str, language: str) -> None:
    found = worded(text, language)
    assert all(0 <= w.start < w.end <= len(text) for w in found)
    assert [w.start for w in found] == sorted(w.start for w in found)
