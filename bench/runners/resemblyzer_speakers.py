"""Resemblyzer's voices, whose weights its package holds, grouped by SpectralCluster as its README
shows; speech by webrtcvad, which comes with it."""

from __future__ import annotations

from itertools import groupby

from common import Job, Segments, Work, main, samples

RATE = 16000
FRAME = 480
"""Samples of 30 ms, the longest that webrtcvad takes."""
A_SECOND = 4
"""Voices looked at a second."""


def load(job: Job) -> Work:
    import sys
    import types

    import scipy.ndimage

    # Its import names a module that scipy has since dissolved.
    old = types.ModuleType("scipy.ndimage.morphology")
    old.binary_dilation = scipy.ndimage.binary_dilation  # type: ignore[attr-defined]
    sys.modules.setdefault("scipy.ndimage.morphology", old)
    import numpy as np
    import torch
    import webrtcvad
    from resemblyzer import VoiceEncoder, normalize_volume
    from spectralcluster import configs

    torch.set_num_threads(job["threads"])
    encoder = VoiceEncoder(job["device"], verbose=False)

    def work() -> Segments:
        sound = normalize_volume(samples(job), -30, increase_only=True)
        detector = webrtcvad.Vad(3)
        coded = (np.clip(sound, -1, 1) * 32767).astype("<i2")
        speech = np.array(
            [
                detector.is_speech(coded[at : at + FRAME].tobytes(), RATE)
                for at in range(0, len(coded) - FRAME + 1, FRAME)
            ]
        )
        _, voices, places = encoder.embed_utterance(sound, return_partials=True, rate=A_SECOND)
        middles = np.array([(p.start + p.stop) / 2 for p in places])
        spoken = speech[np.minimum((middles / FRAME).astype(int), len(speech) - 1)]
        chosen = np.flatnonzero(spoken)
        labels = configs.icassp2018_clusterer.predict(voices[chosen])
        # Each frame of speech belongs to the nearest voice that was looked at.
        frames = np.flatnonzero(speech)
        nearest = np.abs(middles[chosen][None] - (frames * FRAME)[:, None]).argmin(axis=1)
        said = zip(frames.tolist(), labels[nearest].tolist(), strict=True)
        out: Segments = []
        # A run: the same speaker, no frame between.
        for (_, speaker), run in groupby(enumerate(said), key=lambda x: (x[1][0] - x[0], x[1][1])):
            places_of = [frame for _, (frame, _) in run]
            start, end = places_of[0] * FRAME / RATE, (places_of[-1] + 1) * FRAME / RATE
            out.append({"speaker": f"S{speaker}", "start": start, "end": end})
        return out

    return work


main(load)
