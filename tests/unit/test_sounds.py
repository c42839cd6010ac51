"""Sounds that a detector of speech is tried on."""

from __future__ import annotations

import numpy as np
import pytest

from consultation.audio import SAMPLE_RATE
from evaluation.sounds import SOUNDS, babble


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_as_long_as_asked_and_the_same_each_time(name: str) -> None:
    first, again = SOUNDS[name](2.5, 1), SOUNDS[name](2.5, 1)
    assert first.dtype == np.float32
    assert first.shape == (int(2.5 * SAMPLE_RATE),)
    assert np.abs(first).max() <= 1
    assert np.array_equal(first, again)
    assert name in ("nothing", "silence") or float(np.sqrt(np.mean(first**2))) > 0.01


def test_babble_is_backwards_and_as_long_as_asked() -> None:
    voices = np.linspace(0, 1, SAMPLE_RATE, dtype=np.float32)
    found = babble(3, 0, voices=voices)
    assert found.shape == (3 * SAMPLE_RATE,)
    # A rise played backwards falls, but for where it begins again.
    assert float(np.mean(np.diff(found) <= 0)) > 0.9
