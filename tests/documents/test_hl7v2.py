"""MDM^T02, read back as a receiver does: split at separators, then unescape."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from consultation.export.hl7v2 import escaped, to_mdm
from consultation.export.plain import to_plain
from consultation.signoff import NoteState
from tests.documents import CONTEXT, draft, golden, signed

_BACK = {"E": "\\", "F": "|", "S": "^", "T": "&", "R": "~"}


def unescaped(text: str) -> str:
    return re.sub(r"\\([EFSTR])\\", lambda found: _BACK[found[1]], text)


def segments(message: str) -> list[list[str]]:
    assert message.endswith("\r")
    return [one.split("|") for one in message.rstrip("\r").split("\r")]


def test_a_message_holds_the_note_line_by_line() -> None:
    note, talk = golden("fr", "compte-rendu")
    read = segments(to_mdm(signed(note), talk, CONTEXT))
    assert [one[0] for one in read[:5]] == ["MSH", "EVN", "PID", "PV1", "TXA"]
    header, patient, document = read[0], read[2], read[4]
    assert (header[1], header[8], header[11]) == ("^~\\&", "MDM^T02^MDM_T02", "2.5")
    assert header[17] == "UNICODE UTF-8"
    assert patient[3].split("~")[0] == "253012A00400180^^^&1.2.250.1.213.1.4.10&ISO^INS-NIR"
    assert (patient[5], patient[7], patient[8]) == ("Essai^Anne^Marie^^^^L", "19530112", "F")
    assert (document[2], document[17], document[19]) == ("CN", "LA", "AV")
    assert document[22].split("^")[14] == "20260302094000+0000"
    lines = [unescaped(one[5]) for one in read[5:]]
    assert lines == to_plain(signed(note), talk, CONTEXT).rstrip("\n").split("\n")
    assert {one[11] for one in read[5:]} == {"F"}


def test_a_draft_is_in_progress_and_an_amendment_names_its_parent() -> None:
    note, talk = golden("en", "soap")
    read = segments(to_mdm(draft(note), talk, CONTEXT))
    assert (read[4][17], len(read[4]), read[5][11]) == ("IP", 20, "P")
    before = signed(note)
    after = signed(note, NoteState.amended).model_copy(update={"replaces": before.content_sha256})
    parent = segments(to_mdm(after, talk, CONTEXT))[4][13]
    assert parent == segments(to_mdm(before, talk, CONTEXT))[4][12]


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_no_text_makes_a_field_or_a_segment(text: str) -> None:
    written = escaped(text)
    assert not re.search(r"[|^&~\r\n\x00-\x1f]", written)
    flat = unescaped(written)
    assert escaped(flat) == written


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_a_hostile_name_stays_in_its_field(name: str) -> None:
    note, talk = golden("en", "soap")
    patient = CONTEXT.patient
    assert patient is not None
    context = CONTEXT.model_copy(update={"patient": patient.model_copy(update={"family": name})})
    read = segments(to_mdm(draft(note), talk, context))
    assert len(read[2]) == 9
    assert {one[0] for one in read} == {"MSH", "EVN", "PID", "PV1", "TXA", "OBX"}
