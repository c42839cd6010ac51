"""How far a denial or a doubt reaches, in written and spoken sentences of our own."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.answers import lost_question
from clinical.conflicts import asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.dialogue import Said, evidence_findings
from clinical.marks import Mark, touching, within_longer
from clinical.polarity import findings, is_question, polarity_of
from consultation.summary import Polarity
from tests.unit.test_polarity import MARK, WHO, rows

FRENCH = """
On ne peut pas exclure une embolie pulmonaire. => ?thrombosis
On ne peut exclure une pneumonie ni une fracture. => ?pneumonia ?fracture
Pas d'arrêt du tabac. => +smoking
Elle n'a pas arrêté de fumer. => +smoking
Il n'a jamais arrêté l'alcool. => +alcohol
Cancer ? Non. => ?cancer
Cancer : non. => -cancer
Pas sans fièvre. => +fever
Ce n'était pas sans douleur. => +pain
Il n'est pas sans fièvre. => +fever
Je n'ai jamais eu de convulsions ni de vertiges. => -seizure -dizziness
J'ai jamais eu d'asthme. => -asthma
Aucun vertige, aucune nausée. => -dizziness -nausea
Absence de fièvre, de toux et d'éruption. => -fever -cough -rash
Absence de dyspnée. La toux persiste. => -dyspnoea +cough
Elle nie toute consommation d'alcool et toute prise de drogue. => -alcohol -drug use
Toux évoluant depuis trois semaines sans fièvre, traitée par antibiotiques. => +cough -fever
Patient sans antécédent notable, admis pour une douleur thoracique. => -medical history +chest pain
Patiente sans antécédents, hospitalisée pour dyspnée. => -medical history +hospitalisation +dyspnoea
Sans antécédent particulier, il présente une toux et une fièvre. => -medical history +cough +fever
Aucun antécédent, adressé pour vertiges. => -medical history +dizziness
Aucune fièvre n'a été constatée. => -fever
Une fièvre n'a pas été retrouvée. => -fever
La fièvre n'est pas retrouvée. => -fever
Une dyspnée n'a pu être constatée. => -dyspnoea
Pas de fièvre malgré la toux. => -fever +cough
Pas de traitement pour son asthme. => -medication +asthma
Ne prend rien pour ses migraines. => +migraine
Aucune douleur après la chute. => -pain +fall
Pas de vomissement depuis la chute. => -vomiting +fall
Toux non productive, fièvre. => +cough +fever
Fièvre non retrouvée. => -fever
Œdèmes : aucun. Dyspnée : oui. => -oedema +dyspnoea
Ni fièvre, ni toux, ni frissons. => -fever -cough -chills
La patiente n'a ni vertiges ni nausées mais une céphalée. => -dizziness -nausea +headache
Le scanner élimine une fracture, confirmant une entorse. => +fracture +sprain
Si vous avez de la fièvre, appelez. => ?fever
Si jamais la douleur revient, rappelez. => ?pain
Vous appelez s'il y a de la fièvre. => ?fever
En cas de vomissements ou de fièvre, venez aux urgences. => ?vomiting ?fever
Au cas où les vertiges reviennent. => ?dizziness
Le tableau évoque une pneumonie. => ?pneumonia
Aspect compatible avec une fracture. => ?fracture
Mon père a eu un cancer. => +cancer*
Ma sœur n'a pas de diabète. => -diabetes*
Pas d'asthme chez mes frères. => -asthma*
Ma grand-mère avait de l'hypertension, moi non. => +hypertension*
Il n'y a pas de diabète dans la famille. => -diabetes*
Mon fils a de la fièvre. => +fever
La mère de ma voisine a un cancer. => +cancer~
Le père d'un ami avait du diabète. => +diabetes~
"""
ENGLISH = """
Pneumonia cannot be ruled out. => ?pneumonia
We can't rule out a fracture. => ?fracture
He has not stopped smoking. => +smoking
She never stopped drinking alcohol. => +alcohol
Cancer? No. => ?cancer
Not without pain. => +pain
He is not without fever. => +fever
I have never had a seizure or a stroke. => -seizure -stroke
Neither nausea nor vomiting. => -nausea -vomiting
Absence of fever and of cough. => -fever -cough
She denies fever and reports chills. => -fever +chills
She denies fever, and complains of a headache. => -fever +headache
A man without past illness presented with chest pain. => +chest pain
No diarrhoea was noted, and the vomiting stopped. => -diarrhoea +vomiting
No swelling was seen. => -swelling
No fever was reported; a rash was found. => -fever +rash
The fever was not confirmed and oedema was not present. => ?fever -oedema
Oedema was not found. => -oedema
No fever despite the cough. => -fever +cough
No medication for his asthma. => -medication +asthma
No vomiting since the fall. => -vomiting +fall
No pain after the fall. => -pain +fall
The headache is not relieved by anything, and no vomiting occurred. => +headache -vomiting
The scan failed to show a fracture. => -fracture
Findings are suggestive of pneumonia. => ?pneumonia
If you get a fever, call us. => ?fever
Should you have chest pain, come back. => ?chest pain
Call me if the pain gets worse. => ?pain
My father had cancer. => +cancer*
My sister does not have diabetes. => -diabetes*
No asthma in my brothers. => -asthma*
There is no diabetes in the family. => -diabetes*
My son has a fever. => +fever
My friend's mum had cancer. => +cancer~
My neighbour's father and my mother have diabetes. => +diabetes*
"""
CASES = [("fr", *row) for row in rows(FRENCH)] + [("en", *row) for row in rows(ENGLISH)]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_sentences(language: str, text: str, expected: str) -> None:
    said = [f"{MARK[f.polarity]}{f.concept}{WHO[f.experiencer]}" for f in findings(text, language)]
    assert " ".join(said) == expected


@pytest.mark.parametrize(
    ("language", "text", "words", "expected"),
    [
        ("fr", "Sérologie négative.", "Sérologie", Polarity.affirmed),
        ("fr", "Le bilan infectieux était négatif.", "bilan", Polarity.affirmed),
        ("fr", "Une plaie non suturée, avec une infection.", "suturée", Polarity.denied),
        (
            "fr",
            "Une plaie non suturée, avec une infection.",
            "infection",
            Polarity.affirmed,
        ),
        ("fr", "Aucune lésion n'a été vue.", "lésion", Polarity.denied),
        ("fr", "L'examen n'objective aucune masse.", "objective", Polarity.denied),
        ("fr", "L'examen n'objective aucune masse.", "masse", Polarity.denied),
        ("en", "All cultures were negative.", "cultures", Polarity.affirmed),
        ("en", "A Gram-negative rod grew.", "rod", Polarity.affirmed),
        ("en", "Murphy's sign was negative.", "sign", Polarity.denied),
        ("en", "The MRI (brain) was not performed.", "MRI", Polarity.denied),
        ("en", "The patient refused surgery.", "surgery", Polarity.denied),
        ("en", "A mass (no calcification) was found.", "found", Polarity.affirmed),
    ],
)
def test_any_words(language: str, text: str, words: str, expected: Polarity) -> None:
    start = text.index(words)
    assert polarity_of(text, start, start + len(words), language) is expected


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("fr", "C'est grave, docteur.", True),
        ("fr", "Est-ce grave docteur.", True),
        ("fr", "Je peux prendre du paracétamol, docteur.", True),
        ("fr", "Avez-vous de la fièvre.", True),
        ("fr", "Oui, docteur.", False),
        ("fr", "C'est le genou, docteur.", False),
        ("fr", "J'ai mal, docteur.", False),
        ("en", "Is it serious, doctor.", True),
        ("en", "Any chest pain.", True),
        ("en", "It hurts, doctor.", False),
    ],
)
def test_questions_without_a_mark(language: str, text: str, asks: bool) -> None:
    assert is_question(text, language) is asks


UNMARKED = [
    ("fr", "vous fumez"),
    ("fr", "et vous toussez beaucoup"),
    ("fr", "du coup vous prenez un traitement"),
    ("fr", "tu as mal au ventre"),
    ("fr", "elle a quel âge"),
    ("fr", "ça fait combien de temps"),
    ("fr", "la douleur a commencé quand"),
    ("fr", "alors dormez-vous bien"),
    ("fr", "souffre-t-il de la gorge"),
    ("fr", "il y a d'autres brûlures ou pas"),
    ("fr", "vous appelez pour votre fille c'est bien ça"),
    ("en", "any chest pain"),
    ("en", "okay and have you had any surgery"),
    ("en", "so anybody in the family have kidney disease"),
    ("en", "how often are you coughing"),
    ("en", "since when do you cough"),
    ("en", "in terms of tablets, do you take anything"),
    ("en", "well the pain is dull or is it sharp"),
    ("en", "are those the tablets you are on"),
    ("en", "you had a scan last year, right"),
    ("en", "who else is ill at home"),
]
TOLD = [
    ("fr", "J'ai pris rendez-vous."),
    ("fr", "Asseyez-vous."),
    ("fr", "Je ne sais pas depuis quand."),
    ("fr", "Quand je tousse ça fait mal."),
    ("fr", "Je ne me sentais pas très bien, quoi."),
    ("fr", "N'hésitez pas s'il y a quoi que ce soit."),
    ("en", "When I was a child I had asthma"),
    ("en", "What I would suggest is rest"),
    ("en", "Ever since yesterday."),
    ("en", "When you cough it hurts"),
    ("en", "Where the scar is it hurts"),
    ("en", "Anyone can have that"),
    ("en", "so what I have in mind is a scan"),
]


@pytest.mark.parametrize(("language", "text"), UNMARKED)
@pytest.mark.parametrize("how", [str, str.capitalize])
def test_questions_of_a_recogniser_that_writes_no_marks(
    language: str, text: str, how: Callable[[str], str]
) -> None:
    assert is_question(how(text), language)


@pytest.mark.parametrize(("language", "text"), TOLD)
def test_what_only_begins_like_a_question(language: str, text: str) -> None:
    assert not is_question(text, language)
    assert not is_question(text.rstrip("."), language)


@pytest.mark.parametrize(
    ("language", "text", "reply", "lost"),
    [
        ("fr", "C'est grave.", "Non, c'est bénin.", True),
        ("fr", "De la fièvre.", "Non.", True),
        ("fr", "Des vertiges, des nausées.", "Non, jamais.", True),
        ("fr", "Vous fumez.", "Non.", True),
        ("fr", "C'est grave.", "Oui, je comprends.", False),
        ("fr", "Elle vomit.", "Non.", True),
        ("fr", "nausées ou vomissements", "pas vraiment", True),
        ("fr", "Fièvre.", "Pas de fièvre.", True),
        ("fr", "J'ai de la fièvre.", "Non.", False),
        ("fr", "Ma douleur est là.", "Oh non.", False),
        ("fr", "Je n'ai pas de fièvre.", "Non, d'accord.", False),
        ("fr", "Ce n'est pas grave.", "Non.", False),
        ("fr", "C'est la tête.", "Non ?", False),
        ("fr", "De la fièvre.", "Pas de toux ?", False),
        ("en", "It's serious.", "No, not at all.", True),
        ("en", "You smoke.", "No.", True),
        ("en", "A fever.", "No.", True),
        ("en", "Chest pain.", "No.", True),
        ("en", "nausea or vomiting", "not really", True),
        ("en", "shortness of breath", "no shortness of breath", True),
        ("en", "Your back still hurts.", "No.", True),
        ("en", "I have a fever.", "No.", False),
        ("en", "My asthma has been acting up.", "Oh no.", False),
        ("en", "No.", "No, okay.", False),
        ("en", "chest pain", "shortness of breath", False),
        ("en", "You don't smoke.", "No.", False),
        ("en", "It's serious.", "I see.", False),
    ],
)
def test_a_reply_shows_that_a_question_lost_its_mark(
    language: str, text: str, reply: str, lost: bool
) -> None:
    assert lost_question(text, reply, language) is lost


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [("fr", "De la fièvre.", "Non."), ("en", "A fever.", "No."), ("en", "Any fever.", "No.")],
)
def test_what_was_asked_without_a_mark_is_denied(language: str, question: str, answer: str) -> None:
    said = [Said(question, "D"), Said(answer, "P")]
    assert [f.polarity for f in evidence_findings(said, language)] == [Polarity.denied]


PARTS = {
    "fr": ["fièvre", "toux", "vertiges", "nausées", "frissons", "dyspnée", "palpitations"],
    "en": ["fever", "cough", "dizziness", "nausea", "chills", "vomiting", "palpitations"],
}
LISTS = st.sampled_from(["fr", "en"]).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.lists(st.sampled_from(PARTS[language]), min_size=1, max_size=5, unique=True),
    )
)
DENIALS = {
    "fr": ["Pas de {}.", "Absence de {}.", "Elle nie {}.", "Sans {}.", "Aucun signe : ni {}."],
    "en": ["No {}.", "Absence of {}.", "She denies {}.", "Without {}.", "He has never had {}."],
}
JOINED = {"fr": [", ", " ni "], "en": [", ", " or "]}
AFTER = {
    "fr": [" Une migraine est constatée.", " Mais une migraine.", " Il a une migraine."],
    "en": [" A migraine was found.", " But a migraine.", " He has a migraine."],
}


@given(LISTS, st.integers(0, 4), st.integers(0, 1), st.integers(0, 2))
def test_a_denial_reaches_its_whole_list_and_no_further(
    listed: tuple[str, list[str]], denial: int, joined: int, after: int
) -> None:
    language, names = listed
    text = DENIALS[language][denial].format(JOINED[language][joined].join(names))
    found = findings(text + AFTER[language][after], language)
    assert [f.polarity for f in found[:-1]] == [Polarity.denied] * (len(found) - 1)
    assert len(found) == len(names) + 1
    assert found[-1].polarity is Polarity.affirmed


@given(LISTS, st.sampled_from([0, 1]))
def test_a_condition_affirms_nothing(listed: tuple[str, list[str]], form: int) -> None:
    language, names = listed
    forms = {
        "fr": ["Si vous avez {}, rappelez.", "En cas de {}, consultez."],
        "en": ["If you have {}, call us.", "In case of {}, come back."],
    }
    text = forms[language][form].format(JOINED[language][0].join(names))
    assert {f.polarity for f in findings(text, language)} == {Polarity.uncertain}


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("en", "Yes, so it burns here, and then my back hurts?", False),
        ("en", "Yes, and any fever?", True),
        ("en", "Yeah, I was wondering whether the pain moves?", True),
        ("en", "Yes, I see, so you have a cough?", True),
        ("en", "Yeah, did you take my temperature?", True),
        ("fr", "Oui, c'est une douleur dans mon dos ?", False),
        ("fr", "Oui, et la fièvre ?", True),
        ("fr", "Oui, je voulais savoir, de la fièvre ?", True),
    ],
)
def test_a_rising_voice_is_no_question(language: str, text: str, asks: bool) -> None:
    assert is_question(text, language) is asks


@pytest.mark.parametrize(
    ("language", "question", "answer", "statement", "borne"),
    [
        ("en", "Any fever?", "Uh, not really.", "No fever.", True),
        ("en", "Any fever?", "Um, no, not really, just tired.", "No fever.", True),
        ("en", "Any fever?", "I don't think so.", "No fever.", True),
        ("en", "Any fever?", "Maybe.", "No fever.", False),
        ("en", "Any cough?", "I haven't really got a cough.", "No cough.", True),
        ("en", "Any pain?", "Uh no my ear is fine.", "No pain.", True),
        ("en", "Any pain?", "Yes.", "No pain.", False),
        ("fr", "De la fièvre ?", "Pas vraiment.", "Pas de fièvre.", True),
        ("fr", "De la fièvre ?", "Je ne crois pas.", "Pas de fièvre.", True),
        ("fr", "De la fièvre ?", "Je ne sais pas.", "Pas de fièvre.", False),
        ("fr", "De la fièvre ?", "Peut-être.", "Pas de fièvre.", False),
    ],
)
def test_a_weak_no_bears_a_denial_and_never_an_assertion(
    language: str, question: str, answer: str, statement: str, borne: bool
) -> None:
    said = [Said(question, "D"), Said(answer, "P")]
    assert (asserted_but_denied(statement, said, language) == ()) is borne
    if borne:
        affirmed = statement.replace("Pas de", "De la").replace("No ", "Has ")
        assert denied_but_asserted(affirmed, said, language)


@pytest.mark.parametrize(
    ("language", "statement", "said", "wrong"),
    [
        ("en", "Mother had cancer.", "My friend's mum had cancer.", True),
        ("en", "Mother had cancer.", "My mum had cancer.", False),
        ("en", "Friends mum had cancer.", "My friend's mum had cancer.", False),
        ("fr", "Mère : cancer.", "La mère de ma voisine a eu un cancer.", True),
        ("fr", "Cancer chez le père.", "Mon père a eu un cancer.", False),
    ],
)
def test_a_friends_mother_is_nobody_of_the_family(
    language: str, statement: str, said: str, wrong: bool
) -> None:
    assert bool(wrong_experiencer(statement, [Said(said, "P")], language)) is wrong


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sentence_without_an_end_takes_time_in_proportion(language: str) -> None:
    """A recogniser may forget every full stop; ten times the words take about ten times as long."""
    said = {
        "fr": "pas de fièvre et sans toux puis ma mère a des nausées avec une douleur ",
        "en": "no fever and without cough then my mother has nausea with some pain ",
    }[language]

    def seconds(times: int) -> float:
        start = perf_counter()
        assert len(findings(said * times, language)) == 4 * times
        return perf_counter() - start

    seconds(1)
    assert min(seconds(200) for _ in range(2)) < 40 * max(seconds(20), 0.01)


MARKS = st.lists(st.integers(0, 60), max_size=20, unique=True).map(
    lambda ends: list(zip(*[iter(sorted(ends))] * 2, strict=False))
)


@given(MARKS, st.integers(0, 60), st.integers(0, 10))
def test_marks_are_found_by_place(marks: list[Mark], start: int, length: int) -> None:
    end = start + length
    slow = [m for m in marks if m[0] < end and start < m[1]]
    assert list(touching(marks, start, end)) == slow
    assert within_longer((start, end), marks) == any(b - a > length for a, b in slow)
