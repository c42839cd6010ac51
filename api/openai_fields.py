"""The fields of OpenAI's ``/v1/audio/transcriptions`` → our options."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, get_args

from api.form import FIELDS, SCHEMAS, read_fields
from api.openai_formats import Format, Granularity
from api.upload import Form
from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings
from jobs.tasks import JobOptions

LISTS = frozenset(
    {
        "timestamp_granularities",
        "include",
        "keywords",
        "languages",
        "known_speaker_names",
        "known_speaker_references",
    }
)
FORMATS: tuple[Format, ...] = get_args(Format)
GRANULARITIES: tuple[Granularity, ...] = get_args(Granularity)
_TEXT = {"type": "string"}
DESCRIBED: dict[str, Any] = {
    "type": "object",
    "required": ["file", "model"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "model": {"type": "string", "description": "See /v1/models."},
        "language": {"type": "string", "description": FIELDS["language"], **SCHEMAS["language"]},
        "prompt": {"type": "string", "description": "Words to expect, most important first."},
        "response_format": {"type": "string", "enum": list(FORMATS), "default": "json"},
        "temperature": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "Accepted; nothing is sampled.",
        },
        "timestamp_granularities[]": {
            "type": "array",
            "items": {"type": "string", "enum": list(GRANULARITIES)},
            "description": "With verbose_json.",
        },
        "keywords[]": {"type": "array", "items": _TEXT, "description": "As prompt."},
        "chunking_strategy": {"type": "string", "description": "Accepted; voice activity decides."},
        "stream": {"type": "string", "enum": ["false"], "description": "Not supported."},
        "speakers": {"type": "string", "description": FIELDS["speakers"], **SCHEMAS["speakers"]},
        "consent": {"type": "string", "description": FIELDS["consent"], **SCHEMAS["consent"]},
    },
}
_KNOWN = {
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "chunking_strategy",
    "stream",
    "speakers",
    "consent",
}


class Unsupported(InvalidOption):
    code = "unsupported_parameter"
    hint = "Leave it out."


@dataclass(frozen=True)
class Asked:
    model: str
    form: Format
    granularities: tuple[Granularity, ...]
    options: JobOptions


def read_asked(form: Form, settings: ServiceSettings) -> Asked:
    """Raises InputError, whose text begins with the name of the field."""
    fields = {name: value for name, value in form.fields.items() if value.strip()}
    for name in fields:
        if name.split("[")[0] not in _KNOWN:
            raise Unsupported("a field has a name that is not supported")
    for name in ("include", "known_speaker_names", "known_speaker_references"):
        if form.lists.get(name):
            raise Unsupported(f"{name}: not supported")
    if fields.get("stream", "false").lower() not in {"false", "0"}:
        raise Unsupported(
            "stream: not supported",
            hint="Send no stream, or POST /v1/consultations and follow the job's events.",
        )
    model = fields.get("model", "").strip()
    if not model:
        raise InvalidOption("model: missing", hint="GET /v1/models lists them.")
    _temperature(fields.get("temperature", "0"))
    shape = _format(fields.get("response_format", "json"))
    given: dict[str, str] = {
        name: fields[name] for name in ("language", "speakers", "consent") if name in fields
    }
    if "language" not in given and len(form.lists.get("languages", [])) == 1:
        given["language"] = form.lists["languages"][0]
    given["vocabulary"] = "\n".join(
        (*form.lists.get("keywords", ()), *_phrases(fields.get("prompt", "")))
    )
    options, _, _ = read_fields(given, settings)
    plain = options.transcribe.model_copy(update={"correction": False})
    return Asked(
        model=model,
        form=shape,
        granularities=_granularities(form.lists.get("timestamp_granularities", []), shape),
        options=options.model_copy(update={"transcribe": plain}),
    )


def _phrases(prompt: str) -> list[str]:
    """A list with commas or lines stays one; prose is cut at its sentences."""
    return [part for part in re.split(r"[,;\n]|[.!?…]+(?:\s|$)", prompt) if part.strip()]


def _format(text: str) -> Format:
    for known in FORMATS:
        if text == known:
            return known
    raise InvalidOption("response_format: not one there is", hint=f"Known: {', '.join(FORMATS)}.")


def _granularities(given: list[str], shape: Format) -> tuple[Granularity, ...]:
    if given and shape != "verbose_json":
        raise InvalidOption(
            "timestamp_granularities: only with verbose_json",
            hint="Ask for response_format=verbose_json.",
        )
    if set(given) - set(GRANULARITIES):
        raise InvalidOption("timestamp_granularities: word or segment", hint="Ask for those.")
    return tuple(one for one in GRANULARITIES if one in given) or ("segment",)


def _temperature(text: str) -> None:
    try:
        fits = 0 <= float(text) <= 1
    except ValueError:
        fits = False
    if not fits:
        raise InvalidOption("temperature: not a number from 0 to 1", hint="Leave it out.")
