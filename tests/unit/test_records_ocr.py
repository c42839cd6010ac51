"""Scanned pages by the command that is set: bounded, and how sure it is told with the words."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from consultation.documents import DocumentFormat, OcrReading, SourceDocument
from consultation.errors import EngineFailed
from consultation.settings import Settings
from records.ocr import ocr_command
from records.read import read_document, read_record
from summarize.synthesis import synthesize
from tests.unit import made_documents as made

TESSERACT = "tesseract {image} stdout -l fra+eng tsv"
LETTER = (
    "Compte rendu du 12/03/2024\n\nAntécédents :\n- Diabète de type 2 depuis 2011\n"
    "- Hypertension artérielle traitée par périndopril 5 mg\n\n"
    "Allergie : pénicilline (éruption en 2009)."
)


def has_french() -> bool:
    if shutil.which("tesseract") is None:
        return False
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, check=False)
    return {b"fra", b"eng"} <= set(listed.stdout.split())


def mean(document: SourceDocument) -> float:
    told = [one.ocr.confidence or 0.0 for one in document.paragraphs if one.ocr]
    return sum(told) / len(told)


def command(folder: Path, body: str) -> str:
    script = folder / "ocr"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o700)
    return f"{script} {{image}}"


@pytest.mark.skipif(not has_french(), reason="NO TESSERACT with fra and eng: make tesseract")
def test_tesseract_reads_a_scan_and_says_how_sure_it_is() -> None:
    scanned = made.pdf_of_picture(made.scan(LETTER))
    record = read_record([("scan.pdf", scanned)], ocr=TESSERACT)
    assert record.refused == ()
    document = record.documents[0]
    assert document.date == "2024-03-12"
    assert document.warnings == ("pages read by OCR: 1",)
    dose = "Hypertension artérielle traitée par périndopril 5 mg"
    assert dose in [one.text for one in document.paragraphs]
    for one in document.paragraphs:
        assert one.page == 1
        assert one.ocr is not None
        assert one.ocr.confidence is not None
        assert one.ocr.lowest is not None
        assert 0.5 < one.ocr.lowest <= one.ocr.confidence <= 1
    made_of = synthesize(record, None, Settings(), as_of="2024-04-01")
    cited = [one for line in made_of.lines() for one in line.evidence]
    assert any("nicilline" in one.quote for one in cited)
    assert all(one.ocr is not None and one.ocr.confidence for one in cited)
    # As a picture, and a worse one: it is less sure.
    worse = read_document("scan.png", made.scan(LETTER, blur=1.5), ocr=TESSERACT)
    assert worse.warnings == ("read by OCR",)
    assert mean(worse) < mean(document)


def test_what_the_command_says_of_its_words(tmp_path: Path) -> None:
    head = "level page_num block_num par_num line_num word_num left top width height conf text"
    rows = [
        (1, 1, 1, 96, "Scanner"), (1, 1, 2, 91, "du"), (1, 1, 3, 88, "12/03/2024"),
        (2, 1, 1, 95, "nodule"), (2, 1, 2, 95, "de"), (2, 1, 3, 41, "8"), (2, 1, 4, 93, "mm."),
    ]  # fmt: skip
    told = [head.replace(" ", "\t")]
    told += [f"5\t1\t1\t{p}\t{n}\t{w}\t0\t0\t0\t0\t{c}\t{t}" for p, n, w, c, t in rows]
    told.append("4\t1\t1\t2\t1\t0\t0\t0\t0\t0\t-1\t")
    (tmp_path / "said").write_text("\n".join(told) + "\n", "utf-8")
    document = read_document(
        "s.pdf", made.pdf_scanned(1), ocr=command(tmp_path, f"cat {tmp_path}/said")
    )
    last = document.paragraphs[-1]
    assert last.text.endswith("nodule de 8 mm.")
    assert last.ocr is not None
    assert (last.ocr.lowest, last.ocr.doubtful) == (0.41, ("8",))
    assert document.cite(last, 0, len(last.text)).ocr == last.ocr
    plain = read_document(
        "s.pdf", made.pdf_scanned(1), ocr=command(tmp_path, "echo Scanner normal, sans nodule.")
    )
    # It was recognised, and nothing tells how well.
    assert plain.paragraphs[0].ocr == OcrReading()
    written = read_document("a.txt", LETTER.encode())
    assert {one.ocr for one in written.paragraphs} == {None}
    assert written.format is DocumentFormat.text


def test_the_command_is_bounded_and_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAMNESE_VLLM_API_KEY", "canary-7731")
    tell = ocr_command(command(tmp_path, 'env; echo "as $(ulimit -v) core $(ulimit -c)"; pwd'), 20)
    said = tell(b"picture").text
    assert "canary" not in said
    assert "as 2097152 core 0" in said
    folder = Path(said.splitlines()[-1])
    assert folder.name.startswith("anamnese-ocr-")
    assert not folder.exists()

    mark = tmp_path / "late"
    started = time.monotonic()
    slow = ocr_command(command(tmp_path, f"(sleep 4; touch {mark}) & sleep 60"), 1)
    with pytest.raises(EngineFailed, match="in time"):
        slow(b"picture")
    assert time.monotonic() - started < 30
    endless = ocr_command(command(tmp_path, "exec yes"), 20)
    with pytest.raises(EngineFailed, match="failed"):
        endless(b"picture")
    with pytest.raises(EngineFailed):
        ocr_command("/no/such/command {image}", 5)(b"picture")
    while time.monotonic() - started < 6:
        time.sleep(0.1)
    # What it had started is gone with it.
    assert not mark.exists()
