"""The fields of one biomarker, from the words before and after its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from clinical.oncology.markers import Mention
from clinical.oncology.reading import Passage
from clinical.oncology.values import (
    AMOUNT,
    COMPARED,
    NUMBER,
    STATE,
    UNIT,
    Comparator,
    Number,
    percentage,
    read,
    spoken,
    state,
)
from clinical.oncology.variants import variant
from consultation.oncology import Interpretation

BEGINS = re.compile(
    rf"\s*(?:{COMPARED}(?:{NUMBER})\s*(?:%|pour|/|{UNIT}|\+|croix)|[+-](?![a-z0-9])"
    rf"|\+|{STATE.pattern}"
    rf"|allred|h[ -]?score|{COMPARED}(?:{NUMBER})(?![\d/-])|\b[a-z]\d{{2,4}}[a-z]\b"
    rf"|exon|saut|p\.|c\.)".replace("(?P<cmp>", "(?:").replace("?P<", "?P<b_")
)
"""How a result begins."""
_HER2_SCORE = re.compile(
    r"\b(?P<n>[0-3])\s*(?:\+|croix\b|plus\b)|(?P<crosses>\+{2,3})(?![\d])"
    r"|\b(?P<w>zero|une?|deux|trois|one|two|three)\s+(?:croix|plus)\b"
    r"|\b(?:score|ihc)\s*(?:de|of|:|=)?\s*(?P<s>[0-3])(?![\d.,%]|\s*%)"
)
_HER2_BARE = re.compile(
    r"[\s:=|(]*(?:est |is |score |statut |status )?(?:a )?(?P<n>[0-3])(?![\d/]|[.,]\d|\s*%)"
)
_SCORE_REACH = 60
_LOW = re.compile(r"[\s-]*(?:ultra[\s-]?low|low|faible)\b")
_CROSS = {
    "zero": "0",
    "un": "1+",
    "une": "1+",
    "one": "1+",
    "deux": "2+",
    "two": "2+",
    "trois": "3+",
    "three": "3+",
}
_ISH = re.compile(
    r"\b(?:d?fish|cish|sish|dish|ish|hybridation in situ"
    r"|in situ hybridi[sz]ation)\b(?P<said>[^;.]{0,45})"
)
_SIGN = re.compile(r"\s?(?P<sign>\+{1,3}|-|–|−)(?![\w%])")
_ALLRED = re.compile(
    r"\ballred\W{0,3}(?:score\W{0,2})?(?:(?:de|a|of|at|is"
    r"|total)\s+)?(?P<n>[0-8])(?:\s*/\s*8)?(?!\d|\s*%)|(?P<m>[0-8])\s*/\s*8\b"
)
_HSCORE = re.compile(r"\bh[\s-]?score\W{0,3}(?:(?:de|a|of|at|is)\s+)?(?P<n>\d{1,3})(?!\d|\s*%)")
_PDL1 = re.compile(
    r"(?P<scale>\btps\b|\bcps\b|\bic\b|\btc\b|combined positive score|score combine"
    r"|tumou?r proportion score)"
)
_CPS_VALUE = re.compile(rf"{COMPARED}(?P<value>{NUMBER})(?!\s*(?:%|/\d|ans\b|mg))")
_TMB = re.compile(
    rf"{COMPARED}(?P<value>{NUMBER})[\s|]*(?:mut\w*)?\s*(?:/|per|par)\s*(?:mb|mega\w*)"
)
_LOSS = re.compile(
    r"\b(?:perte|loss|absence|absent)\b[^.;]{0,40}\b(?:mlh1|msh2|msh6"
    r"|pms2)\b(?:[\s,/]*(?:et|and|de|ou)?[\s,/]*(?:mlh1|msh2|msh6|pms2))*"
)
_NOT_AMOUNT = re.compile(
    r"\s*(?:%|ans\b|mois\b|jours?\b|an\b|years?\b|months?\b|weeks?\b|days?\b"
    r"|semaines?\b|fois\b|x\b|mg\b|h\b|\d|/\d|-\d|[a-z]*\s*(?:cures?|cycles?)\b"
    r"|(?:janv|fevr|mars|avr|mai|juin|juil|aou|sept|oct|nov|dec|jan|feb|mar|apr|may"
    r"|jun|jul|aug|sep)\w*\b)"
)
_LEADS_TO_AMOUNT = re.compile(r"[^,;.]{0,45}")
_METHODS = (
    ("FISH", r"\bd?fish\b"), ("CISH", r"\bcish\b"), ("SISH", r"\bsish\b"), ("DISH", r"\bdish\b"),
    ("ISH", r"\bish\b|hybridation in situ|in situ hybridi[sz]ation"),
    ("IHC", r"\bihc\b|immuno-?histochim\w+|immuno-?histochem\w+|immunomarquage|\b(?:22c3"
r"|28-8|sp142|sp263|sp1)\b"),
    ("NGS", r"\bngs\b|sequencage (?:a|de|nouvelle|haut)\w*|next[- ]gen\w*"
r"|foundation\s?one\w*|guardant\w*|\bwes\b"),
    ("PCR", r"\b(?:rt-?|q|dd)?pcr\b"),
    ("Sanger", r"\bsanger\b"),
    ("sequencing", r"\bsequencage\b|\bsequencing\b"),
)  # fmt: skip
_METHOD = tuple((name, re.compile(pattern)) for name, pattern in _METHODS)
_SPECIMEN = re.compile(
    r"\b(?:biopsies? liquides?|liquid biops\w+|adn (?:tumoral )?circulant|ctdna|cfdna|plasma\w*"
    r"|(?:micro)?biops\w+(?: (?:hepatique|pulmonaire|mammaire|ganglionnaire|osseuse"
    r"|cutanee|prostatique))?"
    r"|(?:liver|lung|breast|bone|node|core|needle|skin) biops\w+|pieces? operatoires?"
    r"|piece de \w+|surgical specimen|resection specimen|cytoponction|cytolog\w+|fine[- ]needle \w+"
    r"|liquide pleural|pleural fluid|moelle|bone marrow|sang peripherique|peripheral blood)\b"
)
_GERMLINE = re.compile(r"\b(?:germinal\w*|constitutionnel\w*|germ-?line|hereditary|hereditaire)\b")
_SOMATIC = re.compile(
    r"\b(?:somatiques?|somatic|tumou?r testing"
    r"|(?:analyse|recherche|test|genotypage|mutation|brca\d?) tumorale?)\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the words between two places say; ``start`` and ``end`` bound those that were used."""

    start: int
    end: int
    value: float | None = None
    high: float | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    score: str | None = None
    variant: str | None = None
    interpretation: Interpretation = Interpretation.unknown
    settled: bool = False
    """The result's own words were used, so that a denial around it is already in it."""
    her2: Literal["ihc", "ish", ""] = ""


