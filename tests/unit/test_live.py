"""Local agreement and the window of live words, apart from any engine or socket."""

from __future__ import annotations

import io
from typing import cast

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consultation.audio import SAMPLE_RATE, Samples
from consultation.engines import Span
from consultation.transcript import Word
from transcribe import live_whisper
from transcribe.guards import Heard
from transcribe.live import Agreement, Listener
from transcribe.live_audio import Container, Pcm, wav_head
from transcribe.live_voices import Voices
from transcribe.whisper import FasterWhisper

EACH = 0.4
"""Seconds of a word here."""


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=round(start, 3), end=round(end, 3), probability=1)


texts = st.lists(
    st.sampled_from(["un", "deux", "trois", "non", "oui", "mal.", "tête"]), min_size=1, max_size=8
)


@given(st.lists(texts, max_size=12))
def test_final_words_only_grow_and_stay_in_order(decodes: list[list[str]]) -> None:
    agreement, known = Agreement(), []
    for number, decode in enumerate(decodes):
        heard = [word(t, n * EACH, (n + 1) * EACH) for n, t in enumerate(decode)]
        step = agreement.settle if number % 4 == 3 else agreement.hear
        known += step(heard)
        assert agreement.final == known
        times = [at for one in known for at in (one.start, one.end)]
        assert times == sorted(times)


@given(texts, st.integers(1, 5))
def test_what_two_decodes_agree_on_is_final_once(said: list[str], grows: int) -> None:
    agreement = Agreement()
    whole = [word(t, n * EACH, (n + 1) * EACH) for n, t in enumerate(said)]
    for count in range(0, len(whole) + 1, grows):
        agreement.hear(whole[:count])
    agreement.settle(whole)
    assert [one.text for one in agreement.final] == said


def test_what_differs_is_not_final() -> None:
    agreement = Agreement()
    assert agreement.hear([word("pas", 0, 0.4), word("de", 0.4, 0.8)]) == ()
    heard = agreement.hear([word("Pas,", 0, 0.4), word("deux", 0.4, 0.8)])
    assert [one.text for one in heard] == ["Pas,"]
    assert [one.text for one in agreement.partial] == ["deux"]


SENTENCES = 300


def perfect(piece: Samples, start: float) -> tuple[Word, ...]:
    """As ``inventive``, where somebody speaks."""
    return tuple(
        one
        for one in inventive(piece, start)
        if piece[round((one.start + one.end) / 2 * SAMPLE_RATE)]
    )


def inventive(piece: Samples, start: float) -> tuple[Word, ...]:
    """Hears word n from n·0.4 s on, if it hears all of it, in silence too; a sentence has six
    words."""
    end = start + len(piece) / SAMPLE_RATE
    return tuple(
        word(
            f"m{n}" + ("." if n % 6 == 5 else ""), max(0, n * EACH - start), (n + 1) * EACH - start
        )
        for n in range(SENTENCES * 6)
        if n * EACH >= start - 0.01 and (n + 1) * EACH <= end + 0.01
    )


def loud(samples: Samples) -> tuple[Span, ...]:
    """Where samples are not zero."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (samples != 0).astype(int), [0]])))
    return tuple(
        Span(start=a / SAMPLE_RATE, end=b / SAMPLE_RATE)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(200, 60_000), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(4, 60), st.booleans()), min_size=1, max_size=4),
    st.booleans(),
)
@example([60_000], [(5, True), (4, False), (60, True)], True)
def test_however_it_arrives_every_word_is_final_once(
    pieces: list[int], talk: list[tuple[int, bool]], invents: bool
) -> None:
    """Speech of whole words with pauses, in pieces of any size; the end is told. What is
    invented in a pause inside a window is the decoder's to refuse, and moves no said word."""
    sound = np.concatenate(
        [
            np.full(round((count if spoken else 4) * EACH * SAMPLE_RATE), float(spoken))
            for count, spoken in talk
        ]
    ).astype(np.float32)
    listener, at, turn = Listener(inventive if invents else perfect, loud), 0, 0
    while at < len(sound):
        size = pieces[turn % len(pieces)]
        listener.add(sound[at : at + size])
        at, turn = at + size, turn + 1
        while listener.due:
            listener.step()
    listener.step(over=True)
    said = [
        n
        for n in range(round(len(sound) / SAMPLE_RATE / EACH))
        if sound[round((n + 0.5) * EACH * SAMPLE_RATE)] > 0
    ]
    final = [int(one.text[1:].strip(".")) for one in listener.agreement.final]
    assert final == sorted(set(final))
    assert [n for n in final if n in set(said) or not invents] == said


