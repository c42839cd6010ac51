"""The gpu profile on a card: words, speakers, notes, memory, and the tables of ``make bench``.

It needs the weights of the profile (``anamnese weights pull`` with a hub or a folder) and, for
notes, a folder with a language model in ``ANAMNESE_GPU_MODEL`` and vLLM's command, or a server in
``ANAMNESE_VLLM_URL``. What is missing is skipped, with its reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench import side_by_side, summary
from bench.card import SETTINGS, SPEECH_MB, command, model_of, share
from consultation.errors import WeightsError
from consultation.settings import Settings
from consultation.weights import locate, required
from evaluation.gate_figures import speech_figures
from evaluation.gates import failures, held, read_baseline
from evaluation.manifest import load_reference, read
from evaluation.measure import measure
from jobs.pipeline import Pipeline
from tests.gates import FILE
from tests.gpu.card import memory_mb, watched, why_none
from transcribe.pipeline import TranscribeOptions

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(why_none() is not None, reason=f"NO NVIDIA CARD TO TEST ON: {why_none()}"),
]
PORT = 8123


@pytest.fixture(scope="module", autouse=True)
def _pinned() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def settings() -> Settings:
    chosen = Settings()
    try:
        for name in required(chosen):
            locate(name, chosen)
    except WeightsError as error:
        pytest.skip(f"NO WEIGHTS OF THE GPU PROFILE: {error.message}")
    return chosen


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address: the one that is configured, or one started beside the speech models."""
    given = os.environ.get("ANAMNESE_VLLM_URL")
    if given:
        yield given
        return
    folder = os.environ.get("ANAMNESE_GPU_MODEL")
    if not folder or shutil.which("vllm") is None:
        pytest.skip("NO vLLM: set ANAMNESE_VLLM_URL, or ANAMNESE_GPU_MODEL with vllm installed")
    path = Path(folder)
    weights = sum(file.stat().st_size for file in path.glob("*.safetensors"))
    part = share(memory_mb()[0], model_of((path / "config.json").read_text("utf-8"), weights))
    log = tmp_path_factory.mktemp("vllm") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(folder, part, port=PORT),
            stdout=out,
            stderr=out,
            env=os.environ | {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"},
        )
    address = f"http://127.0.0.1:{PORT}"
    try:
        deadline = time.monotonic() + 900
        while not _answers(address):
            ended = process.poll() is not None or time.monotonic() > deadline
            assert not ended, log.read_text("utf-8", "replace")[-4000:]
            time.sleep(1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ANAMNESE_VLLM_URL", f"{address}/v1")
            yield f"{address}/v1"
    finally:
        process.terminate()
        process.wait(60)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health", trust_env=False, timeout=5).is_success
    except httpx.TransportError:
        return False


def test_words_and_speakers_are_no_worse_than_with_the_small_models(
    settings: Settings, samples: Path, tmp_path: Path
) -> None:
    found = []
    with watched() as card:
        for entry in read(samples / "manifest.json"):
            options = TranscribeOptions(language=entry.language)
            with Pipeline(settings, options) as pipeline:
                transcript = pipeline.transcribe(entry.audio, tmp_path / entry.id)
            found.append(measure(entry.id, load_reference(entry), transcript))
    print(f"speech took {card.peak_mb - card.before_mb:.0f} MB; {SPEECH_MB} are set aside for it")
    figures = speech_figures(found)
    print("\n".join(f"{name}: {figure}" for name, figure in sorted(figures.items())))
    committed = {k: v for k, v in read_baseline(FILE)["speech"].items() if k in figures}
    assert not failures(held(committed, figures))
    assert card.peak_mb - card.before_mb <= SPEECH_MB


def test_a_note_is_written_beside_speech(
    settings: Settings, server: str, samples: Path, tmp_path: Path
) -> None:
    chosen = Settings()
    assert str(chosen.vllm_url).rstrip("/") == server.rstrip("/")
    with watched() as card, Pipeline(chosen, TranscribeOptions(language="fr")) as pipeline:
        written = pipeline.run(samples / "consult_fr.flac", tmp_path / "note")
    print(f"the card held {card.peak_mb:.0f} of {card.total_mb:.0f} MB at most")
    assert written.provenance.quality == "standard"
    assert len(written.statements()) > 5


def test_the_table_of_bench(settings: Settings, tmp_path: Path) -> None:
    side_by_side.main(["--rounds", "3", "--out", str(tmp_path / "bench.md")])
    told = (tmp_path / "bench.md").read_text("utf-8")
    assert "| anamnese | both | 1.00" in told


def test_the_table_of_notes(server: str, tmp_path: Path) -> None:
    summary.main(["--out", str(tmp_path / "summary.md")])
    assert "| sections |" in (tmp_path / "summary.md").read_text("utf-8")
