"""What a run drew and what it costs: measured where the machine can tell, else said to be a guess
from the processors' time, else not said."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError

from consultation.errors import InvalidOption, UnreadableFile
from consultation.wire import Record, Seconds, ms

HOUR = 3600.0
KWH = 3.6e6
"""Joules."""


class EnergySource(StrEnum):
    counters = "counters"
    """Of the processor (RAPL) and of the graphics cards (NVML): of the whole machine, whatever
    else ran on it."""
    processor_time = "processor_time"
    """Seconds of processor time, times the watts a core that the costs give: an estimate."""


class Energy(Record):
    joules: float = Field(ge=0)
    source: EnergySource
    processor_time: Seconds = ms("processor_time")
    """Of this process and its children, over all cores."""


class Costs(Record):
    """What a place pays; every figure is its own, none is assumed."""

    currency: str = "EUR"
    machine_per_hour: float | None = Field(default=None, ge=0)
    """All of the machine: bought, housed and looked after, without its electricity."""
    price_per_kwh: float | None = Field(default=None, ge=0)
    grams_per_kwh: float | None = Field(default=None, ge=0)
    """CO2 equivalent of the electricity; France's was about 20 to 60 in recent years."""
    watts_per_core: float | None = Field(default=None, ge=0)
    """For an estimate, where no counter can be read."""
    overhead: float = Field(default=1.0, ge=1)
    """Power usage effectiveness: what the building draws over what the machine draws."""


class Cost(Record):
    """Of a thousand consultations as long as those that were measured."""

    consultation: Seconds = ms("consultation")
    """Their mean length."""
    machine: Seconds = ms("machine")
    """Time of the machine for one."""
    watt_hours: float | None
    """For one, with the overhead."""
    grams: float | None
    """CO2 equivalent, for one."""
    money: float | None
    """For a thousand."""
    currency: str


def cost(
    *, recordings: int, audio: float, elapsed: float, energy: Energy | None, costs: Costs
) -> Cost | None:
    """Args: seconds of audio and of work for all recordings. None for no recording."""
    if not recordings:
        return None
    hours = elapsed / recordings / HOUR
    wh = None
    if energy is not None:
        wh = energy.joules * costs.overhead / recordings / HOUR
    parts = [
        None if costs.machine_per_hour is None else costs.machine_per_hour * hours,
        None if wh is None or costs.price_per_kwh is None else costs.price_per_kwh * wh / 1000,
    ]
    known = [part for part in parts if part is not None]
    return Cost(
        consultation=audio / recordings,
        machine=elapsed / recordings,
        watt_hours=wh,
        grams=None
        if wh is None or costs.grams_per_kwh is None
        else costs.grams_per_kwh * wh / 1000,
        money=1000 * sum(known) if known else None,
        currency=costs.currency,
    )


def read_costs(path: Path) -> Costs:
    """A JSON object with the fields of ``Costs``. Raises UnreadableFile or InvalidOption."""
    try:
        return Costs.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UnreadableFile(f"the costs could not be read: {error.strerror}") from None
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in e["loc"]) for e in error.errors()})
        raise InvalidOption(f"the costs are wrong at: {', '.join(places)}") from None
    except ValueError:
        raise InvalidOption("the costs are not JSON") from None
