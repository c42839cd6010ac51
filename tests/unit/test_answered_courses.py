"""A bare yes or no to what became of a drug: read in both languages, in tables and statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.answered_courses import answered_courses, denied_courses
from clinical.temporality import Status
from consultation.tables import TreatmentStatus
from consultation.topics import Topic
from summarize.grounding import Grounder
from summarize.tables import tables
from summarize.units import units
from summarize.verify import Claim, failed, verify
from tests.unit.talk import transcript

ANSWERS = [
    ("fr", "Vous avez arrêté le gliclazide ?", "Oui.", "stopped"),
    ("fr", "Vous avez arrêté le gliclazide ?", "Non.", "current"),
    ("fr", "Vous avez arrêté le gliclazide ?", "Non, je le prends encore.", "current"),
    ("fr", "Vous prenez toujours le gliclazide ?", "Non.", "stopped"),
    ("fr", "Vous prenez toujours le gliclazide ?", "Oui, oui.", "current"),
    ("fr", "Vous prenez du gliclazide ?", "Non.", "absent"),
    ("fr", "Vous prenez du gliclazide ?", "Plus maintenant.", "stopped"),
    ("fr", "On vous a prescrit du gliclazide ?", "Oui.", "current"),
    ("fr", "Je vous prescris du gliclazide ?", "Oui, d'accord.", "planned"),
    ("fr", "On vous a augmenté le gliclazide ?", "Oui.", "changed"),
    ("fr", "On a augmenté le gliclazide ?", "Non.", "current"),
    ("fr", "Vous avez repris le gliclazide ?", "Oui, lundi.", "resumed"),
    ("fr", "Vous avez repris le gliclazide ?", "Non.", "stopped"),
    ("fr", "Vous ne prenez plus le gliclazide ?", "Non.", "stopped"),
    ("fr", "Vous ne prenez plus le gliclazide ?", "Si.", "current"),
    ("fr", "Vous n'avez pas arrêté le gliclazide ?", "Non.", "current"),
    ("fr", "Vous n'avez pas arrêté le gliclazide ?", "Si.", "stopped"),
    ("fr", "Vous n'avez pas arrêté le gliclazide ?", "Oui.", None),
    ("fr", "Vous avez arrêté le gliclazide ?", "Je ne sais pas.", None),
    ("en", "Have you stopped the gliclazide?", "Yes.", "stopped"),
    ("en", "Have you stopped the gliclazide?", "No.", "current"),
    ("en", "Haven't you stopped the gliclazide?", "No.", "current"),
    ("en", "You haven't stopped the gliclazide?", "No.", "current"),
    ("en", "Don't you take gliclazide?", "No.", "absent"),
    ("en", "You haven't stopped the gliclazide?", "Yes.", None),
    ("en", "Are you still taking gliclazide?", "No.", "stopped"),
    ("en", "Are you still taking gliclazide?", "Yeah.", "current"),
    ("en", "Are you taking gliclazide?", "No.", "absent"),
    ("en", "Are you on gliclazide?", "Not any more.", "stopped"),
    ("en", "So you no longer take gliclazide?", "That's right.", "stopped"),
    ("en", "Did they prescribe gliclazide?", "Yes.", "current"),
    ("en", "Would you like me to prescribe gliclazide?", "Yes.", "planned"),
    ("en", "Was the gliclazide increased?", "Yes, it was.", "changed"),
    ("en", "Have you restarted the gliclazide?", "Yes.", "resumed"),
    ("en", "Have you ever taken gliclazide?", "Yes.", "past"),
    ("en", "Have you stopped the gliclazide?", "I think so.", None),
]


@pytest.mark.parametrize(("language", "question", "answer", "status"), ANSWERS)
def test_an_answer_decides(language: str, question: str, answer: str, status: str | None) -> None:
    found = answered_courses(question, answer, language)
    assert [c.status for c in found] == ([Status(status)] if status else [])
    assert all(question[c.start : c.end] == c.text and not c.asked for c in found)


ROWS = [
    ("fr", "Vous avez arrêté le gliclazide ?", "Oui.", TreatmentStatus.stopped),
    ("fr", "Vous avez arrêté le gliclazide ?", "Non.", TreatmentStatus.current),
    ("fr", "Vous n'avez pas arrêté le gliclazide ?", "Si.", TreatmentStatus.stopped),
    ("fr", "Vous prenez du gliclazide ?", "Non.", None),
    ("fr", "Votre gliclazide a été augmenté ?", "Oui.", TreatmentStatus.changed),
    ("en", "Have you stopped the gliclazide?", "Yes.", TreatmentStatus.stopped),
    ("en", "Have you stopped the gliclazide?", "No.", TreatmentStatus.current),
    ("en", "Are you on gliclazide?", "Not any more.", TreatmentStatus.stopped),
    ("en", "Do you take gliclazide?", "No.", None),
]


@pytest.mark.parametrize(("language", "question", "answer", "status"), ROWS)
def test_its_row_of_the_table(
    language: str, question: str, answer: str, status: TreatmentStatus | None
) -> None:
    found = units(transcript(f"D: {question}", f"P: {answer}", language=language))
    read = tables(found, Grounder(found, language))
    assert [row.status for row in read.treatments] == ([status] if status else [])
    assert not read.unsupported


STOPPED, TAKEN = "Gliclazide arrêté.", "Prend du gliclazide."
CLAIMS = [
    ("fr", "Vous avez arrêté le gliclazide ?", "Oui.", STOPPED, TAKEN),
    ("fr", "Vous avez arrêté le gliclazide ?", "Non.", TAKEN, STOPPED),
    ("en", "Have you stopped the gliclazide?", "Yes.", "Gliclazide stopped.", "Takes gliclazide."),
    ("en", "Have you stopped the gliclazide?", "No.", "Takes gliclazide.", "Stopped gliclazide."),
    ("en", "Are you still taking gliclazide?", "No.", "Stopped gliclazide.", "Takes gliclazide."),
    ("en", "Do you take gliclazide?", "No.", "Does not take gliclazide.", "Takes gliclazide."),
]


@pytest.mark.parametrize(("language", "question", "answer", "right", "wrong"), CLAIMS)
def test_a_statement_on_it(
    language: str, question: str, answer: str, right: str, wrong: str
) -> None:
    found = units(transcript(f"D: {question}", f"P: {answer}", language=language))
    grounder = Grounder(found, language)

    def refused(text: str) -> str | None:
        fault = failed(verify(Claim(text, grounder.ground(text), (Topic.medications,), language)))
        return fault.rule if fault else None

    assert refused(right) is None
    assert refused(wrong) in ("temporality", "denial")


@given(st.sampled_from(ANSWERS), st.sampled_from([" ", "  ", "\t"]))
def test_white_space_changes_nothing(case: tuple[str, str, str, str | None], space: str) -> None:
    language, question, answer, _ = case
    plain = answered_courses(question, answer, language)
    spaced = answered_courses(question, space + answer + space, language)
    assert plain == spaced


@pytest.mark.parametrize(
    ("language", "text", "status"),
    [
        ("en", "I don't take gliclazide.", Status.absent),
        ("en", "She was not prescribed gliclazide.", Status.absent),
        ("en", "It was not treated early enough, which is why we give gliclazide.", None),
        ("en", "Don't stop the gliclazide.", Status.current),
        ("fr", "Je ne prends pas de gliclazide.", Status.absent),
        ("fr", "N'arrêtez pas le gliclazide.", Status.current),
    ],
)
def test_what_is_denied_is_absent(language: str, text: str, status: Status | None) -> None:
    (course,) = denied_courses(text, language)
    assert course.status is status
