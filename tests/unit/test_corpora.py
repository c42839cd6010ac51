"""Readers of published corpora, on little files of our own in the same formats."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.errors import InvalidOption, UnreadableFile
from consultation.transcript import Role
from evaluation.corpora import aci_bench, labforsims2, mts_dialog, osce, primock57, simsamu
from evaluation.corpora.dialogue import Dialogue, dialogue
from evaluation.corpora.workbook import _column, first_sheet


def said(found: Dialogue) -> list[tuple[Role, str]]:
    return [(found.roles[line.speaker], line.text) for line in found.lines]


def test_simsamu(tmp_path: Path) -> None:
    def turn(who: str, *terms: str) -> dict[str, object]:
        kinds = [{"text": t, "type": "WORD" if t[0].isalpha() else "PUNCTUATION"} for t in terms]
        return {"speaker": {"id": who}, "terms": kinds}

    call = {"monologues": [turn("medecin", "allô", "?"), turn("patient", "oui", ",", "bonjour")]}
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "one.json").write_text(json.dumps(call), "utf-8")
    (found,) = simsamu.read(tmp_path)
    assert said(found) == [(Role.clinician, "allô ?"), (Role.patient, "oui, bonjour")]
    (tmp_path / "one" / "one.json").write_text('{"monologues": [1]}', "utf-8")
    with pytest.raises(UnreadableFile):
        list(simsamu.read(tmp_path))


def test_labforsims2(tmp_path: Path) -> None:
    (tmp_path / "dialogues").mkdir()
    text = "d01000000 Vous toussez ?\np01000000 Un peu.\n\nd01000001   \n"
    (tmp_path / "dialogues" / "a.txt").write_text(text, "utf-8")
    (found,) = labforsims2.read(tmp_path)
    assert said(found) == [(Role.clinician, "Vous toussez ?"), (Role.patient, "Un peu.")]


def test_osce(tmp_path: Path) -> None:
    text = "\ufeffD: What brings you in?\n\nP; My knee\nhurts.\n\nD OK. Since when?\n\nP: Monday.\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (found,) = osce.read(tmp_path)
    assert said(found) == [
        (Role.clinician, "What brings you in?"),
        (Role.patient, "My knee hurts."),
        (Role.clinician, "OK. Since when?"),
        (Role.patient, "Monday."),
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_aci_bench(tmp_path: Path) -> None:
    talk = "[doctor] hi .\n[patient] hello .\n[patient_guest] he coughs ."
    row = {"dataset": "x", "encounter_id": "D1", "dialogue": talk, "note": "PLAN\n\nRest."}
    write_csv(tmp_path / "challenge_data" / "valid.csv", [row])
    write_csv(tmp_path / "challenge_data" / "valid_metadata.csv", [{"other": "x"}])
    (visit,) = aci_bench.visits(tmp_path)
    assert visit.note == "PLAN\n\nRest."
    assert [role for role, _ in said(visit.dialogue)] == [
        Role.clinician,
        Role.patient,
        Role.companion,
    ]
    assert list(aci_bench.visits(tmp_path, "train")) == []


def test_mts_dialog(tmp_path: Path) -> None:
    talk = "Doctor: Any allergies? \nPatient: To\npenicillin.\nGest_family: And cats."
    row = {"ID": "0", "section_header": "ALLERGY", "section_text": "Penicillin.", "dialogue": talk}
    alone = row | {"ID": "1", "dialogue": "Doctor: Hello."}
    write_csv(tmp_path / "MTS-Dialog-ValidationSet.csv", [row, alone])
    write_csv(tmp_path / "MTS-Dialog-Automatic-ValidationSet.csv", [{"ID": "0", "Dialogue": "x"}])
    first, second = mts_dialog.excerpts(tmp_path)
    assert (first.header, first.section, second.dialogue) == ("ALLERGY", "Penicillin.", None)
    assert first.dialogue is not None
    assert said(first.dialogue)[1:] == [
        (Role.patient, "To penicillin."),
        (Role.companion, "And cats."),
    ]
    assert len(list(mts_dialog.read(tmp_path))) == 1


CELL = '<c r="{name}" t="{kind}"><v>{value}</v></c>'


def workbook(path: Path, cells: dict[str, str]) -> None:
    texts = list(dict.fromkeys(cells.values()))
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    sheet = "".join(
        CELL.format(name=name, kind="s", value=texts.index(text)) for name, text in cells.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}>{sheet}</worksheet>")


def textgrid(path: Path, *spoken: tuple[float, str]) -> None:
    parts = [
        f'intervals [{i}]:\n xmin = {start} \n xmax = {start + 1} \n text = "{text}" \n'
        for i, (start, text) in enumerate(spoken, start=1)
    ]
    path.write_text("".join(parts), "utf-8")


def test_primock57(tmp_path: Path) -> None:
    for name in ("transcripts", "notes", "human"):
        (tmp_path / name).mkdir()
    name = "day1_consultation01"
    textgrid(
        tmp_path / f"transcripts/{name}_doctor.TextGrid",
        (0, "Any <UNSURE>fever</UNSURE>?"),
        (2, ""),
        (4, "<UNIN/>"),
    )
    textgrid(tmp_path / f"transcripts/{name}_patient.TextGrid", (1.5, 'I said ""no"".'))
    (tmp_path / f"notes/{name}.json").write_text('{"note": "No fever."}', "utf-8")
    workbook(
        tmp_path / f"human/{name}_clinician_1.xlsx",
        {"A1": "CHECKLIST", "B1": "Critical / Non Critical", "D1": "Note 1", "E1": "Correct / In"}
        | {"A2": "HPC", "A3": "No fever", "B3": "c", "A4": "*walks", "B4": "nc"}
        | {"D2": "↳ no fever.", "E2": "c", "D3": "Fever.", "E3": "i", "D4": "not judged"},
    )
    (found,) = primock57.consultations(tmp_path)
    assert said(found.dialogue) == [
        (Role.clinician, "Any fever ?"),
        (Role.patient, 'I said "no".'),
    ]
    assert found.note == "No fever."
    ((fever, walks),) = found.checklists
    assert (fever.text, fever.critical) == ("No fever", True)
    assert (walks.text, walks.critical) == ("walks", False)
    assert [(one.text, one.correct) for one in found.judged] == [
        ("no fever.", True),
        ("Fever.", False),
    ]


def test_a_broken_workbook_is_an_error_without_its_name(tmp_path: Path) -> None:
    (tmp_path / "secret.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(UnreadableFile) as error:
        first_sheet(tmp_path / "secret.xlsx")
    assert "secret" not in str(error.value)


def test_a_speaker_without_a_role_is_refused() -> None:
    with pytest.raises(InvalidOption):
        dialogue("x", "en", [("a", "Hello."), ("b", "Hi.")], {"a": Role.patient})


@given(st.integers(0, 26 * 27 - 1))
def test_columns_of_a_sheet(number: int) -> None:
    high, low = divmod(number, 26)
    letters = (chr(ord("A") + high - 1) if high else "") + chr(ord("A") + low)
    assert _column(letters) == number
