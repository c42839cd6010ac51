"""Values said by num2words and read back: pressures, ranges, doses by the day, dates, ages."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from clinical.numbers import quantities

LANGUAGE = st.sampled_from(["fr", "en"])
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


def said(number: int, language: str, hyphens: bool = True) -> str:
    words = str(num2words(number, lang=language)).replace(",", "")
    return words if hyphens else words.replace("-", " ")


def values(text: str, language: str) -> list[tuple[Decimal, str | None]]:
    return [(q.value, q.unit) for q in quantities(text, language)]


@settings(deadline=None)
@given(st.sampled_from([9, *range(11, 20)]), st.integers(4, 12), st.booleans())
def test_french_pressures_in_centimetres(high: int, low: int, hyphens: bool) -> None:
    """*Quatorze huit*. Not ten and twenty: *dix sept* is also seventeen."""
    if high > low:
        text = f"la tension est à {said(high, 'fr', hyphens)} {said(low, 'fr', hyphens)}"
        expected = [(Decimal(high * 10), "mm[Hg]"), (Decimal(low * 10), "mm[Hg]")]
        assert values(text, "fr") == expected
        assert values(f"tension {high} {low}", "fr") == expected
        assert values(f"TA {high}/{low}", "fr") == expected


@settings(deadline=None)
@given(st.integers(70, 230), st.integers(40, 130), LANGUAGE, st.booleans())
def test_pressures_in_millimetres(high: int, low: int, language: str, hyphens: bool) -> None:
    if high <= low:
        return
    over = {"fr": "sur", "en": "over"}[language]
    lead = {"fr": "tension à", "en": "blood pressure of"}[language]
    text = f"{lead} {said(high, language, hyphens)} {over} {said(low, language, hyphens)}"
    assert values(text, language) == [(Decimal(high), "mm[Hg]"), (Decimal(low), "mm[Hg]")]
    assert values(f"{lead} {high}/{low}", language) == values(text, language)


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), LANGUAGE)
def test_ranges_of_doses(low: int, more: int, language: str) -> None:
    to = {"fr": "à", "en": "to"}[language]
    unit = {"fr": "milligrammes", "en": "milligrams"}[language]
    high = low + more
    expected = [(Decimal(low), "mg"), (Decimal(high), "mg")]
    assert values(f"{low} {to} {high} mg", language) == expected
    if low > 1:  # "un à deux milligrammes": un is also an article
        spoken = f"{said(low, language)} {to} {said(high, language)} {unit}"
        assert values(spoken, language) == expected


@settings(deadline=None)
@given(st.integers(2, 2000), st.integers(2, 6), LANGUAGE, st.booleans())
def test_doses_by_the_day(dose: int, times: int, language: str, hyphens: bool) -> None:
    unit = {"fr": "milligrammes", "en": "milligrams"}[language]
    day = {"fr": "fois par jour", "en": "times a day"}[language]
    text = f"{said(dose, language, hyphens)} {unit}, {said(times, language)} {day}"
    assert values(text, language) == [(Decimal(dose), "mg"), (Decimal(times), "/d")]


@settings(deadline=None)
@given(st.integers(2, 31), st.integers(1, 12), st.integers(1930, 2030), st.booleans())
def test_french_dates(day: int, month: int, year: int, spoken: bool) -> None:
    name = MONTHS["fr"].split()[month - 1]
    text = f"le {said(day, 'fr')} {name} {said(year, 'fr')}" if spoken else f"{day} {name} {year}"
    assert values(text, "fr") == [(Decimal(year * 10_000 + month * 100 + day), None)]


@settings(deadline=None)
@given(st.integers(2, 28), st.integers(1, 12), st.integers(1930, 2030))
def test_english_dates(day: int, month: int, year: int) -> None:
    name = MONTHS["en"].split()[month - 1]
    value = [(Decimal(year * 10_000 + month * 100 + day), None)]
    assert values(f"{name} {day}, {year}", "en") == value
    assert values(f"{day} {name} {year}", "en") == value
    assert values(f"the {num2words(day, to='ordinal', lang='en')} of {name} {year}", "en") == value


@settings(deadline=None)
@given(st.integers(2, 110), LANGUAGE, st.booleans())
def test_ages(age: int, language: str, hyphens: bool) -> None:
    words = said(age, language, hyphens)
    text = {"fr": f"il a {words} ans", "en": f"he is {words} years old"}[language]
    (found,) = quantities(text, language)
    assert (found.value, found.unit, found.kind) == (age, "a", "age")
