"""What one sentence tells that a note must hold, and whether the note holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clinical.cues import CUES
from clinical.dialogue import evidence_findings
from clinical.doses import doses
from clinical.drugs import find_drugs
from clinical.numbers import quantities, same_quantity
from clinical.paraphrases import content_terms
from clinical.polarity import Finding, clause_line
from clinical.quantity import Quantity
from clinical.temporality import HABITS, Status, courses, statuses
from clinical.text import fold
from consultation.summary import Experiencer, Fact, Polarity
from consultation.transcript import Role
from summarize.grounding import Grounder
from summarize.note_content import NoteContent
from summarize.rules import speaks_of_allergy
from summarize.units import Unit

HELD = 0.6
"""Of a sentence's content words, by weight, that the note must hold for it to be documented."""
_RED_FLAG = re.compile(
    r"\b(?:si|sinon|en cas d[e'])\b.{0,120}\b(?:appel\w+|rappel\w+|consult\w+|reven\w+|urgences?"
    r"|le (?:15|quinze|112)|samu|hopital)\b"
    r"|\b(?:appel\w+|rappel\w+|consult\w+|reven\w+|allez aux urgences|venez)\b.{0,80}\b"
    r"(?:si|en cas d[e'])(?!\w)"
    r"|\b(?:if|should|unless)\b.{0,140}\b(?:call|ring|come back|go (?:straight )?to|a and e|a&e"
    r"|emergency|hospital|nine nine nine|999|911|ambulance|seek|let (?:us|me) know"
    r"|see (?:us|a|me))\b"
    r"|\b(?:call|ring|come back|come in|go to (?:the )?(?:hospital|emergency|a&e)"
    r"|let (?:us|me) know|seek|contact)\b.{0,100}\b(?:if|should|sooner)\b"
)
_FOLLOW_UP = re.compile(
    r"\b(?:reven\w+|revoi\w+|revoir|rendez-vous|controle|rappelez|on se voit|on se revoit)\b"
    r"|\b(?:come back|see you|follow[- ]?up|review|appointment|see me|back in)\b"
)
_WHEN = re.compile(
    r"\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
    r"|january|february|march|april|june|july|august|september|october|november|december|dans|d'ici|apres|sous|semaine|mois|jours?|lundi|mardi|mercredi|jeudi|vendredi|demain"
    r"|in|within|weeks?|months?|days?|monday|tuesday|wednesday|thursday|friday|tomorrow|next)\b"
)
_DECISION = re.compile(
    r"\b(?:je (?:vous |te |lui |le |la |l')?(?:prescri\w+|demande|adresse|programme|passe|arrete"
    r"|augmente|diminue|remets|oriente)|on (?:va |vous )?(?:arrete\w*|augment\w+|diminu\w+|fai\w+"
    r"|programm\w+|demand\w+|adress\w+)|(?:il faut|je vais|on va|nous allons) (?:vous |lui )?"
    r"(?:faire|prescrire|demander|adresser|arreter|programmer))\b"
    r"|\b(?:i(?:'ll| will| am going to|'m going to|'d like to)|we(?:'ll| will| should| are going to"
    r"|'re going to)|let's) (?:\w+ ){0,2}?(?:prescribe|order|refer|start|stop|arrange|send|book"
    r"|increase|reduce|schedule|put you|give you)\b"
)
_ACT = re.compile(
    r"\b(?:arret de travail|mammogra\w+|off work|sick note|prise de sang|bilan|radio\w*|scanner|irm"
    r"|echo\w*|ecg|electrocardiogramme|analyse\w*|ordonnance|specialiste|kine\w*|x-?ray|scan|mri"
    r"|blood tests?|ct|ultrasound|ekg|referral"
    r"|swab|urine|sample)\b"
)
_YES = {language: cues.yes for language, cues in CUES.items()}
_HEARD = re.compile(
    r"\b(?:you(?:'ve| have| had)? (?:mention\w*|said|say|told|describ\w*|were saying)"
    r"|vous (?:m'avez |avez |me |)(?:dit|disiez|dites|parl\w+|decri\w+))\b"
)
_ORDERS = re.compile(
    r"\b(?:fait|faire|fera|faut|demande|arret|note|need|should|do|ordering|get|stay)\b"
)
_STOPPED = Status.stopped
_VITAL = frozenset({"blood_pressure", "temperature"})
_MEASURED = frozenset({"percentage", "length", "weight", "measure", "score"})
_DESCRIBES = re.compile(
    r"^(?:alors |so |ok |okay |bon |et |and |,| )*(?:le |la |l'|les |vos |votre |your |the |there "
    r"|il y a|on (?:voit|entend|sent)|je (?:vois|sens|entends)|i (?:can |do )?(?:see|hear|feel))"
    r"|\b(?:i (?:do |can )?(?:appreciate|notice|hear|recognize)|you do have|exam|examination"
    r"|auscultation|palpation|tenderness|l'examen)\b"
)
_OF = 48
"""Characters between what is measured and its value, at most."""
_SIGN = re.compile(
    r"\b(?:saturation|sat|sats|oxygen|oxygene|frequence|pouls|pulse|heart rate|tension|temperature"
    r"|respirat\w+|breaths"
    r"|poids|weight|blood pressure)\b"
)
_TOO_GENERAL = frozenset({"medical history", "medication", "allergy", "medication side effect"})
"""Concepts too general to be a symptom of their own."""


