from __future__ import annotations

import pytest

from consultation.errors import UnsupportedLanguage
from transcribe.language import check, decide, name


def test_the_mean_decides() -> None:
    assert decide([{"fr": 0.9, "en": 0.1}, {"fr": 0.4, "en": 0.6}]) == ("fr", pytest.approx(0.65))


def test_scattered_probability_is_not_another_language() -> None:
    assert decide([{"fr": 0.3, "ht": 0.4, "en": 0.1}])[0] == "fr"
    assert decide([{"ht": 0.9, "fr": 0.1}, {"fr": 0.9, "ht": 0.1}])[0] == "fr"


def test_another_language_is_named() -> None:
    with pytest.raises(UnsupportedLanguage, match=r"German \(de\)"):
        decide([{"de": 0.9, "en": 0.1}, {"de": 0.8, "fr": 0.1}])


def test_a_given_language() -> None:
    assert check("fr") == "fr"
    for code in ("de", "xx", "", "FR"):
        with pytest.raises(UnsupportedLanguage):
            check(code)
    assert name("yue") == "Cantonese"
    assert name("xx") == "xx"
