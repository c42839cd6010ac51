"""FRACCO: French clinical cases of oncology with ICD-O-3 spans (brat), one JSON line a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Morphology:
    """``text[start:end]``; ``code`` is ICD-O-3's, or what the annotators left in its place."""

    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    text: str
    morphologies: tuple[Morphology, ...]


def read(folder: Path) -> Iterator[Case]:
    """The annotated cases of ``cases.jsonl``."""
    with (folder / "cases.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            if one.get("ann"):
                yield Case(one["id"], one["text"], _morphologies(one["ann"]))


def _morphologies(annotation: str) -> tuple[Morphology, ...]:
    places: dict[str, tuple[int, int]] = {}
    codes: dict[str, str] = {}
    for line in annotation.splitlines():
        fields = line.split("\t")
        if fields[0].startswith("T") and fields[1].startswith("morphologie "):
            bounds = fields[1].split(" ", 1)[1].replace(";", " ").split()
            places[fields[0]] = int(bounds[0]), int(bounds[-1])
        elif fields[0].startswith("#") and fields[1].startswith("ICD-O "):
            codes[fields[1].split()[1]] = fields[2]
    return tuple(
        Morphology(start, end, codes.get(name, "")) for name, (start, end) in places.items()
    )
