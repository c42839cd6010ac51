"""Text as a document may hold it: nothing that was said or typed can be anything but text."""

from __future__ import annotations

import re

_NOT_XML = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
"""What XML 1.0 forbids, and the C1 controls and non-characters that it discourages."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")
"""Marks that turn the direction of text: they can make a dose read as another one."""
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Without control characters, halves of surrogates and marks of direction; lines are kept."""
    return _TURNS.sub("", _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def line(text: str) -> str:
    """``clean``, on one line."""
    return _SPACE.sub(" ", clean(text)).strip()


def visible(text: str) -> str:
    """``clean``; a sign for what cannot be shown where nothing would be left."""
    return clean(text) if clean(text).strip() else "\ufffd"


def scrubbed(value: object) -> object:
    """Plain data (dict, list, str…) with every text cleaned; keys are ours."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: scrubbed(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrubbed(one) for one in value]
    return value
