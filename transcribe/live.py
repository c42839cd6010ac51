"""Words while somebody still speaks: which are final, and how much sound is read again each time.

Local agreement (Liu et al. 2020; Macháček et al. 2023, "Turning Whisper into Real-Time
Transcription System"): a growing window is decoded again and again, and what two decodes in a row
begin with is final. A pause makes all of an utterance final and begins a new window. No engine and
no socket is known here: decoding and voice detection are functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Span
from consultation.transcript import Word
from consultation.wire import to_millisecond
from transcribe.guards import plain

Decode = Callable[[Samples, float], tuple[Word, ...]]
"""(window, its start in seconds) → words, timed from the window's start."""
Detect = Callable[[Samples], tuple[Span, ...]]
"""Speech in a window, timed from its start."""
_ENDS = (".", "?", "!", "…")
_JITTER = 0.1
"""Seconds that a word's start may move from one decode to the next."""
_PAD = 0.3
_REPEATED = 5
"""Words that may come again where a window begins in the middle of them."""


@dataclass(frozen=True)
class Pace:
    """Seconds. For whisper-base on two cores; docs/adr/0044 has the work that each costs."""

    look: float = 0.4
    """New sound between two looks for the end of an utterance."""
    step: float = 1.5
    """New sound between two decodes of one utterance."""
    pause: float = 0.6
    """Silence that ends an utterance."""
    trim: float = 10.0
    """A longer window is cut after its last final sentence."""
    longest: float = 15.0
    """And one longer than this wherever it can be."""


class Agreement:
    """Final words only grow; they are in order of time and do not overlap."""

    def __init__(self) -> None:
        self.final: list[Word] = []
        self.partial: tuple[Word, ...] = ()

    def hear(self, words: Sequence[Word], since: float = 0.0) -> tuple[Word, ...]:
        """A decode of everything from ``since`` on (seconds): what became final by it."""
        fresh = self._fresh(words, since)
        count = 0
        for now, before in zip(fresh, self.partial, strict=False):
            if plain(now.text) != plain(before.text):
                break
            count += 1
        return self._keep(fresh, count)

    def settle(self, words: Sequence[Word], since: float = 0.0) -> tuple[Word, ...]:
        """As ``hear``, of an utterance that is over: all of it is final."""
        fresh = self._fresh(words, since)
        return self._keep(fresh, len(fresh))

    def forget(self) -> None:
        """What was partial was no speech."""
        self.partial = ()

    def _keep(self, fresh: list[Word], count: int) -> tuple[Word, ...]:
        last = self.final[-1].end if self.final else 0.0
        kept = []
        for word in fresh[:count]:
            start = max(word.start, last)
            last = max(word.end, start)
            kept.append(word.model_copy(update={"start": start, "end": last}))
        self.final += kept
        self.partial = tuple(fresh[count:])
        return tuple(kept)

    def _fresh(self, words: Sequence[Word], since: float) -> list[Word]:
        """Without those that are final already: by their text, else by their time."""
        if not self.final:
            return list(words)
        inside = []
        for word in reversed(self.final):
            if word.start < since:
                break
            inside.append(plain(word.text))
        inside.reverse()
        told = [plain(word.text) for word in words]
        if inside and told[: len(inside)] == inside:
            return list(words[len(inside) :])
        end = self.final[-1].end
        fresh = [word for word in words if word.start > end - _JITTER]
        if fresh and fresh[0].start < end + 1.0:
            said = [plain(word.text) for word in self.final[-_REPEATED:]]
            for count in range(min(len(said), len(fresh)), 0, -1):
                if [plain(word.text) for word in fresh[:count]] == said[-count:]:
                    return fresh[count:]
        return fresh


@dataclass
class Update:
    """What one step found."""

    final: tuple[Word, ...] = ()
    """New ones, timed from the start of the recording."""
    partial: tuple[Word, ...] = ()
    """All that is not final yet; may change."""
    left: list[tuple[float, Samples]] = field(default_factory=list)
    """Speech that will not be read again, with its start in seconds: for telling voices apart."""
    decoded: bool = False


