"""Another organisation's ids are not found: over every route that there is, by itself.

A route with a new kind of id fails here until ``MAKERS`` knows how to make one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from sqlalchemy import select, update

from jobs.service_settings import ServiceSettings
from jobs.store import people
from jobs.store.artefacts import SUMMARY, TRANSCRIPT, WAVEFORM
from jobs.store.tables import Job
from jobs.store.webhook_tables import WebhookDelivery
from tests.service.test_http import FILE, Door, door, problem, sent_transcript
from tests.service.test_life import all_rows
from tests.service.test_records import work
from tests.service.test_store import put
from tests.unit.talk import transcript

__all__ = ["door"]


@pytest.fixture
def settings(settings: ServiceSettings) -> ServiceSettings:
    """Notes are sent somewhere, by workers that there are none of."""
    more = {"fhir_endpoint": "https://ehr.example.org/fhir", "push_organisations": ["clinic"]}
    return ServiceSettings.model_validate({**settings.model_dump(), **more})


def consultation(door: Door) -> dict[str, str]:
    """With a transcript and a note, and a job that is over, so that nothing waits for it."""
    sent = door.client.post("/v1/consultations", headers=door.as_("admin"), files=FILE)
    made = sent.json()
    con, job = made["consultation_id"], made["job"]["id"]
    door.client.post(f"/v1/jobs/{job}/cancel", headers=door.as_("admin"))
    said = transcript("D: De quoi souffrez-vous ?", "P: J'ai mal au ventre.")
    put(door.store, door.org, con, TRANSCRIPT, said.to_json().encode())
    put(door.store, door.org, con, SUMMARY, made_note(), "soap")
    loud = b'{"duration_ms": 1, "peaks_per_second": 1, "peaks": [7]}'
    put(door.store, door.org, con, WAVEFORM, loud)
    context = f"/v1/consultations/{con}/document-context"
    assert door.client.put(context, headers=door.as_("admin"), json={}).is_success
    return {"consultation_id": con, "job_id": job}


def upload(door: Door) -> dict[str, str]:
    more = {**TUS, "Upload-Length": "9"}
    made = door.client.post("/v1/uploads", headers=door.as_("admin", **more))
    return {"upload_id": made.headers["location"].rpartition("/")[2]}


def batch(door: Door) -> dict[str, str]:
    con = consultation(door)["consultation_id"]
    item = {"consultation_id": con, "template": "soap"}
    made = door.client.post("/v1/batches", headers=door.as_("admin"), json={"items": [item]})
    return {"batch_id": made.json()["id"]}


def webhook(door: Door) -> dict[str, str]:
    """And a delivery that is over."""
    wanted = {"url": "https://ehr.example.org/", "events": ["job.cancelled"]}
    hook = door.client.post("/v1/webhooks", headers=door.as_("admin"), json=wanted).json()["id"]
    consultation(door)
    with door.store.database.write() as session:
        sent = select(WebhookDelivery).where(WebhookDelivery.webhook_id == hook)
        delivery = session.scalars(sent).one()
        delivery.status = "delivered"
        return {"webhook_id": hook, "delivery_id": delivery.id}


def record(door: Door) -> dict[str, str]:
    """With a document that was read, and a synthesis of it."""
    made = door.client.post("/v1/records", headers=door.as_("admin"), files=DOCUMENT).json()
    work(door.store, made["job"]["id"])
    return {
        "record_id": made["record_id"],
        "job_id": made["job"]["id"],
        "document_id": "d001",
        "version": "1",
    }


def research(door: Door) -> dict[str, str]:
    """An answer of a research function, of a record of its own."""
    made = record(door)
    address = f"/v1/records/{made['record_id']}/research"
    asked = door.client.post(address, headers=door.as_("admin"), json={"function": "efficacy"})
    work(door.store, asked.json()["job"]["id"])
    return {"record_id": made["record_id"], "answer_id": asked.json()["job"]["id"]}


def api_key(door: Door) -> dict[str, str]:
    made = door.client.post("/v1/admin/keys", headers=door.as_("admin"), json={"name": "k"})
    return {"key_id": made.json()["id"]}


def person(door: Door) -> dict[str, str]:
    found = f"usr_{door.org.rpartition('_')[2][:32]}"
    with door.store.database.write() as session:
        people.seen(session, door.org, found, "clinician")
    return {"person_id": found}


def ended_badly(door: Door, job_id: str) -> None:
    with door.store.database.write() as session:
        failed = update(Job).where(Job.id == job_id)
        session.execute(failed.values(status="failed", error_code="engine_process_ended"))


@pytest.fixture(autouse=True)
def _all_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANAMNESE_RESEARCH", "1")


MAKERS: dict[str, Callable[[Door], dict[str, str]]] = {
    "consultation_id": consultation,
    "job_id": consultation,
    "upload_id": upload,
    "batch_id": batch,
    "webhook_id": webhook,
    "delivery_id": webhook,
    "record_id": record,
    "document_id": record,
    "version": record,
    "answer_id": research,
    "key_id": api_key,
    "person_id": person,
}
"""Parameter of a path → makes one of the organisation ``door.org``; what else was made beside."""
OPEN = {"model": "none", "template": "soap", "revision": "1"}
"""Parameters that are nobody's, and what is asked for."""
NUMBERS = {"document_id", "version"}
"""Parameters that count within something of somebody: no names by themselves."""
DOCUMENT = {"file": ("a.txt", b"Consultation du 03/02/2024\n\nAllergie : p\xc3\xa9nicilline.")}
TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/summaries"): {"json": {"transcript": sent_transcript()}},
    ("POST", "/v1/consultations"): {"files": FILE},
    ("POST", "/v1/records"): {"files": DOCUMENT},
    ("POST", "/v1/records/{record_id}/documents"): {"files": DOCUMENT},
    ("POST", "/v1/records/{record_id}/research"): {"json": {"function": "efficacy"}},
    ("POST", "/v1/erasures"): {"json": {"patient": "nobody"}},
    ("POST", "/v1/audio/transcriptions"): {"files": FILE, "data": {"model": "none"}},
    ("PATCH", "/v1/uploads/{upload_id}"): {"content": b"123"},
    ("POST", "/v1/uploads/{upload_id}"): {"content": b"123"},
    ("PATCH", "/v1/consultations/{consultation_id}/speakers"): {
        "json": {"speakers": {"S1": {"role": "patient"}}}
    },
    ("PATCH", "/v1/consultations/{consultation_id}/transcript"): {
        "json": {"words": [{"segment": "s0001", "first": 0, "count": 1, "text": "De"}]}
    },
    ("PATCH", "/v1/consultations/{consultation_id}/notes/{template}"): {
        "json": {"changes": [{"op": "add", "section": "plan", "text": "Repos."}]}
    },
    ("PUT", "/v1/consultations/{consultation_id}/document-context"): {"json": {}},
    ("POST", "/v1/consultations/{consultation_id}/notes/{template}/sign"): {
        "json": {"name": "Dr Martin"}
    },
}
"""Where a body is required that cannot be guessed from its schema."""


