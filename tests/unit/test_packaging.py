"""What is built is whole: hatchling obeys .gitignore, and a prompt left out fails only in use."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from configparser import ConfigParser
from email import message_from_string
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> dict[str, bytes]:
    """Path in the wheel → content."""
    with zipfile.ZipFile(next(built.glob("anamnese-*.whl"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def sdist(built: Path) -> set[str]:
    """Paths in the sdist, without its top folder."""
    with tarfile.open(next(built.glob("anamnese-*.tar.gz"))) as archive:
        return {
            str(PurePosixPath(*PurePosixPath(member.name).parts[1:]))
            for member in archive.getmembers()
            if member.isfile()
        }


def shipped() -> set[str]:
    """Every source and data file below our packages, as paths from the root."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def information(wheel: dict[str, bytes], name: str) -> str:
    return next(
        content.decode() for path, content in wheel.items() if path.endswith(f".dist-info/{name}")
    )


def test_every_package_is_listed() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert found == set(PACKAGES)


def test_prompts_and_data_are_among_what_must_ship() -> None:
    """So that the two tests below cannot pass on an empty list."""
    files = shipped()
    assert "consultation/weights.toml" in files
    assert "consultation/py.typed" in files
    for start, end in (
        ("prompts/fr/", ".md"),
        ("prompts/en/", ".md"),
        ("prompts/fr/", ".toml"),
        ("prompts/en/", ".toml"),
        ("clinical/lexicons/", ".csv"),
        ("evaluation/samples/", ".flac"),
        ("evaluation/samples/", ".rttm"),
        ("api/web/", ".html"),
        ("api/web/js/", ".js"),
        ("api/web/css/", ".css"),
        ("api/web/lang/", ".json"),
    ):
        assert any(name.startswith(start) and name.endswith(end) for name in files), (start, end)


def test_wheel_holds_every_file_unchanged(wheel: dict[str, bytes]) -> None:
    assert shipped() - set(wheel) == set()
    changed = [name for name in shipped() if (ROOT / name).read_bytes() != wheel[name]]
    assert changed == []


def test_wheel_holds_nothing_else(wheel: dict[str, bytes]) -> None:
    tops = {PurePosixPath(name).parts[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_sdist_holds_every_file(sdist: set[str]) -> None:
    assert shipped() - sdist == set()
    assert {"pyproject.toml", "README.md", "LICENSE"} <= sdist
    assert "tests/unit/test_packaging.py" in sdist


def test_built_files_hold_no_weights_and_no_secrets(
    wheel: dict[str, bytes], sdist: set[str]
) -> None:
    unwanted = (".bin", ".gguf", ".pt", ".onnx", ".safetensors", ".env", ".sqlite", ".db", ".key")
    assert [name for name in {*wheel, *sdist} if name.endswith(unwanted)] == []


def test_script_entry(wheel: dict[str, bytes]) -> None:
    entries = ConfigParser()
    entries.read_string(information(wheel, "entry_points.txt"))
    target = entries["console_scripts"]["anamnese"]
    script = importlib.metadata.EntryPoint("anamnese", target, "console_scripts")
    assert callable(script.load())


def test_metadata(wheel: dict[str, bytes]) -> None:
    metadata = message_from_string(information(wheel, "METADATA"))
    assert metadata["Name"] == "anamnese"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier", [])


def test_nobody_else_owns_our_package_names() -> None:
    owners = importlib.metadata.packages_distributions()
    assert owners["pytest"] == ["pytest"]
    strangers = {name: set(owners.get(name, ())) - {"anamnese"} for name in PACKAGES}
    assert strangers == {name: set() for name in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_come_from_here(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
