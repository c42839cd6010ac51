"""Notes that people work on, over HTTP, on both databases: changed, checked again, signed, kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from consultation.signoff import review
from jobs.notes import Moved, Standing, append, rewritten, standing
from jobs.store import artefacts, audit, job_rows, notes
from jobs.store.artefacts import SUMMARY, TRANSCRIPT
from jobs.store.life_tables import ConsultationLife
from jobs.store.note_tables import DocumentContext, NoteRevision, TranscriptEdit
from jobs.store.rotation import rotate
from jobs.store.webhook_tables import WebhookDelivery
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


def speak(door: Door, con: str, **changes: Any) -> Any:
    """Change the transcript."""
    at = f"/v1/consultations/{con}/transcript"
    etag = door.client.get(at, headers=door.as_()).headers["etag"]
    return door.client.patch(at, headers=door.as_(**{"If-Match": etag}), json=changes)


def test_quotes_follow_a_transcript_that_is_changed_or_say_that_they_are_not_true(
    door: Door,
) -> None:
    con = written(door)
    before, _ = look(door, con)
    # "J'ai mal au genou droit depuis trois semaines." is segment 2.
    moved = speak(
        door, con, words=[{"segment": "s0002", "first": 0, "count": 1, "text": "Oui, j'ai"}]
    )
    assert moved.status_code == 200, moved.text
    assert moved.json()["corrections"][0]["author"]["name"] == "k"
    after, etag = look(door, con)
    assert (after["revision"], etag, after["blocking"], after["stale"]) == (2, '"r2"', [], [])
    quotes = [s["evidence"][0]["quote"] for s in after["note"]["sections"][0]["statements"]]
    assert quotes[0].startswith("Oui, j'ai mal")
    assert texts(after) == texts(before)
    gone = speak(
        door,
        con,
        words=[{"segment": "s0002", "first": 4, "count": 2, "text": "coude gauche"}],
    )
    assert gone.status_code == 200, gone.text
    stale, _ = look(door, con)
    assert ("subjectif.1", "stale") in {(b["statement"], b["rule"]) for b in stale["blocking"]}
    problem(act(door, con, "sign", name="Dr Martin"), 409, "blocking_checks")
    lines = door.client.get(path(con, "/revisions"), headers=door.as_()).json()["items"]
    assert [line["source"] for line in lines] == ["ai", "transcript", "transcript"]
    # The words back: so are the quotes.
    undone = [{"id": c["id"], "state": "undone"} for c in gone.json()["corrections"] if c["kind"]]
    assert speak(door, con, corrections=undone).status_code == 200
    again, _ = look(door, con)
    assert (again["blocking"], again["stale"]) == ([], [])


def test_a_signed_note_stays_as_it_was_signed_whatever_becomes_of_the_transcript(
    door: Door,
) -> None:
    con = written(door)
    signed = act(door, con, "sign", name="Dr Martin").json()
    change_ = [{"segment": "s0002", "first": 2, "count": 3, "text": "coude gauche"}]
    assert speak(door, con, words=change_).status_code == 200
    after, _ = look(door, con)
    assert after["content_sha256"] == signed["content_sha256"]
    assert (after["signed"], after["stale"]) == (True, ["subjectif.1"])


def test_a_transcript_is_not_changed_blindly(door: Door) -> None:
    con = written(door)
    at = f"/v1/consultations/{con}/transcript"
    body = {"words": [{"segment": "s0001", "first": 0, "count": 1, "text": "Salut."}]}
    problem(door.client.patch(at, headers=door.as_(), json=body), 428, "precondition_required")
    late = door.as_(**{"If-Match": '"v7"'})
    problem(door.client.patch(at, headers=late, json=body), 412, "precondition_failed")
    wrong = [{"segment": "s0999", "first": 0, "count": 1, "text": "x"}]
    assert problem(speak(door, con, words=wrong), 422, "invalid_change")["errors"] == ["words.0"]


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTEXT = {
    "identifier": "urn:uuid:6f2e7c1e-0000-4000-8000-000000000001",
    "patient": {"family": "Durand", "given": ["Anne"], "birth_date": "1961-05-04"},
    "organisation": {"name": "Cabinet du Parc"},
}


def document(door: Door, con: str, what: str, media: str) -> Any:
    return door.client.get(path(con, f"/{what}"), headers=door.as_(Accept=media))


@pytest.mark.parametrize(
    ("media", "draft", "signed"),
    [
        ("application/json", b'"state": "draft"', b'"state": "signed"'),
        ("text/markdown", "ÉCRIT PAR UNE IA, NON SIGNÉ".encode(), b"Dr Martin"),
        ("text/plain", "ÉCRIT PAR UNE IA, NON SIGNÉ".encode(), b"Dr Martin"),
        ("application/fhir+json", b'"status": "preliminary", "type"', b'"status": "final", "type"'),
        ("x-application/hl7-v2+er7", b"|IP", b"Dr Martin"),
        ("application/pdf", b"%PDF", b"%PDF"),
        (DOCX, b"PK", b"PK"),
    ],
)
def test_an_unsigned_note_never_leaves_as_final(
    door: Door, media: str, draft: bytes, signed: bytes
) -> None:
    """What must never happen, 8."""
    con = written(door)
    context = f"/v1/consultations/{con}/document-context"
    assert door.client.put(context, headers=door.as_(), json=CONTEXT).status_code == 200
    problem(document(door, con, "final", media), 409, "not_signed")
    before = document(door, con, "export", media)
    assert (before.status_code, before.headers["content-type"].split(";")[0]) == (200, media)
    assert draft in before.content
    if draft != signed:
        assert signed not in before.content
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    after = document(door, con, "final", media)
    assert after.status_code == 200
    assert signed in after.content
    if draft != signed:
        assert draft not in after.content
    assert "link" not in after.headers
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antigrippal."})
    # What was signed stays what it was; that it is being amended is told beside it.
    still = document(door, con, "final", media)
    assert still.headers["link"] == f'<{path(con)}>; rel="working-copy"'
    assert still.headers["etag"] == after.headers["etag"]
    assert signed in still.content
    assert b"antigrippal" not in still.content
    if "pdf" not in media and media != DOCX:
        assert still.content == after.content
        assert "antigrippal" in document(door, con, "export", media).text
    assert draft in document(door, con, "export", media).content
    assert act(door, con, "sign", name="Dr Martin").status_code == 200
    amended = document(door, con, "final", media)
    assert "link" not in amended.headers
    assert amended.headers["etag"] != after.headers["etag"]


def test_a_summary_is_the_note_as_it_stands(door: Door) -> None:
    """A statement that somebody took out does not come back by another address."""
    con = written(door)
    at = f"/v1/consultations/{con}/summary"
    before = door.client.get(at, headers=door.as_())
    said = [one for part in before.json()["sections"] for one in part["statements"]]
    change(door, con, {"op": "remove", "statement": said[0]["id"], "reason": "Not this visit."})
    after = door.client.get(at, headers=door.as_())
    left = [one["id"] for part in after.json()["sections"] for one in part["statements"]]
    assert left == [one["id"] for one in said[1:]]
    assert after.headers["etag"] != before.headers["etag"]
    text = door.client.get(at, headers=door.as_(Accept="text/markdown")).text
    assert f"- {said[0]['text']}" not in text
    assert f"- {said[1]['text']}" in text
    first = door.client.get(path(con, "/revisions/1"), headers=door.as_()).json()
    assert said[0]["text"] in json.dumps(first["note"], ensure_ascii=False)


def test_what_a_document_names_is_the_callers_and_not_overwritten_blindly(door: Door) -> None:
    con = written(door)
    at = f"/v1/consultations/{con}/document-context"
    problem(door.client.get(at, headers=door.as_()), 404, "not_found")
    late = door.as_(**{"If-Match": '"v1"'})
    problem(door.client.put(at, headers=late, json=CONTEXT), 412, "precondition_failed")
    put_ = door.client.put(at, headers=door.as_(), json=CONTEXT)
    assert (put_.status_code, put_.headers["etag"]) == (200, '"v1"')
    problem(door.client.put(at, headers=door.as_(), json={}), 428, "precondition_required")
    wrong = {"patient": {"birth_date": "the first of May"}}
    problem(door.client.put(at, headers=late, json=wrong), 422, "invalid_request")
    text = document(door, con, "export", "text/plain").text
    assert "DURAND Anne" in text
    assert CONTEXT["identifier"] in text
    # Encrypted: the name is in no row.
    with door.store.database.read() as session:
        rows = session.execute(select(NoteRevision.body)).all()
        assert all(b"Durand" not in row[0] for row in rows)


def test_a_number_whose_key_is_wrong_is_refused_and_what_lacks_is_told(door: Door) -> None:
    con = written(door)
    at = f"/v1/consultations/{con}/document-context"
    told = door.client.get(f"{at}/completeness", headers=door.as_()).json()
    assert "patient.identifier" in told["lacking"]
    ins = {"value": "253012A00400123", "system": "urn:oid:1.2.250.1.213.1.4.8", "type": "INS-NIR"}
    wrong = CONTEXT | {"patient": CONTEXT["patient"] | {"identifiers": [ins]}}
    answer = door.client.put(at, headers=door.as_(), json=wrong)
    problem(answer, 422, "wrong_number")
    assert answer.json()["errors"] == ["body.patient.identifiers.0"]
    assert ins["value"] not in answer.text
    ins["value"] = "253012A00400180"
    assert door.client.put(at, headers=door.as_(), json=wrong).status_code == 200
    told = door.client.get(f"{at}/completeness", headers=door.as_()).json()
    assert "patient.identifier" not in told["lacking"]
    assert "organisation.identifier" in told["lacking"]


def test_who_may_change_and_who_may_sign(door: Door) -> None:
    con = written(door)
    edit = {"changes": [{"op": "add", "section": "plan", "text": "Repos."}]}
    for who in ("auditor", "monitor", "reader"):
        headers = door.as_(who, **{"If-Match": "*"})
        problem(door.client.patch(path(con), headers=headers, json=edit), 403, "forbidden")
    for who in ("integration", "admin", "auditor", "monitor", "reader"):
        headers = door.as_(who, **{"If-Match": "*"})
        signing = door.client.post(path(con, "/sign"), headers=headers, json={"name": "Dr X"})
        problem(signing, 403, "forbidden")
    me = door.client.get("/v1/me", headers=door.as_()).json()
    assert (me["role"], me["organisation"], me["name"]) == ("clinician", "clinic", "k")
    assert "notes:sign" in me["scopes"]
    admin = door.client.get("/v1/me", headers=door.as_("admin")).json()
    assert "notes:sign" not in admin["scopes"]
    for name in ("", "  ", "a\nb"):
        headers = door.as_(**{"If-Match": "*"})
        answer = door.client.post(path(con, "/sign"), headers=headers, json={"name": name})
        problem(answer, 422, "invalid_request")


def test_nothing_is_changed_blindly_or_in_part(door: Door) -> None:
    con = written(door)
    body = {"changes": [{"op": "add", "section": "plan", "text": "Repos."}]}
    problem(
        door.client.patch(path(con), headers=door.as_(), json=body), 428, "precondition_required"
    )
    late = door.as_(**{"If-Match": '"r7"'})
    problem(door.client.patch(path(con), headers=late, json=body), 412, "precondition_failed")
    first = door.as_(**{"If-Match": '"r1"'})
    both = {"changes": [*body["changes"], {"op": "remove", "statement": "x.1", "reason": "y"}]}
    refused = problem(door.client.patch(path(con), headers=first, json=both), 422, "invalid_change")
    assert refused["errors"] == ["changes.1"]
    assert look(door, con)[1] == '"r1"'
    assert door.client.patch(path(con), headers=first, json=body).status_code == 200
    problem(door.client.patch(path(con), headers=first, json=body), 412, "precondition_failed")


def test_a_note_written_again_loses_nothing(door: Door) -> None:
    con = written(door)
    change(door, con, {"op": "add", "section": "plan", "text": "Repos."})
    signed = act(door, con, "sign", name="Dr Martin").json()
    again = note(TALK["fr"], RIGHT)
    for _ in range(2):  # a commit may arrive whose answer does not
        with door.store.database.write() as session:
            job = job_rows.create(
                session, org_id=door.org, consultation_id=con, kind="summary", template="soap"
            )
            job.id = "job_" + "0" * 32
            session.expunge(job)
            rewritten(session, door.store.ring, job, again)
            artefacts.put(
                session,
                door.store.ring,
                org_id=door.org,
                consultation_id=con,
                kind=SUMMARY,
                name="soap",
                content=again.to_json().encode(),
                job_id=job.id,
            )
    now, _ = look(door, con)
    assert (now["revision"], now["state"], now["edits"]) == (signed["revision"] + 1, "draft", [])
    assert now["replaces"] == signed["content_sha256"]
    assert set(texts(now).values()) == {RIGHT}
    lines = door.client.get(path(con, "/revisions"), headers=door.as_()).json()["items"]
    assert [line["source"] for line in lines] == ["ai", "person", "person", "ai"]
    kept = door.client.get(path(con, f"/revisions/{signed['revision']}"), headers=door.as_())
    assert kept.json() == signed
    # The AI's own words are those of its newest note now.
    edited = change(door, con, {"op": "edit", "statement": "subjectif.1", "text": LEFT})
    back = change(door, con, {"op": "restore", "statement": "subjectif.1"})
    assert texts(edited) != texts(back) == texts(now)


def test_signing_tells_webhooks_the_audit_log_and_retention_ids_alone(door: Door) -> None:
    con = written(door)
    hook = {"url": "https://ehr.example.org/", "events": ["note.signed"]}
    assert door.client.post("/v1/webhooks", headers=door.as_("admin"), json=hook).is_success
    change(door, con, {"op": "edit", "statement": "subjectif.2", "text": "Lévothyroxine 75 µg/j."})
    answer = act(door, con, "sign", name="Dr Martin")
    assert answer.status_code == 200, answer.text
    with door.store.database.read() as session:
        (delivery,) = session.scalars(select(WebhookDelivery)).all()
        data = json.loads(delivery.payload)["data"]
        assert data == {
            "consultation_id": con,
            "template": "soap",
            "revision": answer.json()["revision"],
        }
        said = [
            (entry.action, entry.subject)
            for entry in audit.page(session, door.org, after=0, limit=99)
            if entry.action.startswith("note.")
        ]
        assert said == [("note.edit", con), ("note.sign", con)]
        life = session.get_one(ConsultationLife, con)
        assert life.audio_due is not None


def test_revisions_are_encrypted_rotated_and_erased_with_the_rest(door: Door) -> None:
    con = written(door)
    change(door, con, {"op": "add", "section": "plan", "text": "Vaccin antigrippal."})
    assert speak(
        door, con, words=[{"segment": "s0001", "first": 0, "count": 1, "text": "Salut."}]
    ).is_success
    at = f"/v1/consultations/{con}/document-context"
    assert door.client.put(at, headers=door.as_(), json=CONTEXT).is_success
    before, _ = look(door, con)
    ring = door.store.ring.with_new()
    rotate(door.store.database, ring, door.store.audio)
    tables = (NoteRevision, DocumentContext, TranscriptEdit)
    with door.store.database.read() as session:
        for table in tables:
            used = set(session.scalars(select(table.key_id)))
            assert used == {ring.active}, table
        newest = notes.newest(session, ring, door.org, con, "soap")
        assert newest is not None
        assert json.loads(newest.content)["revision"] == before["revision"]
        assert len(notes.edits(session, ring, door.org, con)) == 2
    receipt = door.client.post(
        "/v1/erasures", headers=door.as_("admin"), json={"consultation": con}
    ).json()
    # Transcript, note; three revisions; the context; the transcript before and its change.
    assert receipt["artefacts"] == 2 + 3 + 1 + 2
    with door.store.database.read() as session:
        for table in tables:
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_of_two_who_are_equally_fast_one_is_told(door: Door) -> None:
    con = written(door)
    by = audit.Actor(door.org, "k")
    ring, database = door.store.ring, door.store.database

    def read() -> Standing:
        with database.read() as session:
            return standing(session, ring, door.org, con, "soap")

    def keep(before: Standing) -> None:
        with database.write() as session:
            append(session, ring, by, con, before, review(before.version), "person")

    one, two = read(), read()
    keep(one)
    with pytest.raises(Moved):
        keep(two)
    three = read()
    assert three.version.revision == 2
    # Nor over a note that the AI wrote in between.
    put(door.store, door.org, con, SUMMARY, one.original.to_json().encode(), "soap")
    with pytest.raises(Moved):
        keep(three)
