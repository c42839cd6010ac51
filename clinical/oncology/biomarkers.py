"""Biomarkers of a passage: what each marker's neighbours say of it, or nothing.

A marker without a result is no fact. A result reaches from the marker to the next one, a semicolon
or the end of the sentence; of markers in a list (*KRAS et NRAS non mutés*) the last one's words
hold for all. Interpretations that the words do not say are derived from scores only where
guidelines agree (ASCO-CAP 2023, GEFPICS): HER2 0 and 1+ negative, 3+ positive, 2+ equivocal until
an in situ hybridisation decides; hormone receptors negative at 0 %, positive from 10 %.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from clinical.oncology.biomarker_fields import BEGINS, Found, fields, method, origin, specimen
from clinical.oncology.chains import Link, chain
from clinical.oncology.markers import Mention, markers, mentions
from clinical.oncology.reading import Passage
from clinical.oncology.series import FOLLOWED
from clinical.oncology.values import spoken
from consultation.oncology import Biomarker, Interpretation
from consultation.summary import Experiencer, Polarity

_STOP = re.compile(
    r";|(?:\s[-•]\s)|\n|\b(?:mais|but|tandis que|whereas|cependant|however|alors que)\b"
)
_LEFT_STOP = re.compile(r"[,;:.()|]|\b(?:mais|but|avec|with|puis|then)\b")
_CONNECTOR = re.compile(
    r"\s*(?:(?:,|/|\+|&|et|and|ou|or|ni|nor|puis)\s*){1,2}(?:(?:de |du |des |the "
    r"|for |in |a |d'|l'|aux? ?|le |la |les |of )){0,2}\s*"
)
_TIGHT = re.compile(
    r"[\s:=|()]*(?:(?:a|est|sont|etait|etaient|is|are|was|were|status|statut|score"
    r"|d'allred|de|of|gene|testing|analysis|results?|estime\w*|evalue\w*|exprim\w+"
    r"|tumou?r|tumoral\w*|initial\w*|total\w*|mutation\w*|by|en|ihc|serique|level|du"
    r"|on|le|the|in|fusion\w*|rearran\w*|pas|non|not|22c3|28-8|sp142|sp263"
    r"|combine\w*|combined)(?![^\W_])[\s:=|()]*){0,5}"
)
_REACH = 110
_BEFORE = 70
_PAIRS = {"HR": ("ER", "PR"), "BRCA1/2": ("BRCA1", "BRCA2")}
_TRIPLE = re.compile(r"\btriples?[\s-]*negati\w+|\btnbc\b")
_BREAK = re.compile(
    r"(?:,|\b(?:et|and|avec|with|ni|nor)\b)\s*(?=(?:(?:une?|des|la|le|an?|the)\s|l')?(?:pas|absence"
    r"|aucune?|sans|no|without|mutations?|rearrang\w*|fusions?|amplification|recherche|statut"
    r"|status|variants?|saut|delet\w*|germline|somatic|wild)\b)"
)
"""Where the words of the next marker begin."""
_LOOKED_FOR = re.compile(
    r"\b(?:recherche|statut|search(?:ed)? for|testing|tested|test)\b[^,;.]{0,40}$"
)
_TOLD_BY_NAME = ("gene", "pdl1", "msi", "mmr")
_SOFT = re.compile(r"\s*[:=|(-]*\s*\?")


def biomarkers(passage: Passage) -> tuple[Biomarker, ...]:
    """The biomarkers that a passage tells of the patient."""
    found: list[Biomarker] = []
    named = _single(passage, mentions(passage))
    groups = _groups(passage, named)
    for index in range(len(named)):
        found.extend(_one(passage, named, groups, index))
    found.extend(_triple(passage))
    return tuple(found)


def _single(passage: Passage, named: Sequence[Mention]) -> list[Mention]:
    """*EGFR T790M* names one marker, once: what the second word tells stays in the window."""
    kept: list[Mention] = []
    for one in named:
        last = kept[-1] if kept else None
        inside = (
            last is not None
            and last.marker == one.marker
            and one.marker.kind in _TOLD_BY_NAME
            and one.start - last.end <= 40
            and passage.sentence(last.start) == passage.sentence(one.start)
        )
        if last and inside and (one.marker.kind == "gene" or last.tells in ("", one.tells)):
            if last and last.marker.kind == "pdl1" and one.tells:
                kept[-1] = Mention(last.marker, last.start, one.end, one.tells, last.short)
            elif last and last.marker.kind in ("msi", "mmr"):
                kept[-1] = Mention(last.marker, last.start, one.end, one.tells, False)
            continue
        kept.append(one)
    return kept


def _groups(passage: Passage, named: Sequence[Mention]) -> list[int]:
    """For each mention the index of the last one of its list."""
    last = list(range(len(named)))
    for index in range(len(named) - 2, -1, -1):
        gap = passage.line[named[index].end : named[index + 1].start]
        if len(gap) < 16 and _CONNECTOR.fullmatch(gap):
            last[index] = last[index + 1]
    return last


def _one(
    passage: Passage, named: Sequence[Mention], groups: Sequence[int], index: int
) -> list[Biomarker]:
    mention = named[index]
    _, sentence_end = passage.sentence(mention.start)
    own = _right(passage, named, index, sentence_end)
    left = _left(passage, named, index)
    links = chain(passage, mention.end, own) if mention.marker.name in FOLLOWED else ()
    if links:
        return _linked(passage, mention, links)
    if mention.short and not _beside(passage, mention, own):
        own = mention.end
    found = fields(passage, mention, left, mention.end, own)
    tail = named[groups[index]]
    if found is None and groups[index] != index:
        far = _right(passage, named, groups[index], sentence_end)
        if not tail.short or _beside(passage, tail, far):
            found = fields(passage, mention, left, tail.end, far)
    head = next(i for i in range(len(groups)) if groups[i] == groups[index])
    if found is None and head != index:
        found = _like(passage, named, head, mention)
    if found is None:
        return []
    return _facts(passage, mention, found, head=named[head])


def _linked(passage: Passage, mention: Mention, links: Sequence[Link]) -> list[Biomarker]:
    """One biomarker a value, each quoted from the marker's name on, with the date it was given."""
    made: list[Biomarker] = []
    for link in links:
        n = link.number
        found = Found(mention.start, n.end, n.value, None, n.comparator, n.unit, settled=True)
        dated = {"date": link.date, "earlier": link.earlier}
        made += [one.model_copy(update=dated) for one in _facts(passage, mention, found, mention)]
    return made


