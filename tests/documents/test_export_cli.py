"""``anamnese export`` and ``anamnese validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.documents import CONTEXT, golden

runner = CliRunner()
STARTS = {"fhir": b"{", "docx": b"PK", "pdf": b"%PDF-", "plain": b"***", "hl7": b"MSH|^~\\&|"}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    note, talk = golden("fr", "compte-rendu")
    (tmp_path / "summary.json").write_text(note.to_json(), "utf-8")
    (tmp_path / "transcript.json").write_text(talk.to_json(), "utf-8")
    (tmp_path / "context.json").write_text(CONTEXT.to_json(), "utf-8")
    return tmp_path


@pytest.mark.parametrize("kind", STARTS)
def test_each_format(written: Path, kind: str) -> None:
    out = written / "out" / f"note.{kind}"
    arguments = ["summary.json", "transcript.json", "--context", "context.json"]
    paths = [str(written / one) if one.endswith(".json") else one for one in arguments]
    done = runner.invoke(app, ["export", *paths, "--format", kind, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(STARTS[kind])


def test_a_document_is_validated(written: Path) -> None:
    out = written / "bundle.json"
    files = [str(written / "summary.json"), str(written / "transcript.json")]
    assert runner.invoke(app, ["export", *files, "--format", "fhir", "-o", str(out)]).exit_code == 0
    assert runner.invoke(app, ["validate", str(out)]).output.strip() == "valid"
    bundle = json.loads(out.read_text("utf-8"))
    bundle["entry"][0]["resource"]["status"] = "signed"
    out.write_text(json.dumps(bundle), "utf-8")
    done = runner.invoke(app, ["validate", str(out)])
    assert done.exit_code == 2
    assert "status: Composition.status" in done.output


def test_files_that_do_not_belong_together(written: Path) -> None:
    _, other = golden("en", "soap")
    (written / "transcript.json").write_text(other.to_json(), "utf-8")
    files = [str(written / "summary.json"), str(written / "transcript.json")]
    done = runner.invoke(app, ["export", *files, "-o", str(written / "x.pdf")])
    assert done.exit_code == 2
    done = runner.invoke(app, ["export", files[1], files[1], "-o", str(written / "x.pdf")])
    assert done.exit_code == 2
    assert not (written / "x.pdf").exists()
