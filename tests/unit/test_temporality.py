"""Whether a treatment goes on: read in both languages, compared with what was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.temporality import Status, courses, opposed, statuses, unlike

READ: list[tuple[str, str, list[tuple[str, str | None]]]] = [
    ("fr", "J'ai arrêté l'amlodipine et je prends du bisoprolol.",
     [("amlodipine", "stopped"), ("bisoprolol", "current")]),
    ("fr", "Je prends de l'amlodipine et j'ai arrêté le bisoprolol.",
     [("amlodipine", "current"), ("bisoprolol", "stopped")]),
    ("fr", "Pas d'arrêt du Kardégic.", [("acetylsalicylic acid", "current")]),
    ("fr", "N'arrêtez pas le Xarelto.", [("rivaroxaban", "current")]),
    ("fr", "Ne pas arrêter l'amlodipine.", [("amlodipine", "current")]),
    ("fr", "On arrête la metformine.", [("metformin", "stopped")]),
    ("fr", "Arrêt de l'amlodipine.", [("amlodipine", "stopped")]),
    ("fr", "L'amlodipine a été arrêtée.", [("amlodipine", "stopped")]),
    ("fr", "Amlodipine poursuivie, bisoprolol arrêté en mars.",
     [("amlodipine", "current"), ("bisoprolol", "stopped")]),
    ("fr", "Je passe l'amlodipine à 10 mg.", [("amlodipine", "changed")]),
    ("fr", "Je vous prescris du sumatriptan et je passe l'amlodipine à dix milligrammes.",
     [("sumatriptan", "planned"), ("amlodipine", "changed")]),
    ("fr", "On reprend le lisinopril.", [("lisinopril", "resumed")]),
    ("fr", "Je ne prends plus de doliprane.", [("paracetamol", "stopped")]),
    ("fr", "J'ai pris de l'ibuprofène hier.", [("ibuprofen", "past")]),
    ("fr", "Amlodipine 5 mg.", [("amlodipine", None)]),
    ("fr", "Ex-fumeur.", [("smoking", "stopped")]),
    ("fr", "Le Xarelto, je l'ai arrêté.", [("rivaroxaban", "stopped")]),
    ("en", "I stopped taking lisinopril last year but I still take metformin.",
     [("lisinopril", "stopped"), ("metformin", "current")]),
    ("en", "I take aspirin and stopped warfarin.",
     [("acetylsalicylic acid", "current"), ("warfarin", "stopped")]),
    ("en", "Don't stop the aspirin.", [("acetylsalicylic acid", "current")]),
    ("en", "Stop ibuprofen.", [("ibuprofen", "stopped")]),
    ("en", "Lisinopril was stopped.", [("lisinopril", "stopped")]),
    ("en", "Amlodipine and bisoprolol stopped.",
     [("amlodipine", "stopped"), ("bisoprolol", "stopped")]),
    ("en", "I was on warfarin but I came off it.", [("warfarin", "stopped")]),
    ("en", "We'll increase the furosemide to 40 mg.", [("furosemide", "changed")]),
    ("en", "I'll prescribe doxycycline.", [("doxycycline", "planned")]),
    ("en", "Former smoker.", [("smoking", "stopped")]),
    ("en", "Stopped smoking six years ago.", [("smoking", "stopped")]),
    ("en", "We restarted metformin.", [("metformin", "resumed")]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), READ)
def test_courses(language: str, text: str, expected: list[tuple[str, str | None]]) -> None:
    found = courses(text, language)
    assert [(c.key, c.status and c.status.value) for c in found] == expected
    assert all(text[c.start : c.end] == c.text for c in found)


@pytest.mark.parametrize(
    ("language", "text", "key"),
    [
        ("fr", "Fumez-vous? J'ai arrêté il y a six ans.", "smoking"),
        ("fr", "J'ai pris de l'amlodipine. Je l'ai arrêtée il y a un mois.", "amlodipine"),
        ("en", "Do you smoke? I stopped six years ago.", "smoking"),
        ("en", "I had lisinopril. I quit it in March.", "lisinopril"),
    ],
)
def test_a_sentence_without_a_name_goes_on_about_the_last(
    language: str, text: str, key: str
) -> None:
    assert Status.stopped in statuses(courses(text, language), key)


DRUGS = st.sampled_from(["amlodipine", "metformine", "bisoprolol", "ramipril", "sertraline"])
FR = {
    "stopped": ["J'ai arrêté {}.", "On arrête {}.", "Arrêt de {}.", "Je ne prends plus {}."],
    "current": ["Je prends {}.", "N'arrêtez pas {}.", "Pas d'arrêt de {}.", "Continuez {}."],
}
EN = {
    "stopped": ["I stopped {}.", "Stop taking {}.", "{} was stopped.", "I no longer take {}."],
    "current": ["I take {}.", "Don't stop {}.", "Continue {}.", "I never stopped {}."],
}


@given(DRUGS, st.sampled_from(["stopped", "current"]), st.integers(0, 3), st.booleans())
def test_whatever_the_drug(drug: str, status: str, which: int, french: bool) -> None:
    form = (FR if french else EN)[status][which]
    found = courses(form.format(drug), "fr" if french else "en")
    assert [c.status and c.status.value for c in found] == [status]


@given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
def test_any_text_keeps_its_offsets(text: str, language: str) -> None:
    for course in courses(text, language):
        assert text[course.start : course.end] == course.text


def test_opposition() -> None:
    stopped, going = frozenset({Status.stopped}), frozenset({Status.current})
    assert opposed(Status.stopped, going)
    assert opposed(Status.stopped, frozenset())  # a stop that nobody spoke of
    assert opposed(Status.current, stopped)
    assert opposed(None, stopped)  # a bare name says that it goes on
    assert not opposed(None, going)
    assert not opposed(None, frozenset())
    assert not opposed(Status.current, stopped | going)  # stopped, then taken again
    assert not opposed(Status.planned, going)
    assert opposed(Status.stopped, going | {Status.past})  # tried before, and taken now
    assert not opposed(Status.stopped, frozenset({Status.past}))
    assert unlike(Status.stopped, frozenset({Status.past}))
    assert unlike(Status.planned, going)
    assert unlike(Status.current, frozenset({Status.planned}))
    assert not unlike(Status.current, going)
