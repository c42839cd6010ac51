"""What llama.cpp has read of an opening that never changes, kept on disk.

On two cores the instructions and examples of a small model's prompt take most of a minute to read,
once in each process; what was computed (some 25 MB) loads in a hundredth of a second. Only openings
that are the same for every consultation may come here: they hold nothing that anybody said.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from pathlib import Path

KEPT = 8
"""Files; the oldest go. One a language and a version of the prompts is in use at a time."""
_KEY = 32
"""Characters of the digest that names an opening."""


class Openings:
    """A folder of states, each named by what it is of and by its own sha256.

    A folder that cannot be made or written to (a read-only volume) is no error: what is there is
    used, and nothing is added.
    """

    def __init__(self, folder: Path, **computed_by: str | int) -> None:
        """``computed_by``: all that a state depends on besides the text (weights, engine…)."""
        self.folder = folder
        self._computed_by = computed_by
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def usable(self) -> bool:
        return self.folder.is_dir()

    def find(self, prompt: str) -> str | None:
        """The name of the file that holds this prompt's state; None if none does, intact."""
        for file in self.folder.glob(f"{self._key(prompt)}-*.state"):
            try:
                if file.stem.partition("-")[2] == _sha256(file):
                    return file.name
            except OSError:
                continue
            self.drop(file.name)
        return None

    def draft(self, prompt: str) -> str:
        """A name to write a new state under, before ``keep``; no other process takes it."""
        return f"{self._key(prompt)}-{secrets.token_hex(8)}.part"

    def keep(self, draft: str) -> None:
        """What was written under this name is whole. The oldest files make room."""
        file = self.folder / draft
        with contextlib.suppress(OSError):
            key = draft.partition("-")[0]
            file.replace(self.folder / f"{key}-{_sha256(file)}.state")
            by_age = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for old in by_age[:-KEPT]:
                self.drop(old.name)

    def drop(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    def _key(self, prompt: str) -> str:
        content = json.dumps([self._computed_by, prompt], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:_KEY]


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
