"""Tables by rule: every row with its words, what was corrected kept, what is no value left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.summary import Contradiction
from consultation.tables import Measurement, Treatment
from summarize.contradictions import contradictions
from summarize.grounding import Grounder
from summarize.tables import Tables, tables
from summarize.units import units
from tests.unit.talk import transcript


def read(*lines: str, language: str = "fr") -> Tables:
    found = units(transcript(*lines, language=language))
    return tables(found, Grounder(found, language))


def drug(found: Tables, inn: str) -> Treatment:
    (row,) = [row for row in found.treatments if row.inn == inn]
    return row


def value(found: Tables, name: str) -> Measurement:
    (row,) = [row for row in found.measurements if row.name == name]
    return row


def warned(*lines: str, language: str = "fr") -> list[Contradiction]:
    found = contradictions(units(transcript(*lines, language=language)), language)
    return [c for c in found if c.kind == "prescribed_allergen"]


@pytest.mark.parametrize(
    ("language", "dose", "result"),
    [
        ("fr", "On passe le bisoprolol de 10 à 5 mg.", "La CRP est passée de 210 à 45 mg/L."),
        ("en", "Bisoprolol goes from 10 mg to 5 mg.", "CRP fell from 210 mg/L to 45 mg/L."),
        ("en", "Bisoprolol was reduced from 10 to 5 mg.", "CRP fell from 210 to 45 mg/L."),
    ],
)
def test_what_fell_has_the_value_it_fell_to(language: str, dose: str, result: str) -> None:
    found = read(f"D: {dose}", f"D: {result}", language=language)
    row = drug(found, "bisoprolol")
    assert row.dose is not None
    assert row.dose.text == "5 mg"
    assert (value(found, "CRP").value, value(found, "CRP").unit) == (45.0, "mg/L")


def test_a_treatment_with_all_that_is_said_of_it() -> None:
    row = drug(
        read("D: Je vous prescris de l'amoxicilline, 1 g trois fois par jour pendant sept jours."),
        "amoxicillin",
    )
    assert (row.drug, row.atc, row.status) == ("amoxicilline", "J01CA04", "started")
    assert row.dose is not None
    assert (row.dose.value, row.dose.unit, row.dose.text) == (1, "g", "1 g")
    assert row.frequency is not None
    assert (row.frequency.value, row.frequency.unit) == (3, "/d")
    assert row.duration is not None
    assert (row.duration.value, row.duration.unit) == (7, "d")
    assert row.evidence[0].quote.startswith("Je vous prescris")


@pytest.mark.parametrize(
    ("said", "language", "inn", "status"),
    [
        ("P: Je prends du ramipril, cinq milligrammes.", "fr", "ramipril", "current"),
        ("P: J'ai arrêté le ramipril.", "fr", "ramipril", "stopped"),
        ("D: On augmente le ramipril à dix milligrammes.", "fr", "ramipril", "changed"),
        ("P: I take ramipril.", "en", "ramipril", "current"),
        ("P: I stopped ramipril last month.", "en", "ramipril", "stopped"),
        ("D: We'll increase the ramipril to ten milligrams.", "en", "ramipril", "changed"),
        ("D: I'll prescribe ramipril, five milligrams.", "en", "ramipril", "started"),
        ("D: Stop the ramipril.", "en", "ramipril", "stopped"),
    ],
)
def test_the_status_of_a_drug(said: str, language: str, inn: str, status: str) -> None:
    assert drug(read(said, language=language), inn).status == status


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("P: Je ne prends pas de doliprane.", "fr"),
        ("P: Jamais d'ibuprofène.", "fr"),
        ("P: I don't take any ibuprofen.", "en"),
        ("P: My mother takes metformin.", "en"),
        ("P: Ma mère prend de la metformine.", "fr"),
        ("D: Vous prenez du ramipril ?", "fr"),
    ],
)
def test_what_is_not_taken_has_no_row(said: str, language: str) -> None:
    assert not read(said, language=language).treatments


@pytest.mark.parametrize(
    ("lines", "language", "inn", "status"),
    [
        (
            (
                "D: Vous avez arrêté le gliclazide ?",
                "P: Non, je le prends encore, soixante milligrammes.",
            ),
            "fr",
            "gliclazide",
            "current",
        ),
        (("D: Et le tramadol ?", "P: Je ne le prends plus."), "fr", "tramadol", "stopped"),
        (
            ("D: Are you still taking aspirin?", "P: No, I stopped."),
            "en",
            "acetylsalicylic acid",
            "stopped",
        ),
        (("D: Are you still taking aspirin?", "P: Yes."), "en", "acetylsalicylic acid", "current"),
    ],
)
def test_an_answer_about_the_drug_that_was_asked(
    lines: tuple[str, ...], language: str, inn: str, status: str
) -> None:
    assert drug(read(*lines, language=language), inn).status == status


def test_a_dose_that_is_changed_keeps_the_first() -> None:
    row = drug(
        read(
            "P: Je prends du furosémide, quarante milligrammes le matin.",
            "D: Je passe le furosémide à quatre-vingts milligrammes.",
        ),
        "furosemide",
    )
    assert row.dose is not None
    assert row.dose.value == 80
    assert {(e.field, e.text) for e in row.earlier} == {
        ("dose", "quarante milligrammes"),
        ("status", "current"),
    }
    assert row.earlier[0].evidence[0].quote.startswith("Je prends")


def test_each_dose_goes_to_its_own_drug() -> None:
    found = read(
        "P: Je prends du ramipril, cinq milligrammes, et du bisoprolol, deux milligrammes et demi."
    )
    doses = {row.inn: row.dose.value for row in found.treatments if row.dose}
    assert doses == {"ramipril": 5, "bisoprolol": 2.5}


def test_an_allergy_with_its_reaction() -> None:
    found = read("D: Any allergies?", "P: Codeine, it brings me out in hives.", language="en")
    row = drug(found, "codeine")
    assert (row.status, row.certainty, row.reaction) == ("allergy", "allergy", "hives")


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("P: Non, aucune allergie.", "fr"),
        ("P: Non.", "fr"),
        ("P: Ma mère est allergique à la pénicilline.", "fr"),
        ("P: No allergies.", "en"),
        ("P: My brother is allergic to penicillin.", "en"),
    ],
)
def test_no_allergy_of_the_patient(answer: str, language: str) -> None:
    asked = "D: Des allergies ?" if language == "fr" else "D: Any allergies?"
    found = read(asked, answer, language=language)
    assert not [row for row in found.treatments if row.status == "allergy"]


def test_vital_signs_with_who_said_them() -> None:
    found = read(
        "D: La tension est à quatorze huit, le pouls à quatre-vingt-deux, vous saturez à 97.",
        "P: J'avais trente-huit cinq de fièvre hier.",
    )
    pressure = value(found, "blood_pressure")
    assert (pressure.value, pressure.diastolic, pressure.unit) == (140, 80, "mm[Hg]")
    assert (pressure.loinc, pressure.said_by, pressure.text) == (
        "85354-9",
        "clinician",
        "quatorze huit",
    )
    assert (value(found, "heart_rate").value, value(found, "heart_rate").unit) == (82, "/min")
    assert (value(found, "oxygen_saturation").value, value(found, "oxygen_saturation").unit) == (
        97,
        "%",
    )
    fever = value(found, "temperature")
    assert (fever.value, fever.unit, fever.said_by) == (38.5, "Cel", "patient")
    assert all(check.verdict != "failed" for row in found.measurements for check in row.checks)


@pytest.mark.parametrize(
    ("lines", "language"),
    [
        (("D: Si la température dépasse 38, rappelez.",), "fr"),
        (("D: La flexion du genou est limitée à cent degrés.",), "fr"),
        (("P: J'ai perdu cinq kilos.",), "fr"),
        (("P: Ma mère a dix-huit de tension.",), "fr"),
        (("D: On vise une glycémie sous 1,20 g par litre, objectif 7 %.",), "fr"),
        (("P: Mon numéro est le 06 12 34 56 78.",), "fr"),
        (("D: If your temperature goes above 38 degrees, call us.",), "en"),
        (("P: I've lost ten pounds.",), "en"),
        (("P: He did have a heart attack in his 70s.",), "en"),
        (("D: Straight leg raise is positive at forty degrees.",), "en"),
        (("P: My dad's blood pressure was 180 over 100, my dad takes tablets.",), "en"),
    ],
)
def test_what_is_no_measurement(lines: tuple[str, ...], language: str) -> None:
    assert not read(*lines, language=language).measurements


def test_an_answer_takes_its_sign_from_the_question() -> None:
    found = read("D: Quel est votre poids ?", "P: Soixante-douze.")
    assert (value(found, "weight").value, value(found, "weight").unit) == (72, "kg")
    assert len(value(found, "weight").evidence) == 2


def test_the_last_weight_stands_and_the_first_is_kept() -> None:
    found = read("P: Je pèse 72 kilos.", "P: Pardon, je pèse 75 kilos.")
    row = value(found, "weight")
    assert (row.value, [e.text for e in row.earlier]) == (75, ["72 kilos"])


def test_a_fever_that_rises_is_two_rows() -> None:
    found = read("P: J'avais 38,2 de fièvre lundi.", "P: Et 39,1 de fièvre hier.")
    assert [row.value for row in found.measurements] == [38.2, 39.1]


def test_an_impossible_score_is_marked() -> None:
    found = read("D: Le Glasgow est à 22.")
    assert not value(found, "Glasgow").plausible
    assert value(read("D: Le Glasgow est à 15."), "Glasgow").plausible


@pytest.mark.parametrize(
    ("lines", "language", "about"),
    [
        (
            (
                "D: Des allergies ?",
                "P: Oui, à la pénicilline.",
                "D: Je vous prescris de l'amoxicilline.",
            ),
            "fr",
            "amoxicilline – pénicilline",
        ),
        (
            ("P: I'm allergic to penicillin.", "D: I'll start you on amoxicillin."),
            "en",
            "amoxicillin – penicillin",
        ),
        (
            ("P: I'm allergic to ibuprofen.", "D: I'll prescribe naproxen, 500 mg."),
            "en",
            "naproxen – ibuprofen (nsaid)",
        ),
        (
            ("P: Je suis allergique à l'aspirine.", "D: Je vous prescris du kétoprofène."),
            "fr",
            "kétoprofène – aspirine (nsaid)",
        ),
    ],
)
def test_a_drug_of_an_allergic_class_is_flagged(
    lines: tuple[str, ...], language: str, about: str
) -> None:
    (found,) = warned(*lines, language=language)
    assert found.about == about
    assert len(found.evidence) >= 2


@pytest.mark.parametrize(
    ("lines", "language"),
    [
        (("P: Je suis allergique à la pénicilline.", "D: Je vous prescris du paracétamol."), "fr"),
        (("P: Pas d'allergie connue.", "D: Je vous prescris de l'amoxicilline."), "fr"),
        (
            ("P: Ma mère est allergique à la pénicilline.", "D: Je prescris de l'amoxicilline."),
            "fr",
        ),
        (("P: I'm allergic to penicillin.", "D: So no amoxicillin for you."), "en"),
        (("P: I'm allergic to penicillin.", "D: We'll avoid amoxicillin."), "en"),
        (("P: I'm allergic to penicillin.", "D: I'll prescribe clarithromycin."), "en"),
    ],
)
def test_what_is_no_contradiction(lines: tuple[str, ...], language: str) -> None:
    assert not warned(*lines, language=language)


TALKS = st.lists(
    st.sampled_from(
        [
            "P: Je prends du ramipril, cinq milligrammes.",
            "D: La tension est à quatorze huit.",
            "P: Oui.",
            "P: Non, à la codéine, ça me fait des plaques.",
            "D: On arrête le ramipril.",
            "D: Vous pesez combien ?",
            "P: 72.",
            "P: Quinze paquets-année, sevré depuis 2010.",
            "D: Je vous prescris du tramadol, cinquante milligrammes matin et soir.",
            "P: Pardon, seize neuf de tension.",
        ]
    ),
    min_size=1,
    max_size=9,
)


@settings(deadline=None, max_examples=40)
@given(TALKS)
def test_every_row_is_cut_out_of_what_was_said(lines: list[str]) -> None:
    talk = transcript(*lines)
    found = units(talk)
    segments = {segment.id: segment.text for segment in talk.segments}
    read_ = tables(found, Grounder(found, "fr"))
    for row in (*read_.treatments, *read_.measurements):
        for evidence in row.evidence:
            said = segments[evidence.anchor][evidence.quote_start : evidence.quote_end]
            assert said == evidence.quote
        quoted = " ".join(evidence.quote for evidence in row.evidence)
        assert (row.drug if isinstance(row, Treatment) else row.text) in quoted
    ids = [row.id for row in (*read_.treatments, *read_.measurements)]
    assert len(ids) == len(set(ids))
