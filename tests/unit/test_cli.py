"""The command line: options, errors, exit codes; no model is loaded here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.arguments import folders, settings_table, transcribe_options
from api.cli import app
from consultation.engines import SpeakerCount
from consultation.errors import InvalidOption, UnsupportedLanguage
from consultation.transcript import Role

runner = CliRunner()
DOCS = Path(__file__).parents[2] / "docs"


def options(**given: object) -> object:
    values: dict[str, object] = {
        "language": None,
        "vocabulary": None,
        "speakers": None,
        "channels": "auto",
        "channel_roles": None,
        "allow_truncated": False,
    }
    return transcribe_options(**(values | given))  # type: ignore[arg-type]


def test_correction_and_speciality() -> None:
    assert options().correction  # type: ignore[attr-defined]
    assert not options(correction=False).correction  # type: ignore[attr-defined]
    chosen = options(language="fr", speciality="oncology", vocabulary="Tamaris, pembrolizumab")
    hotwords = chosen.hotwords  # type: ignore[attr-defined]
    assert hotwords[:2] == ("Tamaris", "pembrolizumab")
    assert "osimertinib" in hotwords
    assert len(set(hotwords)) == len(hotwords)
    for given in ({"speciality": "oncology"}, {"speciality": "magic", "language": "fr"}):
        with pytest.raises(InvalidOption, match="speciality"):
            options(**given)


def test_help_and_templates() -> None:
    assert runner.invoke(app, ["--help"]).exit_code == 0
    listed = runner.invoke(app, ["templates"]).output
    assert "compte-rendu" in listed
    assert "history-and-physical" in listed


def test_the_settings_page_is_the_code() -> None:
    assert (DOCS / "settings.md").read_text("utf-8") == settings_table(), "run: make schema"


@pytest.mark.parametrize(
    ("text", "count"),
    [("2", SpeakerCount(exact=2)), ("2-4", SpeakerCount(minimum=2, maximum=4))],
)
def test_speakers(text: str, count: SpeakerCount) -> None:
    assert options(speakers=text).speakers == count  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "given",
    [
        {"speakers": "0"},
        {"speakers": "4-2"},
        {"speakers": "many"},
        {"speakers": "99"},
        {"channels": "left"},
        {"channel_roles": "clinician"},
        {"channel_roles": "doctor,patient"},
    ],
)
def test_options_that_cannot_be_meant(given: dict[str, str]) -> None:
    with pytest.raises(InvalidOption):
        options(**given)


def test_a_language_that_is_not_spoken() -> None:
    with pytest.raises(UnsupportedLanguage):
        options(language="de")


def test_vocabulary_from_a_list_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "drugs.txt"
    file.write_text("# cardiology\namlodipine\n\nbisoprolol\namlodipine\n", "utf-8")
    for given in ("amlodipine, bisoprolol", str(file)):
        assert options(vocabulary=given).vocabulary == ("amlodipine", "bisoprolol")  # type: ignore[attr-defined]
    roles = options(channel_roles="patient,clinician").channel_roles  # type: ignore[attr-defined]
    assert roles == (Role.patient, Role.clinician)


def test_each_file_has_its_own_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = [Path("a/one.wav"), Path("a/two.wav"), Path("b/two.mp3")]
    assert [folder.name for _, folder in folders(files, out)] == ["one", "two-wav", "two-mp3"]
    with pytest.raises(InvalidOption):
        folders([Path("a/one.wav"), Path("b/one.wav")], out)


def test_an_unknown_template_is_refused_before_any_work(tmp_path: Path) -> None:
    result = runner.invoke(
        app, ["run", "x.wav", "--template", "nope", "--out", str(tmp_path / "o")]
    )
    assert result.exit_code == 2
    assert "unknown_template" in result.output
    assert not (tmp_path / "o").exists()


def test_a_transcript_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "transcript.json"
    file.write_text('{"segments": "Madame Canari a mal"}', "utf-8")
    result = runner.invoke(app, ["summarize", str(file)])
    assert result.exit_code == 2
    assert "invalid_transcript" in result.output
    assert "Canari" not in result.output, "an error never repeats what was said"


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESE_THREADS", "many")
    result = runner.invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "ANAMNESE_THREADS" in result.output


def test_a_bad_file_does_not_stop_the_others_and_is_a_json_line(tmp_path: Path) -> None:
    empty, missing = tmp_path / "empty.wav", tmp_path / "missing.wav"
    empty.touch()
    out = tmp_path / "out"
    result = runner.invoke(
        app, ["transcribe", str(empty), str(missing), "--json", "--out", str(out)]
    )
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["error"]["code"] for line in found] == ["empty_file", "unreadable_file"]
    assert all(line["error"]["hint"] for line in found)
    assert result.exit_code == 2
    assert not out.exists()


def test_the_command_line_loads_no_heavy_library() -> None:
    """It starts at once, and an API process made of it stays small."""
    code = (
        "import sys, api.cli; heavy = {'torch', 'faster_whisper', 'ctranslate2', 'pyannote.audio',"
        " 'transformers', 'xllamacpp', 'onnxruntime'} & set(sys.modules); print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
