"""llama.cpp in its child process: what happens when something dies, hangs or is interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from consultation.engines import Completion, Message, Request
from consultation.errors import EngineUnavailable, WeightsCorrupt, WeightsMissing
from summarize.engines.llamacpp import LlamaCpp
from summarize.engines.load import PACKAGED, gguf_file

pytestmark = pytest.mark.slow

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 2}
    },
    "required": ["items"],
    "additionalProperties": False,
}
LINES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 4}
    },
    "required": ["items"],
    "additionalProperties": False,
}
ENDLESS: dict[str, Any] = {
    "type": "object",
    "properties": {"n": {"type": "array", "items": {"const": "again"}, "minItems": 900}},
    "required": ["n"],
    "additionalProperties": False,
}


def ask(content: str = "Name two fruits.", **changes: Any) -> Request:
    fields = {"messages": (Message(role="user", content=content),), "json_schema": SCHEMA}
    return Request.model_validate({"max_tokens": 64} | fields | changes)


def endless() -> Request:
    return ask(json_schema=ENDLESS, max_tokens=1900)


PATIENCE = 120.0
"""Seconds; on a busy machine everything takes long, and waiting costs nothing when it does not."""


def children(pid: int) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(pid).children()
        if any("llamacpp_worker" in part for part in child.cmdline())
    ]


def child_of(pid: int, *, patience: float = PATIENCE) -> psutil.Process:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := children(pid):
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no child process")


class Background(threading.Thread):
    """A request in a thread of its own."""

    def __init__(self, engine: LlamaCpp, request: Request) -> None:
        super().__init__(daemon=True)
        self._work = lambda: engine.complete(request)
        self.result: Completion | None = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._work()
        except EngineUnavailable as error:
            self.error = error


@pytest.fixture(scope="module")
def small(weights: Callable[[str], Path]) -> Path:
    return gguf_file(weights("smollm2-135m-instruct"))


@pytest.fixture
def engine(small: Path) -> Iterator[LlamaCpp]:
    engine = LlamaCpp(small, context=2048)
    yield engine
    engine.close()


def test_it_starts_at_the_first_request_and_not_before(engine: LlamaCpp) -> None:
    assert not children(os.getpid())
    engine.complete(ask())
    assert child_of(os.getpid()).is_running()


def test_a_child_killed_in_mid_request_is_said_at_once_and_replaced(engine: LlamaCpp) -> None:
    engine.complete(ask())
    running = Background(engine, endless())
    time.sleep(0.5)
    child = child_of(os.getpid())
    child.kill()
    running.join(PATIENCE)
    assert isinstance(running.error, EngineUnavailable)
    assert running.error.retryable
    assert engine.complete(ask()).finish_reason == "stop"
    assert child_of(os.getpid()).pid != child.pid


def test_a_child_killed_between_requests_is_not_even_noticed(engine: LlamaCpp) -> None:
    engine.complete(ask())
    child = child_of(os.getpid())
    child.kill()
    child.wait(PATIENCE)
    assert engine.complete(ask()).finish_reason == "stop"


def test_a_child_that_hangs_is_given_up_and_replaced(small: Path) -> None:
    engine = LlamaCpp(small, context=2048, timeout=15)  # a busy machine answers late
    try:
        engine.complete(ask())
        child = child_of(os.getpid())
        child.suspend()
        with pytest.raises(EngineUnavailable, match="no answer within 15 s"):
            engine.complete(ask())
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        assert engine.complete(ask()).finish_reason == "stop"
    finally:
        engine.close()


def test_a_request_longer_than_the_timeout_is_given_up(small: Path) -> None:
    engine = LlamaCpp(small, context=2048, timeout=1.5)
    try:
        with pytest.raises(EngineUnavailable):
            engine.complete(endless())
    finally:
        engine.close()


def test_closing_in_mid_request_frees_the_caller_and_ends_the_child(engine: LlamaCpp) -> None:
    engine.complete(ask())
    running = Background(engine, endless())
    time.sleep(0.5)
    child = child_of(os.getpid())
    engine.close()
    running.join(PATIENCE)
    assert isinstance(running.error, EngineUnavailable)
    assert not child.is_running()


def test_threads_may_share_it(engine: LlamaCpp) -> None:
    threads = [Background(engine, ask(f"Name {n} fruits.")) for n in (1, 2, 3)]
    for thread in threads:
        thread.join(PATIENCE)
    assert [thread.error for thread in threads] == [None] * 3
    assert all(thread.result is not None for thread in threads)
    assert len(children(os.getpid())) == 1


def test_nothing_of_the_prompt_shows_from_outside(engine: LlamaCpp) -> None:
    """Neither on the command line, nor in the environment, nor on a port that anyone can open."""
    engine.complete(ask("Marguerite Dupont coughs."))
    child = child_of(os.getpid())
    assert "Dupont" not in " ".join(child.cmdline())
    assert not any("Dupont" in value for value in child.environ().values())
    assert child.environ()["OMP_WAIT_POLICY"] == "passive"
    assert not [c for c in child.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    folder = Path(child.cmdline()[child.cmdline().index("--folder") + 1])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == ["llm.sock"]


def test_its_folder_goes_with_it(engine: LlamaCpp) -> None:
    engine.complete(ask())
    child = child_of(os.getpid())
    folder = Path(child.cmdline()[child.cmdline().index("--folder") + 1])
    engine.close()
    assert not folder.exists()


CALLER = """
import json, signal, sys
from pathlib import Path
from consultation.engines import Message, Request
from summarize.engines.llamacpp import LlamaCpp

