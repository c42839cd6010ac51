"""pyannote.audio's diarisation pipeline, with more looks at the voices.

Segmentation follows up to three speakers through windows of 10 s; on a distant microphone it may
take two people for one. So the embedding network reads the recording once, voices are compared in
windows of 1.5 s that never cross a change of speaker that the segmentation did see, and each frame
goes to the speaker with most votes: those of the segmentation, which knows *when* somebody else
speaks, and those of the windows, which know *who*.

This module names torch and pyannote.audio at its head: only ``transcribe.diarize`` imports it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.clustering import BaseClustering
from pyannote.core import SlidingWindow, SlidingWindowFeature
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from consultation.audio import SAMPLE_RATE
from transcribe.campplus import (
    DIMENSION,
    FEATURES,
    FRAME_SECONDS,
    MINIMUM_FRAMES,
    CAMPPlusEmbedding,
)
from transcribe.clustering import centroids, cluster_voices, thin, unit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_RATE = round(1 / FRAME_SECONDS)
"""Frames of the embedding network in one second."""
_HOP = round(FRAME_SECONDS * SAMPLE_RATE)
_BLOCK = 10 * _RATE
_MARGIN = 1 * _RATE
_ALONE = round(1.5 * _RATE)
"""Frames: of what the network reads at most, of context it reads around, of a region alone."""
_INACTIVE = -2
"""pyannote.audio's label of a speaker who is not there."""


@dataclass(frozen=True)
class Region:
    """Where the same people, as the segmentation sees them, are active; in network frames."""

    start: int
    end: int
    speakers: int


@dataclass(frozen=True)
class Windows:
    """Stretches of one voice: ``spans`` (n, 2) in frames, ``embeddings`` (n, 192), unit length."""

    spans: Ints
    embeddings: Floats
    total: int
    """Frames of the recording."""


class RollingFrames:
    """The network's frames, computed on demand from left to right and forgotten behind.

    The network looks at its whole input to know a voice from its background, so it is given one
    voice at a time where it can be: a region longer than _ALONE is read by itself. All the rest is
    read with a margin, and silence is not read.
    """

    def __init__(
        self, model: CAMPPlusEmbedding, waveform: torch.Tensor, regions: list[Region]
    ) -> None:
        """``waveform`` (samples,); ``regions`` cover it from end to end."""
        self._model = model
        self._waveform = waveform
        self.total = regions[-1].end
        self._blocks = [
            Region(start, end, region.speakers)
            for region in regions
            for start, end in _blocks(region.start, region.end)
        ]
        self._next = 0
        self._first = 0
        self._kept = torch.empty(0)

    def __call__(self, start: int, end: int) -> torch.Tensor:
        """(512, end - start). ``start`` never decreases from call to call; end ≤ total."""
        parts = [self._kept[:, start - self._first :]] if self._kept.numel() else []
        while self._next < len(self._blocks) and self._blocks[self._next].start < end:
            block = self._blocks[self._next]
            self._next += 1
            if block.end > start:
                parts.append(self._compute(block)[:, max(0, start - block.start) :])
        self._kept, self._first = torch.cat(parts, dim=1), start
        return self._kept[:, : end - start]

    def _compute(self, block: Region) -> torch.Tensor:
        length = block.end - block.start
        if block.speakers == 0:
            return self._waveform.new_zeros(FEATURES, length)
        margin = 0 if block.speakers == 1 and length >= _ALONE else _MARGIN
        left = max(0, block.start - margin)
        # 15 ms more, so that the last frame is whole.
        read = self._waveform[left * _HOP : (block.end + margin) * _HOP + _HOP]
        frames = self._model.frames(read)[:, block.start - left : block.end - left]
        missing = length - frames.shape[1]
        return torch.nn.functional.pad(frames, (0, missing), "replicate") if missing else frames


