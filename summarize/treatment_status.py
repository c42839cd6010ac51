"""What becomes of a drug that a sentence names: taken, stopped, begun, planned, only named."""

from __future__ import annotations

import re

from clinical.answered_courses import answered_courses
from clinical.answers import affirms
from clinical.dosage import Dosage
from clinical.drugs import DrugMention
from clinical.folded import folded
from clinical.temporality import Status, courses, statuses
from clinical.text import fold
from consultation.tables import TreatmentStatus
from consultation.transcript import Role
from summarize.units import Unit

_STATUS = {
    Status.current: TreatmentStatus.current,
    Status.stopped: TreatmentStatus.stopped,
    Status.past: TreatmentStatus.mentioned,
    Status.planned: TreatmentStatus.planned,
    Status.changed: TreatmentStatus.changed,
    Status.resumed: TreatmentStatus.started,
}
_PRESCRIBES = re.compile(
    r"\b(?:je (?:vous |te |lui )?(?:prescri\w+|mets|donne|rajoute|ajoute)|vais (?:vous |te |lui )?"
    r"(?:prescrire|mettre|donner|rajouter|ajouter)|on (?:va )?(?:commence\w*|debut\w*|rajoute\w*"
    r"|ajoute\w*|demarre\w*)|(?:i'll|i will|we'll|we will|going to|i'd|let's|i can)"
    r" (?:\w+ )?(?:prescribe|start|give|put|add)|start(?:ing)? you on|prescribing)\b"
)
_NOT_TAKEN = re.compile(
    r"\b(?:(?:ne|n'|n) ?(?:\w+ ){1,3}?(?:pas|plus|jamais)|pas|jamais|aucune?|sans|never|not|no"
    r"|don't|doesn't|didn't|won't|haven't|isn't|without|avoid\w*|evit\w+)\b(?! d'arret| arret)"
)
_TOLD = re.compile(
    r"\b(?:vous (?:prenez|avez|etes sous|continuez)|continu\w+|gardez|on (?:garde|continue|laisse)"
    r"|toujours|you(?:'re| are)? (?:take|taking|already|still|currently|continue)"
    r"|you(?:'re| are) on|keep taking"
    r"|keep|carry on|continue|already|currently|still)\b"
)
_ADVISES = re.compile(
    r"\b(?:vous pouvez|prenez|essayez|il faut|faudra\w*|vous allez|on va|je vais|donnez"
    r"|you can|you could"
    r"|try|taking|take|should|would|can|could|help\w*|we'll|i'll|recommend|suggest|advise)\b"
)
_WARNS = re.compile(
    r"\b(?:(?:wouldn't|don't|not) recommend|can (?:raise|cause|lower"
    r"|harm|make)|not good|bad for|risk\w*|avoid\w*|dangerous|careful"
    r"|interact\w*|evit\w*|risqu\w*|deconseill\w*|contre[- ]indiqu\w*|mauvais\w*|attention)\b"
)


def status_of(
    drug: DrugMention, dosage: Dosage, unit: Unit, language: str
) -> TreatmentStatus | None:
    """None where the drug is not taken and never was: *je ne prends pas de…*"""
    line = folded(unit.text)
    here = drug.text in unit.text
    if not here:
        return answered_status(drug, unit, language)
    said = statuses(courses(unit.text, language), drug.inn)
    lead = line.line[: line.at(drug.start)]
    clause = re.split(r"[,;.]|\b(?:mais|but|et|and)\b", lead)[-1]
    for status in (Status.stopped, Status.changed, Status.resumed, Status.planned, Status.past):
        if status in said:
            fresh = status is Status.planned and _PRESCRIBES.search(line.line)
            return TreatmentStatus.started if fresh else _STATUS[status]
    tail = line.line[line.at(drug.start) + len(fold(drug.text)) :]
    if _NOT_TAKEN.search(clause) or re.match(r"[\s,]*(?:non|no)\b", tail):
        return None
    if _PRESCRIBES.search(line.line) and unit.role is not Role.patient:
        return TreatmentStatus.started
    if unit.role is Role.clinician and not _TOLD.search(line.line):
        # What a clinician names with "taking" is advice: it is not the patient who says so.
        advised = _ADVISES.search(line.line) and not _WARNS.search(line.line)
        return TreatmentStatus.planned if advised else TreatmentStatus.mentioned
    if Status.current in said:
        return TreatmentStatus.current
    if unit.role is Role.patient and not dosage.empty:
        return TreatmentStatus.current
    return TreatmentStatus.mentioned


def answered_status(drug: DrugMention, unit: Unit, language: str) -> TreatmentStatus | None:
    """Of the drug that was asked about: *Vous l'avez arrêté ? – Non, je le prends encore.*"""
    assert unit.question is not None
    asked = unit.question.text
    shift = len(unit.answered) - len(unit.text)
    own = [c for c in courses(unit.answered, language) if c.start >= shift]
    told = statuses((*answered_courses(asked, unit.text, language), *own), drug.inn)
    status = next((one for one in Status if one in told), None)
    if status is None:
        return TreatmentStatus.current if affirms(unit.text, language) else None
    return _STATUS.get(status)
