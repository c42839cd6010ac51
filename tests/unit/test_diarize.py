"""What surrounds the pipeline: counts, names, times, progress, errors. No model is loaded."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.audio import SAMPLE_RATE
from consultation.engines import SpeakerCount
from consultation.errors import (
    DiarizationFailed,
    EngineMissing,
    InvalidOption,
    WeightsCorrupt,
    WeightsMissing,
)
from transcribe.diarize import (
    MAXIMUM_SPEAKERS,
    SHORTEST_TURN,
    Community1Diarizer,
    PipelineDiarizer,
    PyannoteDiarizer,
    load_libraries,
    speaker_bounds,
    to_diarization,
    torch_threads,
    tracks,
)

ONE_SECOND = np.zeros(SAMPLE_RATE, dtype=np.float32)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (SpeakerCount(), {"min_speakers": 1, "max_speakers": MAXIMUM_SPEAKERS}),
        (SpeakerCount(exact=1), {"num_speakers": 1}),
        (SpeakerCount(exact=2, minimum=1, maximum=3), {"num_speakers": 2}),
        (SpeakerCount(minimum=2), {"min_speakers": 2, "max_speakers": MAXIMUM_SPEAKERS}),
        (SpeakerCount(minimum=9), {"min_speakers": 9, "max_speakers": 9}),
        (SpeakerCount(maximum=3), {"min_speakers": 1, "max_speakers": 3}),
        (SpeakerCount(minimum=2, maximum=2), {"min_speakers": 2, "max_speakers": 2}),
    ],
)
def test_counts(asked: SpeakerCount, told: dict[str, int]) -> None:
    assert speaker_bounds(asked) == told


@pytest.mark.parametrize(
    "asked",
    [
        SpeakerCount(minimum=3, maximum=2),
        SpeakerCount(exact=2, minimum=3),
        SpeakerCount(exact=4, maximum=3),
    ],
)
def test_counts_that_contradict_each_other(asked: SpeakerCount) -> None:
    with pytest.raises(InvalidOption):
        speaker_bounds(asked)


def test_speakers_are_named_by_first_speech_and_times_are_cut() -> None:
    overlapping = [("B", 4.00049, 12.0), ("A", 2.5, 5.0), ("B", 0.1234567, 2.0), ("A", 7.0, 7.05)]
    exclusive = [("A", 2.5, 4.5), ("B", 0.1234567, 2.0), ("B", 4.5, 12.0)]
    found = to_diarization(overlapping, exclusive, duration=10.0)
    assert [(t.speaker, t.start, t.end) for t in found.turns] == [
        ("S1", 0.123, 2.0),
        ("S2", 2.5, 5.0),
        ("S1", 4.0, 10.0),
    ]
    assert [(t.speaker, t.start, t.end) for t in found.exclusive] == [
        ("S1", 0.123, 2.0),
        ("S2", 2.5, 4.5),
        ("S1", 4.5, 10.0),
    ]


def test_no_tracks_no_turns() -> None:
    found = to_diarization([], [], duration=3.0)
    assert (found.turns, found.exclusive) == ((), ())


_tracks = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.floats(-1, 30), st.floats(0, 10)).map(
        lambda t: (t[0], t[1], t[1] + t[2])
    )
)


@given(overlapping=_tracks, exclusive=_tracks, duration=st.floats(0.1, 25))
def test_turns_are_ordered_inside_the_recording_and_named_in_order(
    overlapping: list[tuple[str, float, float]],
    exclusive: list[tuple[str, float, float]],
    duration: float,
) -> None:
    found = to_diarization(overlapping, exclusive, duration)
    names = list(dict.fromkeys(t.speaker for t in (*found.turns, *found.exclusive)))
    assert names == [f"S{i + 1}" for i in range(len(names))]
    for turns in (found.turns, found.exclusive):
        assert [t.start for t in turns] == sorted(t.start for t in turns)
        for turn in turns:
            assert turn.end - turn.start >= SHORTEST_TURN
            assert turn.end <= duration + 0.0005
            assert (round(turn.start, 3), round(turn.end, 3)) == (turn.start, turn.end)


def test_tracks_of_an_annotation() -> None:
    core = pytest.importorskip("pyannote.core", reason="comes with anamnese[embedded]")
    annotation = core.Annotation()
    annotation[core.Segment(1, 3), "x"] = "SPEAKER_01"
    annotation[core.Segment(2, 4), "y"] = 0
    assert tracks(annotation) == [("SPEAKER_01", 1.0, 3.0), ("0", 2.0, 4.0)]


class ScriptedPipeline:
    """Calls the hook as pyannote.audio does, then raises or finds nothing."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[dict[str, Any]] = []
        self.threads = 0

    def __call__(self, file: dict[str, Any], *, hook: Any, **bounds: int) -> Any:
        import torch
        from pyannote.core import Annotation

        self.calls.append({**bounds, "shape": tuple(file["waveform"].shape)})
        self.threads = torch.get_num_threads()
        for step in ("segmentation", "embeddings"):
            for completed in (0, 2, 5):
                hook(step, None, file=file, total=4, completed=completed)
            hook(step, object(), file=file)
        if self.error is not None:
            raise self.error
        return type(
            "Output",
            (),
            {
                "speaker_diarization": Annotation(),
                "exclusive_speaker_diarization": Annotation(),
            },
        )