class Listener:
    """One conversation: ``add`` sound as it comes, ``step`` when there is time."""

    def __init__(
        self, decode: Decode, detect: Detect, pace: Pace | None = None, *, start: float = 0.0
    ) -> None:
        """``start``: seconds of the recording that are not heard, before the first sample."""
        self._decode, self._detect, self._pace = decode, detect, pace or Pace()
        self._window = np.zeros(0, dtype=np.float32)
        self._start = start
        self._looked = self._read = start
        self.agreement = Agreement()

    @property
    def end(self) -> float:
        """Seconds of the recording so far."""
        return self._start + len(self._window) / SAMPLE_RATE

    @property
    def due(self) -> bool:
        """Whether a step would find anything new."""
        return self.end - self._looked >= self._pace.look

    def add(self, samples: Samples) -> None:
        """(n,) float32 at 16 kHz."""
        self._window = np.concatenate([self._window, samples])

    def step(self, *, over: bool = False) -> Update:
        """``over``: nothing follows. Raises what the functions raise."""
        longest = self._pace.longest
        while over and self.end - self._start > 2 * longest:
            update = self._step(over=False)
            if update.final or update.left:
                return update
        return self._step(over=over)

    def _step(self, *, over: bool) -> Update:
        pace, end = self._pace, self.end
        # Whoever fell behind catches up in windows of a length that can be read at once.
        most = round(2 * pace.longest * SAMPLE_RATE) - 2 * SAMPLE_RATE
        window = self._window[:most]
        behind = len(window) < len(self._window)
        length = len(window) / SAMPLE_RATE
        self._looked = self._start + length if behind else end
        spans = self._detect(window)
        if not spans:
            self.agreement.forget()
            self._cut(self._start + length - (0.0 if over or behind else _PAD))
            return Update()
        if behind and len(spans) > 1:
            # Cut at a pause, not in the middle of a word; the rest is read with what follows.
            spans = spans[:-1]
            length = spans[-1].end + _JITTER
        quiet = length - spans[-1].end
        closed = over or behind or quiet >= pace.pause
        if not closed and self._start + length - self._read < pace.step:
            return Update(partial=self.agreement.partial)
        self._read = self._start + length
        first = max(0.0, spans[0].start - _PAD)
        last = min(length, spans[-1].end + _PAD)
        piece = window[round(first * SAMPLE_RATE) : round(last * SAMPLE_RATE)]
        at = self._start + first
        words = tuple(_moved(word, at) for word in self._decode(piece, at))
        if closed:
            final = self.agreement.settle(words, at)
            left = self._cut(self._start + (length if over or behind else last), spans)
        else:
            final = self.agreement.hear(words, at)
            more, left = self._trim(spans)
            final += more
        return Update(final, self.agreement.partial, left, decoded=True)

    def _trim(self, spans: Sequence[Span]) -> tuple[tuple[Word, ...], list[tuple[float, Samples]]]:
        length = self.end - self._start
        if length <= self._pace.trim:
            return (), []
        inside = [w for w in self.agreement.final if w.end > self._start]
        ended = [word for word in inside if word.text.endswith(_ENDS)]
        if ended:
            return (), self._cut(ended[-1].end, spans)
        if length <= self._pace.longest:
            return (), []
        if inside:
            return (), self._cut(inside[-1].end, spans)
        # Two decodes never agreed: the last word may be half a word, the others have to do.
        more = self.agreement.settle(self.agreement.partial[:-1], self.end)
        return more, self._cut(more[-1].end if more else self.end, spans)

    def _cut(self, at: float, spans: Sequence[Span] = ()) -> list[tuple[float, Samples]]:
        """Forget the sound before ``at``; the speech of it, span by span."""
        count = min(len(self._window), max(0, round((at - self._start) * SAMPLE_RATE)))
        left = []
        for span in spans:
            first, last = round(span.start * SAMPLE_RATE), round(span.end * SAMPLE_RATE)
            if first < min(last, count):
                piece = self._window[first : min(last, count)].copy()
                left.append((self._start + span.start, piece))
        self._window = self._window[count:].copy()
        self._start += count / SAMPLE_RATE
        self._looked = max(self._looked, self._start)
        return left


def _moved(word: Word, by: float) -> Word:
    start, end = to_millisecond(word.start + by), to_millisecond(word.end + by)
    return word.model_copy(update={"start": start, "end": end})
