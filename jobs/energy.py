"""Reads the energy counters of the machine: RAPL of the processors, NVML of the graphics cards."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil

from evaluation.energy import Energy, EnergySource

RAPL = Path("/sys/class/powercap")


class EnergyMeter:
    """From its making on. Counters are read at the beginning and at the end; those that turn over
    in between (an hour or more at full power) are corrected once."""

    def __init__(self, watts_per_core: float | None = None, rapl: Path = RAPL) -> None:
        self._watts = watts_per_core
        self._zones = [zone for zone in sorted(rapl.glob("intel-rapl:*")) if _is_package(zone)]
        self._begun = {zone: _microjoules(zone) for zone in self._zones}
        self._cards = _card_millijoules()
        self._processor = _processor_time()
        self._started = time.perf_counter()

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self._started

    def read(self) -> Energy | None:
        """What was drawn since; None where nothing can tell."""
        processor = max(0.0, _processor_time() - self._processor)
        joules = 0.0
        counted = False
        for zone, before in self._begun.items():
            now = _microjoules(zone)
            if before is None or now is None:
                continue
            turned = _number(zone / "max_energy_range_uj") or 0 if now < before else 0
            joules += (now - before + turned) / 1e6
            counted = True
        for before, now in zip(self._cards, _card_millijoules(), strict=False):
            joules += (now - before) / 1e3
            counted = True
        if counted:
            return Energy(
                joules=max(0.0, joules), source=EnergySource.counters, processor_time=processor
            )
        if self._watts is None:
            return None
        return Energy(
            joules=processor * self._watts,
            source=EnergySource.processor_time,
            processor_time=processor,
        )


def _is_package(zone: Path) -> bool:
    """Not a part of one: intel-rapl:0, not intel-rapl:0:1."""
    return zone.name.count(":") == 1


def _microjoules(zone: Path) -> int | None:
    return _number(zone / "energy_uj")


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        # Root alone may read them since 2020.
        return None


def _card_millijoules() -> list[int]:
    try:
        import pynvml
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    found = []
    try:
        for index in range(pynvml.nvmlDeviceGetCount()):
            card = pynvml.nvmlDeviceGetHandleByIndex(index)
            found.append(int(pynvml.nvmlDeviceGetTotalEnergyConsumption(card)))
    except pynvml.NVMLError:
        return []  # older than Volta: they count nothing
    finally:
        pynvml.nvmlShutdown()
    return found


def _processor_time() -> float:
    """Seconds, of this process and of its children, those that still run included."""
    own = os.times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            spent = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total
