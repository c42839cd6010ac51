"""Templates of syntheses: files too, a section a table, each with a digest."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, get_args

from pydantic import Field

from consultation.errors import UnknownTemplate, UnsupportedLanguage
from consultation.wire import Record
from prompts.library import LANGUAGES

Shows = Literal[
    "identity", "reason", "problems", "history", "surgery", "family", "allergies", "treatments",
    "discharge_treatments", "stopped_treatments", "habits", "vaccines", "devices", "vitals",
    "results", "imaging", "procedures", "stays", "pending", "follow_up", "vigilance",
    "conclusions", "timeline", "questions", "oncology", "oncology_tumour", "oncology_stage",
    "oncology_biomarkers", "oncology_treatments", "oncology_status", "overview",
    "transfusions", "by_hand",
]  # fmt: skip
"""What the reduce step has; a section shows one or more of them. ``by_hand``: what no document of a
patient tells and people fill in, as the quorum of a tumour board."""

SHOWS: tuple[str, ...] = get_args(Shows)
DEFAULT = "patient-summary"


class SynthesisSectionTemplate(Record):
    key: str = Field(pattern=r"^[a-z_]+$")
    heading: str
    loinc: str | None = Field(default=None, pattern=r"^\d+-\d$")
    required: bool = False
    """Shown where the documents say nothing too, with the "not recorded" text."""
    shows: tuple[Shows, ...] = Field(min_length=1)
    most: int = Field(default=40, gt=0)
    """Lines at most, the latest kept."""
    before: str = ""
    """Words that stand before each line: "Vous prenez : "."""


class SynthesisTemplate(Record):
    name: str
    language: str
    title: str
    loinc: str | None = Field(default=None, pattern=r"^\d+-\d$")
    not_recorded: str
    by_hand: str = ""
    """In place of a section that people fill in: its words were not looked for."""
    plain: bool = False
    """For the patient: terms are followed by plain words, what is uncertain is left to be said in
    person, and sources stand in an appendix."""
    withheld: str = ""
    """In place of a section whose lines were all uncertain: to say nothing would say "none"."""
    sections: tuple[SynthesisSectionTemplate, ...] = Field(min_length=1)


def synthesis_templates() -> tuple[tuple[str, str], ...]:
    """(language, name) of every template."""
    return tuple(
        (language, entry.name.removesuffix(".toml"))
        for language in LANGUAGES
        for entry in sorted(_folder(language).iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml")
    )


@cache
def synthesis_template(language: str, name: str) -> SynthesisTemplate:
    """Raises UnsupportedLanguage or UnknownTemplate."""
    if language not in LANGUAGES:
        raise UnsupportedLanguage(f"language {language!r} is not supported")
    if (language, name) not in synthesis_templates():
        known = ", ".join(n for lang, n in synthesis_templates() if lang == language)
        raise UnknownTemplate(f"no template of this name for a synthesis; there are: {known}")
    content = tomllib.loads(_read(language, name))
    sections = tuple(SynthesisSectionTemplate.model_validate(s) for s in content.pop("section"))
    return SynthesisTemplate(name=name, language=language, sections=sections, **content)


def synthesis_digest(language: str, name: str) -> dict[str, str]:
    text = _read(language, name)
    return {f"{language}/synthesis/{name}.toml": hashlib.sha256(text.encode()).hexdigest()}


@cache
def plain_words(language: str) -> dict[str, str]:
    """Medical term, as it is written → what it is in plain words."""
    text = _folder(language).joinpath("plain.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def _folder(language: str) -> Traversable:
    return files("prompts").joinpath(language, "synthesis")


def _read(language: str, name: str) -> str:
    return str(_folder(language).joinpath(f"{name}.toml").read_text("utf-8"))
