"""Notes that people work on, over HTTP, on both databases: changed, checked again, signed, kept."""

from __future__ import annotations

from typing import Any

from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from tests.service.test_http import Door, door, problem
from tests.service.test_store import consultation, put
from tests.unit.test_never import TALK, note

__all__ = ["door"]
LEFT = "Genou gauche douloureux depuis trois semaines."
RIGHT = "Genou droit douloureux depuis trois semaines."


def written(door: Door, *lines: str) -> str:
    """A consultation with a transcript and the AI's note of it."""
    con = consultation(door.store, door.org)
    put(door.store, door.org, con, TRANSCRIPT, TALK["fr"].to_json().encode())
    made = note(TALK["fr"], *(lines or (RIGHT, "Lévothyroxine 75 µg.", "Lévothyroxine 75 mg.")))
    put(door.store, door.org, con, SUMMARY, made.to_json().encode(), "soap")
    return con


def path(con: str, rest: str = "") -> str:
    return f"/v1/consultations/{con}/notes/soap{rest}"


def look(door: Door, con: str, who: str = "clinician") -> tuple[dict[str, Any], str]:
    answer = door.client.get(path(con), headers=door.as_(who))
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]


def change(
    door: Door, con: str, *changes: dict[str, Any], who: str = "clinician"
) -> dict[str, Any]:
    _, etag = look(door, con)
    answer = door.client.patch(
        path(con), headers=door.as_(who, **{"If-Match": etag}), json={"changes": list(changes)}
    )
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == f'"r{made["revision"]}"'
    return made


def act(door: Door, con: str, what: str, who: str = "clinician", **body: str) -> Any:
    _, etag = look(door, con)
    headers = door.as_(who, **{"If-Match": etag})
    return door.client.post(path(con, f"/{what}"), headers=headers, json=body or None)


def texts(version: dict[str, Any]) -> dict[str, str]:
    return {s["id"]: s["text"] for sec in version["note"]["sections"] for s in sec["statements"]}


def test_a_note_that_nobody_touched_is_revision_one(door: Door) -> None:
    con = written(door)
    version, etag = look(door, con)
    assert (version["revision"], version["state"], etag) == (1, "draft", '"r1"')
    assert (version["signed"], version["edits"], version["blocking"]) == (False, [], [])
    lines = door.client.get(path(con, "/revisions"), headers=door.as_()).json()["items"]
    assert [(line["revision"], line["source"]) for line in lines] == [(1, "ai")]
    one = door.client.get(path(con, "/revisions/1"), headers=door.as_()).json()
    assert one["content_sha256"] == version["content_sha256"]


def test_edit_resolve_sign_and_amend(door: Door) -> None:
    con = written(door)
    first, _ = look(door, con)
    wrong = change(door, con, {"op": "edit", "statement": "subjectif.1", "text": LEFT})
    # Code compares the clinician's words with what was said, as it does the model's.
    assert ("subjectif.1", "side") in {(b["statement"], b["rule"]) for b in wrong["blocking"]}
    refused = problem(act(door, con, "sign", name="Dr Martin"), 409, "blocking_checks")
    assert "subjectif.1:side" in refused["errors"]  # type: ignore[operator]
    resolved = change(
        door,
        con,
        *(
            {"op": "resolve", "statement": b["statement"], "rule": b["rule"], "reason": "montré"}
            for b in wrong["blocking"]
        ),
    )
    assert resolved["blocking"] == []
    assert act(door, con, "review").json()["state"] == "reviewed"
    answer = act(
        door, con, "sign", name="Dr Martin", identifier="10001234567", organisation="Cabinet"
    )
    assert answer.status_code == 200, answer.text
    signed = answer.json()
    assert (signed["state"], signed["signed"]) == ("signed", True)
    assert signed["signature"]["sha256"] == signed["content_sha256"] == resolved["content_sha256"]
    assert signed["signature"]["author"]["name"] == "k"
    assert signed["note"]["provenance"]["notice"] == first["note"]["provenance"]["notice"]
    problem(act(door, con, "sign", name="Dr Martin"), 409, "already_signed")
    problem(act(door, con, "review"), 409, "already_signed")
    again = change(door, con, {"op": "restore", "statement": "subjectif.1"})
    assert (again["state"], again["signed"], again["signature"]) == ("draft", False, None)
    assert again["replaces"] == signed["content_sha256"]
    amended = act(door, con, "sign", name="Dr Martin").json()
    assert (amended["state"], amended["signed"]) == ("amended", True)
    kept = door.client.get(path(con, f"/revisions/{signed['revision']}"), headers=door.as_())
    assert kept.json() == signed
    assert texts(amended) == texts(first)
