"""Words × turns → segments.

Diarisation and recognition disagree by a few hundred milliseconds at each change of speaker, so a
speaker's last word would often be given to the next one. Whisper's punctuation knows better where
a sentence ends: a change of speaker is moved to the end of the sentence when one is near, and to a
pause otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from consultation.transcript import Segment, Turn, Word

SENTENCE_END = (".", "?", "!", "…", '."', ".»", "?»")

SNAP_WORDS = 3
"""A change of speaker moves by at most this many words…"""
SNAP_SECONDS = 1.0
"""…and this much time."""
PAUSE = 0.3
"""Seconds of silence between two words that may hold a change of speaker."""
ORPHAN_SECONDS = 1.0
"""A word outside every turn is given to the nearest turn, if it is this near."""
ISLAND_SECONDS = 0.6
"""A shorter run inside another speaker's sentence is a slip of the diariser."""
INTERRUPTION = 0.4
"""Seconds of one's own silence, while another speaks, that end a sentence."""
LONG_PAUSE = 2.0
"""Seconds after which the same speaker starts a new segment."""
LONG_SEGMENT = 60
"""Words after which the same speaker starts a new segment at the next sentence."""


@dataclass(frozen=True)
class SpokenWord:
    speaker: str
    word: Word


def ends_sentence(word: Word) -> bool:
    return word.text.endswith(SENTENCE_END)


def assign(words: Sequence[Word], turns: Sequence[Turn]) -> tuple[Segment, ...]:
    """Give each word to a speaker, then group them.

    Args:
        words: in any order; seconds.
        turns: exclusive (not overlapping); without any, all words are one speaker's, ``S1``.
    """
    ordered = sorted(words, key=lambda word: (word.start, word.end))
    speakers = _speakers(ordered, sorted(turns, key=lambda turn: turn.start))
    speakers = _absorb_islands(ordered, speakers)
    speakers = _snap(ordered, speakers)
    return group(SpokenWord(s, w) for s, w in zip(speakers, ordered, strict=True))


def group(spoken: Iterable[SpokenWord]) -> tuple[Segment, ...]:
    """Segments from words whose speaker is known, as from one channel a speaker.

    Where two speak at once their words interleave; their sentences must not, so that each
    speaker's sentence stays whole and sentences are put in order of time.
    """
    sentences: list[list[SpokenWord]] = []
    open_sentence: dict[str, list[SpokenWord]] = {}
    before: str | None = None
    for item in spoken:
        current = open_sentence.get(item.speaker)
        last = current[-1].word if current else None
        if (
            current is None
            or last is None
            or ends_sentence(last)
            or item.word.start - last.end > LONG_PAUSE
            # He was silent while another spoke: what he says now comes after it.
            or (before != item.speaker and item.word.start - last.end > INTERRUPTION)
        ):
            current = []
            open_sentence[item.speaker] = current
            sentences.append(current)
        current.append(item)
        before = item.speaker
    sentences.sort(key=lambda sentence: sentence[0].word.start)

    runs: list[list[SpokenWord]] = []
    for sentence in sentences:
        run = runs[-1] if runs else None
        if (
            run is not None
            and run[-1].speaker == sentence[0].speaker
            and sentence[0].word.start - run[-1].word.end <= LONG_PAUSE
            and len(run) < LONG_SEGMENT
        ):
            run.extend(sentence)
        else:
            runs.append(list(sentence))
    return tuple(
        Segment(
            id=f"s{number:04d}",
            speaker=run[0].speaker,
            words=tuple(item.word for item in run),
        )
        for number, run in enumerate(runs, start=1)
    )


def _speakers(words: Sequence[Word], turns: Sequence[Turn]) -> list[str]:
    """The speaker of each word: most overlap, else the nearest turn, else the word before."""
    if not turns:
        return ["S1"] * len(words)
    speakers: list[str] = []
    first = 0
    for word in words:
        # Exclusive turns are in order of time, and so are words: what ended long ago stays behind.
        while first < len(turns) and turns[first].end < word.start - ORPHAN_SECONDS:
            first += 1
        best: tuple[float, float] = (0.0, -ORPHAN_SECONDS)
        speaker: str | None = None
        for turn in turns[first:]:
            if turn.start > word.end + ORPHAN_SECONDS:
                break
            overlap = min(word.end, turn.end) - max(word.start, turn.start)
            score = (max(0.0, overlap), min(0.0, overlap))
            if score > best:
                best, speaker = score, turn.speaker
        if speaker is None:
            speaker = speakers[-1] if speakers else min(turns, key=lambda t: t.start).speaker
        speakers.append(speaker)
    return speakers


def _runs(speakers: Sequence[str]) -> list[tuple[int, int]]:
    """[start, end) of each run of one speaker."""
    cuts = [i + 1 for i, (a, b) in enumerate(pairwise(speakers)) if a != b]
    return list(pairwise([0, *cuts, len(speakers)])) if speakers else []


def _absorb_islands(words: Sequence[Word], speakers: list[str]) -> list[str]:
    """A A b A A → all A, when b is short and no sentence of its own."""
    result = list(speakers)
    runs = _runs(speakers)
    for before, (start, end), after in zip(runs, runs[1:], runs[2:], strict=False):
        own_sentence = ends_sentence(words[start - 1]) and ends_sentence(words[end - 1])
        if (
            speakers[before[0]] == speakers[after[0]]
            and words[end - 1].end - words[start].start < ISLAND_SECONDS
            and not own_sentence
        ):
            result[start:end] = [speakers[before[0]]] * (end - start)
    return result


def _snap(words: Sequence[Word], speakers: list[str]) -> list[str]:
    """Move each change of speaker to the nearest end of a sentence, or else to a pause."""
    result = list(speakers)
    runs = _runs(speakers)
    for (left, cut), (_, right) in pairwise(runs):
        where = _best_cut(words, left, cut, right)
        if where < cut:
            result[where:cut] = [speakers[cut]] * (cut - where)
        elif where > cut:
            result[cut:where] = [speakers[cut - 1]] * (where - cut)
    return result


def _best_cut(words: Sequence[Word], left: int, cut: int, right: int) -> int:
    """A cut at ``i`` lies before word ``i``; it stays strictly inside (left, right)."""
    moment = (words[cut - 1].end + words[cut].start) / 2
    near = [
        i
        for i in range(max(left + 1, cut - SNAP_WORDS), min(right - 1, cut + SNAP_WORDS) + 1)
        if abs((words[i - 1].end + words[i].start) / 2 - moment) <= SNAP_SECONDS
    ]
    ends = [i for i in near if ends_sentence(words[i - 1])]
    if ends:
        return min(ends, key=lambda i: abs(i - cut))
    pauses = [i for i in near if words[i].start - words[i - 1].end >= PAUSE]
    if pauses:
        return max(pauses, key=lambda i: words[i].start - words[i - 1].end)
    return cut
