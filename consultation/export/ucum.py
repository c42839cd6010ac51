"""Whether a code is a unit of UCUM. The grammar is a library's (extra ``documents``)."""

from __future__ import annotations

from functools import cache
from typing import Any

from consultation.errors import EngineMissing


@cache
def is_unit(code: str) -> bool:
    """Raises EngineMissing."""
    parser = _parser()
    from lark.exceptions import LarkError

    try:
        parser.parse(code)
    except LarkError:
        return False
    return True


@cache
def _parser() -> Any:
    try:
        from ucumvert import get_ucum_parser
    except ImportError as missing:
        raise EngineMissing(
            f"{missing.name} is not installed",
            hint="Install it with: pip install 'anamnese[documents]'",
        ) from None
    return get_ucum_parser()
