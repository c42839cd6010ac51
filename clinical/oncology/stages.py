"""Stages of a passage: TNM, its group, FIGO, Ann Arbor, Breslow, Clark…

*T1* and *T2* alone may be sequences of an MRI or vertebrae: without an N or M beside them or a
prefix before them they are read only after a word that classifies. A group that stands in the
sentence of one TNM belongs to it.
"""

from __future__ import annotations

import re
from typing import Any

from clinical.oncology.lexicon import coding
from clinical.oncology.reading import Passage
from clinical.oncology.stage_words import (
    BRESLOW,
    CLARK,
    CLASSIFIES,
    DIGITS,
    EDITION,
    GROUP,
    NOT_CANCER,
    OTHER_SYSTEM,
    RESECTION,
    TNM,
    YEARS,
)
from consultation.documents import Coding
from consultation.oncology import Stage

_CODES = {
    "p": {"t": "21899-0", "n": "21900-6", "m": "21901-4", "group": "21902-2"},
    "c": {"t": "21905-5", "n": "21906-3", "m": "21907-1", "group": "21908-9"},
}


def stages(passage: Passage) -> tuple[Stage, ...]:
    """The stages that a passage tells of the patient."""
    found = list(_tnm(passage))
    places = [(one, _place(passage, one)) for one in found]
    for match in GROUP.finditer(passage.line):
        if not _is_group(passage, match):
            continue
        value = _roman(match["group"] or match["alone"] or match["letter"])
        same = [
            i for i, (one, at) in enumerate(places)
            if found[i].group is None and passage.sentence(at) == passage.sentence(match.start())
        ]  # fmt: skip
        system = _system(passage, match)
        if len(same) == 1 and system == "TNM":
            found[same[0]] = _with(found[same[0]], group=value)
            continue
        found.append(_grouped(passage, match, system, value))
    found.extend(_skin(passage))
    found.extend(_margins(passage, found))
    return tuple(found)


def _place(passage: Passage, stage: Stage) -> int:
    return passage.folded.at(stage.evidence[0].quote_start)


def _tnm(passage: Passage) -> list[Stage]:
    found = []
    past = 0
    for match in TNM.finditer(passage.line):
        t, n, m = match["t"], match["n"], match["m"]
        if not (t or n or m) or match.start() < past or not _meant(passage, match):
            continue
        told = passage.told(match.start(), match.end())
        if not told.of_patient:
            continue
        prefix = (match["p"] or "").replace(" ", "")
        values: dict[str, Any] = {
            "prefix": prefix or _pathological(match),
            "t": _component("T", t, match["ts"]),
            "n": _component("N", n, match["ns"]),
            "m": _component("M", m, None),
            "certainty": "certain" if told.certain else "uncertain",
            "date": passage.date_near(match.start(), match.end()),
            "edition": _edition(passage, match.start()),
            **_extras(passage, match),
        }
        mp = (match["mp"] or "").strip()
        if values["m"] and mp and mp != prefix:
            values["m"] = f"{mp}{values['m']}"
        end = past = values.pop("end")
        base = passage.base("s", match.start(), end)
        stage = Stage(**base, **values)
        found.append(stage.model_copy(update={"codes": codes(stage)}))
    return found


def _pathological(match: re.Match[str]) -> str | None:
    """*T1 pN0*: the prefix stands before a later component."""
    for group in ("np", "mp"):
        if match[group]:
            return str(match[group]).strip() or None
    return None


def _meant(passage: Passage, match: re.Match[str]) -> bool:
    parts = [part for part in (match["t"], match["n"], match["m"]) if part]
    prefixed = bool(match["p"] or match["np"] or match["mp"])
    if len(parts) >= 2:
        return True
    if passage.verbatim(match.start(), match.start() + 2) == "Pn":
        return False  # perineural invasion
    if prefixed and re.match(r"[ar]{1,2}\s|u\s", match.group()):
        return False  # "à T12"
    if prefixed:
        # "pt" is a patient and "ct" a scan: the number must touch.
        return re.match(r"\s", match.group()[len(match["p"] or "") + 1 :]) is None
    before = passage.line[max(0, match.start() - 40) : match.start()]
    after = passage.line[match.end() : match.end() + 12]
    return bool(CLASSIFIES.search(before)) and not re.match(r"\s*(?:-|a t\d|weighted)", after)


def _component(letter: str, value: str | None, suffix: str | None) -> str | None:
    if not value:
        return None
    plain = DIGITS.get(value.strip(), value.strip())
    plain = "X" if plain == "x" else plain
    suffix = re.sub(r"\s", "", suffix or "")
    return f"{letter}{plain}{suffix}"


