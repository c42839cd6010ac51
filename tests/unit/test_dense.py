"""Regions, windows and frames of the diarisation pipeline, without its models."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.errors import EngineMissing

try:
    from transcribe.diarize import load_libraries

    load_libraries()
except EngineMissing:
    pytest.skip("comes with anamnese[embedded]", allow_module_level=True)

import torch
from pyannote.core import SlidingWindow, SlidingWindowFeature

from transcribe import dense
from transcribe.campplus import FEATURES, MINIMUM_FRAMES, CAMPPlus, CAMPPlusEmbedding

FRAMES = 589
"""Of the segmentation, in its 10 s."""


def segmentation(who: np.ndarray[Any, Any], chunks: int) -> SlidingWindowFeature:
    """``who`` (frames of 20 ms, speakers) of 0 and 1, as chunks of 10 s each second."""
    at = ((np.arange(FRAMES) + 0.5) / FRAMES * 500).astype(int)
    padded = np.concatenate([who, np.zeros((500 * chunks, who.shape[1]))])
    data = np.stack([padded[50 * c + at] for c in range(chunks)])
    return SlidingWindowFeature(data, SlidingWindow(start=0, duration=10, step=1))


def test_regions_are_cut_where_somebody_starts_or_stops() -> None:
    who = np.zeros((900, 3))
    who[100:400, 0] = 1
    who[350:700, 1] = 1
    regions = dense._regions(segmentation(who, 9), 900)
    assert [r.speakers for r in regions] == [0, 1, 2, 1, 0]
    edges = [0, 100, 350, 400, 700, 900]
    assert np.abs(np.array([r.start for r in regions]) - edges[:-1]).max() <= 1
    assert np.abs(np.array([r.end for r in regions]) - edges[1:]).max() <= 1


def test_a_change_of_speaker_without_pause_is_a_cut() -> None:
    who = np.zeros((900, 3))
    who[:450, 2] = 1
    who[450:, 0] = 1
    regions = dense._regions(segmentation(who, 9), 900)
    assert [r.speakers for r in regions] == [1, 1]
    assert abs(regions[0].end - 450) <= 1


def test_chunks_that_disagree_where_one_takes_over_are_a_cut() -> None:
    """The first chunk hears nobody, the next hears somebody who spoke all along."""
    data = np.zeros((2, FRAMES, 3))
    data[1, :, 1] = 1
    chunks = SlidingWindowFeature(data, SlidingWindow(start=0, duration=10, step=1))
    regions = dense._regions(chunks, 550)
    assert [r.speakers for r in regions] == [0, 1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 7)), min_size=1, max_size=8))
def test_regions_cover_the_recording(stretches: list[tuple[int, int]]) -> None:
    who = np.array([[p >> s & 1 for s in range(3)] for n, p in stretches for _ in range(n)])
    chunks = max(1, -(-(len(who) - 500) // 50) + 1)
    regions = dense._regions(segmentation(who, chunks), len(who))
    assert regions[0].start == 0
    assert regions[-1].end == len(who)
    assert all(a.end == b.start for a, b in pairwise(regions))
    assert all(r.start < r.end and 0 <= r.speakers <= 3 for r in regions)


class Positions:
    """Stands for the network: each frame tells the sample that it starts at."""

    def __init__(self) -> None:
        self.longest = 0

    def frames(self, waveform: torch.Tensor) -> torch.Tensor:
        self.longest = max(self.longest, len(waveform))
        count = max(1, (1 + (len(waveform) - 400) // 160 + 1) // 2)
        starts = waveform[torch.clamp(320 * torch.arange(count), max=len(waveform) - 1)]
        return starts.expand(FEATURES, -1)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.tuples(st.integers(3, 1500), st.integers(0, 2)), min_size=1, max_size=6),
    data=st.data(),
)
def test_frames_are_where_they_should_be(lengths: list[tuple[int, int]], data: Any) -> None:
    edges = np.cumsum([0, *(n for n, _ in lengths)]).tolist()
    regions = [
        dense.Region(a, b, s) for a, b, (_, s) in zip(edges, edges[1:], lengths, strict=False)
    ]
    total = edges[-1]
    model = Positions()
    waveform = torch.arange(1, 1 + total * 320, dtype=torch.float64)
    rolling = dense.RollingFrames(model, waveform, regions)
    truth = 1 + 320 * np.arange(total)
    for region in regions:
        if region.speakers == 0:
            truth[region.start : region.end] = 0
    starts = sorted(data.draw(st.lists(st.integers(0, total - 1), min_size=1, max_size=8)))
    for start in starts:
        end = data.draw(st.integers(start + 1, min(total, start + 500)))
        found = rolling(start, end)
        assert found.shape == (FEATURES, end - start)
        # The last frame of a recording is cut short, and repeats the one before.
        last = 320 if end == total else 0
        assert np.abs(found[0].numpy() - truth[start:end])[: end - start].max(initial=0) <= last
    assert model.longest <= 320 * (dense._BLOCK + 2 * dense._MARGIN + 1)


def test_pooling_by_mask_is_pooling_of_the_frames_kept() -> None:
    torch.manual_seed(0)
    network = CAMPPlus().eval()
    frames = torch.rand(FEATURES, 100)
    mask = torch.zeros(1, 100)
    mask[0, 30:70] = 1
    with torch.inference_mode():
        masked = network.pool(frames, mask)
        cut = network.pool(frames[:, 30:70], torch.ones(1, 40))
        statistics = torch.cat([frames[:, 30:70].mean(1), frames[:, 30:70].std(1)])[None]
        direct = network.xvector["dense"](statistics)
    torch.testing.assert_close(masked, cut, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(masked, direct, rtol=1e-3, atol=1e-3)


def test_too_little_speech_has_no_embedding() -> None:
    torch.manual_seed(0)
    model = CAMPPlusEmbedding()
    waveforms = 0.1 * torch.randn(2, 1, 16_000)
    masks = torch.ones(2, 50)
    masks[1, MINIMUM_FRAMES - 2 :] = 0
    with torch.inference_mode():
        found = model(waveforms, weights=masks)
        alone = model(waveforms[:1])
        with pytest.raises(ValueError, match="needs 20 frames"):
            model(waveforms[:, :, :5000])
    assert found.shape == (2, model.dimension)
    assert not found[0].isnan().any()
    assert found[1].isnan().all()
    torch.testing.assert_close(found[:1], alone)


def test_two_speakers_of_a_chunk_are_two_voices_and_a_third_takes_the_nearest() -> None:
    cosines = np.array([[[0.9, 0.1], [0.8, 0.2], [0.1, 0.3]]])
    activity = np.array([[100.0, 100.0, 4.0]])
    assert dense.DenseClustering._assign(cosines, activity).tolist() == [[0, 1, 1]]
    activity = np.array([[100.0, 0.0, 0.0]])
    assert dense.DenseClustering._assign(cosines, activity).tolist() == [[0, -2, -2]]
