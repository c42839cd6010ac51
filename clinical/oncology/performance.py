"""ECOG (OMS, WHO, PS, Zubrod) and Karnofsky."""

from __future__ import annotations

import re

from clinical.oncology.lexicon import coding
from clinical.oncology.reading import Passage
from consultation.oncology import PerformanceStatus

_FILL = (
    r"(?:[\s:=(|,]|\b(?:ps|oms|who|ecog|zubrod|score|status|statut|performance|grade|estime|evalue"
    r"|cote|indice|index|coted|scored|a|de|est|is|of|was|at|remains|reste|selon|actuel|currently"
    r"|stade|l'|d')(?![a-z])){0,9}"
)
_ECOG = re.compile(
    rf"(?<![\w])(?P<name>ecog|oms|who|zubrod|ps|performance status|indice de performance"
    rf"|statut de performance|etat de performance|score de performance){_FILL}"
    rf"(?P<v>[0-4])(?:\s?(?:-|–|/|\ba\b|\bou\b|\bto\b"
    rf"|\bor\b)\s?(?P<h>[0-4]))?(?![\w%]|[.,/]\d|\s?(?:%|mg|ans\b|years|mois))"
)
_KARNOFSKY = re.compile(
    r"(?<![\w])(?P<name>karnofsky|kps|ik)\b(?:[\s:=(|,]|\b(?:performance|status|score|index|indice"
    r"|scale|a|de|est|is|of|was|at|estime|evalue)\b){0,8}(?P<v>\d{2,3})\s?%?(?![\d.,]\d)"
)
_GRADE_BEFORE = re.compile(
    r"(?:grade|gliome|glioma|astrocytom\w+|glioblastom\w+|tumeur|selon l')\W*$"
)


def performance(passage: Passage) -> tuple[PerformanceStatus, ...]:
    """The performance states that a passage tells of the patient."""
    found = []
    for match in _ECOG.finditer(passage.line):
        if _is_ecog(passage, match) and _told(passage, match):
            high = match["h"]
            found.append(
                PerformanceStatus(
                    **passage.base("p", match.start(), match.end("h") if high else match.end("v")),
                    scale="ECOG",
                    value=int(match["v"]),
                    high=int(high) if high else None,
                    date=passage.date_near(match.start(), match.end()),
                    codes=(coding("loinc", "89247-1"),),
                )
            )
    for match in _KARNOFSKY.finditer(passage.line):
        value = int(match["v"])
        capitals = match["name"] != "ik" or passage.upper(*match.span("name"))
        if value % 10 == 0 and value <= 100 and capitals and _told(passage, match):
            found.append(
                PerformanceStatus(
                    **passage.base("p", match.start(), match.end()),
                    scale="Karnofsky",
                    value=value,
                    date=passage.date_near(match.start(), match.end()),
                    codes=(coding("loinc", "89243-0"),),
                )
            )
    return tuple(found)


def _is_ecog(passage: Passage, match: re.Match[str]) -> bool:
    name = match["name"]
    words = match.group()
    if "grade" in words and name in ("oms", "who") and "performance" not in words:
        return False
    if _GRADE_BEFORE.search(passage.line, max(0, match.start() - 25), match.start()):
        return False
    if name in ("ps", "oms", "who") and not passage.upper(*match.span("name")):
        return "performance" in words or "ecog" in words
    if name == "who" and passage.language == "en":
        return "performance" in words or "ps" in words
    return True


def _told(passage: Passage, match: re.Match[str]) -> bool:
    return passage.told(match.start(), match.end("v")).of_patient