@pytest.fixture
def torch() -> Any:
    pytest.importorskip("pyannote.core", reason="comes with anamnese[embedded]")
    return pytest.importorskip("torch", reason="comes with anamnese[embedded]")


def test_progress_goes_from_nothing_to_all(torch: Any) -> None:
    heard: list[tuple[str, float, float]] = []
    pipeline = ScriptedPipeline()
    PipelineDiarizer(pipeline, (), 1).diarize(
        ONE_SECOND,
        speakers=SpeakerCount(exact=2),
        progress=lambda step, completed, total: heard.append((step, completed, total)),
    )
    assert pipeline.calls == [{"num_speakers": 2, "shape": (1, SAMPLE_RATE)}]
    assert {(step, total) for step, _, total in heard} == {("diarise", 1.0)}
    shares = [completed for _, completed, _ in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("error", [None, RuntimeError("words of a patient")])
def test_threads_are_set_for_the_call_and_given_back(torch: Any, error: Exception | None) -> None:
    before = torch.get_num_threads()
    pipeline = ScriptedPipeline(error)
    diarizer = PipelineDiarizer(pipeline, (), before + 1)
    if error is None:
        diarizer.diarize(ONE_SECOND, speakers=SpeakerCount())
    else:
        with pytest.raises(DiarizationFailed, match=r"1\.0 s: RuntimeError") as raised:
            diarizer.diarize(ONE_SECOND, speakers=SpeakerCount())
        assert "patient" not in str(raised.value)
    assert pipeline.threads == before + 1
    assert torch.get_num_threads() == before


def test_less_than_a_tenth_of_a_second_is_not_even_read() -> None:
    pipeline = ScriptedPipeline()
    found = PipelineDiarizer(pipeline, (), 1).diarize(ONE_SECOND[:1000], speakers=SpeakerCount())
    assert (found.turns, pipeline.calls) == ((), [])


def test_absent_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "here.bin").write_bytes(b"x")
    with pytest.raises(WeightsMissing, match=r"gone\.pt"):
        PyannoteDiarizer(tmp_path / "here.bin", tmp_path / "gone.pt")
    with pytest.raises(WeightsMissing, match=r"config\.yaml"):
        Community1Diarizer(tmp_path)


def test_a_damaged_file_is_said_to_be_damaged(torch: Any, tmp_path: Path) -> None:
    damaged = tmp_path / "model.bin"
    damaged.write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsCorrupt):
        PyannoteDiarizer(damaged, damaged)


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for attempt in (load_libraries, lambda: torch_threads(1).__enter__()):
        with pytest.raises(EngineMissing) as raised:
            attempt()
        assert "anamnese[embedded]" in raised.value.hint


def test_telemetry_is_off_whatever_the_environment_says(
    torch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "true")
    load_libraries()
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "false"
    assert not is_metrics_enabled()
