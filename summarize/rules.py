"""What may be evidence for which topic: rules that no model is asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.anatomy import organs
from clinical.drugs import find_drugs
from clinical.folded import folded
from clinical.memory import remembered
from clinical.polarity import findings
from clinical.text import fold
from consultation.summary import Experiencer
from consultation.topics import Topic
from consultation.transcript import Role
from summarize.units import Unit

_CLINICIAN_ONLY = frozenset({Topic.examination, Topic.assessment, Topic.plan})
_PATIENT_SIDE = frozenset(
    {Topic.complaint, Topic.history, Topic.family, Topic.social, Topic.medications}
)

_ALLERGY = re.compile(
    r"\b(allergi|intoleran|anaphyla|urticair|oedeme de quincke|hives|angioedema)", re.IGNORECASE
)
_MEDICINE = re.compile(
    r"\b(medicament|traitement|comprime|gelule|cachet|goutte|sirop|ampoule|patch|pilule|insuline"
    r"|medicine|medication|tablet|pill|capsule|drops|inhaler|insulin|cream|dose)",
    re.IGNORECASE,
)
_FAMILY = re.compile(
    r"\b(mere|pere|maman|papa|parents?|freres?|soeurs?|fils|filles?|enfants?|oncles?|tantes?|cousine?s?"
    r"|grand[- ]?(?:mere|pere|parents)s?|famill\w+|familial\w*|hereditaire"
    r"|mother|mum|mom|father|dad|parents?|brothers?|sisters?|sons?|daughters?|children|uncles?|aunts?"
    r"|grand(?:mother|father|parents?)|family|hereditary|cousins?)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^(?:et |mais |and |but )?"
    r"(?:si|if|revenez|rappelez|appelez|prenez|evitez|continuez|come back|call)\b",
    re.IGNORECASE,
)
_TURN_TO = (
    r"(?:rappelez|appelez|revenez|reconsultez|consultez|contactez|(?:allez|venez|rendez-vous) aux"
    r"|urgences|call|ring|come back|come in|go to|return|seek|contact|emergency|hospital|ambulance)"
)
_WARNING = re.compile(
    rf"\b(?:si|s'il|s'ils|if|unless|should)\b.*\b{_TURN_TO}\b"
    rf"|\b{_TURN_TO}\b.*\b(?:si|s'il|s'ils|if|unless)\b",
    re.IGNORECASE,
)
"""What the patient must do if something happens: the part of a plan that must not be lost."""
_CAUTION = re.compile(
    r"\b(?:evit\w+|deconseill\w+|contre[- ]indiqu\w+|attention|prudence|dangereu\w+|risqu\w+"
    r"|mauvais\w*|pas bon\w*|ne prenez p\w+"
    r"|avoid\w*|not good|bad for|can (?:raise|cause|lower|harm)"
    r"|risk\w*|contraindicated|careful|dangerous|interact\w*|should(?: not|n't))\b",
    re.IGNORECASE,
)
"""With a drug's name, what a clinician warns of."""
_DECIDES = re.compile(
    r"\bje (?:vous |te |lui |le |la |l')?(?:prescri\w+|demande|donne|passe|arrete|augmente|diminue"
    r"|adresse|programme|revois|remets|propose|conseille|recommande)\b"
    r"|\b(?:je vais|on va|nous allons) (?:vous |te |lui )?(?:prescrire|demander|donner|faire"
    r"|arreter|augmenter|diminuer|adresser|programmer|commencer|continuer|mettre|revoir)\b"
    r"|\b(?:il (?:faut|faudra|faudrait)(?! que j)|vous (?:devez|devriez|devrez)"
    r"|you (?:need to|should|must|ought to))\b"
    r"|\b(?:i will|i'll|i would|i'd|we will|we'll|we should|let's|i am going to|i'm going to)"
    r" (?:\w+ )?(?:prescribe|order|refer|start|stop|give|arrange|send|book|increase|reduce|do|get"
    r"|rather|like you|recommend|suggest)\b",
    re.IGNORECASE,
)
_INTENDS = re.compile(
    r"\b(?:je vais|laissez-moi|on va) (?:vous |l'|le |la )?(?:examiner|prendre|ecouter|ausculter"
    r"|regarder|palper|poser)\b|\blet me (?:just )?(?:listen|examine|take|have a look|check|look)\b"
    r"|\bi(?:'m| am) (?:just )?going to (?:listen|examine|take|check|look|ask)\b",
    re.IGNORECASE,
)
_FELT = re.compile(
    r"\b(?:i'm (?:getting|having)|i felt|i get|hurts me|j'ai mal|je me sens|me fait mal)\b"
)
_MY = re.compile(r"\b(?:my|mon|ma|mes)\b")
_MY_ORGAN = re.compile(r"\b(?:my|mon|ma|mes) (?:\w+ ){0,2}$")
COMPLAINT_WITHIN = 12
"""The complaint is among the patient's first sentences."""


