"""Drugs by name, by spelling as heard, and never where there is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.drugs import drugs, find_drugs, missing_drugs
from consultation.errors import UnsupportedLanguage

EXACT = [
    ("fr", "Je prends du doliprane", ["paracetamol"]),
    ("fr", "du Dafalgan, de l'Efferalgan", ["paracetamol", "paracetamol"]),
    ("fr", "2 dolipranes", ["paracetamol"]),
    ("en", "acetaminophen or paracetamol", ["paracetamol", "paracetamol"]),
    ("fr", "Kardégic 75", ["acetylsalicylic acid"]),
    ("fr", "kardegic", ["acetylsalicylic acid"]),
    ("fr", "de l’aspirine", ["acetylsalicylic acid"]),
    ("fr", "LOVENOX 4000", ["enoxaparin"]),
    ("fr", "énoxaparine", ["enoxaparin"]),
    ("fr", "du Lévothyrox", ["levothyroxine"]),
    ("fr", "la lévothyroxine, soixante-quinze microgrammes", ["levothyroxine"]),
    ("fr", "la levo thyroxine", ["levothyroxine"]),
    ("fr", "la lévo-thyroxine", ["levothyroxine"]),
    ("en", "levothyroxine", ["levothyroxine"]),
    ("fr", "l'amlodipine", ["amlodipine"]),
    ("fr", "du sumatriptan", ["sumatriptan"]),
    ("en", "lisinopril, ten milligrams, and metformin", ["lisinopril", "metformin"]),
    ("fr", "la metformine", ["metformin"]),
    ("en", "doxycycline", ["doxycycline"]),
    ("en", "Yes, to penicillin.", ["penicillin"]),
    ("fr", "allergique à la pénicilline", ["penicillin"]),
    ("fr", "allergique à l'amoxicilline", ["amoxicillin"]),
    ("fr", "Augmentin", ["amoxicillin/clavulanic acid"]),
    ("fr", "amoxicilline/acide clavulanique", ["amoxicillin/clavulanic acid"]),
    ("fr", "amoxicilline - acide clavulanique", ["amoxicillin/clavulanic acid"]),
    ("en", "co-amoxiclav", ["amoxicillin/clavulanic acid"]),
    ("fr", "sous bêtabloquants", ["beta blocker"]),
    ("fr", "un bêta-bloquant", ["beta blocker"]),
    ("en", "beta blockers", ["beta blocker"]),
    ("fr", "pas d'AINS", ["nsaid"]),
    ("fr", "des anti-inflammatoires", ["nsaid"]),
    ("en", "NSAIDs", ["nsaid"]),
    ("fr", "les statines", ["statin"]),
    ("en", "a statin", ["statin"]),
    ("fr", "un IPP", ["proton pump inhibitor"]),
    ("fr", "pembrolizumab, nivolumab", ["pembrolizumab", "nivolumab"]),
    ("fr", "Keytruda", ["pembrolizumab"]),
    ("fr", "osimertinib puis palbociclib", ["osimertinib", "palbociclib"]),
    ("fr", "sémaglutide", ["semaglutide"]),
    ("en", "Ozempic", ["semaglutide"]),
    ("fr", "acide folique", ["folic acid"]),
    ("fr", "de la vitamine D", ["colecalciferol"]),
    ("fr", "trastuzumab déruxtécan", ["trastuzumab deruxtecan"]),
    ("fr", "trastuzumab", ["trastuzumab"]),
    ("fr", "5-FU", ["fluorouracil"]),
    ("en", "insulin glargine", ["insulin glargine"]),
    ("en", "insulin", ["insulin"]),
    ("fr", "la dé pakine", ["valproic acid"]),
    ("fr", "prednisone", ["prednisone"]),
    ("fr", "prednisolone", ["prednisolone"]),
    ("en", "salbutamol", ["salbutamol"]),
    ("en", "albuterol", ["salbutamol"]),
    ("fr", "Ventoline", ["salbutamol"]),
    ("en", "epinephrine", ["epinephrine"]),
    ("fr", "adrénaline", ["epinephrine"]),
]

HEARD = [
    ("fr", "kardéjic", "acetylsalicylic acid"),
    ("fr", "kardégique", "acetylsalicylic acid"),
    ("fr", "trastuzumabe", "trastuzumab"),
    ("fr", "doliprame", "paracetamol"),
    ("fr", "dolly prane", "paracetamol"),
    ("fr", "lovenoxe", "enoxaparin"),
    ("fr", "amlodipin", "amlodipine"),
    ("fr", "amlodypine", "amlodipine"),
    ("fr", "lévotiroxine", "levothyroxine"),
    ("fr", "metphormine", "metformin"),
    ("fr", "pembrolizumabe", "pembrolizumab"),
    ("fr", "pembrolisumab", "pembrolizumab"),
    ("fr", "osimertinibe", "osimertinib"),
    ("fr", "amoxiciline", "amoxicillin"),
    ("fr", "bisoprolole", "bisoprolol"),
    ("fr", "atorvastatyne", "atorvastatin"),
    ("en", "lisonopril", "lisinopril"),
    ("en", "acetominophen", "paracetamol"),
    ("en", "doxicycline", "doxycycline"),
    ("en", "ibuprofin", "ibuprofen"),
    ("en", "amitryptiline", "amitriptyline"),
    ("en", "clorpromazine", "chlorpromazine"),
    ("en", "symvastatin", "simvastatin"),
]

PLAIN = [
    ("fr", "Bonjour madame, installez-vous, qu'est-ce qui vous amène aujourd'hui ?"),
    ("fr", "J'ai mal à la tête depuis trois semaines, surtout le matin, et je suis fatiguée."),
    ("fr", "La douleur est plutôt à droite, derrière l'œil, et la lumière me gêne."),
    ("fr", "Il a vomi deux fois cette nuit après avoir mangé au restaurant avec ses collègues."),
    ("fr", "Je vais prendre votre tension et écouter votre cœur, respirez profondément."),
    ("fr", "C'est une question de central téléphonique, monsieur, restez en ligne avec nous."),
    ("fr", "Le contrat précoce de la prostate a augmenté la station thoracique centrale."),
    ("fr", "On programme un contrôle singulier dans un mois, avec le carnet de tension."),
    ("fr", "Ma mère avait la même chose, et mon frère est en vacances à la montagne."),
    ("fr", "Il faut la six ou la sept, je ne sais plus, demandez au secrétariat."),
    ("fr", "On a repassé avec le fer, puis on a pris le train pour aller à la mer."),
    ("fr", "Vous pouvez vous rhabiller, tout est normal à l'examen neurologique."),
    ("fr", "L'urticaire a commencé aux bras puis s'est étendue au visage et au cou."),
    ("fr", "J'ai aspiré le salon, passé la serpillière, et le vertige est revenu."),
    ("fr", "Le syndrome est fréquent, la protéine est basse et le lipide élevé."),
    ("en", "Good morning, please come in and sit down. What brings you here today?"),
    ("en", "I have had a cough for about ten days, and it is not getting any better."),
    ("en", "At first it was dry, but since Monday there is some yellow phlegm."),
    ("en", "I get a little breathless on the stairs, but no chest pain, no fever."),
    ("en", "The question is whether the program has the ability to monitor the prostate."),
    ("en", "She desired more coverage, versatile and differing, at the central station."),
    ("en", "My father had a stroke in his seventies, and my mother is fit and well."),
    ("en", "We were cycling through the forest when the pain came on suddenly."),
    ("en", "Breathe in deeply, please. And out again. That is fine, thank you."),
    ("en", "The microwave was optimised, and the spectral analysis was singular."),
    ("en", "You will need a chest x-ray and a blood test for your kidney function."),
    ("en", "He emigrated, got a contract and approved the metallic fence."),
    ("en", "I work at a university and live with my partner and two cats."),
    ("en", "No allergies that I know of, and I do not smoke or drink at all."),
    ("en", "The rash is itchy, red, and spreading over my stomach and my back."),
]


@pytest.mark.parametrize(("language", "text", "expected"), EXACT)
def test_exact_names(language: str, text: str, expected: list[str]) -> None:
    found = find_drugs(text, language)
    assert [mention.inn for mention in found] == expected
    assert all(mention.score == 1 for mention in found)
    assert all(text[mention.start : mention.end] == mention.text for mention in found)


@pytest.mark.parametrize(("language", "text", "inn"), HEARD)
def test_a_name_as_heard_is_corrected_in_sight(language: str, text: str, inn: str) -> None:
    (mention,) = find_drugs(f"je prends {text} le soir", language)
    assert (mention.inn, mention.text) == (inn, text)
    assert 0.5 < mention.score < 1


@pytest.mark.parametrize(("language", "text"), PLAIN)
def test_plain_sentences_hold_no_drug(language: str, text: str) -> None:
    assert find_drugs(text, language) == ()


def test_the_longest_name_wins() -> None:
    (mention,) = find_drugs("Il prend amoxicilline acide clavulanique 1 g", "fr")
    assert mention.text == "amoxicilline acide clavulanique"


def test_a_misheard_name_between_two_drugs_is_left_alone() -> None:
    """One edit from both prednisone and prednisolone: guessing would be a drug swap."""
    assert all(m.score == 1 for m in find_drugs("prednisolone et prednisone", "fr"))
    assert find_drugs("prednisoone", "fr")[0].inn == "prednisone"


def test_a_name_does_not_reach_over_a_full_stop() -> None:
    assert find_drugs("C'est de l'acide. Folique, dit-il.", "fr") == ()


@pytest.mark.parametrize(
    ("statement", "evidence", "missing"),
    [
        ("Amlodipine 10 mg", "je passe l'amlodipine à dix milligrammes", []),
        ("Paracétamol", "Et du doliprane quand j'ai trop mal", []),
        ("Doliprane", "du paracétamol", []),
        ("Kardégic", "je prends du kardéjic", []),
        ("Allergie à la pénicilline", "je suis allergique à l'amoxicilline", ["penicillin"]),
        ("Allergie à l'amoxicilline", "je suis allergique à la pénicilline", ["amoxicillin"]),
        ("Ibuprofène", "du paracétamol", ["ibuprofen"]),
        ("Hydroxyzine", "de l'hydralazine", ["hydroxyzine"]),
        ("Céphée", "rien", []),
    ],
)
def test_missing_drugs(statement: str, evidence: str, missing: list[str]) -> None:
    assert [m.inn for m in missing_drugs(statement, evidence, "fr")] == missing


def test_french_and_english_names_share_one_key() -> None:
    pairs = [
        ("pénicilline", "penicillin"),
        ("furosémide", "furosemide"),
        ("ciclosporine", "cyclosporine"),
    ]
    for french, english in pairs:
        assert find_drugs(french, "fr")[0].inn == find_drugs(english, "en")[0].inn


def test_every_name_of_the_lexicon_finds_its_drug() -> None:
    for drug in drugs():
        for name in (drug.inn, drug.fr):
            found = find_drugs(name.replace("/", " "), "fr")
            assert [mention.inn for mention in found] == [drug.inn], name


def test_the_lexicon_is_wide_and_its_codes_are_well_formed() -> None:
    kinds = [drug.kind for drug in drugs()]
    assert kinds.count("drug") >= 350
    assert kinds.count("class") >= 40
    assert len({drug.inn for drug in drugs()}) == len(kinds)
    assert all(re.fullmatch(r"[A-V]\d\d[A-Z]{2}\d\d", drug.atc) for drug in drugs() if drug.atc)


def test_pinned_codes() -> None:
    codes = {drug.inn: drug.atc for drug in drugs()}
    assert codes["paracetamol"] == "N02BE01"
    assert codes["levothyroxine"] == "H03AA01"
    assert codes["pembrolizumab"] == "L01FF02"
    assert codes["metformin"] == "A10BA02"


@given(st.text(), st.sampled_from(["fr", "en"]))
def test_any_text_is_searched_without_error(text: str, language: str) -> None:
    for mention in find_drugs(text, language):
        assert text[mention.start : mention.end] == mention.text


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        find_drugs("paracetamol", "es")