def fields(passage: Passage, mention: Mention, left: int, after: int, end: int) -> Found | None:
    """What is said of the marker in ``line[left:mention.start]`` and ``line[after:end]``."""
    reader = _READERS[mention.marker.kind]
    found = reader(passage, mention, left, after, end)
    if found is None and mention.marker.kind == "gene":
        found = Found(mention.start, mention.end)
    if found is None:
        return None
    open_yet = found.interpretation in (Interpretation.positive, Interpretation.unknown)
    if open_yet and _awaited(passage, left, mention.start):
        found = replace(found, interpretation=Interpretation.pending, settled=True)
    elif open_yet and (still := _OPEN_AFTER.match(passage.line, found.end)):
        now = Interpretation.pending if still["pending"] else Interpretation.unknown
        found = replace(found, interpretation=now, end=still.end(), settled=True)
    told = found.value is not None or found.score or found.variant
    return found if told or found.interpretation is not Interpretation.unknown else None


State = tuple[Interpretation, int, int]
"""What is said, and its place."""
_NORMAL = re.compile(r"(?:within )?normal|dans les normes|unremarkable")
"""Said of a level in blood; of *PR* it is an interval of an ECG."""
_OTHER_SUBJECT = re.compile(
    r"[,)]\s*(?:et |and )?(?!(?:qui|which|mais|but|avec|with|resultats?|results?|statut|status"
    r"|score"
    r"|is|est|was|are|sont|non|not|pas|le|la|the|d?fish|c?ish|ihc|donc|it|elle|il|ont|ete)\b)"
    r"(?!(?:rec|her)\w*\d*\b)[a-z][\w-]*\s?(?:est |is |was |: ?|= ?)?$"
)
_ALTERED = re.compile(r"amplification|mutation|rearran")
_ASKED_FOR = re.compile(r"demand|request|order|sent")