def _blocks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Equal parts of at most _BLOCK frames."""
    count = math.ceil((end - start) / _BLOCK)
    edges = [start + round(i * (end - start) / count) for i in range(count + 1)]
    yield from itertools.pairwise(edges)


class NoPLDA(PLDA):  # type: ignore[misc]
    """Stands where pyannote.audio would otherwise fetch a PLDA that this clustering never uses."""

    def __init__(self) -> None:
        pass


class DenseClustering(BaseClustering):  # type: ignore[misc]
    """Voices from the windows; then each speaker of each segmentation window is given a voice."""

    expects_num_clusters = False

    def __init__(self, *, window: float, same_voice: float, sharpness: float) -> None:
        super().__init__(metric="cosine")
        self.window = window
        self.same_voice = same_voice
        self.sharpness = sharpness
        self.windows: Windows | None = None
        """Given by the pipeline before each call."""
        self.votes: Floats = np.zeros((0, 1))
        """(frames, voices) in [0, 1], left by the last call."""

    def __call__(
        self,
        embeddings: Floats,
        segmentations: SlidingWindowFeature,
        num_clusters: int | None = None,
        min_clusters: int | None = None,
        max_clusters: float | None = None,
        **_: Any,
    ) -> tuple[Ints, Floats, Floats]:
        """The interface of pyannote.audio's clustering: (chunks, speakers, d) embeddings."""
        if self.windows is None:
            raise ValueError("no windows to cluster")
        minimum = num_clusters or min_clusters or 1
        maximum = int(num_clusters or max_clusters or minimum)
        voices = self._voices(embeddings, minimum, maximum)
        self.votes = self._votes(voices)
        cosines = np.nan_to_num(unit(embeddings) @ voices.T, nan=-1.0)
        return self._assign(cosines, segmentations.data.sum(axis=1)), cosines + 1, voices

    def _voices(self, embeddings: Floats, minimum: int, maximum: int) -> Floats:
        """(voices, d), unit length."""
        assert self.windows is not None
        spans, vectors = self.windows.spans, self.windows.embeddings
        # Short windows say little of a voice, and windows that mostly overlap say it twice.
        long = (spans[:, 1] - spans[:, 0]) * FRAME_SECONDS >= min(1.0, self.window)
        if long.sum() >= max(2, minimum):
            spans, vectors = spans[long], vectors[long]
        if len(vectors) < minimum:
            # Nearly no speech: what the segmentation's speakers sound like is all there is.
            vectors = unit(embeddings[~np.isnan(embeddings[..., 0])])
            spans = np.arange(len(vectors))[:, None] * np.full((1, 2), 1000)
        if len(vectors) == 0:
            return np.ones((1, embeddings.shape[-1])) / math.sqrt(embeddings.shape[-1])
        kept = thin(len(vectors))
        labels = cluster_voices(
            vectors[kept],
            spans[kept, 0] * FRAME_SECONDS,
            apart=self.window,
            minimum=minimum,
            maximum=max(minimum, maximum),
            same_voice=self.same_voice,
        )
        return centroids(vectors[kept], labels)

    def _votes(self, voices: Floats) -> Floats:
        """(frames, voices): each frame asks the windows over it, most of all those centred on it.

        A window shorter than the others has a smaller vote.
        """
        assert self.windows is not None
        score = np.zeros((self.windows.total, len(voices)))
        weight = np.zeros((self.windows.total, 1))
        share = np.zeros((self.windows.total, 1))
        cosines = self.windows.embeddings @ voices.T
        for (start, end), cosine in zip(self.windows.spans, cosines, strict=True):
            triangle = np.bartlett(end - start + 2)[1:-1, None]
            score[start:end] += triangle * cosine
            weight[start:end] += triangle
            share[start:end] = min(1.0, (end - start) * FRAME_SECONDS / self.window)
        score /= np.maximum(weight, 1e-9)
        posterior = np.exp(self.sharpness * (score - score.max(axis=1, keepdims=True)))
        posterior /= posterior.sum(axis=1, keepdims=True)
        return np.asarray(posterior * share)

    @staticmethod
    def _assign(cosines: Floats, activity: Floats) -> Ints:
        """(chunks, speakers): two speakers of one chunk are two voices, as far as voices go."""
        hard = np.full(cosines.shape[:2], _INACTIVE, dtype=np.int64)
        for chunk, (cosine, active) in enumerate(zip(cosines, activity > 0, strict=True)):
            speakers = np.flatnonzero(active)
            weights = np.sqrt(activity[chunk, speakers])[:, None]
            rows, columns = linear_sum_assignment((cosine[speakers] + 1) * weights, maximize=True)
            hard[chunk, speakers] = cosine[speakers].argmax(axis=1)
            hard[chunk, speakers[rows]] = columns
        return hard


