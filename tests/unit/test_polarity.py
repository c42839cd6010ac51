"""Affirmed, denied, uncertain; of the patient or of another; asked and answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.conflicts import asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.dialogue import Said, evidence_findings, resolve_answer
from clinical.findings import concepts
from clinical.polarity import findings, is_question, polarity_of
from consultation.errors import UnsupportedLanguage
from consultation.summary import Experiencer, Polarity

# Marks: + affirmed, - denied, ? uncertain; a trailing * is the family, a trailing ~ another person.
FRENCH = """
J'ai de la fièvre. => +fever
Pas de fièvre. => -fever
pas de fièvre => -fever
Pas de fièvre. J'ai eu des vertiges deux fois. => -fever +dizziness
Pas de fièvre, j'ai eu des vertiges. => -fever +dizziness
Pas de fièvre mais des vertiges. => -fever +dizziness
Pas de fièvre, des vertiges. => -fever +dizziness
Pas de fièvre, de toux ni de douleur thoracique. => -fever -cough -chest pain
Je n'ai pas de fièvre ni de toux. => -fever -cough
Ni fièvre ni toux. => -fever -cough
Je n'ai ni fièvre ni nausées. => -fever -nausea
Sans fièvre. => -fever
Toux sans fièvre. => +cough -fever
Toux sèche sans fièvre ni dyspnoée, sans sueurs. => +cough -fever -sweating
Aucune fièvre. => -fever
Il nie toute fièvre. => -fever
Nie toux et dyspnée, mais rapporte des nausées. => -cough -dyspnoea +nausea
Je n'ai jamais eu de convulsions. => -seizure
J'ai pas de fièvre. => -fever
J'ai pas mal à la tête. => -headache
Je n'ai pas mal à la tête. => -headache
J'ai mal à la tête. => +headache
J'ai pas mal de vertiges. => +dizziness
Pas seulement de la fièvre, des frissons aussi. => +fever +chills
Pas plus de deux jours de fièvre. => +fever
Je tousse. => +cough
Je ne tousse pas. => -cough
Je tousse pas. => -cough
Je ne tousse plus. => -cough
Je fume plus. => ?smoking
Je ne fume pas. => -smoking
Je n'ai jamais fumé. => -smoking
Non-fumeur. => -smoking
Elle ne vomit pas. => -vomiting
La toux ne passe pas. => +cough
La douleur ne s'améliore pas. => +pain
Ma fièvre n'est pas passée. => +fever
Ça ne va pas mieux, la toux continue. => +cough
Pas d'amélioration de la toux. => +cough
La toux n'est pas mieux depuis dix jours. => +cough
Sans doute une migraine. => +migraine
Fièvre : non. => -fever
Allergie : non. Tabac : non. => -allergy -smoking
Fièvre absente. => -fever
Le patient est apyrétique. => -fever
Il n'est pas apyrétique. => +fever
La nuque est souple. => -neck stiffness
Peut-être de la fièvre. => ?fever
Je pense à une migraine, aggravée par l'abus d'antalgiques. => ?migraine
Suspicion d'embolie pulmonaire. => ?thrombosis
Pneumonie possible. => ?pneumonia
Pneumopathie à éliminer. => ?pneumonia
On ne peut exclure une pneumonie. => ?pneumonia
Je ne crois pas avoir de fièvre. => ?fever
Je ne sais pas si j'ai de la fièvre. => ?fever
Si la douleur devient brutale ou si vous avez du mal à parler => ?pain ?speech disorder
En cas de fièvre, consultez. => ?fever
Revenez si vous avez de la fièvre. => ?fever
Il ne nie pas la consommation d'alcool. => +alcohol
Pas de fièvre ? => ?fever
Avez-vous eu de la fièvre, des vertiges ? => ?fever ?dizziness
Est-ce que vous toussez => ?cough
Ma mère avait aussi des migraines. => +migraine*
Ma mère avait des migraines. Elle avait du diabète. => +migraine* +diabetes*
Ma mère a des migraines et moi j'ai de la fièvre. => +migraine* +fever
Diabète chez le père. => +diabetes*
Cancer du sein dans la famille. => +cancer*
Antécédents familiaux de diabète. => +medical history* +diabetes*
Pas de cancer dans la famille. => -cancer*
Mon mari a la grippe. => +influenza~
Ma mère dit que j'ai de la fièvre. => +fever
Mon médecin de famille pense que j'ai de l'asthme. => ?asthma
Je suis allergique à l'amoxicilline. => +allergy
Pas d'allergie connue. => -allergy
Essoufflée à l'effort, pas de douleur dans la poitrine. => +dyspnoea -chest pain
Il a perdu trois kilos. => +weight loss
J'arrive pas à dormir. => +insomnia
Plus de fièvre. => ?fever
Je n'ai plus de fièvre. => -fever
De plus en plus de vertiges. => +dizziness
Pas de problème de thyroïde. => -thyroid disease
Rien de particulier. =>
Bonjour docteur. =>
"""

ENGLISH = """
I have a fever. => +fever
No fever. => -fever
no fever => -fever
No fever, chills or cough. => -fever -chills -cough
No fever and a dry cough. => -fever +cough
No chest pain but a bit breathless. => -chest pain +dyspnoea
I get a little breathless on the stairs, but no chest pain. => +dyspnoea -chest pain
I don't have a fever, a cough or a rash. => -fever -cough -rash
I have had a cough for about ten days, and it is not getting any better. => +cough
The cough is not getting any better. => +cough
My cough hasn't gone away. => +cough
The pain doesn't go away. => +pain
No change in the cough. => +cough
No improvement in her headache. => +headache
Not only fever but also chills. => +fever +chills
No, I have a cough. => +cough
No I have a cough. => +cough
Denies fever. => -fever
She denies nausea, vomiting and diarrhoea. => -nausea -vomiting -diarrhoea
He denied chest pain but reports palpitations. => -chest pain +palpitations
Cough without fever. => +cough -fever
Without fever or rash. => -fever -rash
Never had a seizure. => -seizure
I never smoked. => -smoking
I do not smoke. => -smoking
I don't smoke. => -smoking
Non-smoker. => -smoking
I stopped smoking six years ago. => ?smoking
Ex-smoker. => ?smoking
I smoke ten a day. => +smoking
It is not itchy. => -itching
It isn't painful. => -pain
I can't sleep. => +insomnia
I can't breathe. => +dyspnoea
Neither fever nor cough. => -fever -cough
No history of diabetes. => -diabetes
Negative for blood in the stool. => -rectal bleeding
Free of pain. => -pain
Fever: no. => -fever
Pneumonia was ruled out. => -pneumonia
Fever is absent. => -fever
Afebrile. => -fever
Her neck is supple. => -neck stiffness
Painless. => -pain
It looks like a mild chest infection, a community acquired pneumonia. => ?pneumonia ?pneumonia
It might be a migraine. => ?migraine
Possible pneumonia. => ?pneumonia
Rule out pulmonary embolism. => ?thrombosis
We cannot exclude a fracture. => ?fracture
Suspected appendicitis. => ?appendicitis
Maybe a fever. => ?fever
I don't think I have a fever. => ?fever
I'm not sure about fever. => ?fever
Not really any pain. => ?pain
Come back if you are more breathless or the fever stays above thirty nine. => ?dyspnoea ?fever
In case of fever, call us. => ?fever
Pneumonia is likely. => ?pneumonia
Any fever, chest pain or shortness of breath? => ?fever ?chest pain ?dyspnoea
Do you have a cough => ?cough
No fever? => ?fever
My mother had migraines. => +migraine*
My father had a heart attack and I have chest pain. => +myocardial infarction* +chest pain
My dad has diabetes. He had a stroke too. => +diabetes* +stroke*
Family history of diabetes. => +diabetes*
No family history of cancer. => -cancer*
Asthma runs in the family. => +asthma*
Headaches in her mother. => +headache*
My husband has the flu. => +influenza~
My mother says I have a fever. => +fever
The family doctor found hypertension. => +hypertension
I have no pain when I cough. => -pain +cough
No problem swallowing. => -dysphagia
Allergic to penicillin. => +allergy
No known allergies. => -allergy
No longer than two days of fever. => +fever
There is no doubt he has asthma. => +asthma
He does not deny alcohol use. => +alcohol
I fell asleep. =>
A fit and well man. =>
I need a pain killer. =>
Good morning, doctor. =>
"""

MARK = {Polarity.affirmed: "+", Polarity.denied: "-", Polarity.uncertain: "?"}
WHO = {Experiencer.patient: "", Experiencer.family: "*", Experiencer.other: "~"}


def rows(table: str) -> list[tuple[str, str]]:
    pairs = [line.rpartition("=>") for line in table.strip().splitlines()]
    return [(text.strip(), expected.strip()) for text, _, expected in pairs]


CASES = [("fr", *row) for row in rows(FRENCH)] + [("en", *row) for row in rows(ENGLISH)]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_sentences(language: str, text: str, expected: str) -> None:
    found = findings(text, language)
    said = [f"{MARK[f.polarity]}{f.concept}{WHO[f.experiencer]}" for f in found]
    assert " ".join(said) == expected
    assert all(text[f.start : f.end] == f.text for f in found)


def test_the_tables_and_the_lexicon_are_large_enough() -> None:
    assert len(rows(FRENCH)) >= 60
    assert len(rows(ENGLISH)) >= 60
    assert len(concepts()) >= 250
    assert len(set(concepts())) == len(concepts())


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("fr", "Avez-vous de la fièvre ?", True),
        ("fr", "avez-vous de la fièvre", True),
        ("fr", "D'accord. La douleur est de quel côté ?", True),
        ("fr", "est-ce que vous toussez", True),
        ("fr", "Vous avez mal où ?", True),
        ("fr", "vous avez mal à la tête", True),
        ("fr", "Vous avez mal à la tête.", False),
        ("fr", "J'ai mal à la tête.", False),
        ("fr", "Vous toussez ? Je note.", False),
        ("en", "Do you smoke?", True),
        ("en", "do you smoke", True),
        ("en", "Any fever", True),
        ("en", "I see. Is it a dry cough?", True),
        ("en", "It is a dry cough.", False),
        ("en", "Is it serious? No.", False),
        ("en", "", False),
    ],
)
def test_questions(language: str, text: str, asks: bool) -> None:
    assert is_question(text, language) is asks


ANSWERS = [
    ("fr", "De la fièvre ?", "Non.", "-fever"),
    ("fr", "De la fièvre ?", "Euh non, docteur.", "-fever"),
    ("fr", "De la fièvre ?", "Oui.", "+fever"),
    ("fr", "De la fièvre ?", "Oui, hier soir.", "+fever"),
    ("fr", "De la fièvre ?", "Pas vraiment.", "?fever"),
    ("fr", "De la fièvre ?", "Je ne sais pas.", "?fever"),
    ("fr", "De la fièvre ?", "Pas du tout.", "-fever"),
    ("fr", "De la fièvre ?", "J'ai mal au ventre.", "?fever +abdominal pain"),
    ("fr", "De la fièvre, de la toux ?", "Non.", "-fever -cough"),
    ("fr", "De la fièvre, de la toux ?", "Oui.", "?fever ?cough"),
    ("fr", "De la fièvre, de la toux ?", "Non, mais je tousse.", "-fever +cough"),
    (
        "fr",
        "Avez-vous eu de la fièvre, des vertiges ou des troubles de la vue ?",
        "Pas de fièvre. J'ai eu des vertiges deux fois la semaine dernière, en me levant.",
        "?visual disturbance -fever +dizziness",
    ),
    ("fr", "Pas de fièvre ?", "Non.", "-fever"),
    ("fr", "Pas de fièvre ?", "Si, hier.", "+fever"),
    ("fr", "Pas de fièvre ?", "Oui.", "?fever"),
    ("fr", "Et votre père ?", "Il avait du diabète.", "+diabetes*"),
    ("fr", "Du diabète dans la famille ?", "Non.", "-diabetes*"),
    ("fr", "Vous fumez ?", "Dix cigarettes par jour.", "+smoking"),
    ("fr", "Vous fumez ?", "J'ai arrêté il y a six ans.", "?smoking"),
    ("fr", "Depuis quand toussez-vous ?", "Depuis dix jours.", "+cough"),
    ("fr", "La douleur irradie ailleurs ?", "Non.", "+pain"),
    ("fr", "La douleur irradie dans le bras ?", "Non.", "-arm pain"),
    ("fr", "Avez-vous des allergies ?", "Oui, à l'amoxicilline.", "+allergy"),
    ("fr", "Avez-vous des allergies ?", "Aucune.", "-allergy"),
    ("en", "Any fever?", "No.", "-fever"),
    ("en", "Any fever?", "No", "-fever"),
    ("en", "Any fever?", "Um, no, nothing like that.", "-fever"),
    ("en", "Any fever?", "Yes, on Tuesday.", "+fever"),
    ("en", "Any fever?", "Not really.", "?fever"),
    ("en", "Any fever?", "I don't think so.", "?fever"),
    ("en", "Any fever?", "Not that I've noticed.", "-fever"),
    ("en", "Any nausea or vomiting?", "No, neither.", "-nausea -vomiting"),
    ("en", "Any nausea or vomiting?", "Yes.", "?nausea ?vomiting"),
    (
        "en",
        "Any fever, chest pain?",
        "No chest pain but a bit breathless.",
        "?fever -chest pain +dyspnoea",
    ),
    (
        "en",
        "Any fever, chest pain or shortness of breath?",
        "I had a temperature of thirty eight point five. I get breathless, but no chest pain.",
        "+fever +dyspnoea -chest pain",
    ),
    ("en", "Do you smoke?", "I stopped six years ago.", "?smoking"),
    ("en", "Do you smoke?", "Ten a day.", "+smoking"),
    ("en", "Do you smoke?", "I never did.", "?smoking"),
    ("en", "Does the pain radiate anywhere?", "No.", "+pain"),
    ("en", "How long have you had the cough?", "About ten days.", "+cough"),
    ("en", "Any diabetes in the family?", "Yes, my mother.", "+diabetes*"),
    ("en", "Does your father have diabetes?", "No.", "-diabetes*"),
    ("en", "Have you had the flu recently?", "No.", "-influenza"),
    ("en", "Are you allergic to anything?", "Yes, to penicillin.", "+allergy"),
    ("en", "Any allergies?", "None.", "-allergy"),
]


@pytest.mark.parametrize(("language", "question", "answer", "expected"), ANSWERS)
def test_answers(language: str, question: str, answer: str, expected: str) -> None:
    found = resolve_answer(question, answer, language)
    said = [f"{MARK[f.polarity]}{f.concept}{WHO[f.experiencer]}" for f in found]
    assert " ".join(dict.fromkeys(said)) == expected
    for finding in found:
        source = question if finding.asked else answer
        assert source[finding.start : finding.end] == finding.text


def turns(*texts: str) -> list[Said]:
    """Doctor and patient in turn, the doctor first."""
    return [Said(text, "DP"[i % 2]) for i, text in enumerate(texts)]


ASKED_FEVER = turns("Avez-vous de la fièvre ?", "Non.")


@pytest.mark.parametrize(
    ("language", "statement", "said", "concepts_"),
    [
        # must never happen 2: a negation flipped
        ("fr", "Fièvre.", ASKED_FEVER, ["fever"]),
        ("fr", "Fièvre.", turns("Avez-vous de la fièvre ?", "Oui."), []),
        ("fr", "Fièvre.", turns("Avez-vous de la fièvre ?"), ["fever"]),
        ("fr", "Fièvre.", turns("Avez-vous de la fièvre ?", "J'ai mal au ventre."), ["fever"]),
        ("fr", "Fièvre.", turns("Bonjour", "Pas de fièvre."), ["fever"]),
        ("fr", "Fièvre.", turns("Bonjour", "Pas de fièvre hier. J'ai de la fièvre."), []),
        ("fr", "Fièvre.", turns("Bonjour", "J'ai mal au ventre."), []),
        ("fr", "Pas de fièvre.", ASKED_FEVER, []),
        ("fr", "Vertiges et fièvre.", turns("Bonjour", "Des vertiges, pas de fièvre."), ["fever"]),
        ("fr", "Migraine.", turns("Je pense à une migraine."), []),
        ("en", "Chest pain.", turns("Any chest pain?", "No, just breathless."), ["chest pain"]),
        ("en", "Cough.", turns("", "I have had a cough and it is not getting any better."), []),
        ("en", "Fever.", turns("Any fever, chest pain?", "No chest pain."), ["fever"]),
        ("en", "Pain without radiation.", turns("Does the pain radiate?", "No."), []),
    ],
)
def test_denied_but_asserted(
    language: str, statement: str, said: list[Said], concepts_: list[str]
) -> None:
    conflicts = denied_but_asserted(statement, said, language)
    assert [conflict.finding.concept for conflict in conflicts] == concepts_


@pytest.mark.parametrize(
    ("language", "statement", "said", "concepts_"),
    [
        ("fr", "Pas de vertige.", turns("Bonjour", "J'ai des vertiges."), ["dizziness"]),
        ("fr", "Pas de vertige.", turns("Des vertiges ?", "Non."), []),
        ("fr", "Pas de vertige.", turns("Des vertiges ?", "Oui."), ["dizziness"]),
        # must never happen 5: an allergy lost, or "pas d'allergie" when nobody asked
        ("fr", "Pas d'allergie connue.", turns("Bonjour", "J'ai mal au dos."), ["allergy"]),
        ("fr", "Pas d'allergie.", turns("Des allergies ?", "Oui, l'amoxicilline."), ["allergy"]),
        ("fr", "Pas d'allergie.", turns("Des allergies ?", "Non."), []),
        ("fr", "Pas d'allergie.", turns("Des allergies ?"), ["allergy"]),
        ("en", "No known allergies.", turns("Are you allergic to anything?", "No."), []),
        ("en", "No known allergies.", turns("Allergic?", "Yes, to penicillin."), ["allergy"]),
        ("en", "Denies chest pain.", turns("Any fever?", "No."), ["chest pain"]),
        ("en", "Allergic to penicillin.", turns("Any allergies?", "No."), []),
    ],
)
def test_asserted_but_denied(
    language: str, statement: str, said: list[Said], concepts_: list[str]
) -> None:
    conflicts = asserted_but_denied(statement, said, language)
    assert [conflict.finding.concept for conflict in conflicts] == concepts_


@pytest.mark.parametrize(
    ("language", "statement", "said", "concepts_"),
    [
        # must never happen 7: the family's history as the patient's
        ("fr", "Migraines.", turns("D'accord", "Ma mère avait aussi des migraines."), ["migraine"]),
        ("fr", "Migraines chez la mère.", turns("", "Ma mère avait des migraines."), []),
        ("fr", "Migraines.", turns("", "J'ai des migraines, comme ma mère."), []),
        ("fr", "Diabète.", turns("Et votre père ?", "Il a du diabète."), ["diabetes"]),
        ("en", "Diabetes.", turns("", "My dad has diabetes."), ["diabetes"]),
        ("en", "Diabetes.", turns("Any diabetes in the family?", "Yes."), ["diabetes"]),
        ("en", "Diabetes.", turns("", "I have diabetes and so does my dad."), []),
        ("en", "Father had diabetes.", turns("", "My dad has diabetes."), []),
        ("en", "Influenza.", turns("", "My husband has the flu."), ["influenza"]),
    ],
)
def test_wrong_experiencer(
    language: str, statement: str, said: list[Said], concepts_: list[str]
) -> None:
    conflicts = wrong_experiencer(statement, said, language)
    assert [conflict.finding.concept for conflict in conflicts] == concepts_


def test_must_never_happen_1_is_held_by_numbers() -> None:
    from clinical.numbers import missing_quantities

    said = "soixante quinze microgrammes"
    assert missing_quantities("Lévothyroxine 75 µg", said, "fr") == ()
    assert [q.text for q in missing_quantities("Lévothyroxine 75 mg", said, "fr")] == ["75 mg"]


def test_a_run_of_questions_is_answered_once() -> None:
    said = turns("Très bien. De la fièvre ? Des frissons ?", "Non.", "De la toux ?", "Oui.")
    found = {f.concept: f.polarity for f in evidence_findings(said, "fr")}
    assert found == {
        "fever": Polarity.denied,
        "chills": Polarity.denied,
        "cough": Polarity.affirmed,
    }


def test_an_answer_that_asks_back_is_still_an_answer() -> None:
    said = turns("Any fever?", "No. Should I worry about the cough?", "Not at all.")
    found = {f.concept: f.polarity for f in evidence_findings(said, "en")}
    assert found["fever"] is Polarity.denied
    assert "cough" in found


def test_a_question_that_only_the_caller_knows_of() -> None:
    said = [Said("La fièvre", "D", is_question=True), Said("Non", "P")]
    assert [f.polarity for f in evidence_findings(said, "fr")] == [Polarity.denied]
    alone = [Said("La fièvre", "D", is_question=True)]
    assert [(f.polarity, f.asked) for f in evidence_findings(alone, "fr")] == [
        (Polarity.uncertain, True)
    ]


def test_the_same_speaker_does_not_answer_himself() -> None:
    said = [Said("De la fièvre ?", "D"), Said("Non.", "D")]
    assert [f.polarity for f in evidence_findings(said, "fr")] == [Polarity.uncertain]


@pytest.mark.parametrize(
    ("text", "term", "language", "expected"),
    [
        ("Pas d'hématome rétro-orbitaire.", "hématome", "fr", Polarity.denied),
        ("Un xanthome est possible.", "xanthome", "fr", Polarity.uncertain),
        ("Xanthome à droite.", "Xanthome", "fr", Polarity.affirmed),
        ("No xanthoma was seen.", "xanthoma", "en", Polarity.denied),
    ],
)
def test_polarity_of_any_words(text: str, term: str, language: str, expected: Polarity) -> None:
    start = text.index(term)
    assert polarity_of(text, start, start + len(term), language) is expected


@given(st.text(), st.text(), st.sampled_from(["fr", "en"]))
def test_any_text_is_read_without_error(first: str, second: str, language: str) -> None:
    for finding in findings(first, language):
        assert first[finding.start : finding.end] == finding.text
    said = [Said(first, "D"), Said(second, "P")]
    evidence_findings(said, language)
    denied_but_asserted(second, said, language)


JUMBLE = "pas de sans fièvre toux , . ? non oui mais ma mère no fever any do you have my dad"
PARTS = st.sampled_from(JUMBLE.split())


@given(st.lists(PARTS, max_size=12), st.sampled_from(["fr", "en"]))
def test_any_jumble_of_cues_is_read_without_error(parts: list[str], language: str) -> None:
    text = " ".join(parts)
    for finding in findings(text, language):
        assert text[finding.start : finding.end] == finding.text
    said = [Said(text, "D"), Said(text, "P")]
    assert wrong_experiencer(text, said, language) is not None


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnsupportedLanguage):
        findings("fiebre", "es")
