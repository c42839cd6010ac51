"""From a manifest to a report, with engines that hear what the reference says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from consultation.audio import Samples
from consultation.engines import (
    Diarization,
    Progress,
    Recognition,
    Span,
    SpeakerCount,
    no_progress,
)
from consultation.errors import EngineMissing
from consultation.provenance import ModelUse
from consultation.settings import Settings
from consultation.transcript import Transcript, Turn, Word
from evaluation.manifest import read
from evaluation.report import Report
from evaluation.tables import to_markdown
from jobs import pipeline
from jobs.evaluate import evaluate
from transcribe.correct import lexicons

MODEL = ModelUse(task="recognition", name="oracle", engine="tests 0")


class Oracle:
    """Hears and separates a sample exactly; each word takes its share of the turn."""

    def __init__(self, samples: Path, language: str, wrong: dict[str, str]) -> None:
        content = (samples / f"consult_{language}.json").read_text("utf-8")
        self.turns = list(json.loads(content))
        self.language, self.wrong = language, wrong
        self.vocabularies: list[Sequence[str]] = []

    def models(self) -> tuple[ModelUse, ...]:
        return (MODEL,)

    def recognize(
        self,
        samples: Samples,
        *,
        language: str | None,
        vocabulary: Sequence[str],
        progress: Progress = no_progress,
    ) -> Recognition:
        self.vocabularies.append(vocabulary)
        words = []
        for turn in self.turns:
            said = turn["text"].split()
            each = (turn["end"] - turn["start"]) / len(said)
            for i, word in enumerate(said):
                start = turn["start"] + i * each
                text = self.wrong.get(word, word)
                words.append(Word(text=text, start=start, end=start + each, probability=1))
        return Recognition(
            language=self.language,
            language_probability=1,
            words=tuple(words),
            speech=(Span(start=0, end=1),),
            gaps=(),
        )

    def diarize(
        self, samples: Samples, *, speakers: SpeakerCount, progress: Progress = no_progress
    ) -> Diarization:
        names = {"D": "S1", "P": "S2"}
        turns = tuple(
            Turn(speaker=names[t["speaker"]], start=t["start"], end=t["end"]) for t in self.turns
        )
        return Diarization(turns=turns, exclusive=turns)


@pytest.fixture
def oracle(samples: Path, monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """Hears *amoxicilline* as something else, and all else right."""
    engine = Oracle(samples, "fr", {"l'amoxicilline.": "la Moxie-Céline."})
    monkeypatch.setattr(pipeline, "load_recognizer", lambda _: engine)
    monkeypatch.setattr(pipeline, "load_diarizer", lambda _: engine)
    return engine


def test_a_nearly_perfect_transcript(samples: Path, tmp_path: Path, oracle: Oracle) -> None:
    report = evaluate(read(samples)[:1], Settings(correction=False), tmp_path)
    (figures,) = report.recordings
    assert figures.words is not None
    assert (figures.words.substitutions, figures.words.insertions) == (2, 1)
    assert figures.words.deletions == 0
    assert figures.cp == figures.words
    assert figures.strict is not None
    assert figures.strict.rate == pytest.approx(0, abs=0.001)
    assert figures.speaker_count_error == 0
    assert figures.roles is not None
    assert (figures.roles.right, figures.roles.accuracy) == (22, 1.0)
    assert figures.drugs is not None
    assert figures.drugs.exact.said - figures.drugs.exact.both == 1
    assert figures.numbers is not None
    assert figures.numbers.recall == figures.numbers.precision == 1
    assert {step.name for step in figures.steps} >= {"decode", "recognise", "diarise"}
    assert report.conditions.models == (MODEL,)
    assert (tmp_path / "consult_fr" / "transcript.json").is_file()
    assert oracle.vocabularies == [()]


def test_the_vocabulary_is_given_only_when_asked_for(
    samples: Path, tmp_path: Path, oracle: Oracle
) -> None:
    entries = read(samples)[:1]
    report = evaluate(entries, Settings(), tmp_path, vocabulary=True)
    assert report.conditions.vocabulary
    assert oracle.vocabularies == [entries[0].vocabulary]


def test_a_recording_that_fails_is_named(tmp_path: Path, oracle: Oracle) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    entry = {"id": "empty", "audio": "empty.wav", "language": "fr"}
    (tmp_path / "manifest.json").write_text(json.dumps([entry]), "utf-8")
    report = evaluate(read(tmp_path), Settings(), tmp_path / "out")
    assert [(one.id, one.error) for one in report.recordings] == [("empty", "empty_file")]
    assert report.pools == ()
    assert "- empty: empty_file" in to_markdown(report)


def test_a_missing_engine_stops_all(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: Settings) -> None:
        raise EngineMissing("not installed")

    monkeypatch.setattr(pipeline, "load_recognizer", missing)
    with pytest.raises(EngineMissing):
        evaluate(read(samples), Settings(), tmp_path)


def test_the_command_writes_json_and_markdown(
    samples: Path, tmp_path: Path, oracle: Oracle
) -> None:
    one = json.loads((samples / "manifest.json").read_text("utf-8"))["recordings"][0]
    paths = {key: str(samples / one[key]) for key in ("audio", "turns", "rttm")}
    (tmp_path / "manifest.json").write_text(json.dumps([one | paths]), "utf-8")
    out = tmp_path / "out" / "report.json"
    result = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--out", str(out)])
    assert result.exit_code == 0, result.output
    report = Report.model_validate_json(out.read_text("utf-8"))
    assert Report.model_validate_json(report.to_json()) == report
    markdown = out.with_suffix(".md").read_text("utf-8")
    assert markdown == to_markdown(report)
    assert "| consult_fr | " in markdown


@pytest.mark.parametrize("on", [True, False])
def test_correction_is_a_step_that_can_be_turned_off(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on: bool
) -> None:
    engine = Oracle(samples, "fr", {"l'amoxicilline.": "l'amoxiciline."})
    monkeypatch.setattr(pipeline, "load_recognizer", lambda _: engine)
    monkeypatch.setattr(pipeline, "load_diarizer", lambda _: engine)
    (figures,) = evaluate(read(samples)[:1], Settings(correction=on), tmp_path).recordings
    assert figures.drugs is not None
    assert figures.drugs.exact.said - figures.drugs.exact.both == (0 if on else 1)
    path = tmp_path / "consult_fr" / "transcript.json"
    transcript = Transcript.model_validate_json(path.read_bytes())
    assert [c.heard for c in transcript.corrections] == (["l'amoxiciline"] if on else [])
    assert set(transcript.provenance.lexicons) == (set(lexicons()) if on else set())
    assert ("correct" in {step.name for step in transcript.provenance.steps}) is on


def test_the_organisations_names_follow_the_patients(
    samples: Path, tmp_path: Path, oracle: Oracle
) -> None:
    settings = Settings(vocabulary=("Tamaris",))
    entries = read(samples)[:1]
    evaluate(entries, settings, tmp_path, vocabulary=True)
    assert oracle.vocabularies == [(*entries[0].vocabulary, "Tamaris")]