@cache
def made_note() -> bytes:
    from consultation.settings import Settings
    from jobs.engines import models
    from summarize.consultation import summarize

    settings = Settings()
    said = transcript("D: De quoi souffrez-vous ?", "P: J'ai mal au ventre.")
    model = models(settings, ServiceSettings(engines="scripted")).language_model()
    return summarize(said, model, settings, template="soap").to_json().encode()


def operations(door: Door) -> list[tuple[str, str, list[str], bool]]:
    """Method, path, ids in the path, whether a JSON body is required."""
    found = []
    for path, methods in door.client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            asked = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            ids = [name for name in asked if name not in OPEN]
            body = operation.get("requestBody", {})
            found.append((method.upper(), path, ids, bool(body.get("required"))))
    return found


def ask(door: Door, who: str, method: str, path: str, needs_body: bool, ids: dict[str, str]) -> Any:
    known = BODIES.get((method, path))
    more = known if known is not None else ({"json": {}} if needs_body else {})
    if path.endswith("/sign"):
        # Whoever administers may not: asked by who might, where the note is theirs.
        who = {"stranger": "strange_clinician", "admin": "clinician"}.get(who, who)
    if path == "/v1/jobs/{job_id}/retry" and who == "admin":
        ended_badly(door, ids["job_id"])
    needs_signature = path.endswith(("/final", "/push"))
    if needs_signature and who == "admin" and not ids["consultation_id"].endswith("_0"):
        signing = door.as_("clinician", **{"If-Match": "*"})
        name = {"name": "Dr Martin"}
        sign = _path(path, ids).rpartition("/")[0] + "/sign"
        door.client.post(sign, headers=signing, json=name)
    headers = door.as_(who, **{"If-Match": "*", "Accept": "*/*"})
    if path.startswith("/v1/uploads"):
        overridden = {"X-HTTP-Method-Override": "PATCH"}
        headers |= TUS | (PART if known and "content" in known else {})
        headers |= overridden if (method, path) == ("POST", "/v1/uploads/{upload_id}") else {}
    return door.client.request(method, _path(path, ids), headers=headers, **more)


