"""A language model whose answers are kept in a folder, so that a long run goes on where it broke.

For measurements and other runs of hours on a machine of one's own: it stands before the real
engine and has its interface. A service keeps finished work in its database instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from consultation.engines import Completion, LanguageModel, Message, Request
from consultation.provenance import ModelUse
from jobs.map_cache import FolderCache


class KeptAnswers:
    """The same request to the same model is asked once. What is kept holds clinical text."""

    def __init__(self, model: LanguageModel, kept: FolderCache) -> None:
        self._model, self._kept = model, kept
        self.parallel = model.parallel

    def models(self) -> tuple[ModelUse, ...]:
        return self._model.models()

    def context_tokens(self) -> int:
        return self._model.context_tokens()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._model.count_tokens(messages)

    def complete(self, request: Request) -> Completion:
        """Raises what the engine raises, and DiskFull or StorageError."""
        key = self._key(request)
        content = self._kept.get(key)
        if content is not None:
            try:
                return Completion.model_validate_json(content)
            except ValidationError:
                pass  # half written, or an older form: asked again
        answer = self._model.complete(request)
        self._kept.put(key, answer.model_dump_json(by_alias=True).encode())
        return answer

    def close(self) -> None:
        self._model.close()

    def _key(self, request: Request) -> str:
        digest = hashlib.sha256(str(self.context_tokens()).encode())
        for part in (*self.models(), request):
            digest.update(part.model_dump_json(by_alias=True).encode())
        return digest.hexdigest()
