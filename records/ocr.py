"""The organisation's own OCR command, if it set one: a picture of a page in, words out.

It runs in a child of its own, bounded in time, memory and output (``ocr_child``). A command that
writes tesseract's TSV says how sure it is of each word; one that writes text does not.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from consultation.documents import OcrReading
from consultation.errors import EngineFailed, InvalidOption
from records import ocr_child
from records.blocks import Block
from records.lines import blocks_of_lines

_HINT = "Run the command of ANAMNESE_OCR_COMMAND by hand on a picture of a page."
_MEMORY = 2 << 30
_HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\t"
_DOUBTFUL = 0.75
"""Below it a word is named as one to be compared with the picture."""
_NEAR = 6
"""Words that may be left out between two that are found: bullets, marks of columns."""
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was recognised."""

    text: str
    words: tuple[tuple[str, float], ...] = ()
    """Each word in order, and how sure it is, 0 to 1; none where the command does not say."""


Ocr: TypeAlias = "Callable[[bytes], Seen]"
"""A picture of a page → its words."""


def ocr_command(command: str, seconds: float) -> Ocr:
    """``tesseract {image} stdout -l fra tsv``: run without a shell; ``{image}`` is a private file
    that is removed. Raises InvalidOption, and EngineFailed when it cannot be run."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or not any("{image}" in word for word in words):
        raise InvalidOption(
            "the OCR command does not name its input",
            hint="Set ANAMNESE_OCR_COMMAND like: tesseract {image} stdout -l fra tsv",
        )

    def read(picture: bytes) -> Seen:
        with tempfile.TemporaryDirectory(prefix="anamnese-ocr-") as folder:
            image = Path(folder) / "page"
            image.write_bytes(picture)
            called = [word.replace("{image}", str(image)) for word in words]
            return _seen(_run(called, seconds, Path(folder)))

    return read


def blocks_seen(seen: Seen, page: int | None = None) -> list[Block]:
    """Each block with how sure its words are."""
    at = 0
    found = []
    for block in blocks_of_lines(seen.text.splitlines(), page):
        mine: list[tuple[str, float]] = []
        for token in block.text.split():
            ahead = [word for word, _ in seen.words[at : at + _NEAR]]
            if token in ahead:
                at += ahead.index(token)
                mine.append(seen.words[at])
                at += 1
        found.append(replace(block, ocr=_how_sure(mine)))
    return found


def _how_sure(words: Sequence[tuple[str, float]]) -> OcrReading:
    if not words:
        return OcrReading()
    sure = [one for _, one in words]
    return OcrReading(
        confidence=round(sum(sure) / len(sure), 2),
        lowest=round(min(sure), 2),
        doubtful=tuple(word for word, one in words if one < _DOUBTFUL),
    )


def _run(command: Sequence[str], seconds: float, folder: Path) -> str:
    child = [sys.executable, "-I", "-S", ocr_child.__file__, str(int(seconds) + 1), str(_MEMORY)]
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    environment = {**kept, "HOME": str(folder), "TMPDIR": str(folder), "OMP_THREAD_LIMIT": "1"}
    out = folder / "out"
    with out.open("wb") as answer:
        try:
            started = subprocess.Popen(
                [*child, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=answer, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError:
            raise EngineFailed("the OCR command could not be run", hint=_HINT) from None
        try:
            status = started.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise EngineFailed("the OCR command could not be run in time", hint=_HINT) from None
        finally:
            # With whatever it started.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
    if status:
        raise EngineFailed("the OCR command failed", hint=_HINT)
    return out.read_text("utf-8", "replace")


def _seen(output: str) -> Seen:
    if not output.startswith(_HEADER):
        return Seen(output)
    lines: list[str] = []
    words: list[tuple[str, float]] = []
    line: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    for row in output.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        if tuple(cells[1:4]) != block and lines:
            lines.append("")
        if tuple(cells[1:5]) != line:
            lines.append("")
        block, line = tuple(cells[1:4]), tuple(cells[1:5])
        word = cells[11].strip()
        lines[-1] = f"{lines[-1]} {word}".strip()
        with contextlib.suppress(ValueError):
            words.append((word, min(max(float(cells[10]) / 100, 0.0), 1.0)))
    return Seen("\n".join(lines), tuple(words))
