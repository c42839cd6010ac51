"""Clinical scores with the range that each can have, French and English.

Ranges: Glasgow 3–15 (Teasdale 1974), NYHA 1–4 (1994), MMSE 0–30 (Folstein 1975), ECOG/WHO 0–5 (Oken
1982), Wells DVT −2–9 and PE 0–12.5 (Wells 2003, 2000), CHA2DS2-VASc 0–9 (Lip 2010), HAS-BLED 0–9,
Child-Pugh 5–15 (Pugh 1973), Apgar 0–10, AUDIT 0–40 and AUDIT-C 0–12 (WHO 2001), PHQ-9 0–27, GAD-7
0–21, MoCA 0–30, Fagerström 0–10, EVA/EN/NRS 0–10 (100 mm on paper), qSOFA 0–3, SOFA 0–24, NIHSS
0–42, CURB-65 0–5, Centor 0–4, mRS 0–6, Karnofsky 0–100, NEWS2 0–20, ASA 1–6, Norton 5–20.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from clinical.folded import folded
from clinical.number_pieces import pieces
from clinical.text import checked

_SCORES: dict[str, tuple[str, str, str]] = {
    "Glasgow": (r"(?:score de )?glasgow(?: coma (?:scale|score))?|gcs", "3", "15"),
    "NYHA": (r"nyha(?: (?:class|stade|classe|stage))?|(?:class|stade|classe|stage) nyha", "1", "4"),
    "MMSE": (r"mmse?|mms|mini[- ]mental(?: state)?|folstein", "0", "30"),
    "MoCA": (r"moca", "0", "30"),
    "ECOG": (
        r"ecog(?: (?:ps|performance status))?|performance status|ps oms|oms ps|who ps"
        r"|statut oms|indice oms|who performance status",
        "0",
        "5",
    ),
    "Karnofsky": (r"karnofsky", "0", "100"),
    "Wells": (r"(?:score de )?wells(?: score)?", "-2", "12.5"),
    "CHA2DS2-VASc": (r"cha2ds2[- ]?vasc|chads2?[- ]?vasc|chads2", "0", "9"),
    "HAS-BLED": (r"has[- ]?bled", "0", "9"),
    "Child-Pugh": (r"child(?:[- ]pugh)?(?= (?:score|a\b|b\b|c\b|\d))|child[- ]pugh", "5", "15"),
    "Apgar": (r"apgar(?: scores?)?", "0", "10"),
    "AUDIT-C": (r"audit[- ]c", "0", "12"),
    "AUDIT": (r"audit(?![- ]c)", "0", "40"),
    "PHQ-9": (r"phq[- ]?(?:9|nine|neuf)", "0", "27"),
    "GAD-7": (r"gad[- ]?(?:7|seven|sept)", "0", "21"),
    "Fagerström": (r"fagerstr(?:oe|o)m", "0", "10"),
    "EVA": (
        r"eva|e\.?v\.?a\.?|echelle visuelle analogique|echelle numerique"
        r"|visual analogue? scale|vas|numeric(?:al)? rating scale|nrs",
        "0",
        "10",
    ),
    "qSOFA": (r"q[- ]?sofa", "0", "3"),
    "SOFA": (r"(?<!q)(?<!q[- ])sofa", "0", "24"),
    "NIHSS": (r"nihss", "0", "42"),
    "CURB-65": (r"curb[- ]?65", "0", "5"),
    "Centor": (r"centor|mac ?isaac", "0", "5"),
    "Rankin": (r"rankin|mrs", "0", "6"),
    "NEWS2": (r"news ?2", "0", "20"),
    "ASA": (r"asa", "1", "6"),
}
_NEEDS_CAPITALS = frozenset(
    {"eva", "vas", "mrs", "asa", "sofa", "moca", "audit", "mms", "gcs", "nrs"}
)
_NAME = {
    name: re.compile(rf"\b(?:{pattern})(?![a-z0-9])") for name, (pattern, _, _) in _SCORES.items()
}
_BETWEEN = re.compile(
    r"(?:[ :,=-]|\b(?:score|a|est|etait|de|of|is|was|at|scores?|stade|classe|class"
    r"|stage|grade|status"
    r"|coté|cote|cotee|evaluee?|environ|about|today|aujourd'hui|the|le|la|total)\b)*"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CHILD = frozenset("abc")


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its value; ``source[start:end] == text``."""

    name: str
    value: Decimal | None
    """None where only a class was said."""
    legal: bool
    """Whether the score can have this value, out of what was said."""
    text: str
    start: int
    end: int
    out_of: int | None = None
    grade: str | None = None
    """The class where no number was said: Child-Pugh B."""


def scores(text: str, language: str) -> tuple[Score, ...]:
    """The scores of a text that have a value, in order. Raises UnsupportedLanguage."""
    checked(language)
    line = folded(text)
    found: list[Score] = []
    for name, pattern in _NAME.items():
        for match in pattern.finditer(line.line):
            start, stop = line.place(match.start(), match.end())
            said = text[start:stop]
            if match.group().replace(".", "") in _NEEDS_CAPITALS and not said[:2].isupper():
                continue
            score = _valued(name, text, line.line, match, language)
            if score and not any(s.start <= score.start < s.end for s in found):
                found.append(score)
    return tuple(sorted(found, key=lambda s: s.start))


def _valued(name: str, text: str, line: str, match: re.Match[str], language: str) -> Score | None:
    where = folded(text)
    between = _BETWEEN.match(line, match.end())
    at = between.end() if between else match.end()
    start = where.place(match.start(), match.end())[0]
    grade = re.match(r"(i{1,3}|iv|[abc])(?![a-z0-9'])", line[at:])
    if grade and name in ("NYHA", "ASA") and grade[1] in _ROMAN:
        value, stop = Decimal(_ROMAN[grade[1]]), where.place(at, at + grade.end())[1]
        return Score(name, value, True, text[start:stop], start, stop)
    if grade and name == "Child-Pugh" and grade[1] in _CHILD:
        stop = where.place(at, at + grade.end())[1]
        return Score(name, None, True, text[start:stop], start, stop, grade=grade[1].upper())
    real = where.place(at, min(at + 1, len(line)))[0] if at < len(line) else len(text)
    rest = pieces(text[real:], language)
    if not rest or rest[0].kind != "number":
        return None
    first = rest[0]
    end, out_of = real + first.end, None
    over = 1 if len(rest) > 1 and rest[1].fold in ("/", "sur", "over") else 0
    over = over or (2 if [p.fold for p in rest[1:3]] == ["out", "of"] else 0)
    if over and len(rest) > over + 1 and rest[over + 1].kind == "number":
        out_of, end = int(rest[over + 1].value), real + rest[over + 1].end
    elif len(rest) > 1 and rest[1].fold in ("%", "mg", "ans", "years", "fois", "times"):
        return None
    low, high = _range(name)
    legal = low <= first.value <= high and out_of in (None, int(high), 100 if name == "EVA" else 10)
    if name in ("NYHA", "ECOG", "Glasgow", "Apgar") and first.value != int(first.value):
        legal = False
    return Score(name, first.value, legal, text[start:end], start, end, out_of)


def _range(name: str) -> tuple[Decimal, Decimal]:
    _, low, high = _SCORES[name]
    return Decimal(low), Decimal(high)
