"""The published JSON Schema of results."""

from __future__ import annotations

import json

from consultation.summary import Summary
from consultation.synthesis import Synthesis
from consultation.transcript import Transcript


def schema() -> dict[str, str]:
    """File name → JSON Schema (2020-12) of what is written, times in milliseconds."""
    return {
        f"{kind.__name__.lower()}.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **kind.model_json_schema(mode="serialization"),
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
        for kind in (Transcript, Summary, Synthesis)
    }
