"""What benches count, without running one."""

from __future__ import annotations

import json

import pytest

from bench.__main__ import COMMANDS
from bench.length import length_of
from bench.length import to_markdown as length_table
from bench.one_shot import one_shot
from bench.peers import OURS, PEERS
from bench.recorded import Asked, Recorded, busy, replayed
from bench.run import RUNNERS
from bench.summary import Row
from bench.summary import to_markdown as summary_table
from consultation.engines import Completion, Message, Request
from prompts import library
from summarize.engines.scripted import ScriptedModel
from tests.unit.talk import transcript

REQUEST = Request(
    messages=(Message(role="system", content="Read."), Message(role="user", content="Now.")),
    json_schema={"type": "string"},
    max_tokens=50,
)


def asked(began: float, ended: float) -> Asked:
    done = Completion(text='"x"', finish_reason="stop", completion_tokens=7)
    return Asked(REQUEST, done, began, ended)


def test_time_with_the_engine_is_counted_once() -> None:
    assert busy([asked(3, 4), asked(0, 2), asked(1, 2.5)]) == pytest.approx(3.5)
    assert busy([]) == 0.0


def test_the_engine_is_asked_again_for_as_many_tokens_and_no_schema() -> None:
    model = Recorded(ScriptedModel(['"yes"']), parallel=1)
    completion = model.complete(REQUEST)
    (again,) = replayed(model.asked)
    assert again == {
        "messages": [
            {"role": "system", "content": "Read."},
            {"role": "user", "content": "Now."},
        ],
        "max_tokens": completion.completion_tokens,
    }


def test_overhead_is_the_median_of_pairs() -> None:
    row = Row(ours=[11.0, 12.0, 30.0], raw=[10.0, 10.0, 20.0], with_engine=[10.0, 10.0, 20.0])
    assert row.overhead == pytest.approx(0.2)
    told = summary_table({"sections": row, "one shot": Row(error="it ended")})
    assert "| sections | 1.00 | +20.0 | +10.0 to +50.0 |" in told
    assert "| one shot | it ended |" in told


def test_one_shot_asks_for_every_section_at_once() -> None:
    template = library.template("en", library.default_template("en"))
    empty = json.dumps({section.key: [] for section in template.sections}, separators=(",", ":"))
    model = ScriptedModel([empty])
    talk = transcript("D: What brings you?", "P: A cough.", language="en")
    assert one_shot(talk, model, seed=0).finish_reason == "stop"
    (request,) = model.requests
    assert set(request.json_schema["properties"]) == {s.key for s in template.sections}
    assert "A cough." in request.messages[0].content


def test_lengths_are_told_against_the_first() -> None:
    def answer(seconds: float, peak: int) -> dict[str, object]:
        took = {"seconds": seconds, "processor_seconds": seconds * 2}
        said = [{"speaker": "S1", "text": "one two"}, {"speaker": "S2", "text": "three"}]
        return {"passes": [took], "segments": said, "peak_mb": peak}

    rows = [
        length_of("short", 300, answer(60, 1000)),
        length_of("long", 3600, answer(900, 1300)),
        length_of("longer", 7200, {"error": "ended with -9", "peak_mb": 5}),
    ]
    short, long, longer = length_table(rows).splitlines()[2:]
    assert short == "| short | 5 | 0.200 | 1.00 | 0.400 | 1.00 | 1000 | 981 | 2 | 1 |"
    assert long == "| long | 60 | 0.250 | 1.25 | 0.500 | 1.25 | 1300 | 1070 | 2 | 0 |"
    assert "ended with -9" in longer


def test_every_peer_has_its_runner_and_every_command_its_name() -> None:
    assert PEERS[0].name == OURS
    for peer in PEERS:
        assert (RUNNERS / peer.runner).is_file()
        assert all("==" in one for one in peer.requirements)
    assert set(COMMANDS) == {"peers", "length", "summary"}
