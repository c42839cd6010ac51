"""Misrecognised names: found where a drug is named, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.drug_context import Context, Places
from clinical.drugs import drugs, find_drugs
from clinical.misheard import misheard
from clinical.sound_names import digests
from clinical.sounds import likeness, skeleton, sound
from consultation.errors import UnsupportedLanguage

# (language, what was recognised, the words replaced, what replaces them); the recogniser was unsure
HEARD = [
    ("fr", "Je prends de l'âme le dipine, 5mg le matin", "l'âme le dipine,", "l'amlodipine"),
    ("fr", "et de la lévotiroxine, 75 microgrammes", "lévotiroxine,", "lévothyroxine"),
    ("fr", "je suis allergique à la moxiciline", "la moxiciline", "l'amoxicilline"),
    ("fr", "j'ai eu de la moxiciline à ce moment", "la moxiciline", "l'amoxicilline"),
    ("fr", "Je vous prescris du sumatriptant 50mg", "sumatriptant", "sumatriptan"),
    ("fr", "je suis allergique, j'ai fait de l'urticard", "l'urticard", "l'urticaire"),
    ("fr", "une prise de sang avec un nionogramme.", "nionogramme.", "ionogramme"),
    ("fr", "je prends du dolipranne", "dolipranne", "doliprane"),
    ("fr", "il est sous osimertinibe", "osimertinibe", "osimertinib"),
    ("fr", "du pembrolysumab toutes les trois semaines", "pembrolysumab", "pembrolizumab"),
    ("fr", "la metphormine 500 mg", "metphormine", "metformine"),
    ("fr", "et l'évotiroxine 75 microgrammes", "l'évotiroxine", "lévothyroxine"),
    ("en", "I take listen up, all, ten milligrams", "listen up, all,", "lisinopril"),
    ("en", "I take Listenopoul, ten milligrams", "Listenopoul,", "lisinopril"),
    ("en", "and met four men, five hundred milligrams", "met four men,", "metformin"),
    ("en", "I will prescribe Doxocycline 100 milligrams", "Doxocycline", "doxycycline"),
    ("en", "not good for your kidneys with Lycinoprol.", "Lycinoprol.", "lisinopril"),
    ("en", "a blood test with your HB-1C, since", "HB-1C,", "HbA1c"),
    ("en", "she takes amlodopine and a statin", "amlodopine", "amlodipine"),
    ("en", "started on pembrolisumab last month", "pembrolisumab", "pembrolizumab"),
]
PLAIN = [
    ("fr", "Je prends le temps de faire du sport deux fois par semaine, ça me détend."),
    ("fr", "Où sont-elles ? Elle est avec nous, dit-il, puis il prend deux sacs."),
    ("fr", "On mesure la tension, on exprime la douleur, et vous prenez un rendez-vous."),
    ("fr", "Il a pris quatre hommes dans sa voiture et dix minutes de retard."),
    ("fr", "Madame Lisinoprel est venue hier, elle a pris un café et trois croissants."),
    ("en", "I met four men at the station and they listened to all of us."),
    ("en", "Listen up, all of you, take ten steps and then be quiet."),
    ("en", "She seemed happy to increase it, and I do not take any medicine."),
    ("en", "Mr Lisinoprel takes a walk, maybe like two packs a day before that."),
    ("en", "There is moderate mitral regurgitation and the mucosal membranes are normal."),
    ("en", "She wears an orthotic, takes care then, and the posterior cruciate is fine."),
]


@pytest.mark.parametrize(("language", "text", "replaced", "name"), HEARD)
def test_a_misrecognised_name_is_found(language: str, text: str, replaced: str, name: str) -> None:
    words = text.split()
    (found,) = misheard(words, [0.6] * len(words), language)
    assert " ".join(words[found.first : found.first + found.count]) == replaced
    assert found.prefix + found.names[0] == name
    assert len(found.names) == 1
    assert 0.75 < found.score <= 1


@pytest.mark.parametrize("probability", [0.4, 1.0])
@pytest.mark.parametrize(("language", "text"), PLAIN)
def test_plain_speech_is_left_alone(language: str, text: str, probability: float) -> None:
    words = text.split()
    assert misheard(words, [probability] * len(words), language) == ()


def test_ordinary_words_are_joined_only_where_a_dose_is_and_the_recogniser_was_unsure() -> None:
    words = ["and", "met", "four", "men,", "five", "hundred", "milligrams"]
    assert misheard(words, [0.99] * len(words), "en") == ()
    assert misheard(words[:4], [0.6] * 4, "en") == ()


def test_words_of_two_sentences_are_not_joined() -> None:
    words = ["It", "is", "met.", "Four", "men,", "five", "hundred", "milligrams"]
    assert misheard(words, [0.5] * len(words), "en") == ()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_drug_of_the_lexicon_is_ever_changed(language: str) -> None:
    """Each known name, in the strongest context, with an unsure recogniser."""
    changed = []
    for drug in drugs():
        for name in (drug.inn,) if language == "en" else (drug.fr, *drug.names):
            said = ["je", "prends", "du", *name.replace("/", " ").split(), "10", "mg"]
            if language == "en":
                said[:3] = ["I", "take", "some"]
            changed += [
                (name, found.names) for found in misheard(said, [0.3] * len(said), language)
            ]
    assert changed == []


def test_a_brand_that_we_do_not_know_is_not_made_one_that_we_do() -> None:
    for text in ("I take Mevator and Norflecto", "taking his Levothroide 50 mg", "Premalin 5 mg"):
        words = text.split()
        for found in misheard(words, [0.5] * len(words), "en"):
            assert len(found.names) > 1 or found.keys == ("levothyroxine",), (text, found)


def test_between_two_drugs_nothing_is_decided() -> None:
    words = ["je", "prends", "du", "céfodoxime", "200", "mg"]
    (found,) = misheard(words, [0.5] * len(words), "fr")
    assert set(found.names) == {"céfotaxime", "cefpodoxime"}


def test_an_expected_name_needs_less() -> None:
    words = ["et", "puis", "le", "soir", "du", "pixaban", "je", "crois"]
    sure = [1.0] * len(words)
    assert misheard(words, sure, "fr") == ()
    (found,) = misheard(words, sure, "fr", vocabulary=["apixaban"])
    assert found.names == ("apixaban",)


def test_a_name_of_the_vocabulary_need_not_be_a_drug() -> None:
    words = [
        "on",
        "se",
        "voit",
        "avec",
        "le",
        "docteur",
        "à",
        "la",
        "clinique",
        "des",
        "Tamarisse",
        "bientôt",
    ]
    found = misheard(words, [0.5] * len(words), "fr", vocabulary=["Tamaris"])
    assert [(one.names, one.kind) for one in found] == [(("Tamaris",), "vocabulary")]


def test_context() -> None:
    def at(text: str, place: str, language: str = "fr", before: str = "") -> Context:
        words = text.split()
        first = words.index(place)
        return Places(words, language, before).context(first, first + 1, frozenset())

    assert at("je prends du xxxx", "xxxx") is Context.led
    assert at("allergique à la xxxx", "xxxx") is Context.led
    assert at("du xxxx, 10 mg le soir", "xxxx,") is Context.dosed
    assert at("du xxxx. 10 mg le soir", "xxxx.") is Context.spoken_of
    assert at("le xxxx est là", "xxxx") is Context.none
    assert at("le xxxx", "xxxx", before="Quels médicaments prenez-vous ?") is Context.spoken_of
    assert at("I take my xxxx", "xxxx", "en") is Context.led
    assert at("smoking xxxx 2 packs a day", "xxxx", "en") is Context.none


def test_sounds() -> None:
    assert sound("lévotiroxine", "fr") == sound("lévothyroxine", "fr")
    assert sound("amoxiciline", "fr") == sound("amoxicilline", "fr")
    assert sound("kardéjic", "fr") == sound("kardégic", "fr")
    assert skeleton(sound("métoprolol", "fr")) == "mtplll" or skeleton(sound("b", "fr")) == "p"
    assert likeness("amoksisilin", "amoksisilin") == 1
    assert likeness("idralasin", "idroksisin") < 0.75


@settings(deadline=None)  # the lexicon is read on the first call
@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["fr", "en"]))
def test_likeness_is_a_share_and_is_full_for_the_same_sound(a: str, b: str, language: str) -> None:
    x, y = sound(a, language), sound(b, language)
    assert likeness(x, y) <= 1
    assert likeness(x, x) == (1 if x else 0)


@settings(deadline=None)  # the lexicon is read on the first call
@given(
    st.lists(st.text(min_size=1, max_size=12).filter(str.strip), max_size=12),
    st.sampled_from(["fr", "en"]),
    st.floats(0, 1),
)
def test_any_words_are_searched_without_error(
    words: list[str], language: str, probability: float
) -> None:
    last = 0
    for found in misheard(words, [probability] * len(words), language):
        assert last <= found.first < found.first + found.count <= len(words)
        last = found.first + found.count


def test_digests_name_every_list() -> None:
    assert set(digests()) == {
        "drugs.csv",
        "drugs_recent.csv",
        "not_drugs.txt",
        "ordinary.txt",
        "terms.csv",
    }


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        misheard(["x"], [1.0], "es")


def test_terms_are_no_drugs() -> None:
    for text in ("créatinine", "ionogramme", "urticaire", "HbA1c"):
        assert find_drugs(text, "fr") == ()
