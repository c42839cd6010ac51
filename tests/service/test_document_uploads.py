"""Documents of a record that arrive in parts: one upload, cut anywhere, is one record."""

from __future__ import annotations

import pytest
from httpx import Request

from tests.service import test_http
from tests.service.test_http import Door, problem
from tests.service.test_uploads import PART, TUS, begin, meta, offset, part

door = test_http.door
LETTER = b"Consultation du 03/02/2024\n\nTraitement : Amlodipine 5 mg le matin.\n"
SECOND = b"Consultation du 05/06/2024\n\nTraitement : Amlodipine 10 mg le matin.\n"


def form(fields: dict[str, str], *files: tuple[str, bytes]) -> tuple[str, bytes]:
    """Content-Type and body, as a browser writes them."""
    sent = Request(
        "POST", "http://x/", data=fields, files=[("file", (name, body)) for name, body in files]
    )
    return sent.headers["content-type"], sent.read()


def test_parts_become_a_record_and_more_of_its_documents(door: Door) -> None:
    media, body = form({"language": "fr", "patient": "P-7"}, ("lettre.txt", LETTER))
    path = begin(door, len(body), **meta(form=media))
    at = 0
    for end in (1, len(body) // 2, len(body)):
        assert offset(door, path) == at
        answer = part(door, path, at, body[at:end])
        assert answer.status_code == 204, answer.text
        at = end
    record = answer.headers["anamnese-record"]
    assert "anamnese-consultation" not in answer.headers
    shown = door.client.get(path, headers=door.as_()).json()
    assert (shown["job"]["kind"], shown["consultation_id"]) == ("synthesis", record)
    found = door.client.get(f"/v1/records/{record}", headers=door.as_()).json()
    assert [one["file"] for one in found["documents"]] == ["lettre.txt"]
    # Its last answer was lost: the same again makes nothing new.
    assert offset(door, path) == len(body)
    assert part(door, path, len(body), b"").headers["anamnese-record"] == record
    media, body = form({}, ("lettre.txt", LETTER), ("suite.txt", SECOND))
    path = begin(door, len(body), **meta(form=media, record=record))
    assert part(door, path, 0, body).headers["anamnese-record"] == record
    found = door.client.get(f"/v1/records/{record}", headers=door.as_()).json()
    assert [one["file"] for one in found["documents"]] == ["lettre.txt", "suite.txt"]
    records = door.client.get("/v1/records", headers=door.as_()).json()["items"]
    assert [one["id"] for one in records] == [record]
    # What arrived is in the store, encrypted, and the form is nowhere any more.
    assert [p for p in door.store.audio.folder.rglob("*") if p.is_file()] == []
    assert door.client.get("/v1/consultations", headers=door.as_()).json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "cut", "code"),
    [({"template": "of-nobody"}, 0, "unknown_template"), ({}, 30, "bad_upload")],
)
def test_a_form_that_is_wrong_leaves_nothing(
    door: Door, fields: dict[str, str], cut: int, code: str
) -> None:
    media, body = form(fields, ("lettre.txt", LETTER))
    body = body[: len(body) - cut]
    path = begin(door, len(body), **meta(form=media))
    answer = part(door, path, 0, body)
    assert answer.json()["code"] == code, answer.text
    head = door.client.head(path, headers=door.as_(**TUS))
    assert head.status_code == 404
    assert [p for p in door.store.audio.folder.rglob("*") if p.is_file()] == []
    assert door.client.get("/v1/records", headers=door.as_()).json()["items"] == []


def test_what_cannot_be_is_told_at_once(door: Door) -> None:
    media, body = form({}, ("lettre.txt", LETTER))
    elsewhere = meta(form=media, record="rec_" + "0" * 32)
    headers = door.as_(**TUS, **{"Upload-Length": str(len(body))})
    problem(door.client.post("/v1/uploads", headers=headers | elsewhere), 404, "not_found")
    mixed = meta(form=media, language="fr")
    problem(door.client.post("/v1/uploads", headers=headers | mixed), 422, "invalid_option")
    answer = door.client.post("/v1/uploads", headers=headers | meta(form="text/plain"))
    refused = part(door, answer.headers["location"], 0, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_upload"), PART