def _like(passage: Passage, named: Sequence[Mention], head: int, mention: Mention) -> Found | None:
    """*Pas de réarrangement ALK ni ROS1*: what stands before the list holds for all of it."""
    first = named[head]
    if first.marker.kind != mention.marker.kind or mention.marker.kind != "gene":
        return None
    return fields(passage, first, _left(passage, named, head), first.end, first.end)


def _right(passage: Passage, named: Sequence[Mention], index: int, limit: int) -> int:
    end = min(limit, named[index].end + _REACH)
    if index + 1 < len(named):
        end = min(end, named[index + 1].start)
    stop = _STOP.search(passage.line, named[index].end, end)
    if stop:
        return stop.start()
    if index + 1 < len(named) and end == named[index + 1].start:
        # "PIK3CA H1047R, pas de mutation ESR1": the last part is the next marker's.
        breaks = list(_BREAK.finditer(passage.line, named[index].end, end))
        return breaks[-1].start() if breaks else end
    return end


def _left(passage: Passage, named: Sequence[Mention], index: int) -> int:
    start = max(passage.sentence(named[index].start)[0], named[index].start - _BEFORE)
    if index:
        start = max(start, named[index - 1].end)
    for stop in _LEFT_STOP.finditer(passage.line, start, named[index].start):
        start = stop.end()
    return start


def _beside(passage: Passage, mention: Mention, end: int) -> bool:
    """Whether a result begins right after an abbreviation that may mean something else."""
    filler = _TIGHT.match(passage.line, mention.end, end)
    at = filler.end() if filler else mention.end
    words = spoken(passage, mention.end, min(end, mention.end + 80))
    if words and words.start in (at, mention.end):
        return True
    return any(BEGINS.match(passage.line, place, end) for place in {mention.end, at}) or bool(
        BEGINS.search(passage.line, mention.end, at)
    )


