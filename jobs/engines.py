"""The models that a worker's child uses, loaded when a job first needs them."""

from __future__ import annotations

import json
import time
from typing import Any

from consultation.engines import Diarizer, LanguageModel, Recognizer, Request
from consultation.settings import Settings
from jobs.service_settings import ServiceSettings
from jobs.tasks import Models


class RealModels:
    """Those that the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._recognizer: Recognizer | None = None
        self._diarizer: Diarizer | None = None
        self._model: LanguageModel | None = None

    def recognizer(self) -> Recognizer:
        from jobs.models import load_recognizer

        self._recognizer = self._recognizer or load_recognizer(self._settings)
        return self._recognizer

    def diarizer(self) -> Diarizer:
        from jobs.models import load_diarizer

        self._diarizer = self._diarizer or load_diarizer(self._settings)
        return self._diarizer

    def language_model(self) -> LanguageModel:
        from summarize.engines.load import load_language_model

        self._model = self._model or load_language_model(self._settings)
        return self._model


class ScriptedModels:
    """None at all: a dialogue that was written down, and notes that repeat it."""

    def __init__(self, settings: ServiceSettings) -> None:
        from transcribe.scripted import DIALOGUE

        path = settings.scripted_dialogue
        lines = path.read_text("utf-8").splitlines() if path else DIALOGUE
        self._dialogue = tuple(line for line in lines if line.strip())
        self._seconds = settings.scripted_seconds

    def recognizer(self) -> Recognizer:
        from transcribe.scripted import ScriptedRecognizer

        return ScriptedRecognizer(self._dialogue, seconds=self._seconds)

    def diarizer(self) -> Diarizer:
        from transcribe.scripted import ScriptedDiarizer

        # Begun with recognition; the longer of the two, so that each is seen to work.
        return ScriptedDiarizer(self._dialogue, seconds=2 * self._seconds)

    def language_model(self) -> LanguageModel:
        from summarize.engines.scripted import ScriptedModel

        return ScriptedModel(_Writer(self._seconds), context=1_000_000)


class _Writer:
    """Answers with what was said last, filed under the first thing that the schema allows."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, request: Request) -> str:
        # The whole note takes the time, so the first answer does.
        time.sleep(self._seconds)
        self._seconds = 0.0
        said = request.messages[-1].content.splitlines()[-1].partition(": ")[2]
        return json.dumps(_smallest(request.json_schema, said), ensure_ascii=False)


def _smallest(schema: dict[str, Any], text: str) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {name: _smallest(properties[name], text) for name in schema.get("required", ())}
    if schema.get("type") == "array":
        return [_smallest(item, text) for item in schema.get("prefixItems", ())]
    if schema.get("type") == "string":
        return text[: schema.get("maxLength", len(text))]
    return schema.get("minimum", 0)


def models(settings: Settings, service: ServiceSettings) -> Models:
    return RealModels(settings) if service.engines == "models" else ScriptedModels(service)
