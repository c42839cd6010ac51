"""Roles of published dialogues, by the same code that attributes them in a transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from consultation.errors import InvalidOption
from consultation.transcript import Role, Segment, Word
from evaluation.corpora import aci_bench, labforsims2, mts_dialog, osce, primock57, simsamu
from evaluation.corpora.dialogue import Dialogue, Line
from evaluation.role_words import learn
from evaluation.roles import RoleFigures, measure
from transcribe.roles import attribute

CORPORA: dict[str, Callable[[Path], Iterator[Dialogue]]] = {
    "simsamu": simsamu.read,
    "labforsims2": labforsims2.read,
    "primock57": primock57.read,
    "osce": osce.read,
    "aci-bench": aci_bench.read,
    "mts-dialog": mts_dialog.read,
}
"""Name → reader of a folder."""


def evaluate_roles(
    folder: Path,
    corpus: str,
    *,
    learn_from: Sequence[tuple[str, Path]] = (),
    limit: int | None = None,
) -> tuple[RoleFigures, ...]:
    """Raises InvalidOption when a folder holds no dialogue of its corpus; UnreadableFile.

    Args:
        learn_from: other corpora with their folders: measures words learned from them instead of
            our own cues, on the dialogues between a clinician and a patient.
    """
    dialogues = _read(corpus, folder)[:limit]
    if not learn_from:
        return measure(dialogues, roles)
    taught = [one for name, place in learn_from for one in _read(name, place) if _pair(one)]
    return measure([one for one in dialogues if _pair(one)], learn(taught).attribute)


def _read(corpus: str, folder: Path) -> list[Dialogue]:
    if corpus not in CORPORA:
        raise InvalidOption(f"unknown corpus; known are {', '.join(CORPORA)}")
    found = list(CORPORA[corpus](folder))
    if not found:
        raise InvalidOption("the folder holds no dialogue of this corpus")
    return found


def _pair(dialogue: Dialogue) -> bool:
    return sorted(dialogue.roles.values()) == [Role.clinician, Role.patient]


def roles(lines: Sequence[Line], language: str) -> Mapping[str, Role]:
    """What ``transcribe.roles`` says of lines that have no times."""
    segments = [
        Segment(
            id=f"s{number:04d}",
            speaker=line.speaker,
            words=tuple(
                Word(text=word, start=number, end=number, probability=1)
                for word in line.text.split()
            ),
        )
        for number, line in enumerate(lines, start=1)
    ]
    return {speaker.id: speaker.role for speaker in attribute(segments, language)}
