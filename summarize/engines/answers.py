"""What every engine checks: the schema going in, the text coming out.

A grammar that a library drops in silence (llama.cpp does, for a schema it cannot compile) shows
itself here as an answer outside the schema, never as a summary.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema

from consultation.errors import EngineFailed, SchemaRefused


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises SchemaRefused for what is not a JSON schema, before any engine is asked."""
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        place = "/".join(str(step) for step in error.absolute_path) or "its root"
        raise SchemaRefused(f"the JSON schema is invalid at {place}") from None


def check_answer(text: str, schema: Mapping[str, Any]) -> None:
    """Raises EngineFailed unless ``text`` is JSON that obeys ``schema``; quotes neither."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise EngineFailed("the model's answer is not JSON") from None
    error = next(jsonschema.Draft202012Validator(schema).iter_errors(answer), None)
    if error is not None:
        raise EngineFailed(f"the model's answer breaks its JSON schema ({error.validator})")
