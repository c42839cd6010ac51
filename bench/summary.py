"""Our summarisation against its engine alone: the same prompts, the same number of tokens.

Strategies in turn, several rounds: *exchanges*, *sections*, *parallel sections* (where the engine
serves several requests at once) and *one shot*, which the product does not offer: all sections in
one answer. Overhead is what ours takes over what the engine alone takes, and holds everything that
is ours: grammar, counting tokens, evidence, verification, tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.one_shot import one_shot
from bench.recorded import Asked, Recorded, busy, replayed
from bench.run import ROOT, run
from consultation.engines import LanguageModel, Message, Request
from consultation.settings import Settings
from consultation.transcript import Transcript
from consultation.weights import locate
from evaluation.manifest import Entry, load_reference, read
from evaluation.pairs import spoken
from jobs.files import temporary_folder
from summarize.consultation import summarize
from summarize.engines.chat import messages_json
from summarize.engines.load import PACKAGED, gguf_file, load_language_model

STRATEGIES = ("exchanges", "sections", "parallel sections", "one shot")


@dataclass
class Row:
    """One strategy over all rounds; a value a round."""

    ours: list[float] = field(default_factory=list)
    with_engine: list[float] = field(default_factory=list)
    """Seconds of ours in which the engine had a request."""
    raw: list[float] = field(default_factory=list)
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0
    shared: tuple[Message, ...] = ()
    """The messages with which all requests begin."""
    error: str | None = None

    @property
    def overhead(self) -> float | None:
        """The median over rounds of ours over raw, less one."""
        if not self.raw or not all(self.raw):
            return None
        return statistics.median(o / r for o, r in zip(self.ours, self.raw, strict=True)) - 1


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench summary", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "evaluation" / "samples")
    parser.add_argument("--language", default="en")
    parser.add_argument("--turns", type=int, help="the first ones only, to see that it runs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=STRATEGIES, default=STRATEGIES)
    parser.add_argument("--out", type=Path, default=Path("bench-output/summary.md"))
    options = parser.parse_args(arguments)
    settings = Settings()
    (entry,) = [one for one in read(options.folder) if one.language == options.language][:1]
    transcript = _transcript(entry, options.turns)
    rows = {name: Row() for name in options.only}
    model = load_language_model(settings.model_copy(update={"summary_strategy": "sections"}))
    try:
        for number in range(options.rounds):
            names = list(rows)
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                if rows[name].error is None:
                    print(f"round {number + 1} of {options.rounds}: {name}", flush=True)
                    measure(name, rows[name], transcript, model, settings)
    finally:
        model.close()
    head = (
        f"{len(transcript.segments)} turns, {settings.llm}; {options.rounds} rounds in turn on "
        f"{os.cpu_count()} {platform.machine()} cores.\n\n"
    )
    text = head + to_markdown(rows)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(text, "utf-8")
    values = {
        name: {k: v for k, v in vars(row).items() if k != "shared"} | {"overhead": row.overhead}
        for name, row in rows.items()
    }
    options.out.with_suffix(".json").write_text(json.dumps(values, indent=1), "utf-8")
    print(text)


def measure(
    name: str,
    row: Row,
    transcript: Transcript,
    model: LanguageModel,
    settings: Settings,
) -> None:
    """One round of one strategy: ours, then its engine alone with the same requests."""
    parallel = model.parallel if name == "parallel sections" else 1
    if name == "parallel sections" and parallel == 1:
        row.error = f"{settings.llm} serves one request at a time"
        return
    if settings.llm == "transformers":
        row.error = "the engine alone is measured with llama.cpp and with a vLLM server"
        return
    if not row.shared:
        first, _ = ours(name, transcript, model, settings, parallel)
        row.shared = first.asked[0].request.messages[:-1] if first.asked else ()
    # What requests share is read before the clock starts, here as by the engine alone.
    warm = Request(
        messages=(*row.shared, Message(role="user", content="0")),
        json_schema={"type": "string"},
        max_tokens=1,
    )
    model.complete(warm)
    recorded, spent = ours(name, transcript, model, settings, parallel)
    answer = raw(recorded.asked, warm, settings, model, parallel)
    if "error" in answer:
        row.error = f"the engine alone: {answer['error']}"
        return
    row.ours.append(spent)
    row.with_engine.append(busy(recorded.asked))
    row.raw.append(answer["passes"][-1]["seconds"])
    done = [one.completion for one in recorded.asked]
    row.requests = len(done)
    row.prompt_tokens = sum(one.prompt_tokens for one in done)
    row.cached_tokens = sum(one.cached_tokens for one in done)
    row.completion_tokens = sum(one.completion_tokens for one in done)


def ours(
    name: str, transcript: Transcript, model: LanguageModel, settings: Settings, parallel: int
) -> tuple[Recorded, float]:
    """What was asked, and seconds for the whole note."""
    recorded = Recorded(model, parallel=parallel)
    began = time.perf_counter()
    if name == "one shot":
        one_shot(transcript, recorded, seed=settings.seed)
    else:
        strategy = "exchanges" if name == "exchanges" else "sections"
        chosen = settings.model_copy(update={"summary_strategy": strategy})
        summarize(transcript, recorded, chosen)
    return recorded, time.perf_counter() - began


def raw(
    asked: Sequence[Asked], warm: Request, settings: Settings, model: LanguageModel, parallel: int
) -> dict[str, Any]:
    """The engine alone, in a process of its own."""
    requests = replayed(asked)
    job: dict[str, Any] = {"requests": requests, "passes": 1, "parallel": parallel}
    if not requests:
        return {"error": "nothing was asked", "peak_mb": 0}
    job["warm"] = {"messages": messages_json(warm.messages)}
    with temporary_folder() as work:
        if settings.llm == "vllm":
            job |= {"url": str(settings.vllm_url), "model": model.models()[0].name}
            return run("raw_server.py", job, work, threads=settings.threads)
        path = settings.llamacpp_model or gguf_file(locate(PACKAGED, settings))
        job |= {"model": str(path), "context": settings.llm_context}
        return run("raw_llamacpp.py", job, work, threads=settings.threads)


def to_markdown(rows: dict[str, Row]) -> str:
    base = next((statistics.median(row.ours) for row in rows.values() if row.ours), None)
    lines = [
        "| Strategy | Time, first = 1 | Overhead over the engine alone % | least to greatest "
        "| of ours with the engine % | Requests | Prompt tokens (cached) | Tokens written "
        "| Tokens a second, ours to engine alone |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        if row.error is not None or not row.ours or row.overhead is None or base is None:
            lines.append(f"| {name} | {row.error or 'not measured'} | | | | | | | |")
            continue
        each = [100 * (o / r - 1) for o, r in zip(row.ours, row.raw, strict=True)]
        share = statistics.median(w / o for w, o in zip(row.with_engine, row.ours, strict=True))
        lines.append(
            f"| {name} | {statistics.median(row.ours) / base:.2f} | {100 * row.overhead:+.1f} "
            f"| {min(each):+.1f} to {max(each):+.1f} | {100 * share:.1f} | {row.requests} "
            f"| {row.prompt_tokens} ({row.cached_tokens}) | {row.completion_tokens} "
            f"| {1 / (1 + row.overhead):.2f} |"
        )
    return "\n".join(lines) + "\n"


def _transcript(entry: Entry, turns: int | None) -> Transcript:
    """What was really said, without any error of recognition."""
    reference = load_reference(entry)
    said = [(reference.roles[turn.speaker], turn.text or "") for turn in reference.spoken]
    return spoken(said[:turns], entry.language)
