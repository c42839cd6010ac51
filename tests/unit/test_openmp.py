"""OpenMP for llama.cpp on a machine that has none of its own."""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from summarize.engines import llamacpp_worker as worker


def _loaded(monkeypatch: pytest.MonkeyPatch, *missing: str) -> list[str]:
    asked: list[str] = []

    def load(name: str, mode: int = 0) -> None:
        asked.append(name)
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", load)
    worker._load_openmp()
    return asked


def test_the_systems_own_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _loaded(monkeypatch) == ["libgomp.so.1"]


def test_torch_lends_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = tmp_path / "lib" / "libgomp.so.1"
    library.parent.mkdir()
    library.touch()
    torch = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: torch)
    assert _loaded(monkeypatch, "libgomp.so.1") == ["libgomp.so.1", str(library)]


def test_without_either_the_import_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert _loaded(monkeypatch, "libgomp.so.1") == ["libgomp.so.1"]
