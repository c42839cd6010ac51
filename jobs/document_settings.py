"""Settings of the documents that leave."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Line = Annotated[str, Field(min_length=1, max_length=300)]


class DocumentSettings(BaseSettings):
    """Part of ``ServiceSettings``."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    letterhead: tuple[Line, ...] = Field(default=(), max_length=12)
    """Lines at the top of documents whose context names none, as a JSON list."""
    document_footer: str | None = Field(default=None, min_length=1, max_length=300)
    """At the foot of every page of them."""