class DenseSpeakerDiarization(SpeakerDiarization):  # type: ignore[misc]
    """SpeakerDiarization with DenseClustering. Keeps state while it runs: one call at a time."""

    def __init__(
        self,
        segmentation: Any,
        embedding: CAMPPlusEmbedding,
        *,
        step: float,
        window: float,
        hop: float,
        vote: float,
        sharpness: float,
        same_voice: float,
        minimum_off: float,
        batch_size: int,
    ) -> None:
        super().__init__(
            segmentation=segmentation,
            segmentation_step=step,
            segmentation_batch_size=batch_size,
            embedding=embedding,
            plda=NoPLDA(),
            clustering="AgglomerativeClustering",
        )
        self.clustering = DenseClustering(window=window, same_voice=same_voice, sharpness=sharpness)
        self.instantiate({"segmentation": {"min_duration_off": minimum_off}})
        self._window = round(window * _RATE)
        self._hop = round(hop * _RATE)
        self._vote = vote

    def get_embeddings(
        self,
        file: Any,
        binary_segmentations: SlidingWindowFeature,
        exclude_overlap: bool = True,  # noqa: ARG002  # always excluded where possible
        hook: Callable[..., None] | None = None,
    ) -> Floats:
        """(chunks, speakers, 192) of each local speaker; the windows go to the clustering."""
        segmentations = binary_segmentations
        waveform = file["waveform"][0].to(self._device())
        regions = _regions(segmentations, len(waveform) // _HOP)
        frames = RollingFrames(self._embedding.model_, waveform, regions)
        chunks, _, speakers = segmentations.data.shape
        masks = _clean_masks(segmentations)
        spans = self._spans(regions)
        embeddings = np.full((chunks, speakers, DIMENSION), np.nan)
        vectors = np.zeros((len(spans), DIMENSION))
        starts = [_start(segmentations.sliding_window, c) for c in range(chunks)]
        done = 0
        with torch.inference_mode():
            # In order of time, so that the frames of only a few seconds are kept.
            for time, chunk, window in _requests(starts, spans):
                if chunk is not None:
                    end = min(time + masks.shape[1], frames.total)
                    if end > time:
                        mask = torch.from_numpy(masks[chunk, : end - time].T).to(self._device())
                        pooled = self._embedding.model_.pool(frames(time, end), mask)
                        embeddings[chunk] = pooled.cpu().numpy()
                    done += 1
                    if hook is not None:
                        hook("embeddings", None, total=chunks, completed=done)
                elif window is not None:
                    column = frames(time, int(spans[window, 1]))
                    mask = column.new_ones(1, column.shape[1])
                    vectors[window] = self._embedding.model_.pool(column, mask)[0].cpu().numpy()
        self.clustering.windows = Windows(spans, unit(vectors), frames.total)
        return embeddings

    def reconstruct(
        self,
        segmentations: SlidingWindowFeature,
        hard_clusters: Ints,
        count: SlidingWindowFeature,
    ) -> SlidingWindowFeature:
        """(frames, voices) of 0 and 1: as pyannote.audio's, with the votes of the windows."""
        votes = self.clustering.votes
        chunks, frames, _ = segmentations.data.shape
        voices = votes.shape[1]
        activity = np.zeros((chunks, frames, voices))
        for chunk, clusters in enumerate(hard_clusters):
            for k in set(clusters.tolist()) - {_INACTIVE}:
                activity[chunk, :, k] = segmentations.data[chunk][:, clusters == k].max(axis=1)
            seconds = segmentations.sliding_window.duration / frames
            begin = segmentations.sliding_window[chunk].start
            at = ((begin + (np.arange(frames) + 0.5) * seconds) * _RATE).astype(int)
            inside = at < len(votes)
            activity[chunk, inside] += self._vote * votes[at[inside]]
        # More people at once than there are voices: one of them is not a voice.
        count.data = np.minimum(count.data, voices)
        return self.to_diarization(
            SlidingWindowFeature(activity, segmentations.sliding_window), count
        )

    def _spans(self, regions: list[Region]) -> Ints:
        """Windows within one speaker's speech: (n, 2) in frames, by start."""
        spans = [
            (int(start), int(start) + length)
            for region in regions
            if region.speakers == 1 and region.end - region.start >= MINIMUM_FRAMES
            for length in [min(self._window, region.end - region.start)]
            for start in np.linspace(
                region.start,
                region.end - length,
                1 + math.ceil((region.end - region.start - length) / self._hop),
            ).round()
        ]
        return np.array(spans, dtype=np.int64).reshape(-1, 2)

    def _device(self) -> Any:
        return self._embedding.device


def _start(chunks: SlidingWindow, chunk: int) -> int:
    return round(float(chunks[chunk].start) * _RATE)


def _requests(starts: list[int], spans: Ints) -> Iterator[tuple[int, int | None, int | None]]:
    """(start, chunk or None, window or None) in order of start."""
    chunks = [(start, c, None) for c, start in enumerate(starts)]
    windows = [(int(start), None, w) for w, (start, _) in enumerate(spans)]
    yield from sorted([*chunks, *windows], key=lambda request: request[0])


def _clean_masks(segmentations: SlidingWindowFeature) -> npt.NDArray[np.float32]:
    """(chunks, network's frames, speakers): alone where that leaves enough, else all their speech.

    Source: pyannote.audio does the same under ``embedding_exclude_overlap``.
    """
    data = np.nan_to_num(segmentations.data) > 0.5
    alone = data & (data.sum(axis=2, keepdims=True) == 1)
    seconds = segmentations.sliding_window.duration
    enough = alone.sum(axis=1, keepdims=True) >= 0.5 / seconds * data.shape[1]
    at = ((np.arange(round(seconds * _RATE)) + 0.5) / _RATE / seconds * data.shape[1]).astype(int)
    return np.asarray(np.where(enough, alone, data)[:, at], dtype=np.float32)


def _regions(segmentations: SlidingWindowFeature, total: int) -> list[Region]:
    """The recording from end to end, cut where the segmentation sees a change of who is active.

    Each moment is judged by the chunk in whose middle it is; a change between two moments, too.
    """
    chunks, frames, speakers = segmentations.data.shape
    window = segmentations.sliding_window
    active = np.nan_to_num(segmentations.data) > 0.5
    pattern = active @ (1 << np.arange(speakers))
    middle = (np.arange(total) + 0.5) * FRAME_SECONDS
    owner = np.clip(np.round((middle - window.duration / 2) / window.step), 0, chunks - 1)
    owner = owner.astype(int)
    within = (middle - owner * window.step) / window.duration * frames
    back = FRAME_SECONDS / window.duration * frames
    now = pattern[owner, np.clip(within, 0, frames - 1).astype(int)]
    before = pattern[owner, np.clip(within - back, 0, frames - 1).astype(int)]
    active_at = np.array([int(p).bit_count() for p in range(1 << speakers)])[now]
    # Two chunks may disagree about the moment where one takes over from the other.
    cut = (now[1:] != before[1:]) | (active_at[1:] != active_at[:-1])
    edges = [0, *(np.flatnonzero(cut) + 1).tolist(), total]
    return [Region(start, end, int(active_at[start])) for start, end in itertools.pairwise(edges)]
