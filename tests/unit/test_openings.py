"""States of openings on disk: whole, of this very prompt, and never of what somebody said."""

from __future__ import annotations

from pathlib import Path

from consultation.engines import Request
from consultation.topics import Topic
from prompts import library
from summarize import exchanges
from summarize.asking import Usage
from summarize.engines.openings import KEPT, Openings
from summarize.engines.scripted import ScriptedModel
from summarize.units import units
from tests.unit.talk import transcript


def keep(openings: Openings, prompt: str, content: bytes) -> None:
    draft = openings.draft(prompt)
    (openings.folder / draft).write_bytes(content)
    openings.keep(draft)


def test_a_state_is_found_by_all_that_it_depends_on(tmp_path: Path) -> None:
    openings = Openings(tmp_path, weights="a", context=8)
    keep(openings, "opening", b"state")
    assert openings.find("opening") is not None
    assert openings.find("opening ") is None
    assert Openings(tmp_path, weights="a", context=9).find("opening") is None
    assert Openings(tmp_path, weights="b", context=8).find("opening") is None


def test_a_damaged_state_is_removed(tmp_path: Path) -> None:
    openings = Openings(tmp_path, weights="a")
    keep(openings, "opening", b"state")
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"stale")
    assert openings.find("opening") is None
    assert not list(tmp_path.iterdir())


def test_the_oldest_make_room(tmp_path: Path) -> None:
    openings = Openings(tmp_path, weights="a")
    for number in range(KEPT + 3):
        keep(openings, str(number), b"%d" % number)
    assert len(list(tmp_path.iterdir())) == KEPT
    assert openings.find(str(KEPT + 2)) is not None


def test_a_folder_that_cannot_be_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not Openings(tmp_path / "file" / "folder", weights="a").usable


def test_what_exchanges_call_fixed_does_not_depend_on_the_consultation() -> None:
    for language, lines in (
        ("fr", ("D: Qu'est-ce qui vous amène ?", "P: J'ai mal à la tête, Marguerite aussi.")),
        ("en", ("D: What brings you here?", "P: My head hurts since Monday.")),
    ):
        guide = library.topics(language)

        def answer(request: Request, label: str = guide.labels[Topic.history]) -> str:
            return f'["{label}", "x"]'

        model = ScriptedModel(answer)
        found = units(transcript(*lines, language=language))
        exchanges.file_exchanges(found, language, model, seed=0, usage=Usage())
        asked = list(model.requests)
        nothing = f'["{guide.nothing}", ""]'
        preparing = ScriptedModel([nothing])
        exchanges.prepare(language, preparing)
        asked += preparing.requests
        assert asked
        for request in asked:
            assert request.messages[: request.fixed] == exchanges._opening(language)
            assert request.fixed == len(request.messages) - 1
