"""Three sentences that a model writes from verified lines, each verified against their quotes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from consultation.engines import LanguageModel, Message, Request
from consultation.record_facts import Category
from consultation.synthesis import SynthesisLine, SynthesisSection, UnsupportedLine
from prompts.library import prompt
from summarize.record_facts.map import MapCache
from summarize.reduce.checks import check, failed

_READ = frozenset(
    {"problems", "history", "allergies", "treatments", "oncology", "reason", "pending"}
)
MOST_LINES = 40
MOST_SENTENCES = 4
_SCHEMA = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "maxItems": MOST_SENTENCES,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "maxLength": 240},
                    "lines": {"type": "array", "items": {"type": "integer"}, "maxItems": 6},
                },
                "required": ["text", "lines"],
            },
        }
    },
    "required": ["sentences"],
}


@dataclass
class Told:
    lines: list[SynthesisLine] = field(default_factory=list)
    unsupported: list[UnsupportedLine] = field(default_factory=list)
    prompts: dict[str, str] = field(default_factory=dict)


def overview(
    sections: Sequence[SynthesisSection],
    model: LanguageModel,
    language: str,
    seed: int,
    cache: MapCache,
) -> Told:
    """One call for a record; its answer is kept by the digest of the prompt and what was read.

    The model sees numbered lines and answers sentences with the numbers that each rests on. What
    rests on no line, or says more than its quotes, is refused. An answer that is no JSON is none.
    """
    read = [line for s in sections if s.key in _READ for line in s.lines][:MOST_LINES]
    asked = prompt(language, "synthesis-overview")
    told = Told(prompts={asked.name: asked.digest})
    if not read:
        return told
    listed = "\n".join(f"{n}. {line.text}" for n, line in enumerate(read, 1))
    names = ",".join(f"{use.name} {use.sha256}" for use in model.models())
    key = hashlib.sha256("\x1f".join((asked.digest, names, str(seed), listed)).encode()).hexdigest()
    kept = cache.get(key)
    if kept is None:
        request = Request(
            messages=(
                Message(role="system", content=asked.text),
                Message(role="user", content=listed),
            ),
            json_schema=_SCHEMA,
            max_tokens=600,
            seed=seed,
            fixed=1,
        )
        completion = model.complete(request)
        kept = completion.text.encode() if completion.finish_reason == "stop" else b"{}"
        cache.put(key, kept)
    for text, numbers in _sentences(kept):
        rests = [read[n - 1] for n in numbers if 0 < n <= len(read)]
        _file(told, text, rests, language)
    return told


def _file(told: Told, text: str, rests: Sequence[SynthesisLine], language: str) -> None:
    evidence = tuple(dict.fromkeys(e for line in rests for e in line.evidence))
    if not evidence:
        told.unsupported.append(
            UnsupportedLine(section="overview", text=text, reason="no_evidence")
        )
        return
    checks = check(text, evidence, language, verbatim=True)
    fault = failed(checks)
    if fault is not None:
        told.unsupported.append(
            UnsupportedLine(section="overview", text=text, reason=fault.rule, detail=fault.detail)
        )
        return
    told.lines.append(
        SynthesisLine(
            id=f"overview.{len(told.lines) + 1}",
            category=Category.conclusion,
            text=text,
            last_seen=max((line.last_seen or "" for line in rests), default="") or None,
            evidence=evidence[:6],
            checks=checks,
        )
    )


def _sentences(answer: bytes) -> list[tuple[str, list[int]]]:
    try:
        content = json.loads(answer)
        found = content.get("sentences", []) if isinstance(content, dict) else []
        return [
            (str(one["text"]).strip(), [int(n) for n in one["lines"]])
            for one in found[:MOST_SENTENCES]
            if str(one["text"]).strip()
        ]
    except (ValueError, TypeError, KeyError):
        return []
