"""A changed lexicon makes finished results stale, under the same version too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from clinical import lexicon_digest
from clinical.lexicon_digest import lexicons_sha256
from consultation.settings import Settings
from jobs.digests import transcript_digest
from jobs.pipeline import Pipeline
from summarize.consultation import summary_digest
from transcribe.pipeline import TranscribeOptions


@pytest.fixture
def lexicons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(Path(str(files("clinical") / "lexicons")), tmp_path / "lexicons")
    monkeypatch.setattr(lexicon_digest, "files", lambda _: tmp_path)
    lexicons_sha256.cache_clear()
    yield tmp_path / "lexicons"
    lexicons_sha256.cache_clear()


@pytest.mark.parametrize("name", ["drugs.csv", "role_cues.tsv", "ordinary.txt", "paraphrases.csv"])
def test_a_changed_list_is_another_digest(lexicons: Path, name: str) -> None:
    settings, options = Settings(), TranscribeOptions()
    before = transcript_digest(settings, options), summary_digest(settings)
    with (lexicons / name).open("a", encoding="utf-8") as file:
        file.write("# one more\n")
    assert (transcript_digest(settings, options), summary_digest(settings)) == before
    lexicons_sha256.cache_clear()  # as another process would read it
    after = transcript_digest(settings, options), summary_digest(settings)
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert Pipeline(settings, options).digest() == after[0]


def test_what_is_written_about_the_lists_changes_nothing(lexicons: Path) -> None:
    before = lexicons_sha256()
    (lexicons / "README.md").write_text("other words", encoding="utf-8")
    lexicons_sha256.cache_clear()
    assert lexicons_sha256() == before