def facts_lacking(
    unit: Unit, grounder: Grounder, note: NoteContent
) -> Iterable[tuple[Fact, str, str]]:
    """(kind, what makes two the same, words) of what this sentence says and the note lacks."""
    said = [
        f
        for f in evidence_findings(unit.said, grounder.language)
        if f.polarity is Polarity.affirmed
    ]
    allergy = list(_allergies(unit, said, note))
    yield from allergy
    if not allergy:
        yield from _drugs(unit, note)
    yield from _signs(unit, said, note)
    yield from _advice(unit, grounder, note)


def _allergies(
    unit: Unit, said: Sequence[Finding], note: NoteContent
) -> Iterable[tuple[Fact, str, str]]:
    """An allergy; or that there is none, where the note says nothing of allergies."""
    own = [f for f in said if f.experiencer is Experiencer.patient]
    own = [f for f in own if f.concept in ("allergy", "anaphylaxis")]
    answered = unit.question is not None and speaks_of_allergy(unit.question.text)
    if not own and not answered:
        return
    denied = any(f.polarity is Polarity.denied for f in own)
    course = courses(unit.text, note.language)
    named = [
        drug
        for drug in find_drugs(unit.text, note.language)
        # "Because of your allergy I will prescribe doxycycline."
        if not statuses(course, drug.inn) and not denied
    ]
    for drug in named:
        if drug.inn not in note.allergic:
            yield Fact.allergy, drug.inn, drug.text
    if not named and not note.allergy and unit.role is not Role.clinician:
        yield Fact.allergy, "", unit.text


def _drugs(unit: Unit, note: NoteContent) -> Iterable[tuple[Fact, str, str]]:
    text = unit.text
    named = find_drugs(text, note.language)
    if unit.question is not None and _YES[note.language].match(clause_line(text, note.language)):
        named = (*find_drugs(unit.question.text, note.language), *named)
    for drug in named:
        if drug.inn not in note.inns:
            yield Fact.drug, drug.inn, drug.text
    spoken = unit.answered
    shift = len(spoken) - len(text)
    taken = {drug.inn for drug in find_drugs(spoken, note.language)} | HABITS
    for course in courses(spoken, note.language):
        stops = course.status is _STOPPED and not course.asked and course.start >= shift
        if stops and course.key in taken and course.key not in note.stopped:
            yield Fact.drug, f"{course.key} stopped", f"{course.name}: {course.text}"
    for dose in doses(spoken, note.language):
        if dose.quantity.start < shift or dose.quantity.weak:
            continue
        inn = dose.drug.inn
        if not any(inn == i and same_quantity(dose.quantity, q) for i, q in note.pairs):
            words = f"{dose.drug.text} {dose.quantity.text}"
            yield Fact.dose, f"{inn} {dose.quantity.value} {dose.quantity.unit}", words