def _stated(passage: Passage, left: int, start: int, after: int, end: int) -> Found | None:
    """A sign or a word of result: right after, then behind, then before the name."""
    sign = _SIGN.match(passage.line, after, end)
    if sign:
        positive = sign["sign"].startswith("+")
        meaning = Interpretation.positive if positive else Interpretation.negative
        return Found(start, sign.end(), interpretation=meaning, settled=True)
    said = state(passage.line, after, end)
    if said and _OTHER_SUBJECT.search(passage.line[after : said[1]]):
        said = None  # "HER2 3+, GATA3 négatif"
    if said and said[0] is Interpretation.pending:
        words = passage.line[said[1] : said[2]]
        later = state(passage.line, said[2], end) if _ASKED_FOR.match(words) else None
        # What was asked for has come, if the same words go on with a result.
        said = later if later and later[0] in _RESULTS else said
    if said and _ALTERED.match(passage.line[said[1] : said[2]]):
        # "MET amplification was not identified": the name of the alteration is no result yet.
        later = state(passage.line, said[2], min(end, said[2] + 30))
        between = passage.line[said[2] : later[1]] if later else ""
        # "EGFR mutation, pending": the comma ends nothing when what comes is no other subject.
        if later and later[0] in _SETTLED and ("," not in between or not between.strip(" ,")):
            said = later
        else:
            said = _named_only(passage, said, end)
    if said and said[0] is not Interpretation.unknown:
        return Found(start, said[2], interpretation=said[0], settled=True)
    if said:
        return None
    before = state(passage.line, left, start)
    if before and before[0] is not Interpretation.unknown:
        return Found(before[1], start, interpretation=before[0], settled=before[0] in _SETTLED)
    return None


def _named_only(passage: Passage, said: State, end: int) -> State:
    """``said``, unless the alteration is only what is looked for: "EGFR mutation status"."""
    sought = _LOOKED_FOR.match(passage.line, said[1], end)
    if sought is None:
        return said
    later = state(passage.line, sought.end(), min(end, sought.end() + 30))
    return later or (Interpretation.unknown, said[1], said[2])


_LOOKED_FOR = re.compile(
    r"\w+ (?:status|testing|tests?|analys[ei]s|screening|search|assay|panel)\b"
)


def _awaited(passage: Passage, left: int, start: int) -> bool:
    """Whether what comes is waited for: "Awaiting EGFR mutation", "En attente : BRAF V600E"."""
    if _LIST_AWAITED.search(passage.line, passage.sentence(start)[0], start):
        return True
    before = state(passage.line, left, start)
    return (
        before is not None
        and before[0] is Interpretation.pending
        and _SMALL.fullmatch(passage.line[before[2] : start]) is not None
    )


_OPEN_AFTER = re.compile(
    r"[\s:]*(?:(?:status|results?|resultats?|statut|is|was|est|still|encore|toujours)[\s:]+)*"
    r"(?:(?P<pending>pending|awaited|requested|to be (?:done|performed|tested)|en attente"
    r"|en cours|demandee?s?|a (?:faire|realiser|rechercher))|not done|not tested|unknown"
    r"|non faite?s?|inconnue?s?)\b"
)
"""What follows a named alteration of which nothing is known yet."""
_LIST_AWAITED = re.compile(
    r"(?:en attente|a venir|pending|awaited|awaiting|outstanding)[^.;:\n]{0,20}:[^.;\n]*$"
)
_SMALL = re.compile(
    r"[\s:]*(?:(?:the|of|for|results?|du|de|des|la|le|les|resultats?|mutations?|rearrangements?"
    r"|recherche|status|statut|mutationnel|genes?)[\s:]+|[ld]')*"
)
_RESULTS = (Interpretation.positive, Interpretation.negative)
_SETTLED = (Interpretation.pending, Interpretation.not_done, Interpretation.negative)