def _facts(passage: Passage, mention: Mention, found: Found, head: Mention) -> list[Biomarker]:
    start, end = min(mention.start, found.start), max(mention.end, found.end)
    told = passage.told(mention.start, mention.end)
    before = passage.told(head.start, head.end) if head is not mention else told
    if told.experiencer is not Experiencer.patient or told.asked:
        return []
    if _SOFT.match(passage.line, mention.end):
        return []
    interpretation = found.interpretation
    denied = Polarity.denied in (told.polarity, before.polarity)
    if denied and not found.settled and interpretation is not Interpretation.negative:
        interpretation = Interpretation.negative
    uncertain = Polarity.uncertain in (told.polarity, before.polarity) and interpretation not in (
        Interpretation.pending,
        Interpretation.not_done,
    )
    if (
        uncertain
        and found.settled
        and _LOOKED_FOR.search(
            passage.line, max(passage.sentence(start)[0], mention.start - 60), mention.start
        )
    ):
        uncertain = False  # it was looked for, and the result is given
    certainty: Literal["certain", "uncertain"] = "uncertain" if uncertain else "certain"
    values: dict[str, Any] = passage.base("b", start, end) | {
        "date": passage.date_near(start, end),
        "certainty": certainty,
        "value": found.value,
        "high": found.high,
        "comparator": found.comparator,
        "unit": found.unit,
        "score": found.score,
        "variant": found.variant,
        "interpretation": interpretation,
        "method": method(passage, start, end),
        "specimen": specimen(passage, start, end),
    }
    if mention.marker.kind == "gene":
        values["origin"] = origin(passage, start, end)
    names = _PAIRS.get(mention.marker.name, (mention.marker.name,))
    made = []
    for number, name in enumerate(names):
        extra = {"id": f"{values['id']}{chr(97 + number)}"} if number else {}
        made.append(Biomarker(**(values | extra), marker=name, codes=codes(name, found)))
    return made


def codes(name: str, found: Found) -> tuple[Any, ...]:
    """The codes of the marker that suit how its result is given."""
    listed = markers()[name].codes
    if name == "HER2":
        return tuple(c for c in listed if c.code in (_HER2[found.her2], "HGNC:3430"))
    if name in ("ER", "PR"):
        percent = {"16112-5": "85329-1", "16113-3": "85325-9"}
        by_percent = found.value is not None or (found.score or "").startswith("Allred")
        wanted = percent.values() if by_percent else percent.keys()
        return tuple(c for c in listed if c.code in wanted)
    if name == "PD-L1":
        wanted_code = "83052-1" if found.score == "CPS" else "83053-9"
        return tuple(c for c in listed if c.code == wanted_code)
    return listed


_HER2: dict[str, str] = {"ihc": "85319-2", "ish": "85318-4", "": "48676-1"}


def _triple(passage: Passage) -> list[Biomarker]:
    """*Triple négatif* says three results at once, unless the three are given beside it."""
    found: list[Biomarker] = []
    for match in _TRIPLE.finditer(passage.line):
        told = passage.told(match.start(), match.end())
        start, end = passage.sentence(match.start())
        near = [m for m in mentions(passage) if start <= m.start < end]
        if {m.marker.name for m in near} & {"HER2", "ER", "HR", "PR"}:
            continue
        if not told.affirmed:
            continue
        base = passage.base("b", match.start(), match.end())
        for letter, name in zip("abc", ("ER", "PR", "HER2"), strict=True):
            negative = Interpretation.negative
            none = Found(match.start(), match.end())
            found.append(
                Biomarker(
                    **(base | {"id": f"{base['id']}{letter}"}),
                    marker=name,
                    interpretation=negative,
                    certainty="certain" if told.certain else "uncertain",
                    date=passage.date_near(match.start(), match.end()),
                    codes=codes(name, none),
                )
            )
    return found
