"""What length does to time and memory: our consultations joined to long ones, a process each.

Linear means that the factor stays; flat memory means that the peak grows by no more than the sound
itself, which is mapped from disk and counted here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.run import ROOT, run, seconds, speech_job
from consultation.audio import SAMPLE_RATE
from consultation.settings import Settings
from consultation.wire import Record
from evaluation.manifest import read
from jobs.files import temporary_folder
from jobs.repeat import repeat

MINUTES = (5.0, 15.0, 30.0, 60.0, 120.0)
SOUND = SAMPLE_RATE * 4 * 60 / 1e6
"""Megabytes of a minute of samples."""


class Length(Record):
    """One recording."""

    name: str
    minutes: float
    factor: float | None = None
    """Time of the clock over the length of the audio, loading left out."""
    processor_factor: float | None = None
    """Processor time likewise: what a crowded machine distorts less."""
    peak_mb: int = 0
    """Of the whole process, its models and the mapped sound included."""
    speakers: int = 0
    words: int = 0
    error: str | None = None


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench length", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "evaluation" / "samples")
    parser.add_argument("--minutes", type=float, nargs="*", default=MINUTES)
    parser.add_argument("--language", default="en", help="of the consultations that are joined")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("bench-output/length.json"))
    options = parser.parse_args(arguments)
    settings = Settings()
    (entry,) = [one for one in read(options.folder) if one.language == options.language][:1]
    rows: list[Length] = []
    options.out.parent.mkdir(parents=True, exist_ok=True)
    for minutes in options.minutes:
        print(f"{minutes:g} minutes", flush=True)
        with temporary_folder() as work:
            longest = settings.max_duration_hours * 3600
            long = repeat(entry, minutes, work / "long", max_seconds=longest)
            job = speech_job(long.audio, entry.language, settings)
            answer = run("ours.py", job, work, threads=options.threads)
            rows.append(length_of(long.id, seconds(long.audio), answer))
        # Two hours may be ended on the way: what was measured before is kept.
        options.out.write_text(json.dumps([r.model_dump() for r in rows], indent=1), "utf-8")
    head = f"{options.threads} threads on {os.cpu_count()} {platform.machine()} cores.\n\n"
    text = head + to_markdown(rows)
    options.out.with_suffix(".md").write_text(text, "utf-8")
    print(text)


def length_of(name: str, duration: float, answer: dict[str, Any]) -> Length:
    """Args: seconds, and what the runner answered."""
    minutes = round(duration / 60, 2)
    if "error" in answer:
        return Length(name=name, minutes=minutes, error=answer["error"], peak_mb=answer["peak_mb"])
    took = answer["passes"][-1]
    return Length(
        name=name,
        minutes=minutes,
        factor=round(took["seconds"] / duration, 4),
        processor_factor=round(took["processor_seconds"] / duration, 4),
        peak_mb=answer["peak_mb"],
        speakers=len({one["speaker"] for one in answer["segments"]}),
        words=sum(len(one["text"].split()) for one in answer["segments"]),
    )


def to_markdown(rows: Iterable[Length]) -> str:
    known = list(rows)
    first = next((row for row in known if row.factor), None)
    lines = [
        "| Recording | Minutes | Time / audio | to the first | Processor / audio | to the first "
        "| Peak MB | without the sound | Speakers | Words a minute |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in known:
        if row.factor is None or row.processor_factor is None or first is None:
            lines.append(f"| {row.name} | {row.minutes:g} | {row.error} | | | | | | | |")
            continue
        lines.append(
            f"| {row.name} | {row.minutes:g} | {row.factor:.3f} "
            f"| {row.factor / (first.factor or 1):.2f} | {row.processor_factor:.3f} "
            f"| {row.processor_factor / (first.processor_factor or 1):.2f} | {row.peak_mb} "
            f"| {row.peak_mb - SOUND * row.minutes:.0f} | {row.speakers} "
            f"| {row.words / row.minutes:.0f} |"
        )
    return "\n".join(lines) + "\n"
