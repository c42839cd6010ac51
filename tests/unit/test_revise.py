"""Changes of a note by a person: code compares them with what was said, and nothing is lost."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from consultation.author import Author
from consultation.changes import Change
from consultation.evidence import Evidence
from consultation.signoff import NoteState, NoteVersion, blocking, next_draft, review, sign
from consultation.summary import SectionState, Statement, Summary
from consultation.transcript import Transcript
from summarize.quotes import holds, refreshed, stale
from summarize.revise import InvalidChange, revise
from tests.unit.talk import transcript
from tests.unit.test_never import TALK, note

WHO = Author(id="k", name="Dr Martin")
AT = "2026-03-02T09:30:00+00:00"
CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])
SAID = TALK["fr"]
KNEE = "Genou droit douloureux depuis trois semaines."
LEFT = "Genou gauche douloureux depuis trois semaines."


@cache
def made() -> Summary:
    return note(SAID, KNEE, "Lévothyroxine 75 µg.", "Lévothyroxine 75 mg.")


def first() -> NoteVersion:
    return NoteVersion(revision=1, note=made())


def after(version: NoteVersion, *changes: dict[str, Any], said: Transcript = SAID) -> NoteVersion:
    return revise(
        version,
        CHANGES.validate_python(list(changes)),
        original=made(),
        transcript=said,
        author=WHO,
        at=AT,
    )


def one(version: NoteVersion, name: str) -> Statement:
    return next(s for s in version.note.statements() if s.id == name)


def failing(version: NoteVersion, name: str) -> set[str]:
    return {b.rule for b in blocking(version) if b.statement == name}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (LEFT, "side"),
        ("Genou droit douloureux depuis trois mois.", "numbers"),
        ("Pas de douleur du genou droit depuis trois semaines.", "polarity"),
    ],
)
def test_a_persons_words_are_held_to_what_was_said(text: str, rule: str) -> None:
    version = after(first(), {"op": "edit", "statement": "subjectif.1", "text": text})
    assert rule in failing(version, "subjectif.1")
    edited = one(version, "subjectif.1")
    assert (edited.author, edited.text) == (WHO, text)
    (edit,) = version.edits
    assert (edit.kind, edit.before, edit.after) == ("edit", KNEE, text)


def test_a_dose_that_was_said_passes_and_another_does_not() -> None:
    right = after(
        first(), {"op": "edit", "statement": "subjectif.2", "text": "Lévothyroxine 75 microgrammes"}
    )
    assert blocking(right) == ()
    assert one(right, "subjectif.2").evidence
    wrong = after(
        first(), {"op": "edit", "statement": "subjectif.2", "text": "Lévothyroxine 150 µg."}
    )
    assert failing(wrong, "subjectif.2") & {"numbers", "dose"}


def test_an_addition_that_was_said_gets_its_quote_and_another_is_marked_as_ones_own() -> None:
    version = after(
        first(),
        {"op": "add", "section": "plan", "text": "Paracétamol 1 g trois fois par jour."},
        {"op": "add", "section": "plan", "text": "Vaccin antigrippal à prévoir."},
        {"op": "add", "section": "plan", "text": "Paracétamol 2 g trois fois par jour."},
    )
    said, own, wrong = next(s for s in version.note.sections if s.key == "plan").statements
    assert "paracétamol" in said.evidence[0].quote
    assert own.evidence == ()
    assert "addition" in {check.rule for check in own.checks}
    assert not failing(version, own.id)
    assert failing(version, wrong.id) & {"numbers", "dose"}
    assert all(s.author == WHO for s in (said, own, wrong))
    assert len({s.id for s in (said, own, wrong)}) == 3


def test_quotes_that_a_person_chose_are_verbatim() -> None:
    segment = SAID.segments[9]
    quoted = {"anchor": segment.id, "quote_start": 0, "quote_end": len(segment.text)}
    version = after(
        first(),
        {
            "op": "add",
            "section": "objectif",
            "text": "Genou droit gonflé.",
            "evidence": [quoted],
        },
    )
    (evidence,) = one(version, "objectif.1").evidence
    assert (evidence.quote, evidence.speaker) == (segment.text, segment.speaker)
    assert blocking(version) == ()
    for wrong in ({"anchor": "s9999"}, {"quote_end": 9999}, {"quote_start": 7, "quote_end": 7}):
        bad = {"op": "add", "section": "objectif", "text": "X", "evidence": [quoted | wrong]}
        with pytest.raises(InvalidChange):
            after(first(), bad)


def test_what_was_said_and_not_documented_goes_in_with_its_quote_or_is_dismissed() -> None:
    allergy = next(u for u in made().undocumented if u.rank == 1)
    version = after(first(), {"op": "document", "undocumented": 1, "section": "subjectif"})
    (edit,) = version.edits
    documented = one(version, edit.statement)
    assert documented.evidence == allergy.evidence
    assert "pénicilline" in documented.text
    assert allergy not in version.note.undocumented
    away = after(first(), {"op": "dismiss", "undocumented": 1, "reason": "déjà au dossier"})
    assert [(d.rank, d.text, d.reason) for d in away.dismissals] == [
        (1, allergy.text, "déjà au dossier")
    ]
    drugs = [u for u in made().undocumented if u.rank == 4]
    assert len(drugs) > 1
    with pytest.raises(InvalidChange, match="several"):
        after(first(), {"op": "dismiss", "undocumented": 4, "reason": "x"})
    named = {"op": "dismiss", "undocumented": 4, "text": drugs[1].text, "reason": "x"}
    assert after(first(), named).dismissals[0].text == drugs[1].text


def test_what_code_refused_is_taken_with_a_reason_that_stands_for_its_checks() -> None:
    refused = made().unsupported
    place = next(k for k, u in enumerate(refused) if u.text == "Lévothyroxine 75 mg.")
    accept = {"op": "accept", "unsupported": place, "section": "subjectif", "reason": "montré"}
    version = after(first(), accept)
    (edit,) = version.edits
    taken = one(version, edit.statement)
    assert (taken.text, taken.author) == ("Lévothyroxine 75 mg.", WHO)
    assert refused[place] not in version.note.unsupported
    assert blocking(version) == ()
    assert all(r.reason == "montré" for r in version.resolutions)
    with pytest.raises(InvalidChange, match="already"):
        after(first(), accept, accept)


def test_a_reason_is_for_the_words_it_was_given_for() -> None:
    wrong = after(first(), {"op": "edit", "statement": "subjectif.1", "text": LEFT})
    reasons = [
        {"op": "resolve", "statement": b.statement, "rule": b.rule, "reason": "montré du doigt"}
        for b in blocking(wrong)
    ]
    resolved = after(wrong, *reasons)
    assert blocking(resolved) == ()
    other = {
        "op": "edit",
        "statement": "subjectif.1",
        "text": "Genou gauche douloureux depuis trois mois.",
    }
    assert failing(after(resolved, other), "subjectif.1")
    with pytest.raises(InvalidChange, match="no such check"):
        after(first(), {"op": "resolve", "statement": "subjectif.1", "rule": "side", "reason": "x"})


def test_what_is_removed_is_said_again_to_be_undocumented_and_can_be_restored() -> None:
    gone = after(first(), {"op": "remove", "statement": "subjectif.2", "reason": "doublon"})
    assert any("évothyroxine" in u.text for u in gone.note.undocumented)
    back = after(gone, {"op": "restore", "statement": "subjectif.2"})
    assert back.note == made()
    empty = after(
        first(),
        *(
            {"op": "remove", "statement": s.id, "reason": "x"}
            for s in made().sections[0].statements
        ),
    )
    assert empty.note.sections[0].state is SectionState.not_discussed
    assert empty.note.sections[0].placeholder


def test_a_statement_moved_is_checked_for_where_it_stands() -> None:
    moved = after(
        first(), {"op": "move", "statement": "subjectif.1", "section": "objectif", "before": None}
    )
    # What the patient says is no finding of the clinician's.
    assert "speaker" in failing(moved, "subjectif.1")
    order = after(
        first(),
        {
            "op": "move",
            "statement": "subjectif.2",
            "section": "subjectif",
            "before": "subjectif.1",
        },
    )
    assert [s.id for s in order.note.sections[0].statements] == ["subjectif.2", "subjectif.1"]
    assert blocking(order) == ()


def test_what_changes_nothing_makes_no_revision() -> None:
    assert after(first(), {"op": "edit", "statement": "subjectif.1", "text": KNEE}) == first()
    assert after(first(), {"op": "restore", "statement": "subjectif.1"}) == first()


@pytest.mark.parametrize(
    "change",
    [
        {"op": "edit", "statement": "plan.9", "text": "x"},
        {"op": "remove", "statement": "plan.9", "reason": "x"},
        {"op": "restore", "statement": "plan.9"},
        {"op": "move", "statement": "subjectif.1", "section": "none"},
        {"op": "move", "statement": "subjectif.1", "section": "plan", "before": "subjectif.2"},
        {"op": "move", "statement": "subjectif.1", "section": "plan", "before": "subjectif.1"},
        {"op": "add", "section": "none", "text": "x"},
        {"op": "document", "undocumented": 99, "section": "plan"},
        {"op": "accept", "unsupported": 99, "section": "plan", "reason": "x"},
    ],
)
def test_what_is_not_there_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidChange) as caught:
        after(first(), {"op": "add", "section": "plan", "text": "Repos."}, change)
    assert caught.value.errors == ["changes.1"]
    assert "Genou" not in caught.value.message


def test_a_statement_without_evidence_is_somebodys() -> None:
    with pytest.raises(ValidationError, match="somebody"):
        Statement(id="plan.1", text="Repos.", evidence=(), support=0.0)


def test_a_name_alone_signs_and_only_what_is_resolved() -> None:
    wrong = after(first(), {"op": "edit", "statement": "subjectif.1", "text": LEFT})
    with pytest.raises(ValueError, match="resolved"):
        sign(wrong, name="Dr Martin", author=WHO, at=AT)
    with pytest.raises(ValueError, match="name"):
        sign(first(), name="  ", author=WHO, at=AT)
    assert review(first()).state is NoteState.reviewed
    signed = sign(review(first()), name="Dr Martin", author=WHO, at=AT)
    assert signed.signed
    for again in (sign, review):
        with pytest.raises(ValueError, match="signed"):
            again(signed, name="Dr Martin", author=WHO, at=AT) if again is sign else again(signed)
    tampered = signed.model_copy(update={"note": wrong.note})
    assert not tampered.signed
    draft = next_draft(signed, note=wrong.note)
    assert (draft.signed, draft.replaces) == (False, signed.content_sha256)


def drugs(version: NoteVersion) -> set[str]:
    return {row.inn for row in version.note.treatments}


def test_a_table_never_says_what_a_person_corrected() -> None:
    """Else a signed document would show the old drug or dose beside the new one."""
    assert "levothyroxine" in drugs(first())
    for change in (
        {"op": "edit", "statement": "subjectif.2", "text": "Lévothyroxine 150 µg."},
        {"op": "remove", "statement": "subjectif.2", "reason": "arrêtée"},
    ):
        version = after(first(), change)
        assert drugs(first()) - drugs(version) == {"levothyroxine"}
        assert [u.text for u in version.note.unsupported if u.reason == "edited"] == [
            "lévothyroxine soixante-quinze microgrammes"
        ]
        assert "levothyroxine" not in drugs(
            next_draft(version, note=refreshed(version, made(), SAID))
        )
        back = after(version, {"op": "restore", "statement": "subjectif.2"})
        assert back.note == made()
    other = after(first(), {"op": "edit", "statement": "subjectif.1", "text": "Gonalgie."})
    assert drugs(other) == drugs(first())


TEXTS = st.sampled_from(
    [KNEE, LEFT, "Lévothyroxine 75 µg.", "Pas de fièvre.", "Repos.", "Paracétamol 1 g.", "Fièvre."]
)
IDS = st.sampled_from(
    ["subjectif.1", "subjectif.2", "subjectif.3", "plan.1", "plan.2", "objectif.1", "x"]
)
SECTIONS = st.sampled_from(["subjectif", "objectif", "appreciation", "plan", "none"])
REASON = st.just("vu")


def _op(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"op": st.just(name), **fields})


OPS = st.one_of(
    _op("edit", statement=IDS, text=TEXTS),
    _op("add", section=SECTIONS, text=TEXTS),
    _op("remove", statement=IDS, reason=REASON),
    _op("restore", statement=IDS),
    _op("move", statement=IDS, section=SECTIONS, before=st.none() | IDS),
    _op("document", undocumented=st.integers(1, 8), section=SECTIONS),
    _op("dismiss", undocumented=st.integers(1, 8), reason=REASON),
    _op("accept", unsupported=st.integers(0, 9), section=SECTIONS, reason=REASON),
    _op("resolve", statement=IDS, rule=st.sampled_from(["side", "numbers", "x"]), reason=REASON),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(OPS, max_size=8), st.integers(0, 8))
def test_whatever_is_changed_the_ais_words_can_be_had_back(
    ops: list[dict[str, Any]], sign_after: int
) -> None:
    version, seen = first(), {first().content_sha256: first()}
    for place, op in enumerate(ops):
        before = version
        try:
            version = after(version, op)
        except InvalidChange:
            assert version == before
            continue
        content = (version.note, version.resolutions, version.dismissals, version.replaces)
        was = (before.note, before.resolutions, before.dismissals, before.replaces)
        assert (version.content_sha256 != before.content_sha256) == (content != was)
        assert (version.revision > before.revision) == (version != before)
        known = seen.setdefault(version.content_sha256, version)
        assert (known.note, known.resolutions) == (version.note, version.resolutions)
        ids = [s.id for s in version.note.statements()]
        assert len(set(ids)) == len(ids)
        for statement in version.note.statements():
            assert statement.evidence or statement.author is not None
            assert all(holds(e, SAID) for e in statement.evidence)
            ours = statement in made().statements()
            moved = any(e.statement == statement.id for e in version.edits)
            assert ours or moved, "what the AI did not write names who did"
        assert NoteVersion.model_validate_json(version.to_json()) == version
        if place == sign_after and not blocking(version):
            version = sign(version, name="Dr Martin", author=WHO, at=AT)
            assert version.signed
    back = version
    for statement in made().statements():
        back = after(back, {"op": "restore", "statement": statement.id})
    found = {s.id: s for s in back.note.statements()}
    for statement in made().statements():
        assert found[statement.id].text == statement.text
        assert found[statement.id].evidence == statement.evidence
        assert found[statement.id].author is None
    assert not back.signed or back == version


def test_quotes_that_are_gone_are_seen_and_come_back() -> None:
    lines = [f"{'D' if s.speaker == 'S1' else 'P'}: {s.text}" for s in SAID.segments]
    lines[1] = "P: J'ai mal au coude droit depuis trois semaines."
    other = transcript(*lines)
    assert stale(made(), other) == ("subjectif.1",)
    version = next_draft(first(), note=refreshed(first(), made(), other))
    assert failing(version, "subjectif.1") == {"stale"}
    assert stale(refreshed(version, made(), SAID), SAID) == ()
    assert refreshed(version, made(), SAID).sections == made().sections
    evidence: Evidence = one(version, "subjectif.2").evidence[0]
    assert holds(evidence, other)
