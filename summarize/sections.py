"""Strategy "sections": the model reads the whole consultation and writes a section at a time.

All sections share one prefix (instructions and transcript), which engines keep in their cache; on a
server that batches they are asked for in parallel. A consultation longer than the model's context
is read in windows, counted by the model's own tokenizer; nothing is cut in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from consultation.engines import LanguageModel, Message, Progress, Request, no_progress
from prompts import library
from prompts.library import SectionTemplate, Template
from summarize.asking import Draft, Usage, ask, refuses, tidy
from summarize.rules import permitted
from summarize.units import Unit
from summarize.window import Window, windows

TOKENS_A_STATEMENT = 90
MAX_CHARACTERS = 320


@dataclass(frozen=True)
class Written:
    """What the model wrote for one section; ``problem`` when some window gave no usable answer."""

    section: SectionTemplate
    drafts: tuple[Draft, ...]
    problem: str | None = None


PROMPTS = ("consultation.md", "section.md", "topics.toml")
"""Files that this strategy reads, besides the template."""


def write_sections(
    units: Sequence[Unit],
    template: Template,
    model: LanguageModel,
    *,
    seed: int,
    usage: Usage,
    progress: Progress = no_progress,
) -> tuple[Written, ...]:
    """Every section of the template, in its order. Raises EngineUnavailable, ContextOverflow."""
    language = template.language
    longest = max(
        (_user(section, language) for section in template.sections), key=lambda m: len(m.content)
    )
    answer = max(s.most for s in template.sections) * TOKENS_A_STATEMENT
    parts = windows(
        units,
        language,
        fits=lambda window: (
            model.count_tokens((_system(window, language), longest)) + answer
            <= model.context_tokens()
        ),
    )
    tasks = [(window, section) for window in parts for section in template.sections]
    done = 0

    def one(task: tuple[Window, SectionTemplate]) -> tuple[list[Draft], str | None]:
        nonlocal done
        window, section = task
        lines = sorted(
            {
                window.number(unit)
                for unit in window.units
                if not unit.is_question and permitted(section.topics, unit, language)
            }
        )
        drafts: list[Draft] = []
        problem = None
        # No sentence may support this section: nothing to ask, nothing to invent.
        if lines:
            request = Request(
                messages=(_system(window, language), _user(section, language)),
                json_schema=_schema(section.most, lines),
                max_tokens=section.most * TOKENS_A_STATEMENT,
                seed=seed,
            )
            reply = ask(model, request, usage, shorter=_shorter)
            problem = reply.problem
            for item in reply.content["statements"] if reply.content else ():
                text = tidy(item["text"])
                if refuses(text):
                    problem = "refusal"
                elif text:
                    drafts.append(Draft(text, tuple(window.segment(n) for n in item["lines"])))
        done += 1
        progress("summarise", done, len(tasks))
        return drafts, problem

    progress("summarise", 0, max(1, len(tasks)))
    if model.parallel > 1:
        with ThreadPoolExecutor(model.parallel) as pool:
            results = list(pool.map(one, tasks))
    else:
        results = [one(task) for task in tasks]

    written = []
    for section in template.sections:
        mine = [r for (_, s), r in zip(tasks, results, strict=True) if s.key == section.key]
        drafts = tuple(draft for found, _ in mine for draft in found)
        written.append(Written(section, drafts, next((p for _, p in mine if p), None)))
    return tuple(written)


def _system(window: Window, language: str) -> Message:
    text = library.prompt(language, "consultation").fill(transcript=window.text)
    return Message(role="system", content=text)


def _user(section: SectionTemplate, language: str) -> Message:
    text = library.prompt(language, "section").fill(
        heading=section.heading, instruction=section.instruction, most=str(section.most)
    )
    return Message(role="user", content=text)


def _schema(most: int, lines: Sequence[int]) -> dict[str, Any]:
    """Lines before text: a model that must first choose its lines writes what they say."""
    statement = {
        "type": "object",
        "properties": {
            "lines": {
                "type": "array",
                "items": {"type": "integer", "enum": list(lines)},
                "minItems": 1,
                "maxItems": 3,
            },
            "text": {"type": "string", "minLength": 3, "maxLength": MAX_CHARACTERS},
        },
        "required": ["lines", "text"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "statements": {
                "type": "array",
                "items": statement,
                "maxItems": min(most, 3 * len(lines)),
            }
        },
        "required": ["statements"],
        "additionalProperties": False,
    }


def _shorter(request: Request) -> Request:
    """Half as many statements: an answer that was cut was too long, or went round in circles."""
    schema = dict(request.json_schema)
    statements = dict(schema["properties"]["statements"])
    statements["maxItems"] = max(1, statements["maxItems"] // 2)
    schema["properties"] = {"statements": statements}
    return request.model_copy(update={"json_schema": schema})