@remembered
def speaks_of_allergy(text: str) -> bool:
    return bool(_ALLERGY.search(fold(text)))


@remembered
def speaks_of_family(text: str) -> bool:
    return bool(_FAMILY.search(fold(text)))


@remembered
def speaks_of_medicine(text: str, language: str) -> bool:
    return bool(_MEDICINE.search(fold(text))) or bool(find_drugs(text, language))


def _of_the_family(unit: Unit, language: str) -> bool:
    """Whether all that a sentence names is a relative's: "Ma mère avait aussi des migraines"."""
    named = findings(unit.text, language)
    return bool(named) and all(finding.experiencer is Experiencer.family for finding in named)


def _follows_allergy(unit: Unit) -> bool:
    return unit.before is not None and speaks_of_allergy(unit.before.answered)


def announces(unit: Unit) -> bool:
    """A clinician says what he will do now: "let me listen to your chest" is no finding."""
    return unit.role is not Role.patient and bool(_INTENDS.search(fold(unit.text)))


@remembered
def _of_oneself(text: str, language: str) -> bool:
    """*My lower back hurts* is no finding of whoever examines: the speakers were confused."""
    line = folded(text)
    if _FELT.search(line.line):
        return True
    named = organs(line, language) if _MY.search(line.line) else ()
    return any(_MY_ORGAN.search(line.line[max(0, o.start - 24) : o.start]) for o in named)


@remembered
def _advises(text: str) -> bool:
    line = fold(text)
    return bool(_ADVICE.match(line) or _DECIDES.search(line))


def permits(topic: Topic, unit: Unit, language: str) -> bool:
    """Whether this sentence, with the question it answers, may support a statement on the topic."""
    if unit.role is not Role.unknown:
        if topic in _CLINICIAN_ONLY and unit.role is not Role.clinician:
            return False
        if topic in _PATIENT_SIDE and unit.role is Role.clinician and not unit.echo:
            return False
    if topic is Topic.examination and _of_oneself(unit.text, language):
        return False
    if topic in {Topic.examination, Topic.assessment} and _advises(unit.text):
        return False
    if topic is Topic.allergies:
        # "Yes, to penicillin. I came out in a rash.": the reaction follows the allergy.
        return speaks_of_allergy(unit.answered) or _follows_allergy(unit)
    if topic is Topic.family:
        return speaks_of_family(unit.answered)
    if topic is Topic.medications:
        return speaks_of_medicine(unit.answered, language)
    if topic is Topic.past and unit.role is Role.clinician:
        return bool(findings(unit.text, language))
    return True


def certain(unit: Unit, language: str) -> tuple[Topic, ...]:
    """The topics of a sentence that must be in the note, whatever a model thinks of it; or none."""
    text = fold(unit.text)
    permitted_here = {topic for topic in Topic if permits(topic, unit, language)}
    sure: tuple[Topic, ...] = ()
    if unit.role is not Role.clinician:
        if speaks_of_allergy(unit.answered) or (_ALLERGY.search(text) and _follows_allergy(unit)):
            sure = (Topic.allergies,)
        elif _of_the_family(unit, language):
            sure = (Topic.family,)
        elif find_drugs(unit.text, language) and not speaks_of_family(unit.answered):
            sure = (Topic.medications,)
    else:
        warns_of_drug = _CAUTION.search(text) and find_drugs(unit.text, language)
        if warns_of_drug or _DECIDES.search(text) or _WARNING.search(text):
            sure = (Topic.plan,)
    return tuple(topic for topic in sure if topic in permitted_here)


def possible(unit: Unit, language: str) -> tuple[Topic, ...]:
    """The topics that one sentence may be filed under."""
    return tuple(topic for topic in Topic if permits(topic, unit, language))


def permitted(topics: Sequence[Topic], unit: Unit, language: str) -> bool:
    """Whether it may support a statement on any of these."""
    # Any sentence of a patient may tell of the history, any of a clinician's be part of a plan.
    if Topic.history in topics and permits(Topic.history, unit, language):
        return True
    if Topic.plan in topics and permits(Topic.plan, unit, language):
        return True
    return any(permits(topic, unit, language) for topic in topics)
