"""The whole flow on two real recordings, with real weights, in a process that may not connect."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from consultation.summary import Polarity, SectionState, Summary
from consultation.transcript import Role, Transcript
from evaluation.der import diarization_errors
from evaluation.gate_figures import NOTED, note_figures, speech_figures
from evaluation.gates import Figure
from evaluation.manifest import load_reference, read
from evaluation.measure import measure
from tests.gates import Gate
from tests.unit.test_clinical_samples import TRUE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

FORBID = """
import os, socket
def _refuse(self, address, *rest):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        with open(os.environ["ATTEMPTS"], "a") as file:
            file.write("attempt\\n")
        raise OSError("connections are forbidden here")
    return _connect(self, address, *rest)
_connect = socket.socket.connect
socket.socket.connect = socket.socket.connect_ex = _refuse
"""
"""Python's sockets, in the process and in every Python child of it."""


class Run:
    """One run of the command line, with what it left behind."""

    def __init__(self, folder: Path, names: list[Path], *options: str) -> None:
        self.folder, self.out, self.names = folder, folder / "out", names
        self.options = options
        (folder / "site").mkdir(exist_ok=True)
        (folder / "tmp").mkdir(exist_ok=True)
        (folder / "site" / "sitecustomize.py").write_text(FORBID)
        self.attempts = folder / "attempts"
        self.done = self.again()

    def again(self, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api", "run", *map(str, self.names), "--json"]
        return subprocess.run(
            [*_without_network(), *command, "--out", str(self.out), *self.options],
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(self.folder / "site"), str(Path.cwd())]),
                "ATTEMPTS": str(self.attempts),
                "TMPDIR": str(self.folder / "tmp"),
            }
            | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=2400,
        )

    def transcript(self, name: str) -> Transcript:
        return Transcript.model_validate_json((self.out / name / "transcript.json").read_bytes())

    def summary(self, name: str) -> Summary:
        return Summary.model_validate_json((self.out / name / "summary.json").read_bytes())


def _without_network() -> list[str]:
    """A network namespace of its own, where the system allows one: native code is held too."""
    if shutil.which("unshare"):
        tried = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return ["unshare", "-rn"]
    return []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Run:
    names = [samples / f"consult_{language}.flac" for language in ("fr", "en")]
    return Run(tmp_path_factory.mktemp("whole"), names)


def test_it_runs_and_never_tries_to_connect(run: Run) -> None:
    assert run.done.returncode == 0, run.done.stderr
    lines = [json.loads(line) for line in run.done.stdout.splitlines()]
    assert [line["file"] for line in lines] == ["consult_fr.flac", "consult_en.flac"]
    assert all(line["statements"] > 5 for line in lines)
    assert not run.attempts.exists()