def _receptor(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    percent = percentage(p, after, end)
    comma = p.line.find(",", percent.end, end) if percent else -1
    until = comma if comma >= 0 else end
    stated = _stated(p, m.start if m.short else left, m.start, after, until)
    if stated and stated.interpretation in (Interpretation.pending, Interpretation.not_done):
        return stated
    if stated and _NORMAL.search(p.line[m.end : stated.end]):
        return None
    found = stated or Found(m.start, m.end)
    allred = _ALLRED.search(p.line, after, end)
    hscore = _HSCORE.search(p.line, after, end)
    if allred:
        score = f"Allred {allred['n'] or allred['m']}"
        found = replace(found, score=score, end=max(found.end, allred.end()))
    elif hscore:
        found = replace(found, score=f"H-score {hscore['n']}", end=max(found.end, hscore.end()))
    if percent:
        n = percent
        found = replace(
            found, value=n.value, high=n.high, comparator=n.comparator, unit="%",
            end=max(found.end, n.end),
        )  # fmt: skip
        if found.interpretation is Interpretation.unknown:
            by_value = _by_percent(n.value, n.comparator)
            found = replace(found, interpretation=by_value, settled=True)
        elif found.interpretation is Interpretation.negative and n.value >= _CERTAINLY:
            found = replace(found, value=None, unit=None)  # "négatifs dans 100 % des cellules"
    return found


_CERTAINLY = 10
"""Percent of stained cells from which every guideline calls a receptor positive."""


def _by_percent(value: float, comparator: str | None) -> Interpretation:
    if comparator in ("<", "<="):
        return Interpretation.negative if value <= 1 else Interpretation.unknown
    if value >= _CERTAINLY:
        return Interpretation.positive
    return Interpretation.negative if value == 0 else Interpretation.unknown


def _her2(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    ish = _ISH.search(p.line, after, end)
    low = _LOW.match(p.line, after, end)
    until = ish.start() if ish else end
    near = min(until, after + _SCORE_REACH)
    match = _HER2_SCORE.search(p.line, after, near) or _HER2_BARE.match(p.line, after, until)
    score = _her2_score(match) if match else None
    stated = _stated(p, left, m.start, after if not low else low.end(), until)
    stop = max([m.end] + [x.end() for x in (match, low) if x])
    by_ish = state(p.line, ish.start("said"), ish.end("said")) if ish else None
    sure = [Interpretation.positive, Interpretation.negative, Interpretation.pending]
    if by_ish and by_ish[0] in sure:
        return Found(
            m.start,
            max(stop, by_ish[2]),
            score=score,
            interpretation=by_ish[0],
            settled=True,
            her2="ihc" if score else "ish",
        )
    if stated and match and stated.interpretation is Interpretation.positive:
        crossed = match.start() <= stated.end and score not in ("3+", None)
        stated = None if crossed and match.groupdict().get("crosses") else stated
    if stated and stated.interpretation is Interpretation.positive and score is not None:
        # A mutation is no result of a stain.
        stated = None if "mut" in p.line[m.end : stated.end] else stated
    found = stated or Found(m.start, m.end)
    if low:
        found = replace(found, score="ultralow" if "ultra" in low.group() else "low")
    if score:
        found = replace(found, score=score, her2="ihc")
        if found.interpretation is Interpretation.unknown:
            found = replace(found, interpretation=_BY_SCORE[score], settled=True)
    return replace(found, end=max(found.end, stop))


_BY_SCORE = {
    "0": Interpretation.negative,
    "1+": Interpretation.negative,
    "2+": Interpretation.equivocal,
    "3+": Interpretation.positive,
}


def _her2_score(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups.get("w"):
        return _CROSS[groups["w"]]
    if groups.get("crosses"):
        count = len(groups["crosses"])
        return None if count == 1 else f"{count}+"
    digit = groups.get("n") or groups.get("s") or "0"
    return "0" if digit == "0" else f"{digit}+"


def _percent(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    n = percentage(p, after, end)
    if n:
        return Found(m.start, n.end, n.value, n.high, n.comparator, "%", settled=True)
    stated = _stated(p, left, m.start, after, end)
    return stated if stated and stated.interpretation in _SETTLED[:2] else None


def _pdl1(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    scale = _PDL1.search(p.line, after, end)
    name = m.tells or (_SCALES.get(scale.group(), "CPS") if scale else "")
    at = scale.end() if scale else after
    if name == "CPS":
        match = _CPS_VALUE.search(p.line, at, end)
        number = read(match, p.language) if match else spoken(p, at, min(end, at + 25))
    else:
        number = percentage(p, after, end)
    if number:
        return Found(
            m.start, max(m.end, number.end), number.value, number.high, number.comparator,
            number.unit, score=name or None, settled=True,
        )  # fmt: skip
    return _stated(p, left, m.start, after, end)


_SCALES = {"tps": "TPS", "tc": "TPS", "cps": "CPS", "ic": "IC", "tumor proportion score": "TPS",
           "tumour proportion score": "TPS"}  # fmt: skip


def _msi(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    if m.tells:
        meaning = {"MSI-H": Interpretation.positive, "MSS": Interpretation.negative}
        return Found(
            m.start,
            m.end,
            score=m.tells,
            interpretation=meaning.get(m.tells, Interpretation.unknown),
        )
    return _stated(p, left, m.start, after, end) or (
        Found(m.start, m.end, interpretation=Interpretation.positive) if not m.short else None
    )


def _mmr(p: Passage, m: Mention, _left: int, after: int, end: int) -> Found | None:
    loss = _LOSS.search(p.line, after, end)
    lost = f"loss of {_proteins(loss.group())}" if loss and m.tells == "dMMR" else None
    return Found(m.start, loss.end() if loss and lost else m.end, score=m.tells, variant=lost)


def _proteins(words: str) -> str:
    return "/".join(dict.fromkeys(re.findall(r"mlh1|msh2|msh6|pms2", words))).upper()


def _gene(p: Passage, m: Mention, left: int, after: int, end: int) -> Found | None:
    own = m.tells or None
    named = variant(p.line, after, end)
    said = _stated(p, left, m.start, after, end)
    if said and _NORMAL.search(p.line[m.end : said.end]):
        said = None
    if named is None and own is None:
        named = variant(p.line, left, m.start)
    name = own or (named.name if named else None)
    if named and name and name[:2] in ("c.", "g."):
        name = p.verbatim(named.start, named.end)
    if name is None and said is None:
        return None
    start = min([m.start] + ([named.start] if named else []) + ([said.start] if said else []))
    stop = max([m.end] + ([named.end] if named else []) + ([said.end] if said else []))
    meaning = said.interpretation if said else Interpretation.positive
    negative = said is not None and bool(
        re.search(r"sauvage|wild|\bwt\b", p.line[said.start : said.end])
    )
    return Found(
        start, stop, variant=name, interpretation=meaning,
        score="wild type" if negative else None,
        settled=said is not None and said.settled and _settles(p.line, said),
    )  # fmt: skip


def _settles(line: str, said: Found) -> bool:
    """*Positive* stands against a denial far before it; *no mutation detected* does not."""
    if said.interpretation is not Interpretation.positive:
        return True
    return "positi" in line[said.start : said.end]


def _tmb(p: Passage, m: Mention, _left: int, after: int, end: int) -> Found | None:
    match = _TMB.search(p.line, after, end)
    if match:
        n = read(match, p.language)
        return Found(
            m.start, n.end, n.value, comparator=n.comparator, unit="{mut}/Mb", settled=True
        )
    stated = _stated(p, m.start, m.start, after, end)
    return stated if stated and stated.interpretation is not Interpretation.positive else None


def _amount(m: Mention, n: Number, unit: str | None) -> Found:
    return Found(m.start, n.end, n.value, comparator=n.comparator, unit=unit, settled=True)


def _numeric(p: Passage, m: Mention, _left: int, after: int, end: int) -> Found | None:
    for match in AMOUNT.finditer(p.line, after, end):
        if not _LEADS_TO_AMOUNT.fullmatch(p.line, after, match.start()):
            break
        if any(d.start <= match.start("value") < d.end for d in p.dates):
            continue
        if match["unit"] or not _NOT_AMOUNT.match(p.line, match.end()):
            n = read(match, p.language)
            return Found(
                m.start, n.end, n.value, comparator=n.comparator, unit=n.unit, settled=True
            )
    said = spoken(p, after, min(end, after + 90))
    if said and _TO_WORDS.fullmatch(p.line, after, said.start) and _timed(p, said) is None:
        return _amount(m, said, said.unit)
    return _stated(p, m.start, m.start, after, end)


_TO_WORDS = re.compile(
    r"[\s:=]*(?:(?:est|etait|is|was|at|of|a|de|controle\w*|dose\w*|measured|level|now|encore|toujours)\s)*"
)
"""What may stand between a marker and its value in words: *un PSA à douze*."""


def _timed(p: Passage, said: Number) -> re.Match[str] | None:
    """Whether a number in words counts days or months."""
    return _NOT_AMOUNT.match(p.line, said.end) if said.unit is None else None


_READERS = {
    "receptor": _receptor,
    "her2": _her2,
    "percent": _percent,
    "pdl1": _pdl1,
    "msi": _msi,
    "mmr": _mmr,
    "gene": _gene,
    "tmb": _tmb,
    "numeric": _numeric,
}


def method(passage: Passage, start: int, end: int) -> str | None:
    """The method named in the same sentence, nearest after the result."""
    first, last = passage.sentence(start)
    near = passage.line[max(first, start - 50) : min(last, end + 60)]
    found = [(match.start(), name) for name, pattern in _METHOD if (match := pattern.search(near))]
    return min(found)[1] if found else None


def specimen(passage: Passage, start: int, end: int) -> str | None:
    """The specimen, in the record's words."""
    first, last = passage.sentence(start)
    match = _SPECIMEN.search(passage.line, max(first, start - 80), min(last, end + 80))
    return passage.verbatim(match.start(), match.end()) if match else None


def origin(passage: Passage, start: int, end: int) -> Literal["somatic", "germline"] | None:
    first, last = passage.sentence(start)
    near = passage.line[max(first, start - 60) : min(last, end + 50)]
    if _GERMLINE.search(near):
        return "germline"
    return "somatic" if _SOMATIC.search(near) else None
