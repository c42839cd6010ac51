"""Sides: read with their organ, compared with what was said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.anatomy import related
from clinical.dialogue import Said
from clinical.folded import folded
from clinical.laterality import Side, missing_sides, said_sides, sides

READ = [
    ("fr", "J'ai mal au genou droit.", [("knee", "right")]),
    ("fr", "Le genou gauche est gonflé.", [("knee", "left")]),
    ("fr", "Douleur à droite, derrière l'œil.", [("eye", "right")]),
    ("fr", "L'œil droit et l'oreille gauche.", [("eye", "right"), ("ear", "left")]),
    ("fr", "Œdème bilatéral des chevilles.", [("ankle", "both")]),
    ("fr", "Crépitants de la base pulmonaire droite.", [("lung", "right")]),
    ("fr", "Céphalées du côté gauche.", [("head", "left")]),
    ("fr", "Mal aux deux genoux.", [("knee", "both")]),
    ("fr", "Douleur de l'épaule droite et gauche.", [("shoulder", "both")]),
    ("fr", "Fosse iliaque droite sensible.", [("iliac fossa", "right")]),
    ("fr", "Épaule gche douloureuse.", [("shoulder", "left")]),
    ("fr", "Vous avez droit à un arrêt, allez tout droit.", []),
    ("fr", "J'ai le droit de conduire.", []),
    ("fr", "Une maladresse, je suis gaucher.", []),
    ("en", "My right knee hurts.", [("knee", "right")]),
    ("en", "Left-sided headache.", [("head", "left")]),
    ("en", "A pain on the left side.", [(None, "left")]),
    ("en", "It is on the left side of my head.", [("head", "left")]),
    ("en", "Crackles at the base of the right lung.", [("lung", "right")]),
    ("en", "Pain in the left lower leg.", [("leg", "left")]),
    ("en", "LLQ pain.", [("iliac fossa", "left")]),
    ("en", "L knee pain.", [("knee", "left")]),
    ("en", "Left non-healing diabetic foot ulcer.", [("foot", "left")]),
    ("en", "Right medial epicondylitis.", [("elbow", "right")]),
    ("en", "I have two days left.", []),
    ("en", "Both knees are swollen.", [("knee", "both")]),
    ("en", "Bilateral ankle swelling.", [("ankle", "both")]),
    ("en", "Knee pain, left.", [("knee", "left")]),
    ("en", "All right, I left the hospital right away.", []),
    ("en", "Right. So what's left is the blood test.", []),
    ("en", "You're right, my knee hurts.", []),
    ("en", "I left my pills at home.", []),
]


@pytest.mark.parametrize(("language", "text", "expected"), READ)
def test_sides(language: str, text: str, expected: list[tuple[str | None, str]]) -> None:
    found = sides(text, language)
    assert [(s.organ, s.side.value) for s in found] == expected
    assert all(text[s.start : s.end] == s.text for s in found)


COMPARED = [
    ("fr", "Genou droit douloureux.", ["J'ai mal au genou droit."], True),
    ("fr", "Genou gauche douloureux.", ["J'ai mal au genou droit."], False),
    # Another organ is named in the same exchange: the side is of the last one that was asked of.
    (
        "fr",
        "Genou gauche douloureux.",
        ["La hanche va mieux. Quel genou vous fait mal ?", "Le gauche."],
        True,
    ),
    (
        "fr",
        "Hanche gauche douloureuse.",
        ["La hanche va mieux. Quel genou vous fait mal ?", "Le gauche."],
        False,
    ),
    (
        "en",
        "Left knee pain.",
        ["Does your hip hurt as well as your knee? Which knee is it", "The left."],
        True,
    ),
    (
        "en",
        "Left hip pain.",
        ["Does your hip hurt as well as your knee? Which knee is it", "The left."],
        False,
    ),
    ("fr", "Céphalées droites.", ["La douleur est de quel côté ?", "Plutôt à droite."], True),
    ("fr", "Céphalées gauches.", ["La douleur est de quel côté ?", "Plutôt à droite."], False),
    ("fr", "Douleur à gauche.", ["C'est à gauche ?", "Oui."], True),
    ("fr", "Douleur à gauche.", ["C'est à gauche ?", "Non, à droite."], False),
    ("fr", "Douleur à gauche.", ["C'est à gauche ?", "Non."], False),
    ("fr", "Douleur à droite.", ["Pas à gauche, à droite."], True),
    ("fr", "Douleur à gauche.", ["Pas à gauche, à droite."], False),
    ("fr", "Douleur des deux genoux.", ["J'ai mal au genou droit."], False),
    ("fr", "Douleur du genou droit.", ["J'ai mal aux deux genoux."], True),
    ("fr", "Genou droit douloureux.", ["J'ai mal au genou."], False),
    ("fr", "Genou droit.", ["L'épaule droite et le genou gauche me font mal."], False),
    ("en", "Right knee pain.", ["My right knee hurts."], True),
    ("en", "Left knee pain.", ["My right knee hurts."], False),
    ("en", "Pain in the right leg.", ["Which side is it on?", "Right."], True),
    ("en", "Pain in the left leg.", ["Which side is it on?", "Right."], False),
    ("en", "Left ear pain.", ["Is it the left ear?", "Yes."], True),
    ("en", "Left ear pain.", ["Is it the left ear?", "No, the right one."], False),
    ("en", "Right eye red.", ["Both eyes are red."], True),
    ("en", "Bilateral ankle swelling.", ["My left ankle is swollen."], False),
]


@pytest.mark.parametrize(("language", "statement", "turns", "held"), COMPARED)
def test_comparison(language: str, statement: str, turns: list[str], held: bool) -> None:
    said = [Said(text=text, role=f"S{i % 2}") for i, text in enumerate(turns)]
    assert (not missing_sides(statement, said, language)) is held


@given(
    organ=st.sampled_from(["knee", "eye", "shoulder", "ankle", "lung", "ear"]),
    said=st.sampled_from(["left", "right"]),
    stated=st.sampled_from(["left", "right"]),
)
def test_english_sides_agree_only_with_themselves(organ: str, said: str, stated: str) -> None:
    missing = missing_sides(
        f"Pain in the {stated} {organ}.", [Said(text=f"My {said} {organ} hurts.")], "en"
    )
    assert bool(missing) is (said != stated)


@given(
    organ=st.sampled_from(["genou", "œil", "bras", "pied", "poumon", "sein"]),
    said=st.sampled_from(["droit", "gauche"]),
    stated=st.sampled_from(["droit", "gauche"]),
)
def test_french_sides_agree_only_with_themselves(organ: str, said: str, stated: str) -> None:
    missing = missing_sides(
        f"Douleur, {organ} {stated}.", [Said(text=f"J'ai mal, c'est le {organ} {said}.")], "fr"
    )
    assert bool(missing) is (said != stated)


@given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
def test_any_text_keeps_its_offsets(text: str, language: str) -> None:
    for side in sides(text, language):
        assert text[side.start : side.end] == side.text


@given(st.text(max_size=60))
def test_folded_places_lead_back(text: str) -> None:
    line = folded(text)
    for i in range(len(line.line)):
        start, end = line.place(i, i + 1)
        assert 0 <= start < end <= len(text)


def test_an_answer_gives_the_side_its_organ() -> None:
    turns = [Said("Which knee is it?", "S1"), Said("It's on the left.", "S2")]
    assert [(s.organ, s.side) for s in said_sides(turns, "en")] == [("knee", Side.left)]


def test_regions_hold_their_organs() -> None:
    assert related("eye", "head")
    assert related("head", "eye")
    assert related("toe", "leg")
    assert not related("knee", "shoulder")
    assert not related("eye", "ear")
