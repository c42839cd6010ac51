"""All sections of a note in one answer: a yardstick for strategies; nothing of it is verified."""

from __future__ import annotations

from typing import Any

from consultation.engines import Completion, LanguageModel, Message, Request
from consultation.transcript import Transcript
from prompts import library
from summarize.sections import MAX_CHARACTERS, TOKENS_A_STATEMENT


def one_shot(transcript: Transcript, model: LanguageModel, *, seed: int) -> Completion:
    """The prompts of *sections*, asked for together. Raises as ``LanguageModel.complete``."""
    language = transcript.language
    template = library.template(language, library.default_template(language))
    said = "\n".join(f"{n}. {s.text}" for n, s in enumerate(transcript.segments, 1))
    system = library.prompt(language, "consultation").fill(transcript=said)
    asked = "\n\n".join(
        library.prompt(language, "section").fill(
            heading=section.heading, instruction=section.instruction, most=str(section.most)
        )
        for section in template.sections
    )
    sections: dict[str, Any] = {
        section.key: {
            "type": "array",
            "items": {"type": "string", "minLength": 3, "maxLength": MAX_CHARACTERS},
            "maxItems": section.most,
        }
        for section in template.sections
    }
    most = sum(section.most for section in template.sections) * TOKENS_A_STATEMENT
    messages = (Message(role="system", content=system), Message(role="user", content=asked))
    room = model.context_tokens() - model.count_tokens(messages)
    return model.complete(
        Request(
            messages=messages,
            json_schema={
                "type": "object",
                "properties": sections,
                "required": list(sections),
                "additionalProperties": False,
            },
            max_tokens=max(1, min(most, room)),
            seed=seed,
        )
    )
