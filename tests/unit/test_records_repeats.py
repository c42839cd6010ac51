"""What was copied is found, cited once at its first date; what only looks alike is left alone."""

from __future__ import annotations

import time
from random import Random

from consultation.documents import PatientRecord
from records.read import read_record

HISTORY = (
    "Patiente de 72 ans suivie pour une hypertension artérielle traitée par périndopril 5 mg, un "
    "diabète de type 2 sous metformine 1 g deux fois par jour et une fibrillation atriale sous "
    "apixaban, sans complication connue à ce jour."
)


def record(*texts: str) -> PatientRecord:
    return read_record([(f"{n}.txt", text.encode()) for n, text in enumerate(texts)])


def test_a_copied_passage_points_at_the_first_document_by_date() -> None:
    read = record(
        f"Consultation du 05/05/2023\n\n{HISTORY}\n\nElle revient pour une toux sèche.",
        f"Consultation du 03/02/2021\n\n{HISTORY}\n\nBilan annuel.",
    )
    later, first = read.documents
    copied = [one for one in later.paragraphs if one.repeats]
    assert [one.text for one in copied] == [HISTORY]
    assert copied[0].repeats is not None
    assert copied[0].repeats.document == first.id
    original = first.paragraph(copied[0].repeats.paragraph)
    assert original is not None
    assert original.text == HISTORY
    assert not any(one.repeats for one in first.paragraphs)


def test_punctuation_and_articles_may_differ_and_nothing_else() -> None:
    moved = HISTORY.replace("périndopril 5 mg, un", "PERINDOPRIL 5 mg et un")
    dose = HISTORY.replace("périndopril 5 mg", "périndopril 10 mg")
    drug = HISTORY.replace("apixaban", "rivaroxaban")
    denied = HISTORY.replace("sans complication", "complication")
    for text, expected in ((moved, True), (dose, False), (drug, False), (denied, False)):
        _, later = record(
            f"Consultation du 03/02/2021\n\n{HISTORY}",
            f"Consultation du 05/05/2023\n\n{text}",
        ).documents
        assert any(one.repeats for one in later.paragraphs) is expected


def test_the_same_result_of_another_day_is_no_copy() -> None:
    _, later = record(
        "Bilan du 03/02/2021\n\nPotassium | 4,1 mmol/L | norme 3,5 à 5,0\n\nSodium | 141 mmol/L",
        "Bilan du 05/05/2023\n\nPotassium | 4,1 mmol/L | norme 3,5 à 5,0\n\nSodium | 139 mmol/L",
    ).documents
    assert not any(one.repeats for one in later.paragraphs)


def test_a_document_given_twice_says_so() -> None:
    text = "Consultation du 03/02/2021\n\n" + "\n\n".join(
        f"{HISTORY} Au suivi numéro {n}, elle revient pour une toux sèche." for n in range(4)
    )
    cut_otherwise = text.replace(". Au suivi", ".\n\nAu suivi")
    first, again, other = record(text, text, cut_otherwise).documents
    assert first.warnings == ()
    assert again.warnings == (f"an exact copy of {first.id}",)
    assert other.warnings == (f"almost the same words as {first.id}",)


def test_time_grows_with_the_words() -> None:
    random = Random(4)
    words = [f"mot{n}" for n in range(3_000)]

    def texts(count: int) -> list[str]:
        return [
            f"Consultation du 03/02/2021\n\n{HISTORY}\n\n"
            + "\n\n".join(" ".join(random.choices(words, k=60)) for _ in range(5))
            for _ in range(count)
        ]

    took = []
    for count in (25, 200):
        given = texts(count)
        started = time.process_time()
        record(*given)
        took.append(time.process_time() - started)
    assert took[1] < 8 * 2.5 * took[0], took
