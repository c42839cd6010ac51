"""Research functions over HTTP: off unless set, labelled, with evidence; both databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from consultation.errors import ResearchOff
from consultation.research import LABELS
from tests.service.test_http import Door, door, problem
from tests.service.test_life import actions
from tests.service.test_records import DOCUMENTS, counted, get, parts, send, work

__all__ = ["door"]
CRITERIA = (
    "Inclusion criteria\n- Age 18 years or older\n- ECOG performance status 0-1\n"
    "Exclusion criteria\n- Known brain metastases\n"
)
TRIAL = {"name": "NCT-made", "text": CRITERIA}


def evidence(found: Any) -> Iterator[dict[str, Any]]:
    """Every quote in an answer, however deep."""
    if isinstance(found, dict):
        if "quote" in found and "anchor" in found:
            yield found
        for one in found.values():
            yield from evidence(one)
    elif isinstance(found, list):
        for one in found:
            yield from evidence(one)


def test_off_by_default_and_labelled_with_evidence_when_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, job = send(door, parts(DOCUMENTS), as_of="2024-09-01")
    work(door.store, job)
    address = f"/v1/records/{record}/research"
    body: dict[str, Any] = {"function": "toxicity", "as_of": "2024-09-01"}
    answer = door.client.post(address, headers=door.as_(), json=body)
    problem(answer, 403, "research_off")
    problem(door.client.get(address, headers=door.as_()), 403, "research_off")
    problem(door.client.get(f"{address}/{job}", headers=door.as_()), 403, "research_off")
    problem(door.client.post(address, json=body), 401, "unauthorized")
    assert "research.create" not in [action for _, action, _ in actions(door.store, door.org)]
    assert set(door.client.get("/openapi.json").json()["paths"]) >= {
        "/v1/records/{record_id}/research", "/v1/records/{record_id}/research/{answer_id}"
    }  # fmt: skip

    monkeypatch.setenv("ANAMNESE_RESEARCH", "1")
    for wrong in ({"function": "trials"}, {"function": "toxicity", "criteria": [TRIAL]}):
        problem(door.client.post(address, headers=door.as_(), json=wrong), 422, "invalid_option")
    problem(door.client.post(address, headers=door.as_("stranger"), json=body), 404, "not_found")
    made: dict[str, str] = {}
    done: Counter[str] = Counter()
    rules = "summarize.record_facts.map.facts_of"
    counted(monkeypatch, done, rules)
    for function in ("trials", "toxicity", "efficacy"):
        sent = {**body, "function": function, "language": "fr"}
        if function == "trials":
            sent["criteria"] = [TRIAL]
        answer = door.client.post(address, headers=door.as_(), json=sent)
        assert answer.status_code == 202, answer.text
        assert answer.json()["label"] == LABELS["fr"]
        made[function] = answer.json()["job"]["id"]
        work(door.store, made[function])
    # What the synthesis found is what they work on.
    assert done[rules] == 0
    listed = get(door, address)
    assert listed["label"] == LABELS["en"]
    told = [(one["function"], one["id"]) for one in listed["items"]]  # type: ignore[attr-defined]
    assert told == list(made.items())
    texts = {
        one["id"]: {
            p["id"]: p["text"]
            for p in get(door, f"/v1/records/{record}/documents/{one['id']}")["paragraphs"]  # type: ignore[attr-defined]
        }
        for one in get(door, f"/v1/records/{record}")["documents"]  # type: ignore[attr-defined]
    }
    for function, answer_id in made.items():
        said = get(door, f"{address}/{answer_id}")
        assert said["label"] == LABELS["fr"], function
        quotes = list(evidence(said))
        assert quotes, function
        for one in quotes:
            told_there = texts[one["source"]][one["anchor"]]
            assert told_there[one["quote_start"] : one["quote_end"]] == one["quote"]
        headers = door.as_(Accept="text/markdown")
        page = door.client.get(f"{address}/{answer_id}", headers=headers)
        assert page.text.count(LABELS["fr"]) >= 1
        plot = door.client.get(f"{address}/{answer_id}", headers=door.as_(Accept="image/svg+xml"))
        assert plot.status_code == (200 if function == "efficacy" else 406)
    trial = get(door, f"{address}/{made['trials']}")["trials"][0]  # type: ignore[index]
    verdicts = {one["criterion"]["variable"]: one["verdict"] for one in trial["judgements"]}
    assert verdicts["age"] == "met"
    for one in trial["judgements"]:
        assert one["verdict"] == "unknown" or one["evidence"]
    found = actions(door.store, door.org)
    assert [s for _, a, s in found if a == "research.create"] == [record] * 3
    # A synthesis is a synthesis still, and the versions are its own.
    assert len(get(door, f"/v1/records/{record}/syntheses")["items"]) == 1  # type: ignore[arg-type]

    answer = door.client.post(address, headers=door.as_(), json=body)
    monkeypatch.delenv("ANAMNESE_RESEARCH")
    with pytest.raises(ResearchOff):
        work(door.store, answer.json()["job"]["id"])
    monkeypatch.setenv("ANAMNESE_RESEARCH", "1")
    # What was said of a document goes with it.
    door.client.delete(f"/v1/records/{record}/documents/d001", headers=door.as_())
    assert get(door, address)["items"] == []
    gone = door.client.get(f"{address}/{made['trials']}", headers=door.as_())
    problem(gone, 404, "not_found")
    assert "quote" not in json.dumps(get(door, address))