def _signs(
    unit: Unit, said: Sequence[Finding], note: NoteContent
) -> Iterable[tuple[Fact, str, str]]:
    clinician = unit.role is Role.clinician
    text = fold(unit.text)
    advice = bool(_RED_FLAG.search(text) or _DECISION.search(text) or _FOLLOW_UP.search(text))
    if clinician:
        for q in quantities(unit.text, note.language):
            if _measured(q, unit.text, note.language) and not any(
                same_quantity(q, n) for n in note.numbers
            ):
                yield Fact.examination, f"{q.value} {q.unit}", _lead(q, unit.text)
    for finding in said:
        if finding.concept in _TOO_GENERAL or finding.experiencer is not Experiencer.patient:
            continue
        if (finding.concept, Polarity.affirmed) in note.concepts or (
            (finding.concept, Polarity.uncertain) in note.concepts
        ):
            continue
        if clinician:
            # "So you are short of breath": he says again what he heard.
            found = _DESCRIBES.search(text) and not _HEARD.search(text)
            if found and not advice and not finding.asked:
                yield Fact.examination, finding.concept, finding.text
        else:
            yield Fact.symptom, finding.concept, finding.text


def _measured(q: Quantity, text: str, language: str) -> bool:
    """A vital sign or another value: with its unit, or bare right behind what it is of.

    Not one of a drug, nor one that is aimed at or warned of, around it.
    """
    around = text[max(0, q.start - _OF) : q.end + _OF]
    line = fold(around)
    advice = _RED_FLAG.search(line) or _DECISION.search(line) or _FOLLOW_UP.search(line)
    if advice or find_drugs(around, language):
        return False
    if q.kind in _VITAL or (q.kind in _MEASURED and not q.weak):
        return True
    before = fold(text[max(0, q.start - _OF) : q.start])
    return q.kind in ("bare", "rate") and not q.weak and _SIGN.search(before) is not None


def _lead(q: Quantity, text: str) -> str:
    """The value with the words before it in its clause, verbatim."""
    start = max(0, q.start - _OF)
    before = text[start : q.start]
    cut = max((m.end() for m in re.finditer(r"[.,;:!?] |\n", before)), default=0)
    if start and not cut:
        cut = before.find(" ") + 1
    return text[start + cut : q.end].strip()


def _advice(unit: Unit, grounder: Grounder, note: NoteContent) -> Iterable[tuple[Fact, str, str]]:
    if unit.role is Role.patient or unit.role is Role.companion:
        return
    text = fold(unit.text)
    if _RED_FLAG.search(text):
        fact = Fact.red_flag
    elif _FOLLOW_UP.search(text) and _WHEN.search(text):
        fact = Fact.follow_up
    elif _DECISION.search(text) or (unit.role is Role.clinician and _orders(text)):
        fact = Fact.decision
    else:
        return
    act = _ACT.search(text) if fact is Fact.decision else None
    # What is to be done must be named, whatever else the note holds of the sentence.
    stems = content_terms(act.group(), note.language) if act else frozenset()
    together = [set(note.holding.get(stem, ())) for stem in stems]
    named = bool(set.intersection(*together)) if together else True
    held = grounder.most_held(unit, note.holding)
    if not named or held < HELD:
        yield fact, unit.text, unit.text


def _orders(text: str) -> bool:
    return bool(_ACT.search(text)) and bool(_ORDERS.search(text))
