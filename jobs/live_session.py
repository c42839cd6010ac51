"""One live session: bytes in, words with interim speakers out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consultation.audio import SAMPLE_RATE
from consultation.transcript import Word
from jobs.live_engines import LiveModels
from transcribe.live import Listener, Pace
from transcribe.live_audio import incoming
from transcribe.live_voices import Voices


class LiveSession:
    """``skip``: seconds at the beginning that somebody has the words of already."""

    def __init__(
        self,
        models: LiveModels,
        *,
        kind: str,
        language: str | None,
        vocabulary: Sequence[str] = (),
        skip: float = 0.0,
        pace: Pace | None = None,
    ) -> None:
        decode, detect = models.decoder(language, vocabulary), models.detector()
        self._listener = Listener(decode, detect, pace, start=skip)
        self._skip = round(skip * SAMPLE_RATE)
        self._incoming = incoming(kind)
        embed = models.embedder()
        self._voices = Voices(embed) if embed is not None else None
        self._told: list[str | None] = []
        self._partial: tuple[Word, ...] = ()

    def feed(self, content: bytes) -> None:
        self._incoming.feed(content)

    def step(self, *, over: bool = False) -> dict[str, Any] | None:
        """What is new, as it is sent; None for nothing. Raises AnamneseError."""
        samples = self._incoming.end() if over else self._incoming.take()
        if self._skip:
            dropped = min(self._skip, len(samples))
            self._skip, samples = self._skip - dropped, samples[dropped:]
        self._listener.add(samples)
        if not over and not self._listener.due:
            return None
        update = self._listener.step(over=over)
        final, left = list(update.final), list(update.left)
        while over and self._listener.due:  # it had fallen behind
            update = self._listener.step(over=True)
            final += update.final
            left += update.left
        if self._voices is not None:
            for start, piece in left:
                self._voices.add(start, piece)
        changes = self._changes(again=bool(left))
        if not final and not changes and update.partial == self._partial:
            return None
        self._partial = update.partial
        return {
            "final": [
                {"text": w.text, "start": w.start, "end": w.end, "speaker": self._speaker(w)}
                for w in final
            ],
            "partial": " ".join(word.text for word in update.partial),
            "speakers": changes,
            "heard": round(self._listener.end, 2),
        }

    def _changes(self, *, again: bool) -> list[list[Any]]:
        """[number of a final word, its speaker now] of those told otherwise before; ``again``: the
        voices were told apart anew."""
        known = self._listener.agreement.final
        changes: list[list[Any]] = []
        for number, word in enumerate(known[: len(self._told)] if again else ()):
            now = self._speaker(word)
            if now != self._told[number]:
                self._told[number] = now
                changes.append([number, now])
        self._told += [self._speaker(word) for word in known[len(self._told) :]]
        return changes

    def _speaker(self, word: Word) -> str | None:
        return self._voices.speaker(word.start, word.end) if self._voices else None
