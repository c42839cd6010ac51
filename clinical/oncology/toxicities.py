"""Toxicities of a passage in the terms of CTCAE 5.0, with the grade that is stated or none.

Adjectives are no grade. What may as well be a symptom (*nausées*) counts when it has a grade or a
severity, or when the sentence says that a treatment did it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from clinical.oncology.lexicon import alternatives, plain, rows
from clinical.oncology.reading import Passage
from clinical.oncology.regimens import Named, named_drugs, named_protocols
from clinical.text import fold
from consultation.oncology import Toxicity

Action = Literal["none", "dose_reduced", "delayed", "stopped", "hospitalised"]

_N = r"(?P<{0}>iv|iii|ii|i|v|[1-5])(?![\w%]|[.,]\d|\s?(?:mg|cm|mm))"
_AFTER = re.compile(
    r"\s*(?:[(,:]\s*)?(?:(?:\w+[ '-]){0,4}?)(?:(?:de |of )?(?:grade|gr\.?"
    r"|toxicite de grade|ctcae(?:\s?v?\.?\s?[345](?:\.0)?)?,? grade)\s?(?:ctcae )?"
    + _N.format("a")
    + r"|\bg(?P<g>[1-5])\b)"
)
_BEFORE = re.compile(
    r"(?:(?:grade|gr\.?)\s?" + _N.format("b") + r"|\bg(?P<g>[1-5]))\s?(?:(?:[\w/-]+\s){0,2})$"
)
_VERSION = re.compile(r"\b(?:nci[ -])?ctcae\s?(?:v(?:ersion)?\.?\s?)?(?P<v>[3-6])(?:\.0)?\b")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_SEVERE = re.compile(r"\b(?:severes?|profuses?|majeure?s?|life-threatening)\b")
_CAUSED = re.compile(
    r"\b(?:toxicit\w+|tolerance|tolerated|effets? (?:indesirables?|secondaires?)"
    r"|adverse (?:event|effect)s?|side[ -]effects?|induite?s?|induced|imputable\w*|post-?chimio\w*"
    r"|immune[ -](?:related|mediated)|radique|after (?:cycle|chemo\w*)"
    r"|apres (?:la )?(?:cure|chimio\w*))\b"
)
_BLAMES = re.compile(
    r"\b(?:sous|on|with|au|a la|a l'|due to|induced by|induite? par|lie[es]* (?:a|au)|from"
    r"|imputable (?:a|au)|secondaire (?:a|au)|secondary to|apres|after|under)"
    r"\W*(?:le |la |l'|the )?$"
)
_ACTIONS: tuple[tuple[Action, str], ...] = (
    ("hospitalised", r"hospitalis\w+|hospitaliz\w+|admitted|admission"),
    ("dose_reduced", r"(?:reduction|diminution|baisse|desescalade)[^,;.]{0,15}(?:dose|posologie)\w*"
r"|doses?\s(?:\w+\s){0,2}(?:reduite?s?|diminuee?s?|reduced|decreased)"
r"|dose[ -]reduc\w+|reduced dose|dose reduite"),
    ("delayed", r"report\w* (?:de|du|d'une?) \w+|(?:cure|cycle|traitement|treatment"
r"|chimiotherapie|chemotherapy) (?:\w+ )?(?:reporte|decale|differe|delayed"
r"|postponed|held)\w*|delay\w*|decalage"),
    ("stopped", r"arret(?:e|ee|es)?\b|stopp?\w*|interrupt\w+|interrompu\w*|suspen\w+"
r"|discontinu\w+"),
    ("none", r"sans modification|no (?:dose )?(?:change|modification|adjustment)"
r"|traitement inchange|poursuite du traitement|treatment continued"),
)  # fmt: skip
_ACTION = tuple((name, re.compile(rf"(?<![^\W_])(?:{words})")) for name, words in _ACTIONS)
_NOT_STOPPED = re.compile(r"(?:pas|sans|no|not|without) (?:d'|de )?$")
_NEXT_IS = re.compile(r"[,;]| et | and | puis | avec | with ")


def toxicities(passage: Passage) -> tuple[Toxicity, ...]:
    """The toxicities that a passage tells of the patient."""
    known = _forms()
    matches = list(_pattern().finditer(passage.line))
    if not matches:
        return ()
    drugs = sorted([*named_protocols(passage), *named_drugs(passage)], key=lambda one: one.start)
    found = []
    for index, match in enumerate(matches):
        row = known[plain(match.group())]
        before = matches[index - 1].end() if index else 0
        after = matches[index + 1].start() if index + 1 < len(matches) else len(passage.line)
        made = _toxicity(passage, match, row, before, after, drugs)
        if made:
            found.append(made)
    return tuple(found)


def toxicity_named(passage: Passage, start: int, end: int) -> bool:
    """Whether a toxicity is named between two places."""
    return _pattern().search(passage.line, start, end) is not None


def _toxicity(
    passage: Passage,
    match: re.Match[str],
    row: dict[str, str],
    before: int,
    after: int,
    drugs: list[Named],
) -> Toxicity | None:
    told = passage.told(match.start(), match.end())
    if not told.affirmed or passage.supposed(match.start()):
        return None
    first, last = passage.sentence(match.start())
    grade, start, end = _grade(passage, match, max(before, first), min(after, last))
    near = passage.line[max(first, match.start() - 80) : min(last, match.end() + 60)]
    caused = _CAUSED.search(near)
    blamed = any(
        _BLAMES.search(passage.line[max(match.end(), one.start - 30) : one.start])
        for one in drugs
        if match.end() <= one.start < min(last, match.end() + 60)
    )
    if row["kind"] == "weak" and grade is None and not caused and not blamed:
        beside = passage.line[
            max(before, first, match.start() - 20) : min(after, last, match.end() + 20)
        ]
        if not _SEVERE.search(beside):
            return None
    version = _VERSION.search(passage.line, first, last)
    return Toxicity(
        **passage.base("x", start, end),
        term=row["term"],
        grade=grade,
        version=version["v"] if version else None,
        drug=_drug(passage, first, last, drugs),
        action=_action(passage, match, last),
        date=passage.date_near(start, end, reach=40),
        certainty="certain" if told.certain else "uncertain",
    )


def _grade(
    passage: Passage, match: re.Match[str], low: int, high: int
) -> tuple[int | None, int, int]:
    after = _AFTER.match(passage.line, match.end(), min(high, match.end() + 45))
    before = _BEFORE.search(passage.line[max(low, match.start() - 32) : match.start()])
    if after and before and passage.line[match.end()] in ",;":
        after = None  # "grade 3 neutropenia, grade 1 thrombocytopenia"
    if after and not _NEXT_IS.search(passage.line[match.end() : after.end() - 2][2:]):
        written = after["a"] or after["g"]
        return _ROMAN.get(written) or int(written), match.start(), after.end()
    if before:
        written = before["b"] or before["g"]
        start = max(low, match.start() - 32) + before.start()
        return _ROMAN.get(written) or int(written), start, match.end()
    return None, match.start(), match.end()


def _drug(passage: Passage, first: int, last: int, drugs: list[Named]) -> str | None:
    """The drug that *sous*, *on*, *due to* and the like name, or the sentence's only one."""
    inside = [d for d in drugs if first <= d.start < last]
    for one in inside:
        lead = passage.line[max(first, one.start - 30) : one.start]
        if _BLAMES.search(lead):
            return one.protocol or one.drugs[0]
    if len(inside) == 1:
        return inside[0].protocol or inside[0].drugs[0]
    return None


def _action(passage: Passage, match: re.Match[str], last: int) -> Action | None:
    first, _ = passage.sentence(match.start())
    found: list[tuple[int, Action]] = []
    for name, pattern in _ACTION:
        for action in pattern.finditer(
            passage.line, max(first, match.start() - 60), min(last, match.end() + 110)
        ):
            if name == "stopped" and _NOT_STOPPED.search(
                passage.line, max(0, action.start() - 12), action.start()
            ):
                continue
            gap = action.start() - match.end()
            found.append((gap if gap >= 0 else 40 - gap, name))
    return min(found)[1] if found else None


@cache
def _forms() -> dict[str, dict[str, str]]:
    return {
        plain(fold(form)): row
        for row in rows("oncology_toxicities")
        for language in ("fr", "en")
        for form in row[language].split(";")
        if form
    }


@cache
def _pattern() -> re.Pattern[str]:
    return alternatives(
        form
        for row in rows("oncology_toxicities")
        for language in ("fr", "en")
        for form in row[language].split(";")
    )
