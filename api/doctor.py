"""``anamnese doctor``: what is installed, which device, which weights, what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import httpx
import psutil

from consultation import weights
from consultation.errors import AnamneseError
from consultation.settings import Settings
from consultation.wire import Record

FREE_DISK_GB = 3.0
FREE_MEMORY_GB = 4.0


class Finding(Record):
    """One thing that was looked at."""

    what: str
    found: str
    fine: bool = True
    hint: str = ""


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Everything that the settings need on this machine; opens no connection but to vllm_url."""
    return (
        Finding(what="anamnese", found=f"{version('anamnese')}, profile {settings.profile}"),
        Finding(what="python", found=f"{platform.python_version()} on {platform.system()}"),
        *(_library(name, extra) for name, extra in _needed(settings)),
        _device(settings),
        *(_weights(name, settings) for name in weights.required(settings)),
        _language_model(settings),
        _disk(settings),
        _memory(),
    )


def _needed(settings: Settings) -> list[tuple[str, str]]:
    names = [("faster-whisper", "embedded"), ("pyannote.audio", "embedded"), ("torch", "embedded")]
    if settings.llm == "llamacpp":
        names.append(("xllamacpp", "embedded"))
    if settings.llm == "transformers":
        names += [("transformers", "transformers"), ("llguidance", "transformers")]
    return names


def _library(name: str, extra: str) -> Finding:
    try:
        return Finding(what=name, found=version(name))
    except PackageNotFoundError:
        hint = f"pip install 'anamnese[{extra}]'"
        return Finding(what=name, found="not installed", fine=False, hint=hint)


def _device(settings: Settings) -> Finding:
    cores = os.cpu_count() or 1
    if find_spec("ctranslate2") is None:
        return Finding(what="device", found=f"cpu, {cores} cores")
    import ctranslate2

    cards = ctranslate2.get_cuda_device_count()
    if settings.device == "cuda" and not cards:
        return Finding(
            what="device",
            found="no CUDA device",
            fine=False,
            hint="Set ANAMNESE_DEVICE=cpu, or install the driver of the card.",
        )
    kind = f"cuda, {cards} device(s)" if cards and settings.device != "cpu" else "cpu"
    return Finding(what="device", found=f"{kind}, {cores} cores, {settings.threads} threads used")


def _weights(name: str, settings: Settings) -> Finding:
    try:
        return Finding(what=f"weights {name}", found=str(weights.locate(name, settings)))
    except AnamneseError as error:
        return Finding(what=f"weights {name}", found=error.message, fine=False, hint=error.hint)


def _language_model(settings: Settings) -> Finding:
    if settings.strategy == "rules":
        return Finding(what="language model", found="none: notes are filed by rules")
    if settings.llm != "vllm":
        return Finding(what="language model", found=f"{settings.llm}, in this machine's memory")
    if settings.vllm_url is None:
        return Finding(
            what="language model",
            found="vllm without a server",
            fine=False,
            hint="Set ANAMNESE_VLLM_URL, such as http://127.0.0.1:8000/v1",
        )
    try:
        from summarize.engines.load import load_language_model

        model = load_language_model(settings)
        try:
            context = model.context_tokens()
        finally:
            model.close()
    except AnamneseError as error:
        return Finding(what="language model", found=error.message, fine=False, hint=error.hint)
    except httpx.HTTPError as error:
        return Finding(
            what="language model", found=type(error).__name__, fine=False, hint="Start the server."
        )
    return Finding(what="language model", found=f"vllm, {context} tokens of context")


def _disk(settings: Settings) -> Finding:
    folder = settings.cache_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    return Finding(
        what="disk",
        found=f"{free:.1f} GB free for the cache",
        fine=free >= FREE_DISK_GB,
        hint=f"Weights and temporary audio need {FREE_DISK_GB:.0f} GB.",
    )


def _memory() -> Finding:
    available = psutil.virtual_memory().available / 1e9
    return Finding(
        what="memory",
        found=f"{available:.1f} GB available",
        fine=available >= FREE_MEMORY_GB,
        hint=f"The embedded profile needs {FREE_MEMORY_GB:.0f} GB.",
    )
