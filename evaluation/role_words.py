"""Whether roles can be told at all from words learned elsewhere: a check on our own cues.

The cues of ``transcribe.roles`` were written by people who had read some of the dialogues. This
model reads none of the dialogues that it is measured on: it learns one weight for each word and
pair of words from other corpora (logistic regression, AdaGrad), and attributes by their sum. It is
a yardstick, not part of the product.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clinical.text import tokens
from consultation.errors import InvalidOption
from consultation.transcript import Role
from evaluation.corpora.dialogue import Dialogue, Line

FEWEST = 5
"""Turns that a word must occur in to have a weight."""
PASSES = 6
RATE = 0.3
DECAY = 1e-4


@dataclass(frozen=True)
class RoleWords:
    """Weights for a clinician's words (positive) and for those of all others (negative)."""

    language: str
    index: Mapping[str, int]
    weights: NDArray[np.float64]
    bias: float

    def score(self, text: str) -> float:
        row = _row(text, self.language, self.index)
        return float(self.weights[row].sum()) / math.sqrt(max(1, len(row))) + self.bias

    def attribute(self, lines: Sequence[Line], _language: str = "") -> dict[str, Role]:
        """The speaker with the highest mean score is the clinician, all others are patients."""
        scores: dict[str, list[float]] = {}
        for line in lines:
            scores.setdefault(line.speaker, []).append(self.score(line.text))
        means = {speaker: sum(all_) / len(all_) ** 0.5 for speaker, all_ in scores.items()}
        best = max(means, key=lambda speaker: means[speaker])
        return {speaker: Role.clinician if speaker == best else Role.patient for speaker in means}


def learn(dialogues: Iterable[Dialogue], *, seed: int = 0) -> RoleWords:
    """From dialogues of one language. Raises InvalidOption when there are none, or of several."""
    listed = list(dialogues)
    if len({dialogue.language for dialogue in listed}) != 1:
        raise InvalidOption("words of roles are learned from dialogues of one language")
    language = listed[0].language
    turns = [
        (_features(line.text, language), dialogue.roles[line.speaker] is Role.clinician)
        for dialogue in listed
        for line in dialogue.lines
    ]
    counts = Counter(feature for features, _ in turns for feature in features)
    known = sorted(feature for feature, count in counts.items() if count >= FEWEST)
    index = {feature: i for i, feature in enumerate(known)}
    rows = [np.array(sorted(index[f] for f in fs if f in index), dtype=np.intp) for fs, _ in turns]
    weights, squares, bias = np.zeros(len(index)), np.full(len(index), 1e-2), 0.0
    order, chance = list(range(len(rows))), random.Random(seed)  # noqa: S311 — no secret
    for _ in range(PASSES):
        chance.shuffle(order)
        for i in order:
            row = rows[i]
            if not len(row):
                continue
            scale = len(row) ** 0.5
            probability = 1 / (1 + np.exp(-(weights[row].sum() / scale + bias)))
            error = (float(turns[i][1]) - probability) / scale
            step = error - DECAY * weights[row]
            squares[row] += step * step
            weights[row] += RATE * step / np.sqrt(squares[row])
            bias += 0.005 * error
    return RoleWords(language, index, weights, float(bias))


def _features(text: str, language: str) -> set[str]:
    words = [token.fold for token in tokens(text, language)]
    return set(words) | {f"{a} {b}" for a, b in pairwise(words)}


def _row(text: str, language: str, index: Mapping[str, int]) -> NDArray[np.intp]:
    features = _features(text, language)
    return np.array(sorted(index[f] for f in features if f in index), dtype=np.intp)
