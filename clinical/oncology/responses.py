"""Responses to treatment. *RP* may be partial response, progesterone receptor or a chest X-ray:
beside RECIST it is a response, beside a percentage a receptor, before *de face* an X-ray; alone
after a scan it is a response in doubt, and else nothing."""

from __future__ import annotations

import re
from typing import Literal

from clinical.oncology.reading import Passage
from consultation.oncology import Response

Value = Literal["CR", "PR", "SD", "PD", "NE"]

_NEARLY = (
    r"reponses?(?: \w+){0,2}?,?\s(?:quasi|presque|sub)[- ]?(?:complete|totale)s?"
    r"|(?:near|nearly|almost|subtotal)(?:[ -]complete)?(?: \w+){0,2} (?:response|remission)"
)
"""Read before complete ones: a nearly complete response is a partial one."""
_WORDS: tuple[tuple[Value, str], ...] = (
    (
        "PR",
        r"(?:(?:tres bonne )?reponses? (?:\w+ ){0,2}partielles?|remissions? partielles?"
        rf"|partial (?:\w+ ){{0,2}}(?:response|remission)|very good partial response|{_NEARLY})",
    ),
    (
        "CR",
        r"(?:reponses? (?:\w+ ){0,2}completes?|remissions? completes?|complete (?:\w+ ){0,2}"
        r"(?:response|remission)|pathologic(?:al)? complete response|reponse complete"
        r"|reponse totale|complete responder)",
    ),
    (
        "SD",
        r"(?:maladie (?:\w+ ){0,2}stable|stabilite (?:de la maladie|tumorale|lesionnelle"
        r"|(?:morpho\w+ )?des lesions|radiologique|scanographique)|stabilisation (?:de la maladie"
        r"|tumorale|lesionnelle)|stable disease|disease (?:is |was |remains? |remained )?stable"
        r"|dissociee?(?= stable)|maladie stabilisee)",
    ),
    (
        "PD",
        r"(?:progressions? (?:\w+ ){0,1}?(?:tumorale|hepatique|pulmonaire|osseuse|ganglionnaire"
        r"|cerebrale|peritoneale|metastatique|lesionnelle|radiologique|scanographique|clinique"
        r"|biologique|de la maladie|loco-?regionale|locale|systemique|selon|en taille"
        r"|carcinologique)"
        r"|maladie (?:\w+ ){0,2}(?:progressive|evolutive)|evolution tumorale|(?:maladie"
        r"|patiente?|cancer)"
        r" (?:est )?en progression|progressive disease|disease (?:\w+ )?progress(?:ion|ed|ing)"
        r"|progression of (?:the |her |his )?(?:disease|cancer|tumou?r|metasta\w+|lesions?)"
        r"|tumou?r progression|radiographic progression|radiological progression"
        r"|(?:hepatic|liver|nodal|lymph node|pulmonary|lung|bone|osseous|brain|cerebral|peritoneal"
        r"|local|locoregional|distant|systemic|metastatic|clinical|biochemical) progression"
        r"|maladie progresse|echappement (?:sous|au|a la|a l'|therapeutique|tumoral)"
        r"|(?:disease|tumou?r|cancer) (?:has )?escaped"
        r"|progressed (?:on|through|after|while)|hyperprogression)",
    ),
    (
        "NE",
        r"(?:(?:non|not|in)[ -]?(?:evaluable|evaluated)(?: (?:selon|per|by) \w+)?"
        r"|reponse non evaluable)",
    ),
)
_JUST_STABLE = re.compile(
    r"\b(?:re-?evaluation|evaluation|restaging|reassessment|bilan|scanner|tdm|tep|irm|ct|mri|pet)\b"
    r"[^.;:]{0,40}:\s?(?P<word>stabilite|stable)(?=\s*(?:[.,;]|$))"
)
_WORD = re.compile("|".join(rf"(?P<{value}>\b{words}\b)" for value, words in _WORDS))
_SHORT: dict[str, Value] = {"RC": "CR", "CR": "CR", "RP": "PR", "PR": "PR", "SD": "SD", "MS": "SD",
                            "MP": "PD", "PD": "PD", "NE": "NE"}  # fmt: skip
