"""The fields that come with a recording → typed options, with errors that name the field and
never repeat its value. Unlike on the command line, no value is ever taken for a file's name."""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from consultation.engines import SpeakerCount
from consultation.errors import InputError, InvalidOption, UnknownTemplate, UnsupportedLanguage
from consultation.transcript import Role
from jobs.service_settings import ServiceSettings
from jobs.store.job_rows import BATCH, INTERACTIVE
from jobs.tasks import JobOptions
from prompts import library
from transcribe.pipeline import TranscribeOptions

FIELDS = {
    "language": "fr or en; detected when not given.",
    "template": "Kind of note, as in /v1/templates.",
    "speakers": "How many people speak: 2, or a range such as 2-4.",
    "vocabulary": "Words to expect, with commas or one a line.",
    "channels": "Stereo: auto, mix, or separate (one speaker a channel).",
    "channel_roles": "Who is on the left and right channel: clinician,patient",
    "roles": 'Roles known beforehand, as JSON: {"S1": "clinician"}',
    "allow_truncated": "true: use what is left of a file that ends too early.",
    "consent": "Your reference to the patient's agreement, stored encrypted.",
    "patient": "Your reference to the patient, kept as a keyed hash only: to erase by.",
    "priority": "interactive, or batch, which waits behind it.",
}
"""Name → meaning, for OpenAPI too."""


class ConsentRequired(InputError):
    code = "consent_required"
    hint = "Send your reference to the patient's agreement as the field consent."


SCHEMAS: dict[str, dict[str, object]] = {
    "language": {"enum": ["", *library.LANGUAGES]},
    "template": {"enum": ["", *sorted({name for _, name in library.templates()})]},
    "speakers": {"pattern": r"^([1-9][0-9]?)?$|^[1-9]-[1-9][0-9]$"},
    "channels": {"enum": ["", "auto", "mix", "separate"]},
    "allow_truncated": {"enum": ["", "true", "false"]},
    "consent": {"maxLength": 200},
    "patient": {"maxLength": 200},
    "priority": {"enum": ["", "interactive", "batch"]},
}
"""What each takes, for OpenAPI, where that can be said. Empty is as if it was not sent."""


def described() -> dict[str, object]:
    """JSON Schema of the fields."""
    return {
        name: {"type": "string", "description": meaning, **SCHEMAS.get(name, {})}
        for name, meaning in FIELDS.items()
    }


_PRIORITIES = {"interactive": INTERACTIVE, "batch": BATCH}


def read_fields(
    fields: dict[str, str], settings: ServiceSettings
) -> tuple[JobOptions, str | None, int]:
    """Options, template, priority. Raises InputError."""
    if set(fields) - set(FIELDS):
        raise InvalidOption("a field has an unknown name", hint=f"Known: {', '.join(FIELDS)}.")
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    language, consent = given.get("language"), given.get("consent")
    if language is not None and language not in library.LANGUAGES:
        raise UnsupportedLanguage("language: not one that is supported")
    check_consent(consent, settings)
    if consent is not None and len(consent) > 200:
        raise _wrong("consent")
    if given.get("channels", "auto") not in {"auto", "mix", "separate"}:
        raise _wrong("channels")
    if given.get("allow_truncated", "false") not in {"true", "false"}:
        raise _wrong("allow_truncated")
    if given.get("priority", "interactive") not in _PRIORITIES:
        raise _wrong("priority")
    template = given.get("template")
    check_template(template, language)
    options = TranscribeOptions.model_validate(
        {
            "language": language,
            "vocabulary": _words(given.get("vocabulary", "")),
            "speakers": _speakers(given.get("speakers")),
            "channels": given.get("channels", "auto"),
            "channel_roles": _channel_roles(given.get("channel_roles")),
            "roles": _roles(given.get("roles")),
            "allow_truncated": given.get("allow_truncated") == "true",
        }
    )
    job = JobOptions(transcribe=options, consent=consent)
    return job, template, _PRIORITIES[given.get("priority", "interactive")]


def check_consent(consent: str | None, settings: ServiceSettings) -> None:
    """Raises ConsentRequired where the settings ask for one."""
    if consent is None and settings.require_consent:
        raise ConsentRequired("consent is missing")


def take_patient(fields: dict[str, str]) -> str | None:
    """Out of the fields, so that it is stored nowhere with them. Raises InvalidOption."""
    patient = fields.pop("patient", "").strip()
    if len(patient) > 200:
        raise _wrong("patient")
    return patient or None


def check_template(name: str | None, language: str | None) -> None:
    """Raises UnknownTemplate, for a name that this language (or none, when unknown) has not."""
    if name is None:
        return
    known = {n for spoken, n in library.templates() if language in {None, spoken}}
    if name not in known:
        raise UnknownTemplate("template: not one that there is", hint="See /v1/templates.")


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.strip() for w in re.split(r"[,\n]", text) if w.strip()))


def _speakers(text: str | None) -> SpeakerCount:
    match = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", text or "1-20")
    try:
        if text is None:
            return SpeakerCount()
        if match and match[2] is None:
            return SpeakerCount(exact=int(match[1]))
        if match and int(match[1]) <= int(match[2]):
            return SpeakerCount(minimum=int(match[1]), maximum=int(match[2]))
    except ValidationError:
        pass
    raise _wrong("speakers")


def _channel_roles(text: str | None) -> tuple[Role, ...]:
    if text is None:
        return ()
    try:
        roles = tuple(Role(part.strip()) for part in text.split(","))
    except ValueError:
        roles = ()
    if len(roles) != 2:
        raise _wrong("channel_roles")
    return roles


def _roles(text: str | None) -> dict[str, Role]:
    if text is None:
        return {}
    try:
        return {str(speaker)[:20]: Role(role) for speaker, role in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise _wrong("roles") from None


def field_wrong(field: str, hint: str) -> InvalidOption:
    return InvalidOption(f"{field}: not a value that it takes", hint=hint)


def _wrong(field: str) -> InvalidOption:
    return field_wrong(field, FIELDS[field])
