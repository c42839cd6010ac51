"""Prompts and templates are files; each has a digest, which every result names."""

from __future__ import annotations

import hashlib
import string
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from consultation.errors import UnknownTemplate, UnsupportedLanguage
from consultation.topics import Topic
from consultation.wire import Record

LANGUAGES = ("fr", "en")


class SectionTemplate(Record):
    """What one section of a note holds, and what is asked for it."""

    key: str = Field(pattern=r"^[a-z_]+$")
    heading: str
    loinc: str = Field(pattern=r"^\d+-\d$")
    cardinality: Literal["0..1", "1..1"]
    """1..1: always shown; where nobody spoke of it, with the "not discussed" text."""
    most: int = Field(gt=0, le=30)
    """Statements at most."""
    instruction: str
    topics: tuple[Topic, ...] = Field(min_length=1)
    """What its statements may be about; each topic has its own rules of evidence."""

    @property
    def required(self) -> bool:
        return self.cardinality == "1..1"


class Template(Record):
    """A kind of note."""

    name: str
    language: str
    title: str
    loinc: str = Field(pattern=r"^\d+-\d$")
    not_discussed: str
    sections: tuple[SectionTemplate, ...] = Field(min_length=1)


class Prompt(Record):
    """A text with ``$places`` to fill."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fill(self, **places: str) -> str:
        """Raises KeyError when a place is not given; what is filled in is never read again."""
        return string.Template(self.text).substitute(places)


class Example(Record):
    """One worked example, about nothing that occurs in our samples, so that a leak is seen."""

    question: str | None = None
    answer: str
    speaker: Literal["clinician", "patient"]
    topic: Topic | None = None
    text: str = ""


class TopicGuide(Record):
    clinician: str
    """How the clinician is called in what the model reads."""
    patient: str
    companion: str
    unknown: str
    nothing: str
    """The label of a sentence that belongs nowhere."""
    nothing_instruction: str
    labels: dict[Topic, str]
    """The label of each topic, as the model writes it."""
    instructions: dict[Topic, str]
    examples: tuple[Example, ...]


def templates() -> tuple[tuple[str, str], ...]:
    """(language, name) of every template."""
    return tuple(
        (language, entry.name.removesuffix(".toml"))
        for language in LANGUAGES
        for entry in sorted(files("prompts").joinpath(language).iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml") and entry.name != "topics.toml"
    )


@cache
def template(language: str, name: str) -> Template:
    """Raises UnsupportedLanguage or UnknownTemplate."""
    _check(language)
    if (language, name) not in templates():
        known = ", ".join(n for lang, n in templates() if lang == language)
        raise UnknownTemplate(f"no template of this name for {language}; there are: {known}")
    content = tomllib.loads(_read(language, f"{name}.toml"))
    sections = tuple(SectionTemplate.model_validate(s) for s in content.pop("section"))
    return Template(name=name, language=language, sections=sections, **content)


def default_template(language: str) -> str:
    _check(language)
    return {"fr": "compte-rendu", "en": "soap"}[language]


@cache
def prompt(language: str, name: str) -> Prompt:
    _check(language)
    return Prompt(name=f"{language}/{name}.md", text=_read(language, f"{name}.md"))


@cache
def topics(language: str) -> TopicGuide:
    """How the model is told what each topic is, with worked examples."""
    _check(language)
    return TopicGuide.model_validate(tomllib.loads(_read(language, "topics.toml")))


@cache
def example_texts(language: str) -> tuple[str, ...]:
    """What the worked examples say: a word of theirs in a note, and not said, has leaked."""
    return tuple(f"{e.answer} {e.text}" for e in topics(language).examples)


def digests(language: str, *files_of_prompts: str) -> dict[str, str]:
    """``fr/soap.toml`` → sha256, for each file that took part in a result."""
    texts = {f"{language}/{file}": _read(language, file) for file in files_of_prompts}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def _read(language: str, file: str) -> str:
    return files("prompts").joinpath(language, file).read_text("utf-8")


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise UnsupportedLanguage(f"language {language!r} is not supported")
