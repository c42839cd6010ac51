"""What becomes of a treatment of a cancer: planned, current, completed or stopped."""

from __future__ import annotations

import re
from typing import Literal

from clinical.oncology.reading import Passage
from clinical.oncology.regimens import Named
from clinical.oncology.toxicities import toxicity_named

Status = Literal["planned", "current", "completed", "stopped", "unknown"]

_STATUS: tuple[tuple[Status, str], ...] = (
    (
        "stopped",
        r"arret(?:ee?s?|er|ons)?|stoppee?s?|interromp\w*|interrupt\w+|suspend\w*"
        r"|suspension|discontinu\w+|stopped|ceased|held|withdrawn|abandon\w*|dropped"
        r"|(?:remplac|relay)\w+(?= par)|(?:replaced|substituted)(?= by| with)"
        r"|(?:switched|changed)(?= to)",
    ),
    (
        "planned",
        r"propos\w+|prevu\w*|a debuter|debutera|a demarrer|planned|plans?\b"
        r"|will (?:start|begin|receive|be (?:started|begun|commenced|given|introduced|initiated))"
        r"|suggest\w*|suggerons|to start|start\b|to begin|envisag\w+"
        r"|recommand\w+|recommend\w+|indication de|discut\w+|consider\w*|candidate?"
        r"|prochaine(?:ment)?|sera (?:debute|realise|instaure|introduit|initie|commence)\w*"
        r"|scheduled",
    ),
    (
        "completed",
        r"a recu|avait recu|ayant recu|terminee?s?|completed|received|finished|s/p"
        r"|status post|underwent|a beneficie|operee?|realisee?s?|fin d(?:e|u|es)|achevee?s?"
        r"|derniere cure|was treated|had (?:\w+ )?(?:cycles?|courses?|doses?) of"
        r"|a eu \w+ (?:cures?|cycles?) d[eu]"
        r"|previously|prior|precedemment|completion of",
    ),
    (
        "current",
        r"sous|en cours|actuel\w*|currently|ongoing|on\b|poursui\w+|continu\w+"
        r"|continues?|is receiving|is on|debutee?s?|started|depuis|since|mise? sous"
        r"|begun",
    ),
)
_STATUSES = re.compile(
    "|".join(rf"(?P<{name}>(?<![^\W_])(?:{words})(?![^\W_]))" for name, words in _STATUS)
)
_SWAPPED = re.compile(
    r"(?:remplac|relay)\w+ par|(?:replaced|substituted) (?:by|with)|(?:switched|changed) to"
    r"|au profit d|in favou?r of"
)
"""What stands before it is the old treatment's; the new one's status is its own."""
_BLAMED = re.compile(r"sous|on")
_PRESENT = re.compile(
    r"\b(?:actuel\w*|en cours|currently|ongoing|toujours|still|poursui\w+|continu\w+|ce jour"
    r"|today)\b"
)


def status_of(passage: Passage, one: Named, first: int, high: int) -> tuple[Status, int]:
    """The last word of status before the name, else the first one after it."""
    line = passage.line
    before = [
        m for m in _STATUSES.finditer(line, max(first, one.start - 70), one.start)
        if not re.search(r"[;]|\bpuis\b|\bthen\b", line[m.end() : one.start])
        and not _SWAPPED.search(line, m.start(), one.start)
    ]  # fmt: skip
    after = _STATUSES.search(line, one.end, min(high, one.end + 60))
    strong = after and after.lastgroup in ("stopped", "completed")
    match = after if strong or not before else before[-1]
    if match is None:
        return "unknown", one.end
    status: Status = match.lastgroup  # type: ignore[assignment]
    if match is not after and _BLAMED.fullmatch(match.group()):
        sentence_end = passage.sentence(one.start)[1]
        toxic = toxicity_named(passage, first, match.start())
        if toxic and not _PRESENT.search(line, first, sentence_end):
            return "unknown", one.end  # "neuropathie sous paclitaxel" tells what did it, not when
    if not passage.told(match.start(), match.end()).certain and status == "stopped":
        return "unknown", one.end
    return status, max(match.end(), one.end if match.end() <= one.start else match.end())
