"""Coded examples of mCODE and of HL7's genomics reporting, as JSON lists of instances.

Each instance is ``{id, instanceof, facts: [{path, raw, code?, display?}]}``, derived from FSH.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Instance:
    """One coded resource. ``values`` are (path, display or code or raw), in order."""

    id: str
    kind: str
    values: tuple[tuple[str, str], ...]

    def get(self, path: str) -> str:
        """The first value of a path; empty when there is none."""
        return next((value for name, value in self.values if name == path), "")

    def all(self, start: str) -> list[str]:
        return [value for name, value in self.values if name.startswith(start)]


def read(folder: Path) -> list[tuple[str, list[Instance]]]:
    """(name of the file, its instances) of every ``*.json`` under the folder, in order."""
    found = []
    for path in sorted(folder.glob("**/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, list) and content and "facts" in content[0]:
            found.append((path.stem, [_instance(one) for one in content]))
    return found


def _instance(one: dict[str, object]) -> Instance:
    facts = one["facts"]
    assert isinstance(facts, list)
    values = tuple(
        (str(fact["path"]), str(fact.get("display") or fact.get("code") or fact["raw"]))
        for fact in facts
    )
    return Instance(str(one["id"]), str(one.get("instanceof") or ""), values)
