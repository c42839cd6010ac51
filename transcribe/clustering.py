"""How many voices, and which window of speech is whose.

Windows are over-clustered (Ward), then the two most similar clusters are merged until they are no
longer one voice. What makes this work on good and on bad microphones alike is the similarity: the
mean cosine between two clusters, over what the recording itself shows inside one cluster. Noise
and short windows lower both, and their ratio stays: measured, two parts of one voice are above
0.75 and two voices below 0.61, where plain cosines overlap.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

SAME_VOICE = 0.68
"""Two clusters more similar than this are one voice, where both have enough speech."""
_SAME_VOICE_SHORT = 0.5
_ENOUGH = 8.0
"""Seconds. Of less speech the similarity is uncertain: the limit falls, to that of no speech."""
MAXIMUM_WINDOWS = 2000
"""More are thinned out evenly: the cost of clustering is bounded, however long the recording."""
_FIRST_CLUSTERS = 12
_SMALLEST_CLUSTER = 4
"""Windows; a cluster of fewer is given to its neighbour."""
_SMALLEST_SHARE = 0.005
_PRIOR_PAIRS = 9.0
"""Weight of the recording's average inside a cluster that has few pairs of its own."""


def unit(vectors: Floats) -> Floats:
    """(…, d) → the same directions with length 1; a zero vector stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float64)


def centroids(embeddings: Floats, labels: Labels) -> Floats:
    """(n, d), (n,) labels 0…k-1 → (k, d) of unit length."""
    return unit(np.stack([embeddings[labels == k].mean(axis=0) for k in range(labels.max() + 1)]))


def thin(count: int) -> Labels:
    """Indices of at most MAXIMUM_WINDOWS of ``count`` windows, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, MAXIMUM_WINDOWS)).round().astype(int))


def cluster_voices(
    embeddings: Floats,
    starts: Floats,
    *,
    apart: float,
    minimum: int = 1,
    maximum: int = 20,
    same_voice: float = SAME_VOICE,
) -> Labels:
    """Label each window with its voice: (n,) int, 0…k-1 with minimum ≤ k ≤ maximum.

    ``embeddings`` (n, d) of unit length; ``starts`` (n,) in seconds: two windows that start less
    than ``apart`` from each other share sound, and are not used to measure similarity. k is less
    than ``minimum`` only when there are fewer windows than that.
    """
    count = len(embeddings)
    if count < 2:
        return np.zeros(count, dtype=np.int64)
    distinct = (np.abs(starts[:, None] - starts[None]) >= apart).astype(np.float32)
    cosines = (embeddings @ embeddings.T).astype(np.float32) * distinct
    first = max(minimum, min(_FIRST_CLUSTERS, max(maximum, count // 6)))
    labels = _compact(fcluster(linkage(embeddings, "ward"), first, criterion="maxclust"))
    labels = _refine(embeddings, labels)
    smallest = max(_SMALLEST_CLUSTER, round(_SMALLEST_SHARE * count))
    while (k := int(labels.max()) + 1) > minimum:
        similarity = _similarity(cosines, distinct, labels)
        np.fill_diagonal(similarity, -np.inf)
        sizes = np.bincount(labels)
        if sizes.min() < smallest:
            i = int(sizes.argmin())
            j = int(similarity[i].argmax())
        else:
            speech = np.array([_seconds(starts[labels == c], apart) for c in range(k)])
            share = np.minimum(1.0, np.minimum.outer(speech, speech) / _ENOUGH)
            excess = similarity - (_SAME_VOICE_SHORT + (same_voice - _SAME_VOICE_SHORT) * share)
            i, j = divmod(int(excess.argmax()), k)
            if k <= maximum and excess[i, j] < 0:
                break
        labels = _refine(embeddings, _compact(np.where(labels == i, j, labels)))
    return labels


def _similarity(cosines: Singles, distinct: Singles, labels: Labels) -> Floats:
    """(k, k): about 1 between halves of one voice, whatever the noise and the window's length.

    ``distinct`` (n, n) is 1 for pairs to be compared; ``cosines`` is 0 elsewhere.
    """
    member = (labels[:, None] == np.arange(labels.max() + 1)).astype(np.float32)
    total = (member.T @ (cosines @ member)).astype(np.float64)
    pairs = (member.T @ (distinct @ member)).astype(np.float64)
    own, own_pairs = np.diag(total), np.diag(pairs)
    average = own.sum() / own_pairs.sum() if own_pairs.sum() > 0 else 0.5
    inside = (own + _PRIOR_PAIRS * average) / (own_pairs + _PRIOR_PAIRS)
    # Clusters that only share sound cannot be compared: neighbours are most likely one voice.
    between = np.where(pairs > 0, total / np.maximum(pairs, 1), 0.9 * average)
    return np.asarray(between / np.sqrt(np.maximum(np.outer(inside, inside), 1e-3)))


def _seconds(starts: Floats, window: float) -> float:
    """Speech under windows of this length that start there; starts in order."""
    return float(np.minimum(np.diff(starts), window).sum()) + window


def _refine(embeddings: Floats, labels: Labels, iterations: int = 5) -> Labels:
    """Give each window to the nearest centroid, a few times; no cluster is lost."""
    for _ in range(iterations):
        moved = (embeddings @ centroids(embeddings, labels).T).argmax(axis=1)
        if len(np.unique(moved)) <= labels.max() or (moved == labels).all():
            break
        labels = moved
    return labels


def _compact(labels: Labels) -> Labels:
    """The same clusters, named 0…k-1."""
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)
