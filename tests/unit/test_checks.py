"""The rules of verification one by one: verdict, level, and the two spans compared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.doses import doses, misplaced_doses
from clinical.memory import forget
from clinical.moments import missing_moments, moments
from clinical.numbers import quantities
from clinical.vitals import implausible
from consultation.summary import Check, Level, Verdict
from consultation.topics import Topic
from consultation.transcript import Transcript
from summarize.grounding import Grounder
from summarize.repair import Repair, repair
from summarize.rules import permitted
from summarize.units import units
from summarize.verify import Claim, failed, verify
from tests.unit.talk import transcript

ANY = tuple(Topic)


def claim(talk: Transcript, text: str, topics: tuple[Topic, ...] = ANY) -> Claim:
    grounder = Grounder(units(talk), talk.language)
    grounds = grounder.ground(text, allowed=lambda unit: permitted(topics, unit, talk.language))
    return Claim(text, grounds, topics, talk.language)


def fault(talk: Transcript, text: str, topics: tuple[Topic, ...] = ANY) -> Check | None:
    return failed(verify(claim(talk, text, topics)))


def rule(talk: Transcript, text: str, topics: tuple[Topic, ...] = ANY) -> str | None:
    found = fault(talk, text, topics)
    return found.rule if found else None


def mended(talk: Transcript, text: str) -> Repair | None:
    one = claim(talk, text)
    wrong = failed(verify(one))
    assert wrong is not None
    return repair(one, wrong, Grounder(units(talk), talk.language))


def warnings(talk: Transcript, text: str) -> list[str]:
    return [
        check.rule
        for check in verify(claim(talk, text))
        if check.level is Level.warning and check.verdict is Verdict.failed
    ]


TWO = {
    "fr": transcript("P: Je prends de l'amlodipine, cinq milligrammes, et du bisoprolol, dix "
                     "milligrammes."),
    "en": transcript("P: I take amlodipine, five milligrams, and bisoprolol, ten milligrams.",
                     language="en"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_dose_belongs_to_its_drug(language: str) -> None:
    talk = TWO[language]
    assert rule(talk, "Amlodipine 5 mg, bisoprolol 10 mg.") is None
    assert rule(talk, "Amlodipine 10 mg, bisoprolol 5 mg.") == "dose"


def test_both_spans_are_shown_at_their_places() -> None:
    talk = transcript("P: Bonjour. Je prends de la lévothyroxine, soixante-quinze microgrammes.")
    found = fault(talk, "Lévothyroxine 75 mg.")
    assert found is not None
    assert found.rule == "numbers"
    (pair,) = found.compared
    assert pair.statement is not None
    assert (pair.statement.anchor, pair.statement.text) == ("statement", "75 mg")
    assert pair.evidence is not None
    assert pair.evidence.anchor == "s0001"
    assert pair.evidence.text == "soixante-quinze microgrammes"
    segment = talk.segments[0].text
    assert segment[pair.evidence.start : pair.evidence.end] == pair.evidence.text


def test_what_is_right_shows_what_it_was_compared_with() -> None:
    talk = transcript("P: Je prends de la lévothyroxine, soixante-quinze microgrammes.")
    checks = {c.rule: c for c in verify(claim(talk, "Lévothyroxine 0,075 mg."))}
    assert checks["numbers"].verdict is Verdict.passed
    assert checks["numbers"].compared[0].evidence is not None
    assert checks["drugs"].verdict is Verdict.passed
    assert checks["side"].verdict is Verdict.not_applicable


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("fr", "P: J'ai arrêté l'amlodipine en mars.", "Amlodipine arrêtée en mars.",
         "Prend de l'amlodipine."),
        ("fr", "P: Je prends de l'amlodipine.", "Prend de l'amlodipine.", "Amlodipine arrêtée."),
        ("fr", "D: N'arrêtez pas le Kardégic.", "Kardégic poursuivi.", "Arrêt du Kardégic."),
        ("en", "P: I stopped lisinopril in March.", "Stopped lisinopril in March.",
         "Takes lisinopril."),
        ("en", "P: I take lisinopril.", "Takes lisinopril.", "Stopped lisinopril."),
        ("en", "D: Don't stop the aspirin.", "Continue aspirin.", "Stop aspirin."),
    ],
)  # fmt: skip
def test_stopped_is_not_current(language: str, said: str, right: str, wrong: str) -> None:
    talk = transcript(said, language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) == "temporality"


def test_a_habit_that_is_over_is_no_habit() -> None:
    talk = transcript("D: Do you smoke?", "P: I stopped six years ago.", language="en")
    assert rule(talk, "Stopped smoking six years ago.") is None
    assert rule(talk, "Smoker.") in {"temporality", "polarity"}


def test_taken_already_against_prescribed_is_a_warning() -> None:
    talk = transcript("D: Je vous prescris du sumatriptan, cinquante milligrammes.")
    assert "course" in warnings(talk, "Prend du sumatriptan 50 mg.")
    assert rule(talk, "Prend du sumatriptan 50 mg.") is None


@pytest.mark.parametrize(
    ("language", "lines", "right", "wrong"),
    [
        ("fr", ["P: J'ai eu des nausées mardi."], "Nausées mardi.", "Nausées jeudi."),
        ("fr", ["P: Je prends du ramipril le matin."], "Ramipril le matin.", "Ramipril le soir."),
        ("en", ["P: I was sick on Tuesday."], "Sick on Tuesday.", "Sick on Friday."),
        ("en", ["P: I had a headache a few weeks ago."], "Headache a few weeks ago.",
         "Headache a few months ago."),
    ],
)  # fmt: skip
def test_days(language: str, lines: list[str], right: str, wrong: str) -> None:
    talk = transcript(*lines, language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) == "dates"


SIDES = [
    ("en", "The left ureter looks blocked.", "Left ureter blocked.", "Right ureter blocked."),
    ("en", "Right, so the left ureter is blocked.", "Left ureter blocked.",
     "Right ureter blocked."),
    ("en", "The cough is worse at night; the left ventricle is weak.", "Left ventricle weak.",
     "Right ventricle weak."),
    ("en", "Your left hip is worse than your right hip.", "Left hip worse than right hip.",
     "Right hip worse than left hip."),
    ("fr", "L'uretère gauche est dilaté.", "Uretère gauche dilaté.", "Uretère droit dilaté."),
    ("fr", "La hanche gauche est plus douloureuse que la droite.",
     "Hanche gauche plus douloureuse que la droite.",
     "Hanche droite plus douloureuse que la gauche."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "right", "wrong"), SIDES)
def test_sides_of_what_no_list_has(language: str, said: str, right: str, wrong: str) -> None:
    talk = transcript(f"D: {said}", language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) == "side"


TWO_SIDES = [
    ("en", ["D: Your left hip is worse than your right hip."],
     "Left hip worse than right hip.", "Left hip worse than left hip."),
    ("en", ["D: The stent went into the left ureter twice and into the right ureter once."],
     "Stent in the left ureter twice and in the right ureter once.",
     "Stent in the right ureter twice and in the right ureter once."),
    ("en", ["D: There is a scar on the left forearm from a fall on the right forearm."],
     "Scar on the left forearm from a fall on the right forearm.",
     "Scar on the right forearm from a fall on the right forearm."),
    ("en", ["D: Grip is four out of five on the left, and five out of five on the right."],
     "Grip 4/5 on the left.", "Grip 4/5 on the right."),
    ("en", ["D: I see a stone in the ureter.", "D: It is the left ureter, the other day it hurt."],
     "Stone in the left ureter.", "Stone in the right ureter."),
    ("en", ["D: The left ureter is dilated.", "P: Every other day it aches."],
     "Left ureter dilated, aches every other day.", "Right ureter dilated, aches every other day."),
    ("en", ["D: Lasegue is positive on the right but your reflexes are good bilaterally."],
     "Lasegue positive on the right.", "Lasegue positive on the left."),
    ("en", ["P: It was lanced three times on the left and once on the right."],
     "Lanced three times on the left.", "Lanced three times on the right."),
    ("en", ["D: They both saw a torn ligament of the left ulnar side."],
     "Torn ligament of the left ulnar side.", "Torn ligament of the right ulnar side."),
    ("fr", ["D: La hanche gauche est plus raide que la droite."],
     "Hanche gauche plus raide que la droite.", "Hanche droite plus raide que la droite."),
    ("fr", ["D: La force est à quatre sur cinq à gauche et à cinq sur cinq à droite."],
     "Force 4 sur 5 à gauche.", "Force 4 sur 5 à droite."),
    ("fr", ["D: Une sonde dans l'uretère gauche deux fois, dans l'uretère droit une fois."],
     "Sonde dans l'uretère gauche deux fois.", "Sonde dans l'uretère droit deux fois."),
    # Two sides in one order, each with its own words.
    ("en", ["P: Laser was done four times to the retina on the right and two times on the left."],
     "Laser four times to the retina on the right and two times on the left.",
     "Laser four times to the retina on the right and two times on the right."),
    ("fr", ["D: La cicatrice mesure huit centimètres à droite et trois centimètres à gauche."],
     "Cicatrice de 8 centimètres à droite et de 3 centimètres à gauche.",
     "Cicatrice de 8 centimètres à gauche et de 3 centimètres à gauche."),
    # What stands around the side was told of the other one, in another sentence.
    ("en", ["D: The left testicle is normal.", "D: Your thyroid is normal.",
            "D: The nodule in your right testicle needs an ultrasound."],
     "Left testicle normal.", "Right testicle normal."),
    ("fr", ["D: Le testicule gauche est normal.", "D: Votre thyroïde est normale.",
            "D: Le nodule du testicule droit, il faut une échographie."],
     "Testicule gauche normal.", "Testicule droit normal."),
    ("en", ["P: Here on the left it hurts at the ureter.", "D: The right ureter is not painful."],
     "Left ureter painful.", "Right ureter painful."),
    # An endless sentence, cut between what was found and its side.
    ("en", ["D: All right I do have to go through it all and I am just going to be calling it out"
            " as I see what I see so on your heart today I do appreciate a slight three out of six"
            " systolic murmur that is heard at the left base and your lungs are clear today",
            "D: You had the stent placed in your right coronary artery two years ago."],
     "Systolic murmur heard at the left base.", "Systolic murmur heard at the right base."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "right", "wrong"), TWO_SIDES)
def test_each_side_keeps_what_was_said_of_it(
    language: str, said: list[str], right: str, wrong: str
) -> None:
    talk = transcript(*said, language=language)
    assert rule(talk, right) != "side"
    assert rule(talk, wrong) == "side"


@pytest.mark.parametrize(
    ("language", "said", "invented"),
    [
        ("en", "D: The ureter is dilated.", "Right ureter dilated."),
        ("fr", "D: L'uretère est dilaté.", "Uretère droit dilaté."),
    ],
)
def test_a_side_that_nobody_named_is_invented(language: str, said: str, invented: str) -> None:
    assert rule(transcript(said, language=language), invented) == "side"


TAKEN_BACK = [
    ("en", "P: I have had back pain, I mean abdominal pain, for a week.",
     "Abdominal pain for a week.", "Back pain for a week."),
    ("en", "P: My left, sorry, my right knee hurts.", "Right knee hurts.", "Left knee hurts."),
    ("fr", "P: J'ai une douleur lombaire, je veux dire une douleur abdominale.",
     "Douleur abdominale.", "Douleur lombaire."),
    ("fr", "P: C'est le genou gauche, pardon, le genou droit qui gonfle.",
     "Genou droit gonflé.", "Genou gauche gonflé."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "right", "wrong"), TAKEN_BACK)
def test_what_is_taken_back_was_not_said(language: str, said: str, right: str, wrong: str) -> None:
    talk = transcript(said, language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) is not None


def test_what_is_said_instead_is_denied_with_it() -> None:
    talk = transcript("P: I wouldn't say any back pain, I mean abdominal pain.", language="en")
    assert rule(talk, "No abdominal pain.") is None
    assert rule(talk, "Abdominal pain.") is not None


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("en", "D: You have some tenderness beside the spine, no midline tenderness.",
         "No midline tenderness.", "Midline tenderness."),
        ("fr", "D: Il y a une douleur à la marche, pas de douleur nocturne.",
         "Pas de douleur nocturne.", "Douleur nocturne."),
    ],
)  # fmt: skip
def test_what_follows_a_no_is_about_the_next(
    language: str, said: str, right: str, wrong: str
) -> None:
    talk = transcript(said, language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) is not None


def test_what_is_added_is_not_taken_back() -> None:
    talk = transcript("P: I have back pain, I mean, and abdominal pain too.", language="en")
    assert rule(talk, "Back pain and abdominal pain.") is None


def test_a_hand_that_leads_is_asked_for_by_both_names() -> None:
    talk = transcript(
        "D: Your right elbow was hit. Are you right or left handed?", "P: Right.", language="en"
    )
    assert rule(talk, "Right handed.") != "side"


def test_this_pain_is_there_whatever_the_answer() -> None:
    talk = transcript("D: Any tingling with this back pain?", "P: No, no tingling.", language="en")
    assert rule(talk, "No back pain.") is not None
    assert rule(talk, "No tingling.") is None
    talk = transcript("D: Des nausées avec ce mal de tête ?", "P: Non.")
    assert rule(talk, "Pas de mal de tête.") is not None
    assert rule(talk, "Pas de nausées.") is None


def test_what_was_left_is_no_side() -> None:
    talk = transcript("P: I left school at sixteen to work with my dad.", language="en")
    assert rule(talk, "Left school at 16.") is None


def test_the_other_side_is_told_too() -> None:
    talk = transcript("D: The left ureter is blocked and the other one is open.", language="en")
    assert rule(talk, "Right ureter open.") != "side"


RATES = [
    ("en", "Take metformin twice daily.", "Metformin twice a day.", "Metformin twice a month."),
    ("en", "Take metformin every morning.", "Metformin daily.", "Metformin weekly."),
    ("fr", "Prenez la metformine tous les matins.", "Metformine chaque jour.",
     "Metformine chaque semaine."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "right", "wrong"), RATES)
def test_how_often(language: str, said: str, right: str, wrong: str) -> None:
    talk = transcript(f"D: {said}", language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) in ("dates", "numbers")


@pytest.mark.parametrize(
    ("language", "said", "noted"),
    [
        ("en", "My lower back hurts when I bend.", "Back pain with bending."),
        ("fr", "J'ai mal au ventre quand on appuie.", "Ventre douloureux quand on appuie."),
    ],
)
def test_nobody_examines_himself(language: str, said: str, noted: str) -> None:
    talk = transcript(f"D: {said}", language=language)
    assert rule(talk, noted, (Topic.examination,)) is not None


def test_who_examines_says_your() -> None:
    talk = transcript("D: Your lower back hurts when you bend.", language="en")
    assert rule(talk, "Back pain with bending.", (Topic.examination,)) is None


def test_a_week_is_no_rate() -> None:
    assert moments("in a week", "en") == ()
    assert moments("a week okay", "en") == ()
    assert [m.kind for m in moments("twice a week", "en")] == ["rate"]


@pytest.mark.parametrize(
    ("language", "lines", "right", "wrong"),
    [
        ("en", ["D: Anything that runs in your family?", "P: I was adopted, I have no idea."],
         "No known family history.", "Known family history."),
        ("fr", ["D: Quelque chose de connu dans la famille ?", "P: Aucune idée."],
         "Pas d'antécédent connu dans la famille.", "Connu dans la famille."),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_not_said(
    language: str, lines: list[str], right: str, wrong: str
) -> None:
    talk = transcript(*lines, language=language)
    assert rule(talk, wrong) == "denial"
    assert rule(talk, right) != "denial"


RELATIVES = [
    ("en", "P: My mother had migraines.", "Mother had migraines.", "Aunt had migraines."),
    ("en", "P: My dad has diabetes and my sister has asthma.",
     "Father has diabetes, sister asthma.", "Father has diabetes, brother asthma."),
    ("en", "P: Both my parents have high blood pressure.",
     "Mother has high blood pressure.", "Uncle has high blood pressure."),
    ("en", "P: My mum's sister had breast cancer.",
     "Aunt had breast cancer.", None),
    ("en", "C: He has a cough and his brother has a cough too.",
     "Mother reports that his brother has a cough.", "His sister has a cough."),
    ("fr", "P: Ma mère a eu un cancer du sein.",
     "Cancer du sein chez la mère.", "Cancer du sein chez la tante."),
    ("fr", "P: Mon grand-père était diabétique.",
     "Grand-père diabétique.", "Père diabétique."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "right", "wrong"), RELATIVES)
def test_a_relative_is_no_other(language: str, said: str, right: str, wrong: str | None) -> None:
    talk = transcript(said, language=language)
    for topics in (ANY, (Topic.family,)):
        assert rule(talk, right, topics) != "experiencer"
        assert wrong is None or rule(talk, wrong, topics) == "experiencer"


@pytest.mark.parametrize(
    ("language", "said", "right", "wrong"),
    [
        ("en", "P: I mean, other than um asthma, I use an inhaler, everything uh else is fine.",
         "No other medical problems.", "Other medical problems."),
        ("en", "P: Apart from that I'm very well.",
         "No other health issues.", "No other bowel problems."),
        ("fr", "P: J'ai de l'asthme, sinon je vais bien.",
         "Pas d'autre problème de santé.", "Pas d'autre problème de dos."),
        ("fr", "P: Tout le reste va très bien.",
         "Aucun autre souci de santé.", "Un autre souci de santé."),
    ],
)  # fmt: skip
def test_a_sum_of_what_is_not_named(language: str, said: str, right: str, wrong: str) -> None:
    talk = transcript("D: Merci." if language == "fr" else "D: Right.", said, language=language)
    assert rule(talk, right) is None
    assert rule(talk, wrong) is not None


def test_so_that_goes_on_is_no_degree() -> None:
    talk = transcript("P: We move about, so I don't have a local chemist.", language="en")
    assert rule(talk, "No local chemist.") is None
    assert rule(talk, "Local chemist.") == "denial"


def test_words_outside_the_lexicon_are_denied_too() -> None:
    talk = transcript("D: Any problems at work?", "P: No.", language="en")
    assert rule(talk, "No problems at work.") is None
    assert rule(talk, "Problems at work.") == "denial"


def test_a_doubtful_answer_bears_a_denial_with_a_warning() -> None:
    talk = transcript("D: Any cough?", "P: Not really.", language="en")
    assert rule(talk, "No cough.") is None
    assert rule(talk, "Cough.") == "polarity"


def test_the_organ_of_an_examination_was_examined() -> None:
    talk = transcript("D: L'examen neurologique est normal.")
    assert rule(talk, "Examen neurologique normal.", (Topic.examination,)) is None
    assert rule(talk, "Examen cardiaque normal.", (Topic.examination,)) is not None


def test_a_misheard_pressure_is_a_warning() -> None:
    talk = transcript("D: La tension est à 155 sur 4515.")
    text = "Tension 155 sur 4515."
    assert rule(talk, text) is None
    assert "plausible" in warnings(talk, text)


def test_a_drug_known_by_its_sound_shows_what_was_heard() -> None:
    talk = transcript("P: Je prends du kardéjic.")
    assert rule(talk, "Prend du Kardégic.") is None
    assert "spelling" in warnings(talk, "Prend du Kardégic.")


@pytest.mark.parametrize(
    ("language", "said", "wrong", "right"),
    [
        ("fr", "P: Je prends de la lévothyroxine, soixante-quinze microgrammes.",
         "Lévothyroxine 75 mg.", "Lévothyroxine soixante-quinze microgrammes."),
        ("fr", "P: J'ai mal au genou droit.", "Mal au genou gauche.", None),
        ("fr", "P: J'ai mal à la tête, à droite.", "Mal à la tête, à gauche.",
         "Mal à la tête, à droite."),
        ("fr", "P: J'ai mal au bras gauche.", "Mal au bras droit.", "Mal au bras gauche."),
        ("en", "P: I take lisinopril, ten milligrams.", "Lisinopril 100 mg.",
         "Lisinopril ten milligrams."),
        ("en", "P: My left knee hurts.", "Right knee hurts.", "Left knee hurts."),
        ("en", "P: I take lisinopril, ten milligrams.", "Amlodipine 10 mg.", None),
        ("en", "P: I take lisinopril, ten milligrams, and metformin, five milligrams.",
         "Lisinopril 100 mg.", None),
    ],
)  # fmt: skip
def test_repair(language: str, said: str, wrong: str, right: str | None) -> None:
    talk = transcript(said, language=language)
    result = mended(talk, wrong)
    if right is None:
        assert result is None
        return
    assert result is not None
    assert result.text == right
    note = result.checks[-1]
    assert (note.rule, note.level) == ("repaired", Level.warning)
    assert "→" in note.detail
    assert failed(result.checks) is None


@settings(deadline=None)  # a busy machine is no failure
@given(dose=st.integers(2, 900), other=st.integers(2, 900))
def test_any_dose_that_differs_is_caught(dose: int, other: int) -> None:
    talk = transcript(f"P: I take metformin {dose} mg.", language="en")
    assert (rule(talk, f"Metformin {other} mg.") is None) is (dose == other)


def test_doses_follow_or_precede_their_drug() -> None:
    found = doses("10 mg of lisinopril and metformin 500 mg", "en")
    assert [(d.drug.inn, d.quantity.text) for d in found] == [
        ("lisinopril", "10 mg"),
        ("metformin", "500 mg"),
    ]
    assert misplaced_doses("Lisinopril 500 mg.", "10 mg of lisinopril, metformin 500 mg", "en")


@pytest.mark.parametrize(
    ("language", "text", "odd"),
    [
        ("fr", "La tension est à 155 sur 4515.", ["155 sur 4515"]),
        ("fr", "155 sur 4515, c'est un peu élevé.", ["155 sur 4515"]),
        ("fr", "La douleur est à 8 sur 10, 120 sur 160 patients.", []),
        ("fr", "La tension est à cent cinquante-cinq sur quatre-vingt-quinze.", []),
        ("fr", "TA 14/8, pouls 72, saturation 98 %.", []),
        ("fr", "Température 385.", ["385"]),
        ("fr", "Température 38,5.", []),
        ("fr", "Saturation 9 %.", ["9 %"]),
        ("fr", "De la fièvre depuis 60 heures.", []),
        ("fr", "Tension 80 sur 120.", ["80 sur 120"]),
        ("en", "BP 142/850.", ["142/850"]),
        ("en", "Blood pressure 142/85, heart rate 720.", ["720"]),
        ("en", "A temperature of 101.", []),
        ("en", "Fever above thirty nine.", []),
    ],
)
def test_implausible_vitals(language: str, text: str, odd: list[str]) -> None:
    found = implausible(text, language)
    assert [one.text for one in found] == odd
    assert all(text[one.start : one.end] == one.text for one in found)


@given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
def test_any_text_is_read(text: str, language: str) -> None:
    for found in (implausible(text, language), moments(text, language)):
        assert all(text[one.start : one.end] == one.text for one in found)


def test_moments() -> None:
    assert [m.key for m in moments("Lundi matin, puis avant-hier soir.", "fr")] == [
        "1", "morning", "before", "evening",
    ]  # fmt: skip
    assert missing_moments("On Monday.", "On Tuesday.", "en")
    assert not missing_moments("In the evening.", "Every day.", "en")


def test_what_was_read_is_forgotten() -> None:
    first = quantities("Metformin 500 mg.", "en")
    assert quantities("Metformin 500 mg.", "en") is first
    forget()
    assert quantities("Metformin 500 mg.", "en") is not first
