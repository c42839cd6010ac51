"""Where model weights are: an explicit folder, then the cache. Nothing here opens a connection.

``consultation.fetch`` fills the cache, from packages or from the hub.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from consultation import manifest
from consultation.engines import Progress, no_progress
from consultation.errors import WeightsCorrupt, WeightsError, WeightsMissing
from consultation.manifest import Artefact, WeightFile
from consultation.provenance import ModelUse
from consultation.settings import Settings
from consultation.wire import Record

BLOCK = 1 << 20
"""Bytes read at a time."""


class FileReport(Record):
    """One file of an artefact, read whole and compared with what was published."""

    path: str
    size: int | None
    """Bytes found; None where there is no file."""
    sha256: str | None
    expected_size: int
    expected_sha256: str

    @property
    def intact(self) -> bool:
        return (self.size, self.sha256) == (self.expected_size, self.expected_sha256)


class Status(Record):
    """Where an artefact is, for a list."""

    name: str
    task: str
    licence: str
    origin: str
    profile: str
    default: bool
    size: int
    """Bytes, as published."""
    found: Literal["folder", "cache"] | None
    """The explicit folder, the cache, or nowhere."""
    path: str | None
    problem: str | None = None
    """Why what was found cannot be used."""


def artefacts() -> tuple[Artefact, ...]:
    """Every artefact of the manifest."""
    return manifest.artefacts()


def required(settings: Settings) -> tuple[str, ...]:
    """Names of the artefacts that these settings need on this machine."""
    names: list[str] = [settings.recognizer]
    if settings.profile == "gpu":
        names.append("speaker-diarization-community-1")
    else:
        names += ["pyannote-segmentation-3.0", "campplus"]
    packaged = settings.llm == "transformers" and settings.transformers_model is None
    if settings.llm == "llamacpp" or packaged:
        names.append("qwen2.5-coder-1.5b-instruct")
    return tuple(names)


def locate(name: str, settings: Settings) -> Path:
    """The folder that holds the artefact ``name``: weights_folder first, then the cache.

    Files are checked by presence and size, not by hash. Raises InvalidOption for an unknown name,
    WeightsMissing, or WeightsCorrupt where a file has not the size that was published.
    """
    artefact = manifest.artefact(name)
    found = find(artefact, settings)
    if found is None:
        raise WeightsMissing(f"the weights {name} are not on this machine")
    check_sizes(artefact, found[1])
    return found[1]


def find(artefact: Artefact, settings: Settings) -> tuple[Literal["folder", "cache"], Path] | None:
    """Where the artefact's folder is; a copy in weights_folder hides one in the cache, even if
    something is wrong with it: whoever set that folder means it."""
    if settings.weights_folder is not None and (settings.weights_folder / artefact.name).is_dir():
        return "folder", settings.weights_folder / artefact.name
    if (settings.cache_folder / artefact.name).is_dir():
        return "cache", settings.cache_folder / artefact.name
    return None


def check_sizes(artefact: Artefact, folder: Path) -> None:
    """Raises WeightsMissing or WeightsCorrupt; reads no content."""
    for file in artefact.files:
        path = folder / file.path
        if not path.is_file():
            raise WeightsMissing(f"{artefact.name}: {file.path} is missing from {folder}")
        size = path.stat().st_size
        if size != file.size:
            raise WeightsCorrupt(
                f"{artefact.name}: {file.path} has {size} bytes instead of {file.size}"
            )


def verify(
    name: str, settings: Settings, progress: Progress = no_progress
) -> tuple[FileReport, ...]:
    """Read and hash every file of the artefact, wherever it was found.

    Damage is in the reports, not raised. Raises InvalidOption, or WeightsMissing when no folder
    holds the artefact.
    """
    artefact = manifest.artefact(name)
    found = find(artefact, settings)
    if found is None:
        raise WeightsMissing(f"the weights {name} are not on this machine")
    return check_hashes(artefact, found[1], progress)


def check_hashes(
    artefact: Artefact, folder: Path, progress: Progress = no_progress
) -> tuple[FileReport, ...]:
    """One report for each file of the manifest; progress counts bytes."""
    step, done, reports = f"verify {artefact.name}", 0, []
    progress(step, 0, artefact.size)
    for file in artefact.files:
        before = done

        def advance(count: int, before: int = before) -> None:
            progress(step, min(before + count, artefact.size), artefact.size)

        reports.append(_report(file, folder / file.path, advance))
        done = before + file.size
        progress(step, done, artefact.size)
    return tuple(reports)


def _report(file: WeightFile, path: Path, advance: Callable[[int], None]) -> FileReport:
    size: int | None = None
    digest: str | None = None
    if path.is_file():
        size, digest = digest_of(path, advance)
    return FileReport(
        path=file.path,
        size=size,
        sha256=digest,
        expected_size=file.size,
        expected_sha256=file.sha256,
    )


def digest_of(path: Path, advance: Callable[[int], None] | None = None) -> tuple[int, str]:
    """Size and sha256 of a file; ``advance`` is told the bytes read so far."""
    digest, count = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            count += len(block)
            if advance is not None:
                advance(count)
    return count, digest.hexdigest()


def status(settings: Settings) -> tuple[Status, ...]:
    """Every artefact and where it is; sizes are checked, hashes are not."""
    return tuple(_status(artefact, settings) for artefact in manifest.artefacts())


def _status(artefact: Artefact, settings: Settings) -> Status:
    found = find(artefact, settings)
    problem: str | None = None
    if found is not None:
        try:
            check_sizes(artefact, found[1])
        except WeightsError as error:
            problem = error.message
    return Status(
        name=artefact.name,
        task=artefact.task,
        licence=artefact.licence,
        origin=artefact.origin,
        profile=artefact.profile,
        default=artefact.default,
        size=artefact.size,
        found=found and found[0],
        path=str(found[1]) if found else None,
        problem=problem,
    )


def model_use(name: str, engine: str) -> ModelUse:
    """What provenance says of the artefact; ``engine`` is its library and version."""
    artefact = manifest.artefact(name)
    return ModelUse(task=artefact.task, name=name, sha256=artefact.main_file.sha256, engine=engine)


def forbid_hub() -> None:
    """Tell the libraries that download or report by themselves not to.

    Entry points call it before an engine is loaded, unless the hub is allowed: these variables are
    read when the libraries are imported. Reporting stays off in any case.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    silence_telemetry()


def silence_telemetry() -> None:
    """Reports of use leave the machine under no setting of ours.

    onnxruntime (since 1.29), pyannote.audio and huggingface_hub send some unless told not to; they
    read these when they are loaded, so engines call this first.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
