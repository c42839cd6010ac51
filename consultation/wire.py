"""The base of every type that is written as JSON.

In Python a time is a float in seconds; in JSON it is an integer in milliseconds whose name ends in
``_ms``. A model declares ``start: Seconds = ms("start")`` and both directions follow.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

Seconds = Annotated[
    float,
    Field(ge=0),
    PlainSerializer(lambda seconds: round(seconds * 1000), return_type=int, when_used="json"),
]
"""A time or a duration, in seconds; milliseconds (int) in JSON."""


def ms(name: str, **options: Any) -> Any:
    """Declare a field of seconds that is called ``<name>_ms`` in JSON."""
    return Field(serialization_alias=f"{name}_ms", **options)


def to_millisecond(seconds: float) -> float:
    """Round to the millisecond, the precision that JSON keeps, so that a round trip is exact."""
    return round(max(0.0, float(seconds)), 3)


class Record(BaseModel):
    """An immutable value; unknown fields are an error, so that nothing is dropped in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _read_milliseconds(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        times, computed = _renamed(cls)
        if not times and not computed:
            return data
        read = dict(data)
        for alias, name in times:
            if alias in read:
                value = read.pop(alias)
                read[name] = value / 1000 if isinstance(value, (int, float)) else value
        for name in computed:
            read.pop(name, None)
        return read

    def to_json(self) -> str:
        """Indented JSON, UTF-8, times in milliseconds."""
        return self.model_dump_json(indent=2, by_alias=True)


@cache
def _renamed(model: type[BaseModel]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """((alias in milliseconds, field), …) and the computed fields, which are not read back: asked
    once a type, for a record has a hundred thousand values that have neither."""
    times = tuple(
        (field.serialization_alias, name)
        for name, field in model.model_fields.items()
        if field.serialization_alias and field.serialization_alias.endswith("_ms")
    )
    return times, tuple(model.model_computed_fields)
