"""Strategy "rules": code files every sentence worth noting, in the words that were said; no model.

For when no model can be had, or none may be asked; and what the other strategies are measured
against. Nothing can be invented, for nothing is worded but *je prends…*, *I will prescribe…*
(``trimmed``), and that is verified like a model's wording. It reads as quotes do, and it is long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical.anatomy import organs
from clinical.dialogue import evidence_findings
from clinical.folded import folded
from clinical.habits import habits
from clinical.numbers import quantities
from clinical.text import fold
from clinical.vital_values import vital_values
from consultation.engines import Completion, Message, Progress, Request, no_progress
from consultation.errors import EngineUnavailable
from consultation.provenance import ModelUse
from consultation.summary import Polarity
from consultation.topics import Topic
from consultation.transcript import Role
from summarize.exchanges import Filed
from summarize.rules import COMPLAINT_WITHIN, announces, certain, possible
from summarize.units import Unit, worth_noting
from summarize.wording import trimmed

PROMPTS: tuple[str, ...] = ()
"""No prompt is read."""

_ASSESSES = re.compile(
    r"\b(?:je pense|a mon avis|il s'agit|vous avez (?:probablement|sans doute|une?|la|le)"
    r"|c'est (?:une?"
    r"|probablement|sans doute|surement|donc)|on dirait|evoque|compatible|diagnostic|ca ressemble"
    r"|hypothese|suspect\w+|en faveur|i think|it looks like|looks like|sounds like|seems? to be"
    r"|this is (?:probably|likely|most likely|an?)|it's (?:probably|likely|most likely)|likely"
    r"|consistent with|suggests?|diagnosis|you(?:'ve| have) (?:probably|got|an?)|suspicious of)\b"
)
_EXAMINES = re.compile(
    r"\b(?:auscult\w+|palp\w+|souple|depressible|a l'examen|je (?:trouve|vois|sens|note|constate)"
    r"|murmure|crepitant\w*|oedemes?|lasegue|reflexes?|tympans?|gorge|abdomen|ventre est"
    r"|coeur est"
    r"|poumons|examination|sounds? (?:clear|normal)|clear|tender\w*|swollen"
    r"|i (?:can )?(?:see|feel|hear)"
    r"|crackles|wheez\w+|murmur|reflexes|positive on|negative on|is (?:positive|soft|red))\b"
)
_PLANS = re.compile(
    r"\b(?:ordonnance|arret de travail|prise de sang|bilan|radio\w*|scanner|irm"
    r"|echographie|analyses?"
    r"|rendez[- ]vous|specialiste|urgences|revoir|revenez|rappel\w+|surveill\w+|repos"
    r"|boire|hydrat\w+"
    r"|prescription|blood tests?|bloods|x-?ray|ultrasound|scan|swab|sample|referral|refer"
    r"|follow[- ]up"
    r"|appointment|come back|call|ring|rest|fluids|drink plenty|sick note|antibiotics?"
    r"|painkillers?)\b"
)
_PROPOSES = re.compile(
    r"\b(?:on va|nous allons|je vais|vous allez|il faut|faudra\w*|vous pouvez|vous devez"
    r"|essayez|prenez"
    r"|continuez|evitez|i'll|i will|we'll|we will|we can|let's|you can|you should|you need"
    r"|i'd|would"
    r"|i want|going to|try|take|keep|make sure|if)\b"
)
_PAST = re.compile(
    r"\b(?:antecedents?|oper\w+|operation|chirurgie|hospitalis\w+|accouch\w+|enceinte"
    r"|vaccin\w+|dans"
    r" l'enfance|il y a \w+ (?:ans|annees)|diagnostiqu\w+|connue? pour|surgery|operat\w+|admitted"
    r"|diagnosed|as a child|years ago|pregnan\w+|vaccin\w+|past|medical history|chronic|chronique"
    r"|diabet\w+|asthm\w+|hypertension|high blood pressure|cholesterol|epilep\w+)\b"
)
_SOCIAL = re.compile(
    r"\b(?:travaille|travail|metier|boulot|retraite\w*|mariee?|celibataire|divorce\w*"
    r"|seule?|habite"
    r"|vis|enfants|sport|profession|chomage|etudi\w+|ecole|work\w*|job|retired|married"
    r"|single|live"
    r"|living|partner|wife|husband|exercise|student|school|office|unemployed|stress\w*)\b"
)


def file_by_rules(
    units: Sequence[Unit], language: str, *, progress: Progress = no_progress
) -> tuple[Filed, ...]:
    """Every sentence that holds a fact, in order, as it was said."""
    noted = [u for u in units if worth_noting(u, language) and not announces(u)]
    early = [unit for unit in noted if unit.role is not Role.clinician][:COMPLAINT_WITHIN]
    last_complaint = early[-1].index if early else -1
    filed: list[Filed] = []
    complained = False
    for done, unit in enumerate(noted, start=1):
        topic = file(unit, language)
        symptom = topic is Topic.history and unit.index <= last_complaint
        if symptom and not complained and _affirms(unit, language):
            topic, complained = Topic.complaint, True
        if topic is not None:
            wording = trimmed(unit) if topic in (Topic.medications, Topic.plan) else None
            filed.append(Filed(unit, topic, wording or ""))
        progress("summarise", done, len(noted))
    return tuple(filed)


def file(unit: Unit, language: str) -> Topic | None:
    """The topic of one sentence; None where nothing in it is a fact."""
    sure = certain(unit, language)
    if sure:
        return sure[0]
    allowed = possible(unit, language)
    told = _clinician(unit, language) if unit.role is Role.clinician else _other(unit, language)
    return next((topic for topic in told if topic in allowed), None)


def _clinician(unit: Unit, language: str) -> tuple[Topic, ...]:
    line = fold(unit.text)
    found: list[Topic] = []
    named = bool(evidence_findings(unit.said, language))
    if vital_values(unit.text, language, unit.question.text if unit.question else ""):
        found.append(Topic.examination)
    if _PROPOSES.search(line) and (_PLANS.search(line) or quantities(unit.text, language)):
        found.append(Topic.plan)
    if _ASSESSES.search(line) and named:
        found.append(Topic.assessment)
    if _EXAMINES.search(line) and (named or organs(folded(unit.text), language)):
        found.append(Topic.examination)
    return tuple(found)


def _other(unit: Unit, language: str) -> tuple[Topic, ...]:
    line = fold(unit.answered)
    found: list[Topic] = []
    question = unit.question.text if unit.question else ""
    named = bool(evidence_findings(unit.said, language))
    if habits(unit.text, language, question):
        found.append(Topic.social)
    if _PAST.search(line) and named:
        found.append(Topic.past)
    if named:
        found.append(Topic.history)
    if _SOCIAL.search(line):
        found.append(Topic.social)
    if vital_values(unit.text, language, question) or _timed(unit, language):
        found.append(Topic.history)
    if _PAST.search(line):
        found.append(Topic.past)
    return tuple(found)


def _timed(unit: Unit, language: str) -> bool:
    """A duration, a frequency, a score or a part of the body: how a symptom is told."""
    kinds = ("duration", "frequency", "score", "date", "temperature")
    if any(q.kind in kinds for q in quantities(unit.text, language)):
        return True
    return bool(organs(folded(unit.text), language))


def _affirms(unit: Unit, language: str) -> bool:
    return any(f.polarity is Polarity.affirmed for f in evidence_findings(unit.said, language))


class NoModel:
    """In the place of a language model where the strategy asks none."""

    parallel = 1

    def models(self) -> tuple[ModelUse, ...]:
        return ()

    def context_tokens(self) -> int:
        return 0

    def count_tokens(self, messages: Sequence[Message]) -> int:  # noqa: ARG002
        return 0

    def complete(self, request: Request) -> Completion:  # noqa: ARG002
        """Raises EngineUnavailable, always."""
        raise EngineUnavailable("the strategy rules asks no language model")

    def close(self) -> None:
        pass