# Where tests run in the background the signal is ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
engine = LlamaCpp(Path(sys.argv[1]), context=2048)
request = Request(
    messages=(Message(role="user", content="Name two fruits."),),
    json_schema=json.loads(sys.argv[2]), max_tokens=1900,
)
print("ready", engine.count_tokens(request.messages), flush=True)
try:
    engine.complete(request)
finally:
    print("leaving", flush=True)
"""


@pytest.fixture
def caller(small: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, in the middle of a long request."""
    process = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(small), json.dumps(ENDLESS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("ready")
        time.sleep(0.5)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_child_goes_when_its_caller_is_killed(caller: subprocess.Popen[str]) -> None:
    child = child_of(caller.pid)
    folder = Path(child.cmdline()[child.cmdline().index("--folder") + 1])
    caller.kill()
    child.wait(PATIENCE)
    assert not folder.exists()


def test_ctrl_c_is_the_callers_and_takes_the_child_with_it(caller: subprocess.Popen[str]) -> None:
    child = child_of(caller.pid)
    os.killpg(caller.pid, signal.SIGINT)  # as a terminal sends it, to the whole group
    output, errors = caller.communicate(timeout=PATIENCE)
    assert "leaving" in output
    assert "KeyboardInterrupt" in errors
    child.wait(PATIENCE)


def fixed(said: str) -> Request:
    opening = Message(role="system", content="You answer in JSON. " + "Fruits are sweet. " * 40)
    return ask(messages=(opening, Message(role="user", content=said)), fixed=1)


def test_an_opening_is_kept_for_the_next_process(small: Path, tmp_path: Path) -> None:
    answers = []
    for _ in range(2):
        engine = LlamaCpp(small, context=2048, openings=tmp_path)
        answers.append(engine.complete(fixed("Name two fruits.")))
        engine.close()
    cold, warm = answers
    assert cold.text == warm.text
    assert cold.cached_tokens == 0
    assert warm.cached_tokens > 0.8 * warm.prompt_tokens
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_that_was_said_is_kept(small: Path, tmp_path: Path) -> None:
    """The file is the same, whatever was asked; an opening that is not fixed is not kept."""
    for name, said in (("a", "Marguerite Dupont coughs."), ("b", "Name two fruits.")):
        engine = LlamaCpp(small, context=2048, openings=tmp_path / name)
        engine.complete(ask("Marguerite Dupont coughs."))
        engine.complete(ask(messages=(*fixed("").messages, *ask().messages), fixed=1))
        assert not list((tmp_path / name).iterdir())
        engine.complete(fixed(said))
        engine.close()
    (one,), (other,) = ((tmp_path / name).iterdir() for name in "ab")
    assert one.name == other.name  # it holds the sha256 of the content


def test_an_opening_that_was_damaged_is_read_again(small: Path, tmp_path: Path) -> None:
    engine = LlamaCpp(small, context=2048, openings=tmp_path)
    whole = engine.complete(fixed("Name two fruits."))
    engine.close()
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:-9] + b"otherwise")
    # Nonsense that carries the right digest in its name: llama.cpp itself refuses it.
    nonsense = b"ggsq" + content[:5]
    digest = hashlib.sha256(nonsense).hexdigest()
    (tmp_path / f"{file.name.partition('-')[0]}-{digest}.state").write_bytes(nonsense)
    engine = LlamaCpp(small, context=2048, openings=tmp_path)
    again = engine.complete(fixed("Name two fruits."))
    engine.close()
    assert again.text == whole.text
    assert again.cached_tokens == 0
    assert [kept.read_bytes() for kept in tmp_path.iterdir()] == [content]


def test_without_room_for_openings_all_works(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = LlamaCpp(small, context=2048, openings=tmp_path / "file" / "folder")
    assert engine.complete(fixed("Name two fruits.")).finish_reason == "stop"
    engine.close()


def test_a_broken_file_is_told_from_a_missing_one(small: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    with small.open("rb") as whole:
        cut.write_bytes(whole.read(20_000_000))
    nonsense = tmp_path / "nonsense.gguf"
    nonsense.write_bytes(b"GGUF" + bytes(range(256)) * 64)
    for file in (cut, nonsense):
        engine = LlamaCpp(file)
        with pytest.raises(WeightsCorrupt):
            engine.complete(ask())
        engine.close()
    with pytest.raises(WeightsMissing):
        LlamaCpp(tmp_path / "none.gguf")
    assert not children(os.getpid())


def test_sections_share_their_prefix_and_do_not_depend_on_each_other(
    weights: Callable[[str], Path], samples: Path
) -> None:
    """The packaged model: a transcript is read once, and no section leaves a trace in the next.

    With llama.cpp's own caching this very section changes with what was asked before it.
    """
    lines = [line for line in (samples / "consult_fr.txt").read_text().splitlines() if line.strip()]
    opening = Message(
        role="system",
        content="Tu rédiges une section d'un compte rendu à partir de la transcription."
        " Réponds en JSON.\n" + "\n".join(f"[s{n:04d}] {line}" for n, line in enumerate(lines)),
    )

    def section(name: str) -> Request:
        question = Message(role="user", content=f"Section : {name}.")
        return ask(messages=(opening, question), json_schema=LINES, max_tokens=200)

    model = gguf_file(weights(PACKAGED))
    answers = []
    for names in (("motif de consultation", "antécédents", "conclusion"), ("conclusion",)):
        engine = LlamaCpp(model, context=4096)
        try:
            completions = [engine.complete(section(name)) for name in names]
        finally:
            engine.close()
        answers.append(completions[-1].text)
        assert completions[0].cached_tokens == 0
        for completion in completions[1:]:
            assert completion.cached_tokens > 0.9 * completion.prompt_tokens
    assert answers[0] == answers[1]
