"""The page's files: both languages say the same, nothing comes from elsewhere, it is light."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from consultation.export.numbers import FINESS_SYSTEM, INS_SYSTEMS, RPPS_SYSTEM

WEB = Path(__file__).parents[2] / "api" / "web"
SCRIPTS = sorted((WEB / "js").rglob("*.js"))
WORDS = {one: json.loads((WEB / "lang" / f"{one}.json").read_text("utf-8")) for one in ("fr", "en")}
SYSTEMS = {RPPS_SYSTEM, FINESS_SYSTEM}
LIMIT = 300_000
"""Bytes of everything that a clinician's page asks for, as they are sent without compression."""
LATER = {WEB / "js" / "pages" / "admin.js", *(WEB / "js" / "admin").iterdir()}
"""Asked for by who opens the administration."""


def text(path: Path) -> str:
    return path.read_text("utf-8")


def asked_for() -> set[str]:
    """Keys that are written out in the scripts."""
    found: set[str] = set()
    for path in SCRIPTS:
        # What is compared with is not what is asked for.
        source = re.sub(r'[!=]== "[a-z_]+"', "", text(path))
        for call in re.finditer(r"\b(?:t|plural)\(([^;]{0,200})", source):
            found |= set(re.findall(r'"([a-z_]+(?:[.-][a-z_-]+)*)"', call[1].split(")")[0]))
    return found


def test_both_languages_have_the_same_words_and_places_to_fill() -> None:
    assert set(WORDS["fr"]) == set(WORDS["en"])
    for key, french in WORDS["fr"].items():
        english = WORDS["en"][key]
        assert french.strip(), key
        assert english.strip(), key
        places = [set(re.findall(r"\{(\w+)\}", one)) for one in (french, english)]
        assert places[0] == places[1], key


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = asked_for()
    assert len(asked) > 120, "the pattern finds the calls"
    plurals = {key.removesuffix(".one") for key in WORDS["fr"] if key.endswith(".one")}
    known = set(WORDS["fr"]) | plurals
    # The group of a name, which named() is asked for within a call.
    groups = {"rule"}
    assert asked - known - groups == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_parse_text_as_html(path: Path) -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"DOMParser|createContextualFragment"
    )
    assert re.search(forbidden, text(path)) is None


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_module_that_is_imported_is_there(path: Path) -> None:
    for name in re.findall(r'from "([^"]+)"', text(path)):
        assert name.startswith("."), name
        assert (path.parent / name).is_file(), name


def test_nothing_comes_from_another_host() -> None:
    for path in WEB.rglob("*.*"):
        addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text(path)))
        # Names of a language and of systems of numbers, not addresses that are asked.
        names = {"http://www.w3.org"} | (SYSTEMS if path.name == "numbers.js" else set())
        assert addresses <= names, path


def test_the_page_and_the_service_mean_the_same_systems_of_numbers() -> None:
    script = text(WEB / "js" / "numbers.js")
    assert set(re.findall(r'"(https?://[^"]+)"', script)) == SYSTEMS
    assert set(re.findall(r'"(urn:oid:[^"]+)"', script)) <= INS_SYSTEMS


def test_index_has_no_inline_script_or_style() -> None:
    index = text(WEB / "index.html")
    assert "<style" not in index
    assert re.search(r"\s(on\w+|style)=", index) is None
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", index))


def test_the_page_is_light() -> None:
    files = {path for path in WEB.rglob("*.*") if path.is_file()}
    # A page asks for the words of one language; the heavier counts.
    heavier, *others = sorted((WEB / "lang").iterdir(), key=lambda path: -path.stat().st_size)
    now = files - LATER - set(others)
    assert heavier in now
    assert sum(path.stat().st_size for path in now) < LIMIT
    assert sum(path.stat().st_size for path in LATER) < LIMIT / 10
    for path in set(SCRIPTS) - LATER:
        assert re.search(r"^import .*/admin(?:/|\.js)", text(path), re.MULTILINE) is None, path


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_files_are_small(path: Path) -> None:
    assert len(text(path).splitlines()) <= 250
