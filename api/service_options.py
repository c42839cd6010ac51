"""The service's settings, from the environment, with errors that name the variable."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_settings import SettingsError

from consultation.errors import InvalidOption
from jobs.service_settings import ServiceSettings


def service_settings(**changes: object) -> ServiceSettings:
    """``changes`` come from the command line. Raises InvalidOption."""
    try:
        return ServiceSettings.model_validate({**ServiceSettings().model_dump(), **changes})
    except SettingsError as error:
        # It names the field that is no JSON, and not its value.
        raise InvalidOption(
            f"a setting cannot be read: {error}", hint="Write lists and mappings as JSON."
        ) from None
    except ValidationError as error:
        names = ", ".join(
            f"ANAMNESE_{'_'.join(map(str, e['loc'])).upper()}" if e["loc"] else e["msg"]
            for e in error.errors()
        )
        raise InvalidOption(
            f"a setting holds a value that cannot be meant: {names}",
            hint="docs/settings.md lists every setting and what it takes.",
        ) from None
