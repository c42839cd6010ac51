"""Scores, grades, degrees and ordinals, as quantities: *7/10*, *stade IV*, *trente-huit cinq*."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from clinical.measures import Reader
from clinical.quantity import Quantity
from clinical.text import fold

_FEVER = frozenset(
    {"fievre", "temperature", "temperatures", "temp", "febrile", "fever", "thermometre", "celsius"}
    | {
        "fever's",
        "temperature's",
        "temp's",
        "apyretique",
        "afebrile",
        "apyrexial",
        "pyrexial",
        "spiked",
        "spiking",
    }
)
GRADES = frozenset(
    {"grade", "stade", "type", "stage", "ps", "oms", "ecog", "nyha", "niveau", "classe", "class"}
    | {"genotype", "trisomie", "chromosome", "trisomy", "hpv", "interleukin", "interleukine"}
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def out_of(r: Reader, i: int) -> tuple[int, int] | None:
    """*sur 10*, */10*, *out of ten*: (what a score is out of, index after it)."""
    at = i + 2 if r.word(i) == "out" and r.word(i + 1) == "of" else i + 1
    if at == i + 1 and r.word(i) not in ("/", "sur"):
        return None
    highest = r.whole(at)
    if not highest or highest > 100 or r.unit(at + 1, r.pieces[at])[0]:
        return None
    return highest, at + 1


def score(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*7/10*, *sept sur dix*, *seven out of ten*."""
    low = r.number(i)
    total = out_of(r, i + 1)
    if low is None or low.source == "article" or not total or low.value > total[0]:
        return None
    return [r.quantity(low.value, f"{{/{total[0]}}}", "score", i, total[1])], total[1]


def grade(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*grade 2*, *stade IV*, *diabète de type deux*."""
    if r.word(i) not in GRADES:
        return None
    value = r.whole(i + 1)
    roman = _ROMAN.get(r.word(i + 1))
    if roman and r.text[r.pieces[i + 1].start].isupper():
        value = roman
    article = r.number(i + 1)
    if article and article.source == "article" and r.text[article.start].lower() in "uo":
        value = 1  # type un, grade one
    if value is None or r.unit(i + 2, r.pieces[i + 1])[0] is not None:
        return None
    return [r.quantity(value, None, "ordinal", i + 1, i + 2)], i + 2


def temperature(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*trente-huit cinq*, *39 de fièvre*, *fever stays above thirty nine*, *38°5*."""
    piece = r.number(i)
    if piece is None or piece.source == "article":
        return None
    degrees, at = piece.value, i + 1
    context = r.near(i, _FEVER) or r.text[max(0, piece.start - 2) : piece.start] == "T "
    if context and 34 <= degrees <= 42 and r.language == "fr" and r.and_a_half(at):
        half, at = degrees + Decimal("0.5"), r.and_a_half(at)
        return [r.quantity(half, "Cel", "temperature", i, at)], at
    tenth = r.whole(at)
    if (
        34 <= degrees <= 42
        and degrees == int(degrees)
        and tenth is not None
        and tenth <= 9
        and (context or (r.language == "fr" and _bare_tenth(r, i)))
        and r.unit(at + 1, r.pieces[at])[0] in (None, "Cel")
        and not r.number(at + 1)
    ):
        unit, _, last = r.unit(at + 1, r.pieces[at])
        last = last if unit else at + 1
        value = degrees + Decimal(tenth) / 10
        return [r.quantity(value, "Cel", "temperature", i, last)], last
    if not context or r.unit(at, piece)[0] is not None or r.word(at) in ("a", "to", "ou", "or"):
        return None
    if r.word(at) in ("sur", "over", "/"):
        return None
    if 34 <= degrees <= 43:
        return [r.quantity(degrees, "Cel", "temperature", i, at)], at
    if r.language == "en" and 94 <= degrees <= 108:
        return [r.quantity(degrees, "[degF]", "temperature", i, at)], at
    return None


_HAS = frozenset({"a", "ai", "as", "avez", "avait", "avais", "fait", "faisait", "monte"})


def _bare_tenth(r: Reader, i: int) -> bool:
    """*trente-huit cinq* in words, or *elle a 39 2*, which a recogniser wrote in digits."""
    if r.pieces[i].source == r.pieces[i + 1].source == "words":
        return True
    fever = r.pieces[i].value >= 36 and r.pieces[i + 1].value != 0
    return fever and r.word(i - 1) in _HAS and r.ends(i + 2)


def tenths(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """*sept dixièmes* of sight; *deux dixièmes de millilitre* is 0.2 mL."""
    count, nth = r.number(i), i + 1
    if r.language != "fr" or count is None or nth >= len(r.pieces):
        return None
    if r.pieces[nth].kind != "ordinal" or r.pieces[nth].value != 10 or count.value > 10:
        return None
    if r.word(i + 2) in ("de", "d'"):
        unit, kind, last = r.unit(i + 3, r.pieces[nth])
        if unit is not None:
            return [r.quantity(count.value / 10, unit, kind, i, last)], last
    if count.source == "article" and not r.near(i, _SIGHT):
        return None
    return [r.quantity(count.value, "{/10}", "score", i, i + 2)], i + 2


_SIGHT = frozenset({"acuite", "vision", "visuelle", "oeil", "œil", "vois", "voit"})


def ordinal(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    piece = r.pieces[i]
    if piece.kind != "ordinal":
        return None
    said = r.text[piece.start : piece.end]
    adverb = r.word(i - 1) in ("at", "en", "au", "d'") or r.word(i + 1) in ("of", "thing", ",")
    if piece.value <= 2 and not said[0].isdigit() and adverb:
        return [], i + 1
    if fold(said) in ("secondes", "seconds") or (fold(said)[:6] == "second" and r.number(i - 1)):
        return [], i + 1  # of a minute
    found = r.quantity(piece.value, None, "ordinal", i, i + 1)
    return [replace(found, weak=piece.value <= 2)], i + 1