class Invents:
    """A model that hears a word where nobody speaks."""

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def follow(self, _piece: Samples, _language: str, _hotwords: str) -> Heard:
        words = (word("mal", 0.5, 0.9), word("merci", 3.0, 3.4), word("tête", 5.5, 5.9))
        return Heard(words=words, log_probability=-0.2, no_speech=0.0)


def test_a_word_in_a_pause_of_the_window_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_whisper, "speech_spans", loud)
    sound = np.ones(6 * SAMPLE_RATE, dtype=np.float32)
    sound[SAMPLE_RATE : 5 * SAMPLE_RATE] = 0
    hear = live_whisper.LiveWhisper(cast(FasterWhisper, Invents()), "fr", ())
    assert [one.text for one in hear(sound, 0.0)] == ["mal", "tête"]


def test_silence_is_never_decoded() -> None:
    def decode(*_: object) -> tuple[Word, ...]:
        pytest.fail("silence was decoded")

    listener = Listener(decode, loud)
    for _ in range(100):
        listener.add(np.zeros(8000, dtype=np.float32))
        assert listener.step().final == ()
    assert listener.step(over=True).partial == ()


def test_a_window_stays_short_when_nobody_pauses() -> None:
    longest = 0.0

    def decode(piece: Samples, start: float) -> tuple[Word, ...]:
        nonlocal longest
        longest = max(longest, len(piece) / SAMPLE_RATE)
        return perfect(piece, start)

    listener = Listener(decode, loud)
    for _ in range(200):
        listener.add(np.ones(8000, dtype=np.float32))
        listener.step()
    assert 5 < longest <= 12


@given(st.binary(min_size=0, max_size=4000), st.lists(st.integers(1, 700), min_size=1))
def test_pcm_is_read_whatever_its_pieces(content: bytes, sizes: list[int]) -> None:
    pcm, found, at = Pcm(), [], 0
    for size in sizes * 4000:
        if at >= len(content):
            break
        pcm.feed(content[at : at + size])
        found.append(pcm.take())
        at += size
    found.append(pcm.end())
    whole = np.frombuffer(content[: len(content) & ~1], dtype="<i2") / 32768
    assert np.array_equal(np.concatenate(found), whole.astype(np.float32))


@pytest.mark.parametrize(("name", "codec"), [("webm", "libopus"), ("ogg", "libopus")])
def test_a_container_is_decoded_while_it_arrives(name: str, codec: str) -> None:
    sound = (np.sin(np.arange(48_000 * 4) / 20) * 9000).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format=name) as made:
        stream = made.add_stream(codec, rate=48_000, layout="mono")
        for at in range(0, len(sound), 960):
            frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960], "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, at
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    content, container = file.getvalue(), Container()
    for at in range(0, len(content), 500):
        container.feed(content[at : at + 500])
    found = container.end()
    assert abs(len(found) - 4 * SAMPLE_RATE) < 0.1 * SAMPLE_RATE
    assert np.abs(found).max() > 0.2


def test_no_sound_at_all_is_no_samples() -> None:
    container = Container()
    container.feed(b"nothing that could be played" * 1000)
    assert len(container.end()) == 0


def test_the_head_of_a_wav_leaves_its_length_open() -> None:
    file = io.BytesIO(wav_head() + bytes(32_000))
    with av.open(file) as made:
        assert sum(frame.samples for frame in made.decode(audio=0)) == SAMPLE_RATE


def test_voices_keep_their_names() -> None:
    directions = np.eye(8)

    def embed(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return directions[round(float(samples.mean()))] + 0.01 * directions[7]

    voices, first = Voices(embed), {}
    for turn in range(12):
        voices.add(turn * 8.0, np.full(SAMPLE_RATE * 7, float(turn % 2), dtype=np.float32))
        if turn == 5:
            first = {t: voices.speaker(t * 8.0 + 3, t * 8.0 + 3.4) for t in range(6)}
            assert len(set(first.values())) == 2
    now = {t: voices.speaker(t * 8.0 + 3, t * 8.0 + 3.4) for t in range(12)}
    assert {t: now[t] for t in first} == first
    assert now[10] == first[0]
    assert now[11] == first[1]
    assert voices.speaker(500.0, 500.4) is None
