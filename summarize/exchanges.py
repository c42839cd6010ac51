"""Strategy "exchanges": the model reads one sentence at a time, with the question it answers.

A small model loses itself in a whole consultation: it invents vital signs, repeats itself, files
the allergy under the complaint. Given one sentence, it chooses a topic and words the fact well.
The prompt before the sentence is always the same, so that engines keep it in their cache; the cost
grows with the number of sentences and no further; no consultation is too long.

The topics that a sentence may have are narrowed by rules before the model is asked. Where a rule is
sure, the model only words the fact: a prescription, a warning or an allergy is never "nothing". A
medicine or a decision that begins as expected (*je prends…*) is worded by a rule, without a model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from consultation.engines import LanguageModel, Message, Progress, Request, no_progress
from consultation.topics import Topic
from consultation.transcript import Role
from prompts import library
from summarize.asking import Usage, ask, refuses, tidy
from summarize.rules import COMPLAINT_WITHIN, announces, certain, possible
from summarize.units import Unit, worth_noting
from summarize.wording import trimmed

MAX_TOKENS = 220
MAX_CHARACTERS = 320


@dataclass(frozen=True)
class Filed:
    """A sentence, what it is about, and how the model words it (empty: as it was said)."""

    unit: Unit
    topic: Topic
    text: str
    problem: str | None = None
    """Set when the model gave no usable wording."""


_LED = (Topic.medications, Topic.plan)
"""Where a sentence that begins as expected is worded by a rule."""
PROMPTS = ("exchange.md", "topics.toml")
"""Files that this strategy reads."""


def file_exchanges(
    units: Sequence[Unit],
    language: str,
    model: LanguageModel,
    *,
    seed: int,
    usage: Usage,
    progress: Progress = no_progress,
) -> tuple[Filed, ...]:
    """Every sentence that holds a fact, in order. Raises EngineUnavailable."""
    guide = library.topics(language)
    opening = _opening(language)
    noted = [u for u in units if worth_noting(u, language) and not announces(u)]
    early = [unit for unit in noted if unit.role is not Role.clinician][:COMPLAINT_WITHIN]
    last_complaint = early[-1].index if early else -1
    tasks = []
    for unit in noted:
        topics = list(certain(unit, language))
        sure = bool(topics)
        topics = topics or list(possible(unit, language))
        if unit.index > last_complaint and Topic.complaint in topics:
            topics.remove(Topic.complaint)
        tasks.append((unit, topics, sure))

    done = 0

    def one(task: tuple[Unit, list[Topic], bool]) -> Filed | None:
        nonlocal done
        unit, topics, sure = task
        if sure and topics[0] in _LED and (text := trimmed(unit)) is not None:
            done += 1
            progress("summarise", done, len(tasks))
            return Filed(unit, topics[0], text)
        request = Request(
            messages=(*opening, Message(role="user", content=_shown(unit, guide))),
            json_schema=answer_schema(
                [*(guide.labels[t] for t in topics), *(() if sure else (guide.nothing,))]
            ),
            max_tokens=MAX_TOKENS,
            seed=seed,
            fixed=len(opening),
        )
        filed = _ask(request, unit, topics)
        done += 1
        progress("summarise", done, len(tasks))
        return filed

    def _ask(request: Request, unit: Unit, topics: list[Topic]) -> Filed | None:
        answer = ask(model, request, usage)
        if answer.content is None:
            # The sentence is not lost: code files it where its words say, as it was said.
            return Filed(unit, _likely(topics), "", answer.problem)
        label, wording = answer.content
        if label == guide.nothing:
            return None
        topic = next(t for t in topics if guide.labels[t] == label)
        text = tidy(wording)
        if refuses(text):
            return Filed(unit, topic, "", "refusal")
        return Filed(unit, topic, text)

    progress("summarise", 0, max(1, len(tasks)))
    if model.parallel > 1:
        with ThreadPoolExecutor(model.parallel) as pool:
            results = list(pool.map(one, tasks))
    else:
        results = [one(task) for task in tasks]
    return _with_complaint([filed for filed in results if filed is not None], last_complaint)


def prepare(language: str, model: LanguageModel) -> None:
    """Have the instructions read, for an engine that keeps them. Raises EngineUnavailable."""
    guide = library.topics(language)
    opening = _opening(language)
    said = _line(Role.patient, guide.examples[0].answer, guide)
    request = Request(
        messages=(*opening, Message(role="user", content=said)),
        json_schema=answer_schema([guide.nothing]),
        max_tokens=MAX_TOKENS,
        fixed=len(opening),
    )
    model.complete(request)


def _with_complaint(filed: list[Filed], last: int) -> tuple[Filed, ...]:
    """Where the model saw no complaint, the first symptom that the patient names is it."""
    if not any(f.topic is Topic.complaint for f in filed):
        for i, f in enumerate(filed):
            if f.topic is Topic.history and f.unit.index <= last:
                filed[i] = replace(f, topic=Topic.complaint)
                break
    return tuple(filed)


def _opening(language: str) -> tuple[Message, ...]:
    """The part of the prompt that never changes: instructions and worked examples."""
    guide = library.topics(language)
    listed = "\n".join(f"- {guide.labels[t]}: {guide.instructions[t]}" for t in guide.labels)
    listed += f"\n- {guide.nothing}: {guide.nothing_instruction}"
    system = library.prompt(language, "exchange").fill(topics=listed)
    messages = [Message(role="system", content=system)]
    for example in guide.examples:
        said = _line(Role(example.speaker), example.answer, guide)
        if example.question:
            said = _line(_other(example.speaker), example.question, guide) + "\n" + said
        label = guide.labels[example.topic] if example.topic else guide.nothing
        content = json.dumps([label, example.text], ensure_ascii=False)
        messages.append(Message(role="user", content=said))
        messages.append(Message(role="assistant", content=content))
    return tuple(messages)


def _other(speaker: str) -> Role:
    return Role.patient if speaker == "clinician" else Role.clinician


def _shown(unit: Unit, guide: library.TopicGuide) -> str:
    shown = _line(unit.role, unit.text, guide)
    if unit.question is not None:
        shown = _line(unit.question.role, unit.question.text, guide) + "\n" + shown
    return shown


def _line(role: Role, text: str, guide: library.TopicGuide) -> str:
    return f"{getattr(guide, role.value)}: {text}"


def answer_schema(labels: Sequence[str]) -> dict[str, Any]:
    """``[label, wording]``: names of fields would be a fifth of what a small model writes."""
    return {
        "type": "array",
        "prefixItems": [
            {"type": "string", "enum": list(labels)},
            {"type": "string", "maxLength": MAX_CHARACTERS},
        ],
        "items": False,
        "minItems": 2,
        "maxItems": 2,
    }


def _likely(topics: Sequence[Topic]) -> Topic:
    """Where a sentence goes when the model could not say: the most specific rule that fits."""
    specific = (Topic.allergies, Topic.family, Topic.medications, Topic.plan, Topic.history)
    return next((t for t in specific if t in topics), topics[0])
