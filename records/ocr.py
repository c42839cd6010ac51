"""The organisation's own OCR command, if it set one: a page as PNG in, text on standard output."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from consultation.errors import EngineFailed, InvalidOption

Ocr: TypeAlias = "Callable[[bytes], str]"
"""A page as PNG → its text."""

_HINT = "Run the command of ANAMNESE_OCR_COMMAND by hand on a picture of a page."


def ocr_command(command: str, seconds: float) -> Ocr:
    """``tesseract {image} stdout -l fra``: run without a shell; ``{image}`` is a private file that
    is removed. Raises InvalidOption, and EngineFailed when it cannot be run."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or not any("{image}" in word for word in words):
        raise InvalidOption(
            "the OCR command does not name its input",
            hint="Set ANAMNESE_OCR_COMMAND like: tesseract {image} stdout -l fra",
        )

    def read(png: bytes) -> str:
        handle, name = tempfile.mkstemp(suffix=".png")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(png)
            done = subprocess.run(
                [word.replace("{image}", name) for word in words],
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise EngineFailed("the OCR command could not be run in time", hint=_HINT) from None
        finally:
            Path(name).unlink(missing_ok=True)
        if done.returncode:
            raise EngineFailed("the OCR command failed", hint=_HINT)
        return done.stdout.decode("utf-8", "replace")

    return read
