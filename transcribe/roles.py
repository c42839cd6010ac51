"""Who is the clinician and who the patient: from what each says, by weighted cues.

The cues are phrases in ``clinical/lexicons/role_cues.tsv``: a positive weight speaks for the
clinician (asks, examines, prescribes), a negative one for the patient or who comes along (feels,
answers, says "docteur"). Each speaker's score is the sum of weights over the square root of the
number of sentences, so that a long talk counts for more than a short one, but not in proportion.
Where the evidence is thin or the speakers are alike, the role stays ``unknown``.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from consultation.transcript import Role, RoleSource, Segment, Speaker

STEEPNESS = 1.1
"""Of the logistic curve from a difference of scores to a probability; fitted on dialogues."""
ABSTAIN = 0.7
"""A role less probable than this is not given."""
FEWEST_WORDS = 4
"""A speaker with fewer words is not judged."""


@dataclass(frozen=True)
class _Cue:
    pattern: re.Pattern[str]
    weight: float


@cache
def _cues(language: str) -> tuple[_Cue, ...]:
    text = files("clinical.lexicons").joinpath("role_cues.tsv").read_text("utf-8")
    return tuple(
        _Cue(re.compile(row["cue"], re.IGNORECASE), float(row["weight"]))
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        if row["language"] == language
    )


_SENTENCES = re.compile(r"(?<=[.?!…])\s+")
_THIRD_PERSON = re.compile(
    r"\b(mon|ma) (mari|femme|fils|fille|mère|père|frère|sœur|soeur|enfant|mamie|grand-mère|bébé)\b"
    r"|\b(il|elle) (a|est|prend|avait|tousse|mange|dort)\b"
    r"|\bmy (husband|wife|son|daughter|mother|mum|mom|father|dad|child|baby|brother|sister)\b"
    r"|\b(he|she) (has|is|takes|had|was|gets|sleeps|eats)\b|\b(he|she)'s\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(
    r"\b(?:je|j'|moi|ma|mon|mes|m'|i|i'm|i've|i'd|my|me)(?!\w)", re.IGNORECASE
)


def clinician_score(text: str, language: str) -> float:
    """How much these words are a clinician's (positive) or a patient's (negative)."""
    sentences = [s for s in _SENTENCES.split(text.replace("’", "'")) if s.strip()]
    total = sum(
        cue.weight
        for sentence in sentences
        for cue in _cues(language)
        if cue.pattern.search(sentence)
    )
    return total / math.sqrt(max(1, len(sentences)))


def attribute(
    segments: Sequence[Segment],
    language: str,
    *,
    known: Mapping[str, tuple[Role, RoleSource]] | None = None,
) -> tuple[Speaker, ...]:
    """A Speaker for each voice, in order of first word.

    Args:
        known: roles known beforehand and where from (a channel, a person's hint), by speaker id;
            they are taken as they are.
    """
    known = known or {}
    hints = {speaker: role for speaker, (role, _) in known.items()}
    said: dict[str, list[str]] = {}
    for segment in segments:
        said.setdefault(segment.speaker, []).append(segment.text)
    texts = {speaker: "\n".join(parts).replace("\n", ". ") for speaker, parts in said.items()}
    scores = {speaker: clinician_score(text, language) for speaker, text in texts.items()}
    judged = [s for s in texts if s not in hints and len(texts[s].split()) >= FEWEST_WORDS]

    guesses: dict[str, tuple[Role, float]] = {}
    if judged and len(texts) > 1:
        known_clinician = Role.clinician in hints.values()
        middle = (max(scores.values()) + min(scores.values())) / 2
        for speaker in judged:
            probability = _logistic(scores[speaker] - middle)
            if probability >= 0.5 and not known_clinician:
                guesses[speaker] = (Role.clinician, probability)
            else:
                guesses[speaker] = (Role.patient, 1 - probability if not known_clinician else 0.9)
        _find_companions(guesses, texts, hints)
    elif judged:
        # One voice alone: a dictation or a monologue. Only clear words decide.
        (speaker,) = judged
        probability = _logistic(scores[speaker])
        role = Role.clinician if probability >= 0.5 else Role.patient
        guesses[speaker] = (role, max(probability, 1 - probability))

    speakers = []
    for speaker in texts:
        if speaker in hints:
            speakers.append(
                Speaker(id=speaker, role=hints[speaker], confidence=1.0, source=known[speaker][1])
            )
            continue
        role, confidence = guesses.get(speaker, (Role.unknown, 0.0))
        if confidence < ABSTAIN:
            role = Role.unknown
        source = RoleSource.none if speaker not in guesses else RoleSource.model
        speakers.append(
            Speaker(id=speaker, role=role, confidence=round(confidence, 3), source=source)
        )
    return tuple(speakers)


def _find_companions(
    guesses: dict[str, tuple[Role, float]],
    texts: Mapping[str, str],
    hints: Mapping[str, Role],
) -> None:
    """Of several who are not the clinician, one is the patient; who speaks of "her" comes along.

    The patient is the one who speaks least of another person for each word of oneself.
    """
    others = [speaker for speaker, (role, _) in guesses.items() if role is Role.patient]
    patients_known = sum(role is Role.patient for role in hints.values())
    if len(others) + patients_known < 2:
        return
    of_another = {s: len(_THIRD_PERSON.findall(texts[s].replace("’", "'"))) for s in others}
    of_oneself = {s: len(_FIRST_PERSON.findall(texts[s].replace("’", "'"))) for s in others}
    share = {s: (of_another[s] + 0.5) / (of_another[s] + of_oneself[s] + 1) for s in others}
    if patients_known:
        companions = others
    else:
        patient = min(others, key=lambda s: (share[s], -len(texts[s])))
        companions = [s for s in others if s != patient]
    for speaker in companions:
        confidence = guesses[speaker][1] if of_another[speaker] else 0.5
        guesses[speaker] = (Role.companion, confidence)


def _logistic(difference: float) -> float:
    return 1 / (1 + math.exp(-STEEPNESS * difference))
