"""What the command line says → typed options, with errors that name the option."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, cast, get_args

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from consultation.engines import SpeakerCount
from consultation.errors import InvalidOption, UnreadableFile, UnsupportedLanguage
from consultation.settings import Settings
from consultation.transcript import Role
from consultation.weights import forbid_hub, silence_telemetry
from jobs.service_settings import ServiceSettings
from prompts import library
from transcribe.pipeline import TranscribeOptions
from transcribe.vocabulary import Speciality

ChannelMode = Literal["auto", "mix", "separate"]


def settings() -> Settings:
    """From the environment. Raises InvalidOption that names the variables that are wrong."""
    try:
        chosen = Settings()
    except ValidationError as error:
        names = ", ".join(
            f"ANAMNESE_{'_'.join(map(str, e['loc'])).upper()}" for e in error.errors()
        )
        raise InvalidOption(
            f"the environment holds a value that cannot be meant: {names}",
            hint="docs/settings.md lists every setting and what it takes.",
        ) from None
    # Before any library is loaded: some look for a hub, or report to their makers, by default.
    silence_telemetry() if chosen.hub else forbid_hub()
    return chosen


def settings_table() -> str:
    """docs/settings.md: one row a setting, from the docstrings of the classes that hold them."""
    rows = ["# Settings", "", "Read from the environment.", ""]
    rows += _rows(Settings, {"cache_folder": "the user's cache"})
    rows += ["", "## Of the service", "", "`anamnese serve`, `worker`, `keys`, `apikeys`.", ""]
    rows += _rows(ServiceSettings, {"data_folder": "the user's data folder"})
    return "\n".join(rows) + "\n"


def _rows(kind: type[BaseSettings], shown: dict[str, str]) -> list[str]:
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in kind.model_fields.items():
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        default = shown.get(name, field.get_default(call_default_factory=True))
        rows.append(f"| `ANAMNESE_{name.upper()}` | {default} | {meaning} |")
    return rows


def transcribe_options(
    language: str | None,
    vocabulary: str | None,
    speakers: str | None,
    channels: str,
    channel_roles: str | None,
    allow_truncated: bool,
    speciality: str | None = None,
    correction: bool = True,
) -> TranscribeOptions:
    """Raises InvalidOption or UnsupportedLanguage."""
    if language is not None and language not in library.LANGUAGES:
        raise UnsupportedLanguage(f"--language {language!r} is not supported")
    if channels not in get_args(ChannelMode):
        raise InvalidOption(f"--channels {channels!r}", hint="Use auto, mix or separate.")
    if speciality is not None:
        if speciality not in get_args(Speciality):
            known = ", ".join(get_args(Speciality))
            raise InvalidOption(f"--speciality {speciality!r}", hint=f"One of {known}.")
        if language is None:
            raise InvalidOption("--speciality needs --language", hint="Its names depend on it.")
    return TranscribeOptions(
        language=language,
        vocabulary=_vocabulary(vocabulary),
        speakers=_speakers(speakers),
        channels=cast(ChannelMode, channels),
        channel_roles=_roles(channel_roles),
        allow_truncated=allow_truncated,
        speciality=cast("Speciality | None", speciality),
        correction=correction,
    )


def check_template(name: str, language: str | None) -> None:
    """Before any work: a name that no language has is an error now. Raises UnknownTemplate."""
    if language is not None:
        library.template(language, name)
    elif name not in {known for _, known in library.templates()}:
        library.template("fr", name)


def folders(files: Sequence[Path], out: Path) -> Iterator[tuple[Path, Path]]:
    """Each file with its own folder in ``out``. Raises InvalidOption if two would share one."""
    if out.exists() and not out.is_dir():
        raise InvalidOption("--out is a file, not a folder")
    stems = [file.stem for file in files]
    names = [
        file.stem if stems.count(file.stem) == 1 else file.name.replace(".", "-") for file in files
    ]
    if len(set(names)) < len(names):
        raise InvalidOption(
            "two recordings have the same name and would overwrite each other's results",
            hint="Give them in two calls with different --out folders, or rename one.",
        )
    return iter([(file, out / name) for file, name in zip(files, names, strict=True)])


def _vocabulary(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    path = Path(text)
    try:
        listed = path.is_file()
        words = path.read_text("utf-8").splitlines() if listed else text.split(",")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"the vocabulary could not be read: {type(error).__name__}") from None
    return tuple(dict.fromkeys(w.strip() for w in words if w.strip() and not w.startswith("#")))


def _speakers(text: str | None) -> SpeakerCount:
    if text is None:
        return SpeakerCount()
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text.strip())
    try:
        if match and match[2] is None:
            return SpeakerCount(exact=int(match[1]))
        if match and int(match[1]) <= int(match[2]):
            return SpeakerCount(minimum=int(match[1]), maximum=int(match[2]))
    except ValidationError:
        pass
    raise InvalidOption(f"--speakers {text!r}", hint="Give a number from 1 to 20, or 2-4.")


def _roles(text: str | None) -> tuple[Role, ...]:
    if text is None:
        return ()
    try:
        roles = tuple(Role(part.strip()) for part in text.split(","))
    except ValueError:
        roles = ()
    if len(roles) != 2:
        raise InvalidOption(
            f"--channel-roles {text!r}",
            hint="Two of clinician, patient, companion, unknown: clinician,patient",
        )
    return roles