def _extras(passage: Passage, match: re.Match[str]) -> dict[str, Any]:
    """R, L, V and Pn that follow, and where they end."""
    values: dict[str, Any] = {"end": match.end()}
    at = match.end()
    names = {"l": "lymphatic", "v": "vascular", "pn": "perineural", "r": "residual"}
    limit = passage.sentence(match.start())[1]
    while extra := _EXTRA.match(passage.line, at, limit):
        name = names[extra["letter"]]
        letter = "Pn" if extra["letter"] == "pn" else extra["letter"].upper()
        values[name] = f"{letter}{extra['n'].upper()}"
        at = values["end"] = extra.end()
    return values


_EXTRA = re.compile(r"[\s,;()/-]{0,3}(?P<letter>pn|l|v|r)\s?(?P<n>[0-2x][ab]?)(?![\w/])")


def _edition(passage: Passage, at: int) -> str | None:
    first, last = passage.sentence(at)
    match = EDITION.search(passage.line, first, last)
    if match is None:
        return None
    return match["e"] or match["f"] or YEARS.get(match["y"] or "")


def _is_group(passage: Passage, match: re.Match[str]) -> bool:
    if NOT_CANCER.match(passage.line, match.end()):
        return False
    around = passage.line[max(0, match.start() - 60) : match.end() + 60]
    arabic = re.fullmatch(r"[0-4]", match["group"] or match["alone"] or match["letter"])
    if arabic and not re.search(
        r"cancer|carcinom|tum|lymphom|melanom|metasta|ajcc|uicc|figo|neoplas", around
    ):
        return False
    told = passage.told(match.start(), match.end())
    return told.of_patient and not passage.supposed(match.start())


def _roman(value: str) -> str:
    value = value.strip().upper()
    digits = {"1": "I", "2": "II", "3": "III", "4": "IV"}
    return digits.get(value[0], value[0]) + value[1:] if value[0].isdigit() else value


def _system(passage: Passage, match: re.Match[str]) -> str:
    around = passage.line[max(0, match.start() - 25) : match.end() + 30]
    system = OTHER_SYSTEM.search(around)
    if system is None:
        return "TNM"
    name = system.group()
    for key, shown in _SYSTEMS.items():
        if key in name:
            return shown
    return "TNM"


_SYSTEMS = {"figo": "FIGO", "ann": "Ann Arbor", "lugano": "Lugano", "dukes": "Dukes",
            "binet": "Binet", "r-iss": "R-ISS", "iss": "ISS", "durie": "Durie-Salmon",
            "bclc": "BCLC"}  # fmt: skip


def _grouped(passage: Passage, match: re.Match[str], system: str, value: str) -> Stage:
    told = passage.told(match.start(), match.end())
    stage = Stage(
        **passage.base("s", match.start(), match.end()),
        system=system,
        group=value,
        edition=_edition(passage, match.start()) if system == "TNM" else None,
        prefix=_group_prefix(match) if system == "TNM" else None,
        date=passage.date_near(match.start(), match.end()),
        certainty="certain" if told.certain else "uncertain",
    )
    return stage.model_copy(update={"codes": codes(stage)})


def _group_prefix(match: re.Match[str]) -> str | None:
    if "clini" in match.group():
        return "c"
    return "p" if "patho" in match.group() else None


def _with(stage: Stage, **values: Any) -> Stage:
    changed = stage.model_copy(update=values)
    return changed.model_copy(update={"codes": codes(changed)})


def _skin(passage: Passage) -> list[Stage]:
    found = []
    for pattern, system in ((BRESLOW, "Breslow"), (CLARK, "Clark")):
        for match in pattern.finditer(passage.line):
            if not passage.told(match.start(), match.end()).of_patient:
                continue
            value = match["v"].replace(",", ".")
            found.append(
                Stage(
                    **passage.base("s", match.start(), match.end()),
                    system=system,
                    group=f"{value} mm" if system == "Breslow" else value.upper(),
                )
            )
    return found


def _margins(passage: Passage, known: list[Stage]) -> list[Stage]:
    """*Résection R1*: margins without a TNM beside them."""
    found = []
    for match in RESECTION.finditer(passage.line):
        name = "r" if match["r"] else "before"
        start, end = match.span(name)
        if not passage.verbatim(start, end)[0].isupper():
            continue
        inside = any(
            one.residual and one.evidence[0].quote_start <= start < one.evidence[0].quote_end
            for one in known
        )
        if not inside and passage.told(start, end).of_patient:
            base = passage.base("s", match.start(), match.end())
            found.append(Stage(**base, residual=match[name].upper()))
    return found


def codes(stage: Stage) -> tuple[Coding, ...]:
    """LOINC codes of what the stage holds; none where clinical or pathological is not told."""
    kind = "p" if "p" in (stage.prefix or "") else "c" if "c" in (stage.prefix or "") else ""
    if stage.system != "TNM" or not kind:
        return ()
    return tuple(
        coding("loinc", _CODES["c" if value[0] == "c" else kind][part])
        for part in _CODES[kind]
        if (value := getattr(stage, part))
    )