def _path(path: str, ids: dict[str, str]) -> str:
    return path.format(**OPEN, **ids)


def test_every_route_keeps_organisations_apart(door: Door) -> None:
    asked = operations(door)
    with_ids = [one for one in asked if one[2]]
    assert len(with_ids) >= 11
    for _, path, names, _ in with_ids:
        for name in names:
            assert name in MAKERS, f"{path}: teach MAKERS to make a {name}"
    ours = {
        name: value
        for make in {id(m): m for m in MAKERS.values()}.values()
        for name, value in make(door).items()
    }
    before = rows_of(door, ours)
    for method, path, names, needs_body in asked:
        if not path.startswith("/v1"):
            continue
        answer = ask(door, "stranger", method, path, needs_body, ours)
        if method == "HEAD":
            assert answer.status_code == 404
        elif names:
            problem(answer, 404, "not_found")
        for value in named(ours):
            # Nor do lists, searches or reports name them.
            assert value not in answer.text, (method, path)
    assert rows_of(door, ours) == before


def named(ours: dict[str, str]) -> list[str]:
    return [value for name, value in ours.items() if name not in NUMBERS]


def rows_of(door: Door, ours: dict[str, str]) -> list[tuple[str, str]]:
    """Every row, ours and the engine's, that names the organisation or what it owns."""
    names = [door.org, *named(ours)]
    return sorted(row for row in all_rows(door.store) if any(name in row[1] for name in names))


def test_the_same_requests_find_what_is_ones_own(door: Door) -> None:
    """Else the test above could pass because nothing is ever found."""
    for method, path, names, needs_body in operations(door):
        if names:
            ids = {k: v for name in names for k, v in MAKERS[name](door).items()}
            answer = ask(door, "admin", method, path, needs_body, ids)
            assert answer.status_code < 300, (method, path, answer.text)


def test_ids_of_others_in_a_body(door: Door) -> None:
    ours = consultation(door)
    body = {"consultation": ours["consultation_id"]}
    problem(
        door.client.post("/v1/erasures", headers=door.as_("stranger"), json=body), 404, "not_found"
    )


def test_secure_headers_on_every_answer(door: Door) -> None:
    """Of success, refusal, fault and unknown addresses alike."""
    ids = dict.fromkeys(MAKERS, "x_0")
    answers = [
        ask(door, who, method, path, needs_body, ids)
        for method, path, _, needs_body in operations(door)
        for who in ("admin", "auditor")
    ]
    answers += [
        door.client.get("/nowhere"),
        door.client.get("/v1/consultations"),
        door.client.options("/v1/consultations"),
        door.client.get("/openapi.json"),
    ]
    assert len({answer.status_code for answer in answers}) >= 5
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store", answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-request-id"]
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
