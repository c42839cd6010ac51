"""Counting and telling voices apart, on vectors drawn around made-up voices."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="comes with anamnese[embedded]")

from hypothesis import given, settings
from hypothesis import strategies as st

from transcribe import clustering
from transcribe.clustering import cluster_voices, thin, unit

WINDOW = 1.5
HOP = 0.5


def voices(
    counts: list[int], noise: float, seed: int = 0
) -> tuple[clustering.Floats, clustering.Floats, clustering.Labels]:
    """Embeddings in order of time, their starts, and who is who. Noise 1: as long as the voice."""
    rng = np.random.default_rng(seed)
    means = unit(rng.standard_normal((len(counts), 192)))
    who = np.repeat(np.arange(len(counts)), counts)
    spread = noise * rng.standard_normal((len(who), 192)) / np.sqrt(192)
    return unit(means[who] + spread), np.arange(len(who)) * HOP, who


def same_partition(found: clustering.Labels, true: clustering.Labels) -> bool:
    pairs = set(zip(found.tolist(), true.tolist(), strict=True))
    return len(pairs) == len(set(found.tolist())) == len(set(true.tolist()))


@pytest.mark.parametrize("noise", [0.3, 1.0, 1.4])
@pytest.mark.parametrize("counts", [[60], [40, 20], [100, 12], [50, 40, 15], [30, 30, 30, 30]])
def test_the_voices_are_found_whatever_the_noise(counts: list[int], noise: float) -> None:
    embeddings, starts, who = voices(counts, noise)
    found = cluster_voices(embeddings, starts, apart=WINDOW, maximum=6)
    assert same_partition(found, who)


def test_plain_cosines_would_not_do() -> None:
    """One voice in noise is less like itself than two clean voices are like each other."""
    noisy, starts, _ = voices([60], 1.4)
    rng = np.random.default_rng(3)
    common = rng.standard_normal(192)
    clean = unit(unit(common) + 0.9 * unit(rng.standard_normal((2, 192))))[[0] * 30 + [1] * 30]
    clean = unit(clean + 0.2 * rng.standard_normal(clean.shape) / np.sqrt(192))
    assert float(clean[0] @ clean[-1]) > float(np.median(noisy @ noisy.T))
    assert cluster_voices(noisy, starts, apart=WINDOW).max() == 0
    assert cluster_voices(clean, starts, apart=WINDOW).max() == 1


@pytest.mark.parametrize("exact", [1, 2, 3, 5])
def test_a_given_number_is_honoured(exact: int) -> None:
    embeddings, starts, _ = voices([40, 30, 20], 1.0)
    found = cluster_voices(embeddings, starts, apart=WINDOW, minimum=exact, maximum=exact)
    assert sorted(set(found.tolist())) == list(range(exact))


def test_a_stray_sound_is_not_a_speaker() -> None:
    embeddings, starts, who = voices([50, 40, 2], 0.5)
    found = cluster_voices(embeddings, starts, apart=WINDOW)
    assert found.max() == 1
    assert same_partition(found[who < 2], who[who < 2])


def test_windows_that_share_sound_say_nothing_of_similarity() -> None:
    """Copies of one window, at the same time, do not become a voice apart."""
    embeddings, starts, _ = voices([40], 1.2)
    copies = np.repeat(embeddings[:1], 6, axis=0)
    found = cluster_voices(
        np.concatenate([copies, embeddings]),
        np.concatenate([np.linspace(0, 0.1, 6), starts]),
        apart=WINDOW,
    )
    assert found.max() == 0


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_any_speech(count: int) -> None:
    found = cluster_voices(np.ones((count, 4)) / 2, np.arange(count) * HOP, apart=WINDOW)
    assert found.tolist() == [0] * count


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(2, 40),
    minimum=st.integers(1, 5),
    extra=st.integers(0, 5),
    seed=st.integers(0, 1000),
)
def test_labels_are_dense_and_within_bounds(
    count: int, minimum: int, extra: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    embeddings = unit(rng.standard_normal((count, 8)))
    found = cluster_voices(
        embeddings, np.arange(count) * HOP, apart=WINDOW, minimum=minimum, maximum=minimum + extra
    )
    k = len(set(found.tolist()))
    assert found.min() == 0
    assert found.max() == k - 1
    assert min(minimum, count) <= k <= minimum + extra


@given(st.integers(1, 20_000))
def test_thinning_is_bounded_and_even(count: int) -> None:
    kept = thin(count)
    assert len(kept) == min(count, clustering.MAXIMUM_WINDOWS)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert np.ptp(np.diff(kept)) <= 1 if len(kept) > 1 else count == 1


def test_unit_keeps_zero() -> None:
    assert unit(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist() == [[0.0, 0.0], [0.6, 0.8]]
