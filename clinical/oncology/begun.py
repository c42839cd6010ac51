"""Whether a treatment was begun: planned ones and proposals are none."""

from __future__ import annotations

from consultation.oncology import TreatmentLine

_DONE = ("completed", "stopped", "current")


def begun(line: TreatmentLine, as_of: str) -> bool:
    """By its status, its cycle or a date that has passed; what only was proposed is not."""
    if line.status == "planned":
        return False
    date = line.start or line.end
    return line.status in _DONE or bool(line.cycle) or (date is not None and date <= as_of)
