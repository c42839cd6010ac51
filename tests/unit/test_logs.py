"""Log lines hold ids, numbers and codes; the text of an exception never gets into one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from jobs import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        if handler not in handlers:
            root.removeHandler(handler)
    root.setLevel(level)


def test_one_object_a_line_with_what_the_context_says(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logs.configure("json")
    with logs.bound(job_id="job_1"):
        logs.logger("anamnese.x").info("step_begins", queue="speech")
        logging.getLogger("anamnese.y").warning("worker %s is gone", "w1")
    logging.getLogger("anamnese.y").info("after")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line.get("job_id") for line in lines] == ["job_1", "job_1", None]
    assert [line["event"] for line in lines] == ["step_begins", "worker w1 is gone", "after"]
    assert lines[0]["queue"] == "speech"
    assert lines[1]["level"] == "warning"
    assert all(line["timestamp"].endswith("Z") for line in lines)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_text_of_an_exception(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form)  # type: ignore[arg-type]
    for log in (logs.logger("a"), logging.getLogger("b")):
        try:
            raise ValueError("Madame Dupont tousse")
        except ValueError:
            log.exception("failed")  # type: ignore[attr-defined]
        log.error("failed", exc_info=True)  # type: ignore[attr-defined]
    said = capsys.readouterr().err
    assert "Dupont" not in said
    assert "Traceback" not in said
    assert said.count("ValueError at ") == 2
    assert "test_logs.py:" in said


def test_standard_error_that_was_exchanged_is_not_written_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a test runner, or a daemon, does. A closed one would make logging print a traceback."""
    import io

    old = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", old)
        logs.configure("text")
    old.close()
    logging.getLogger("b").error("still heard")
    said = capsys.readouterr().err
    assert "still heard" in said
    assert "Traceback" not in said
