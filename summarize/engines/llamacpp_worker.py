"""The child process that holds llama.cpp; run by path, it imports nothing of ours.

It serves llama.cpp's own HTTP on a Unix socket in a private folder, or on loopback where there are
none, in both cases behind a random key that only its parent is told, over a pipe. It lives as long
as its standard input stays open and its parent lives, and takes the folder with it.

One line of JSON on standard output says how the start went: ``{"address": …, "key": …}`` or
``{"problem": "corrupt" | "memory" | "library" | "refused"}``. What llama.cpp logs while it loads
(before any prompt) is read to tell these apart, and thrown away; what it logs later goes nowhere.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import threading
import time
from pathlib import Path
from typing import NoReturn

_MEMORY = ("insufficient memory", "failed to allocate", "unable to allocate", "out of memory")
_CORRUPT = ("corrupted or incomplete", "invalid magic", "failed to read", "only supports up to")
_LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit is 104 (macOS) or 108 (Linux)."""


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--context", type=int, required=True)
    arguments.add_argument("--threads", type=int, required=True)
    arguments.add_argument("--parent", type=int, required=True)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--openings", type=Path)
    options = arguments.parse_args()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        # Where memory runs out, the kernel shall take this process and not the caller.
        Path("/proc/self/oom_score_adj").write_text("500")

    folder = options.folder
    threading.Thread(target=_leave_with, args=(options.parent, folder), daemon=True).start()
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    log = folder / "load.log"
    _redirect(log)
    try:
        started, server = _start(options, folder)
    except ImportError:
        started, server = {"problem": "library"}, None
    except RuntimeError:
        started, server = {"problem": _why(log.read_text("utf-8", "replace"))}, None
    _redirect(Path(os.devnull))
    log.unlink()
    answer.write(json.dumps(started) + "\n")
    answer.close()
    if server is not None:
        while os.read(0, 4096):
            pass
    _leave(folder)


def _start(options: argparse.Namespace, folder: Path) -> tuple[dict[str, str], object]:
    """Load the weights and listen. Raises ImportError, or RuntimeError if llama.cpp refuses."""
    _load_openmp()
    import xllamacpp

    key = secrets.token_hex(32)
    params = xllamacpp.CommonParams()
    params.model.path = options.model
    params.n_ctx = options.context
    params.n_parallel = 1  # the context is divided among the slots
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.fit_params = False  # a smaller context than was asked for would be a surprise
    params.cache_ram_mib = 0  # the slot keeps its prefix; no second cache that grows to 8 GB
    params.ctx_shift = False  # never forget the beginning of a transcript in silence
    params.api_keys = [key]
    params.endpoint_slots = False
    if options.openings is not None:
        params.slot_save_path = f"{options.openings}{os.sep}"  # llama.cpp appends the name
    params.ui = False
    params.verbosity = 1
    path = str(folder / "llm.sock")  # the suffix makes llama.cpp open a Unix socket
    unix = hasattr(socket, "AF_UNIX") and len(os.fsencode(path)) < _LONGEST_SOCKET_PATH
    params.hostnames = [path if unix else "127.0.0.1"]
    params.port = 0
    server = xllamacpp.Server(params)
    return {"address": server.listening_address, "key": key}, server


def _load_openmp() -> None:
    """libgomp, which xllamacpp wants of the system, from torch where the system has none.

    Small images lack it (Debian's ``python:slim``); torch brings its own for the diariser.
    """
    try:
        ctypes.CDLL("libgomp.so.1")
        return
    except OSError:
        found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    for file in sorted((Path(found.origin).parent / "lib").glob("libgomp.so.1*")):
        with contextlib.suppress(OSError):
            # By its name in the file, the loader knows later that it is there.
            ctypes.CDLL(str(file), mode=ctypes.RTLD_GLOBAL)
            return


def _why(log: str) -> str:
    if any(words in log for words in _MEMORY):
        return "memory"
    if any(words in log for words in _CORRUPT):
        return "corrupt"
    return "refused"


def _redirect(path: Path) -> None:
    """Send file descriptors 1 and 2, which C++ writes to, into ``path``."""
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


def _leave_with(parent: int, folder: Path) -> None:
    """End when the parent is gone; its pipe alone does not tell, if another process inherited it.

    prctl(PR_SET_PDEATHSIG) would not do: it fires when the *thread* that started us ends.
    """
    while os.getppid() == parent:
        time.sleep(1)
    _leave(folder)


def _leave(folder: Path) -> NoReturn:
    """At once: llama.cpp's destructors would wait for the request that is running."""
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
