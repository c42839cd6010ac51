"""Good (transcript, note) pairs: what mutations are made from, and false alarms counted on.

Formats, all read from a folder: ours (``*.pair.json``: language, turns with role and text, note
with topic and text); PriMock57 as published (``evaluation.corpora.primock57``; the statements that
clinicians judged correct are the note, without topics); ACI-bench as published (``*.csv`` with
dialogue and note: sentences of the note, some of which nobody said); MTS-Dialog as published
(short dialogues, each with one section of a note, in prose); what this program writes
(``transcript.json`` beside ``summary.json``), if a clinician found that note right.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinical.text import sentences
from consultation.errors import InvalidOption, UnreadableFile
from consultation.provenance import Quality, provenance
from consultation.summary import Summary
from consultation.topics import Topic
from consultation.transcript import Role, Segment, Speaker, Transcript, Turn, Word
from evaluation.corpora import mts_dialog, primock57
from evaluation.corpora.dialogue import Dialogue

ANY = tuple(Topic)
"""Nothing is known of where the statement stands."""
_TOLD_WORD = re.compile(r"(?<!\S)\S*\w\S*")
_ROLES = {"doctor": Role.clinician, "clinician": Role.clinician, "patient": Role.patient}


@dataclass(frozen=True)
class Noted:
    """One statement of a good note."""

    text: str
    topics: tuple[Topic, ...] = ANY


@dataclass(frozen=True)
class Pair:
    """A consultation and a note of it that is right."""

    id: str
    transcript: Transcript
    note: tuple[Noted, ...]

    @property
    def language(self) -> str:
        return self.transcript.language


def read_pairs(folder: Path) -> tuple[Pair, ...]:
    """All pairs below a folder. Raises InvalidOption when there are none or one is damaged."""
    try:
        found = [
            *(_own(path) for path in sorted(folder.rglob("*.pair.json"))),
            *_primock(folder),
            *_mts_dialog(folder),
            *(pair for path in sorted(folder.rglob("*.csv")) for pair in _aci_bench(path)),
            *(_written(path) for path in sorted(folder.rglob("summary.json"))),
        ]
    except (KeyError, TypeError, ValueError, OSError, UnreadableFile):
        raise InvalidOption("a pair of transcript and note cannot be read") from None
    if not found:
        raise InvalidOption("the folder holds no pair of transcript and note")
    return tuple(found)


def _own(path: Path) -> Pair:
    content = json.loads(path.read_text("utf-8"))
    turns = [(Role(turn["role"]), turn["text"]) for turn in content["turns"]]
    note = tuple(Noted(line["text"], (Topic(line["topic"]),)) for line in content["note"])
    return Pair(path.name.removesuffix(".pair.json"), spoken(turns, content["language"]), note)


def _primock(folder: Path) -> Iterable[Pair]:
    for one in primock57.consultations(folder):
        correct: dict[str, Noted] = {}
        wrong: set[str] = set()
        for line in one.judged:
            if not line.correct:
                wrong.add(line.text.casefold())
            # "↳ goes" hangs on the line before and says nothing alone, nor does "Onset -".
            elif len(_TOLD_WORD.findall(line.text)) > (2 if line.hangs else 1):
                correct.setdefault(line.text.casefold(), Noted(line.text))
        note = tuple(n for n in correct.values() if n.text.casefold() not in wrong)
        if one.checklists or one.judged:
            yield Pair(one.dialogue.id, _spoken(one.dialogue), note)


def _mts_dialog(folder: Path) -> Iterable[Pair]:
    for one in mts_dialog.excerpts(folder):
        if one.dialogue is not None:
            note = tuple(dict.fromkeys(_prose(one.section)))
            yield Pair(one.id, _spoken(one.dialogue), note)


def _aci_bench(path: Path) -> Iterable[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not {"encounter_id", "dialogue", "note"} <= row.keys():
                return
            turns = []
            for line in row["dialogue"].splitlines():
                who, _, text = line.partition("]")
                text = re.sub(r" (?=[.,?!;:'])| (?=n't\b)", "", text.strip())
                turns.append((_ROLES.get(who.strip("[ "), Role.unknown), text))
            note = tuple(dict.fromkeys(_prose(row["note"])))
            yield Pair(row["encounter_id"], spoken(turns, "en"), note)


def _prose(note: str) -> Iterable[Noted]:
    """The sentences of a note in prose; headings and labels left out."""
    topics = ANY
    for line in note.splitlines():
        line = re.sub(r"^\W*(?:[A-Z][\w ,/&-]{2,40}: )?", "", line).strip()
        if line.isupper():
            examined = line.startswith(("PHYSICAL EXAM", "VITALS"))
            topics = (Topic.examination,) if examined else ANY
            continue
        for sentence in sentences(line):
            if len(sentence.text.split()) > 2:
                yield Noted(sentence.text, topics)


def _written(path: Path) -> Pair:
    summary = Summary.model_validate_json(path.read_text("utf-8"))
    transcript = Transcript.model_validate_json(
        (path.parent / "transcript.json").read_text("utf-8")
    )
    note = tuple(Noted(statement.text) for statement in summary.statements())
    return Pair(path.parent.name, transcript, note)


def _spoken(said: Dialogue) -> Transcript:
    return spoken([(said.roles[line.speaker], line.text) for line in said.lines], said.language)


def spoken(turns: Iterable[tuple[Role, str]], language: str) -> Transcript:
    """A transcript of text alone: half a second a word, turns without words left out."""
    speakers: dict[Role, str] = {}
    segments: list[Segment] = []
    timed: list[Turn] = []
    now = 0.0
    for role, text in turns:
        tokens = text.split()
        if not tokens:
            continue
        speaker = speakers.setdefault(role, f"S{len(speakers) + 1}")
        words = tuple(
            Word(text=token, start=round(now + i / 2, 3), end=round(now + (i + 1) / 2, 3),
                 probability=1.0)
            for i, token in enumerate(tokens)
        )  # fmt: skip
        now = words[-1].end + 0.5
        segments.append(Segment(id=f"s{len(segments) + 1:04d}", speaker=speaker, words=words))
        timed.append(Turn(speaker=speaker, start=words[0].start, end=words[-1].end))
    return _transcript(segments, timed, speakers, language)


def _transcript(
    segments: list[Segment], turns: list[Turn], speakers: dict[Role, str], language: str
) -> Transcript:
    unknown: dict[str, Any] = {"settings_sha256": "0" * 64, "input_sha256": "0" * 64, "models": ()}
    return Transcript(
        language=language,
        language_probability=1.0,
        speakers=tuple(Speaker(id=i, role=r, confidence=1.0) for r, i in speakers.items()),
        turns=tuple(turns),
        segments=tuple(segments),
        provenance=provenance(language=language, quality=Quality.draft, **unknown),
    )


def swapped(transcript: Transcript) -> Transcript:
    """The same words with clinician and patient in each other's place."""
    other = {Role.clinician: Role.patient, Role.patient: Role.clinician}
    speakers = tuple(
        s.model_copy(update={"role": other.get(s.role, s.role)}) for s in transcript.speakers
    )
    return transcript.model_copy(update={"speakers": speakers})
