"""Keys of national numbers, and what a document lacks to be filed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultation.export.completeness import lacking
from consultation.export.context import DocumentContext
from consultation.export.numbers import (
    FINESS_SYSTEM,
    INS_SYSTEMS,
    RPPS_SYSTEM,
    finess_fits,
    fits,
    nir_fits,
    rpps_fits,
)
from tests.documents import CONTEXT

NIR = "253012A00400180"


@pytest.mark.parametrize("number", [NIR, "253012B00400110", "269054958815780"])
def test_a_nir_has_its_key(number: str) -> None:
    assert nir_fits(number)
    assert all(fits(system, number) for system in INS_SYSTEMS)


@given(at=st.integers(0, 14), digit=st.sampled_from("0123456789"))
def test_one_wrong_character_of_a_nir_is_seen(at: int, digit: str) -> None:
    wrong = NIR[:at] + digit + NIR[at + 1 :]
    assert nir_fits(wrong) == (wrong == NIR)


@given(at=st.integers(0, 10), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_rpps_or_a_finess_is_seen(at: int, digit: str) -> None:
    rpps, finess = "10100473148", "770000446"
    wrong = rpps[:at] + digit + rpps[at + 1 :]
    assert rpps_fits(wrong) == (wrong == rpps)
    place = min(at, 8)
    other = finess[:place] + digit + finess[place + 1 :]
    assert finess_fits(other) == (other == finess)


@given(st.text(max_size=16))
def test_any_text_is_taken_or_refused(text: str) -> None:
    for system in (RPPS_SYSTEM, FINESS_SYSTEM, *INS_SYSTEMS):
        assert fits(system, text) in (True, False)
    assert fits("urn:oid:1.2.3", text)
    assert fits(None, text)


def test_numbers_of_corsica_are_not_refused_by_a_rule_that_nobody_published() -> None:
    assert finess_fits("2A0000014")
    assert not finess_fits("2C0000014")


def test_what_a_document_lacks() -> None:
    assert lacking(None)[:2] == ("patient.family", "patient.given")
    assert len(lacking(None)) == 10
    assert lacking(CONTEXT) == ("organisation.identifier",)
    bare = {"identifier": "a", "timestamp": "2026-03-02T10:15:00+01:00"}
    nameless = {"patient": {"identifiers": [{"value": "7"}]}, "custodian": {"name": "Hôpital"}}
    found = lacking(DocumentContext.model_validate(bare | nameless))
    assert "patient.identifier" in found
    assert "organisation.name" not in found
