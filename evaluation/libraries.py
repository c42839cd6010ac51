"""The measuring libraries, imported when a measure is taken: most installations have none."""

from __future__ import annotations

import importlib
from typing import Any

from consultation.errors import EngineMissing


def library(name: str) -> Any:
    """A module by its full name. Raises EngineMissing, which names the extra to install."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise EngineMissing(
            f"the library {error.name} is not installed",
            hint="Install it with: pip install 'anamnese[evaluation]'",
        ) from None