_ABBREVIATION = re.compile(r"(?<![\w+-])(?:rc|cr|rp|pr|sd|ms|mp|pd|ne)(?![\w+]|-\w)")
_CRITERIA = re.compile(
    r"\b(?:i?recist(?:\s?v?\.?\s?1[.,][01])?|mrecist|irecist|percist|lugano|cheson"
    r"|rano|imwg|choi)\b"
)
_SAYS_RESPONSE = re.compile(
    r"\breponses?\b|\bresponses?\b|\bmeilleure\b|\bbest overall\b|\bmetabolique\b"
    r"|\bmetabolic\b|\bremission\b"
)
_SCANS = re.compile(
    r"\b(?:tdm|scanner|irm|tep|pet|tepscan|ct|mri|evaluation|reevaluation|bilan|restaging|imagerie"
    r"|imaging|tap|scan)\b"
)
_X_RAY = re.compile(
    r"\s*(?:de face|face|de profil|pulmonaire|thorac\w+|standard|du thorax|:\s*pas de foyer|au lit)"
)
_RECEPTOR = re.compile(
    r"\s*(?:[:=(]\s*)?(?:a |est )?(?:[<>≤≥]\s*)?(?:\d+\s*%|\d|\+|-|pos|neg|allred|h-?score)"
)
_RECEPTORS_BEFORE = re.compile(
    r"\b(?:re|ro|er|recepteurs?|receptors?|oestrogen\w*|estrogen\w*|her2)\b[^.;]{0,20}$"
)
_NOT_YET = re.compile(
    r"(?:jusqu'?a|until|en cas de|si|if|avant|before|survie sans|progression[- ]free|sans|risque de"
    r"|delai de|time to|in case of|objectif|goal|esper\w+|hope\w*"
    r"|afin d'obtenir) (?:la |une |the |any |a )?$"
)


def responses(passage: Passage) -> tuple[Response, ...]:
    """The responses that a passage tells of the patient."""
    found = []
    for match in _WORD.finditer(passage.line):
        value = match.lastgroup
        if value is None or _NOT_YET.search(
            passage.line, max(0, match.start() - 40), match.start()
        ):
            continue
        if value == "NE" and not _evaluates(passage, match):
            continue
        made = _response(passage, match.start(), match.end(), _VALUES[value], certain=True)
        found.extend(made)
    for match in _JUST_STABLE.finditer(passage.line):
        found.extend(_response(passage, *match.span("word"), "SD", certain=True))
    for match in _ABBREVIATION.finditer(passage.line):
        words = passage.verbatim(match.start(), match.end())
        if words not in _SHORT:
            continue
        certain = _abbreviated(passage, match)
        if certain is not None:
            found.extend(
                _response(passage, match.start(), match.end(), _SHORT[words], certain=certain)
            )
    return tuple(found)


_VALUES: dict[str, Value] = {"CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NE": "NE"}


def _evaluates(passage: Passage, match: re.Match[str]) -> bool:
    first, last = passage.sentence(match.start())
    around = passage.line[max(first, match.start() - 60) : min(last, match.end() + 40)]
    return bool(_CRITERIA.search(around) or _SAYS_RESPONSE.search(around))


def _abbreviated(passage: Passage, match: re.Match[str]) -> bool | None:
    """True for a response, False for one in doubt, None for something else."""
    line = passage.line
    first, last = passage.sentence(match.start())
    if _X_RAY.match(line, match.end(), last) or _RECEPTOR.match(line, match.end(), last):
        return None
    if _RECEPTORS_BEFORE.search(line, max(first, match.start() - 40), match.start()):
        return None
    near = line[max(first, match.start() - 50) : min(last, match.end() + 50)]
    after = line[match.end() : min(last, match.end() + 50)]
    if _CRITERIA.search(near) or _SAYS_RESPONSE.search(near):
        return True
    if re.match(r"\s*(?:metabolique|morphologique|tumorale|metabolic|radiolog)", after):
        return True
    if _SCANS.search(line, max(first, match.start() - 60), match.start()):
        return False
    if re.match(r"\s(?:au|a la|a l'|sur|on|at)\s", after) and _SCANS.search(after[:40]):
        return False
    return None


def _response(
    passage: Passage, start: int, end: int, value: Value, *, certain: bool
) -> list[Response]:
    told = passage.told(start, end)
    if not told.affirmed or passage.supposed(start):
        return []
    first, last = passage.sentence(start)
    criteria = _CRITERIA.search(passage.line, max(first, start - 60), min(last, end + 60))
    stop = end
    if criteria and 0 <= criteria.start() - end <= 20:
        stop = criteria.end()
    return [
        Response(
            **passage.base("r", start, stop),
            value=value,
            criteria=_shown(criteria.group()) if criteria else _pathological(passage, start, end),
            date=passage.date_near(start, end),
            certainty="certain" if certain and told.certain else "uncertain",
        )
    ]


def _shown(words: str) -> str:
    name = words.upper().replace(",", ".").replace("V", "")
    name = re.sub(r"(RECIST)\s?\.?\s?(1\.[01])", r"\1 \2", name)
    for written, shown in (("IRECIST", "iRECIST"), ("MRECIST", "mRECIST"), ("LUGANO", "Lugano"),
                           ("CHESON", "Cheson"), ("CHOI", "Choi")):  # fmt: skip
        name = name.replace(written, shown)
    return name


def _pathological(passage: Passage, start: int, end: int) -> str | None:
    words = passage.line[start:end]
    return "pathological" if re.search(r"histolog|patholog", words) else None
