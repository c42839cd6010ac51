"""Clinical numbers as they are said and written: phrases whose values were written first.

The lists were written from clinical meaning, apart from the rules. A phrase passes when its
quantities are those that are meant: same values, same units, nothing else but weak ones.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from clinical.numbers import Quantity, canonical, quantities
from clinical.units import convert

DATA = Path(__file__).parents[1] / "data"
TEMPERATURES = ("Cel", "[degF]")


def phrases(language: str) -> list[tuple[str, str]]:
    lines = (DATA / f"numbers_{language}.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("|")) for line in lines if not line.startswith("#")]  # type: ignore[misc]


Meant = tuple[str, Decimal, str | None]


def meant(text: str) -> list[Meant]:
    """(kind, value, unit) of one expectation."""
    found: list[Meant] = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        first, *rest = part.split()
        if first == "BP":
            found += [("number", Decimal(value), "mm[Hg]") for value in rest[0].split("/")]
        elif first == "DATE":
            found.append(("date", Decimal(rest[0].replace("-", "")), None))
        elif first == "TIME":
            hours, minutes = rest[0].split(":")
            found.append(("number", Decimal(int(hours) * 60 + int(minutes)), "min"))
        elif first == "ord":
            found.append(("number", Decimal(rest[0]), None))
        else:
            for bound in first.split(".."):  # a..b: a range is two numbers of one unit
                value, unit = convert(Decimal(bound), rest[0] if rest else None)
                found.append(("number", value, unit))
    return found


def read(quantity: Quantity) -> Meant:
    value, unit = canonical(quantity)
    return ("date" if quantity.kind == "date" else "number", value, unit)


def agrees(text: str, expected: str, language: str, *, labels: bool = True) -> bool:
    """Every quantity that is meant is found, and each that is found is meant, weak ones aside.

    Labels (*chambre 214*) are no values; with ``labels=False`` nor are ordinals (*type 2*).
    """
    found = list(quantities(text, language))
    for one in meant(expected):
        match = next((q for q in found if _same(read(q), one)), None)
        if match is None:
            return False
        found.remove(match)
    named = ("label",) if labels else ("label", "ordinal")
    return all(q.weak or q.kind in named for q in found)


def _same(a: Meant, b: Meant) -> bool:
    near = Decimal("0.0001") * min(Decimal(1), max(abs(a[1]), abs(b[1])))  # 30 ng is 0.00003 mg
    return a[0] == b[0] and a[2] == b[2] and abs(a[1] - b[1]) <= near


@pytest.mark.parametrize("language", ["fr", "en"])
def test_phrases_are_understood(language: str) -> None:
    """At least 99 in 100, and at least 300 phrases."""
    listed = phrases(language)
    wrong = [text for text, expected in listed if not agrees(text, expected, language)]
    assert len(listed) >= 300
    assert len(wrong) <= len(listed) // 100, wrong


def test_the_comparison_can_fail() -> None:
    assert not agrees("75 mg", "75 ug", "fr")
    assert not agrees("ferritine 30 ng/mL", "90 ng/mL", "fr")
    assert not agrees("75 mg et 3 jours", "75 mg", "fr")
    assert not agrees("tension 14 8", "BP 150/80", "fr")
    assert not agrees("rien", "1 mg", "fr")
