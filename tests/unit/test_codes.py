"""Codes of our tables: well formed by the check digits of their systems, one meaning each.

That a code exists in its system is not shown by this: no terminology comes with the product.
"""

from __future__ import annotations

import ast
import csv
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.oncology.lexicon import rows
from clinical.text import fold
from clinical.units import UNITS
from consultation.export.ucum import is_unit

_ROOT = Path(__file__).parent.parent.parent
_PACKAGES = ("clinical", "consultation", "records", "summarize", "evaluation", "jobs")
_LOINC = re.compile(r"\d{3,6}-\d")
_ANSWER = re.compile(r"LA\d{2,6}-\d")
_SNOMED = re.compile(r"\d{6,18}")
_NO_CODES = {"639-2"}
"""Written alike: the number of a standard."""
_SHARED_ATC = {
    "A04AD12": {"aprepitant", "fosaprepitant"},
    "N04BA02": {"levodopa/benserazide", "levodopa/carbidopa"},
}
"""WHO's own: one code for the drug and its prodrug, one for levodopa with any inhibitor."""


def luhn(digits: str) -> int:
    """The check digit of mod 10, as LOINC counts it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return -total % 10


def _multiplied(left: int, right: int) -> int:
    """In the dihedral group of ten elements."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5


def verhoeff(digits: str) -> bool:
    """Whether a number with its check digit is right, as SNOMED CT counts it."""
    moved, permutations = list(range(10)), []
    for _ in range(8):
        permutations.append(moved)
        moved = [[1, 5, 7, 6, 2, 8, 3, 0, 9, 4][one] for one in moved]
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _multiplied(check, permutations[place % 8][int(digit)])
    return check == 0


_CODED = re.compile(r"[\" ](?:LA)?\d{2,6}-\d[\" ]|\"\d{6,18}\"")
"""Files that hold none of these have no code."""


@cache
def _nodes() -> tuple[tuple[str, ast.AST], ...]:
    found = []
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if _CODED.search(source):
                where = str(path.relative_to(_ROOT))
                found += [(where, node) for node in ast.walk(ast.parse(source))]
    return tuple(found)


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _written(pattern: re.Pattern[str]) -> set[str]:
    """Every code in the string literals of the code, lists with blanks between too."""
    return {
        word
        for _, node in _nodes()
        if len(_text(node)) < 300
        for word in _text(node).split()
        if pattern.fullmatch(word) and word not in _NO_CODES
    }


def _marker_codes() -> list[tuple[str, str]]:
    return [
        (row["marker"], code)
        for row in rows("oncology_markers")
        for code in row["codes"].split(";")
        if code
    ]


def test_loinc_codes_have_their_check_digit() -> None:
    written = _written(_LOINC)
    written |= {
        code.removeprefix("loinc:") for _, code in _marker_codes() if code.startswith("loinc:")
    }
    assert len(written) > 100
    assert [one for one in sorted(written) if luhn(one[:-2]) != int(one[-1])] == []


def test_snomed_codes_have_their_check_digit() -> None:
    written = _written(_SNOMED)
    assert len(written) >= 20
    # Partition 00: a concept of the international edition; 10: of an extension.
    assert [one for one in sorted(written) if not verhoeff(one)] == []
    assert {one[-3:-1] for one in written} <= {"00", "10"}


def test_check_digits_tell_right_from_wrong() -> None:
    assert luhn("718") == 7
    assert luhn("24611") != 0  # stood in a table once
    assert verhoeff("74400008")
    assert not verhoeff("74400009")


@given(st.integers(0, 10**12), st.integers(0, 9))
def test_one_wrong_digit_is_seen(number: int, other: int) -> None:
    digits = str(number)
    assert sum(verhoeff(digits + str(last)) for last in range(10)) == 1
    wrong = digits[:-1] + str(other)
    assert (luhn(wrong) == luhn(digits)) == (wrong == digits)


@pytest.mark.parametrize("unit", sorted({code for code, _ in UNITS.values() if code}))
def test_units_are_of_ucum(unit: str) -> None:
    assert is_unit(unit)


def test_atc_and_icd_o_codes() -> None:
    atc: dict[str, set[str]] = defaultdict(set)
    for name in ("drugs", "drugs_recent"):
        path = _ROOT / "clinical" / "lexicons" / f"{name}.csv"
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            if row["atc"]:
                wanted = r"[A-DGHJLMNPRSV]\d\d[A-Z]{2}\d\d"
                wanted = (
                    rf"{wanted}|[A-Z](?:\d\d(?:[A-Z]{{1,2}})?)?"
                    if row["kind"] == "class"
                    else wanted
                )
                assert re.fullmatch(wanted, row["atc"]), row
                atc[row["atc"]].add(row["inn"])
    assert {code: inns for code, inns in atc.items() if len(inns) > 1} == _SHARED_ATC
    morphologies = [row["icdo"] for row in rows("oncology_histology")]
    assert all(re.fullmatch(r"[89]\d{3}/[012369]", one) for one in morphologies)
    sites = [row["icdo"] for row in rows("oncology_sites") if row["icdo"]]
    assert all(re.fullmatch(r"C\d\d\.\d", one) for one in sites)
    for codes in (morphologies, sites):
        assert [one for one, two in pairwise(sorted(codes)) if one == two] == []


def test_no_marker_shares_a_code() -> None:
    codes = [code for _, code in _marker_codes()]
    assert all(re.fullmatch(r"loinc:\d{3,6}-\d|hgnc:\d{1,5}", one) for one in codes)
    assert [one for one, two in pairwise(sorted(codes)) if one == two] == []


def test_no_code_has_two_meanings() -> None:
    """What stands behind a code in a tuple or a call names it; a table's values all differ."""
    meant: dict[str, set[str]] = defaultdict(set)
    for where, node in _nodes():
        if isinstance(node, ast.Tuple | ast.Call):
            parts = [
                _text(one) for one in (node.elts if isinstance(node, ast.Tuple) else node.args)
            ]
            for code, name in pairwise(parts):
                if _is_code(code) and name and not _is_code(name):
                    meant[code].add(fold(name))
        if isinstance(node, ast.Dict):
            values = [code for one in node.values for code in _text(one).split() if _is_code(code)]
            assert len(values) == len(set(values)), where
    assert len(meant) > 20
    assert {code: names for code, names in meant.items() if len(names) > 1} == {}


def _is_code(text: str) -> bool:
    return any(one.fullmatch(text) for one in (_LOINC, _ANSWER, _SNOMED))