def _left(folder: Path) -> list[Path]:
    """Files, in a folder that was empty; libraries make empty folders there."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nothing_is_left_in_temporary_folders(run: Run) -> None:
    assert _left(run.folder / "tmp") == []
    hidden = [path for path in run.out.rglob("*") if path.name.startswith(".")]
    assert hidden == []
    for path in run.out.rglob("*.json"):
        assert path.stat().st_mode & 0o077 == 0, "results are for this user only"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_said_what(run: Run, language: str, samples: Path) -> None:
    transcript = run.transcript(f"consult_{language}")
    assert transcript.language == language
    assert [s.role for s in transcript.speakers] == [Role.clinician, Role.patient]
    assert transcript.gaps == ()
    entry = next(e for e in read(samples / "manifest.json") if e.id == f"consult_{language}")
    errors = diarization_errors(load_reference(entry).timed, transcript.turns, 130.0)
    assert (errors.strict.rate or 0) < 0.12


@pytest.mark.gate
def test_words_speakers_roles_and_notes_are_as_good_as_before(
    run: Run, samples: Path, gate: Gate
) -> None:
    gate("speech", whole_figures(run, samples))


def whole_figures(run: Run, samples: Path) -> dict[str, Figure]:
    entries = read(samples / "manifest.json")
    measured = [
        measure(entry.id, load_reference(entry), run.transcript(entry.id), run.summary(entry.id))
        for entry in entries
    ]
    notes = [
        (f"{entry.id} facts", entry.language, run.summary(entry.id), TRUE[entry.language])
        for entry in entries
    ]
    return speech_figures(measured) | note_figures(notes, NOTED)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_statement_shows_words_that_were_said(run: Run, language: str) -> None:
    transcript, summary = run.transcript(f"consult_{language}"), run.summary(f"consult_{language}")
    assert summary.transcript_sha256 == transcript.sha256()
    for statement in summary.statements():
        for evidence in statement.evidence:
            segment = transcript.segment(evidence.anchor)
            assert segment is not None
            assert segment.text[evidence.quote_start : evidence.quote_end] == evidence.quote
            assert evidence.start is not None
            assert evidence.end is not None
            assert segment.start <= evidence.start <= evidence.end <= segment.end
        assert not statement.text.endswith("?")


def test_the_french_note_holds_what_matters(run: Run) -> None:
    sections = {s.key: s for s in run.summary("consult_fr").sections}
    assert list(sections) == [
        "motif",
        "histoire",
        "antecedents",
        "antecedents_familiaux",
        "mode_de_vie",
        "allergies",
        "traitements",
        "examen",
        "conclusion",
        "conduite",
    ]
    text = {key: " ".join(s.text for s in section.statements) for key, section in sections.items()}
    assert "trois semaines" in text["motif"] + text["histoire"]
    assert "155" in text["examen"]
    assert "llergi" in text["allergies"]
    assert "75" in text["traitements"] or "soixante-quinze" in text["traitements"]
    fever = [s for s in sections["histoire"].statements if "fièvre" in s.text]
    assert [s.polarity for s in fever] == [Polarity.denied]
    assert sections["mode_de_vie"].state is SectionState.not_discussed


def test_the_english_note_holds_what_matters(run: Run) -> None:
    sections = {s.key: s for s in run.summary("consult_en").sections}
    assert list(sections) == ["subjective", "objective", "assessment", "plan"]
    text = {
        key: " ".join(s.text for s in section.statements).lower()
        for key, section in sections.items()
    }
    assert "penicillin" in text["subjective"]
    assert "142" in text["objective"]
    assert "pneumonia" in text["assessment"]
    assert "100" in text["plan"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_result_says_what_made_it(run: Run, language: str) -> None:
    provenance = run.summary(f"consult_{language}").provenance
    assert provenance.quality == "draft"
    assert provenance.ai_generated
    tasks = {use.task for use in provenance.models}
    assert {"recognition", "segmentation", "generation"} <= tasks
    assert all(len(use.sha256 or "") == 64 for use in provenance.models)
    assert [s.name for s in provenance.steps] == [
        "decode",
        "recognise",
        "diarise",
        "correct",
        "attribute",
        "summarise",
    ]
    assert all(len(digest) == 64 for digest in provenance.prompts.values())
    assert provenance.libraries["faster-whisper"]


def test_a_second_run_goes_on_where_the_first_stopped(run: Run, tmp_path: Path) -> None:
    made = {path: path.stat().st_mtime_ns for path in run.out.rglob("*.json")}
    names = run.names
    run.names = names[:1]
    # Without weights it could do nothing again.
    assert run.again(ANAMNESE_CACHE_FOLDER=str(tmp_path)).returncode == 0
    run.names = names
    assert {path: path.stat().st_mtime_ns for path in run.out.rglob("*.json")} == made


def test_silence_is_no_consultation(tmp_path: Path, samples: Path) -> None:
    import av

    file = tmp_path / "silence.wav"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 60 * 16000), np.int16), layout="mono")
        frame.rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    run = Run(tmp_path, [file])
    assert run.done.returncode == 2
    assert json.loads(run.done.stdout)["error"]["code"] == "no_speech"
    assert not run.out.exists()
    assert _left(tmp_path / "tmp") == []


def test_weights_that_were_tampered_with_are_found(
    tmp_path: Path, weights: Callable[[str], Path]
) -> None:
    copy = tmp_path / "cache" / "campplus"
    shutil.copytree(weights("campplus"), copy)
    file = copy / "campplus_cn_en_common.pt"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "api", "weights", "verify", "campplus"],
        env=os.environ | {"ANAMNESE_CACHE_FOLDER": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "DIFFERS" in done.stdout
    assert "weights_corrupt" in done.stderr
