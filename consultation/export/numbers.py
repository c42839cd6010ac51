"""National numbers of France that carry a key: a digit that was typed wrong is seen before it names
somebody else. A number of any other system is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

INS_SYSTEMS = frozenset(f"urn:oid:1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
"""INS: of a NIR, of a NIA, in test, in demonstration."""
RPPS_SYSTEM = "https://rpps.esante.gouv.fr"
FINESS_SYSTEM = "https://finess.esante.gouv.fr"
_NIR = re.compile(r"[1-478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_CORSICA = {"2A": "19", "2B": "18"}


def nir_fits(number: str) -> bool:
    """Fifteen characters of which the last two are the key: 97 less the rest modulo 97."""
    if not _NIR.fullmatch(number):
        return False
    body = number[:13]
    for department, digits in _CORSICA.items():
        if body[5:7] == department:
            body = body[:5] + digits + body[7:]
    return int(number[13:]) == 97 - int(body) % 97


def rpps_fits(number: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{11}", number)) and _luhn(number)


def finess_fits(number: str) -> bool:
    """Those of Corsica have a letter, and no published rule for their key."""
    if re.fullmatch(r"2[AB][0-9]{7}", number):
        return True
    return bool(re.fullmatch(r"[0-9]{9}", number)) and _luhn(number)


def _luhn(number: str) -> bool:
    digits = [int(one) for one in reversed(number)]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


_RULES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(INS_SYSTEMS, nir_fits),
    RPPS_SYSTEM: rpps_fits,
    FINESS_SYSTEM: finess_fits,
}


def fits(system: str | None, value: str) -> bool:
    """Whether the number can be one of this system."""
    rule = _RULES.get(system or "")
    return rule is None or rule(value)
