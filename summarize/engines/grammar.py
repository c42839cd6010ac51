"""A JSON schema as a grammar of llguidance, which llama.cpp has inside and transformers is given.

Without free whitespace: a small model can loop in it until its tokens are spent. The separators
are those of ``json.dumps``, which models have read most of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from consultation.errors import EngineMissing, SchemaRefused

_FORM = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}


def compact_grammar(schema: Mapping[str, Any]) -> str:
    """In llguidance's Lark dialect."""
    return "%llguidance {}\nstart: %json " + json.dumps({**schema, "x-guidance": _FORM})


def check_grammar(grammar: str) -> None:
    """Raises SchemaRefused where llguidance cannot compile it, as for ``uniqueItems``.

    llama.cpp would decode without any grammar, and say so only in its log.
    """
    try:
        from llguidance import LLMatcher
    except ImportError:
        raise EngineMissing(
            "llguidance is not installed",
            hint="pip install 'anamnese[embedded]' or 'anamnese[transformers]'",
        ) from None
    if LLMatcher.validate_grammar(LLMatcher.grammar_from_lark(grammar)):
        raise SchemaRefused("the grammar engine does not know a keyword of the JSON schema")
