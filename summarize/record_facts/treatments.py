"""Drugs with dose, count, frequency, and what becomes of them, from written documents.

The same readers as for speech (``clinical.dosage``, ``clinical.temporality``); what differs is
that a list under a heading says by itself that a drug is taken, or stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.dosage import Dosage, dosages
from clinical.drugs import DrugMention, find_drugs
from clinical.folded import folded
from clinical.quantity import Quantity, canonical
from clinical.temporality import Status, courses, statuses
from clinical.vital_values import of_a_relative
from consultation.record_facts import Category, FactStatus, RecordFact
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

_TAKEN = frozenset({Context.treatments, Context.discharge_treatments})
_LISTED = _TAKEN | {Context.stopped_treatments}
_BY_STATUS: dict[Status, FactStatus] = {
    Status.stopped: "stopped",
    Status.changed: "changed",
    Status.resumed: "resumed",
    Status.planned: "planned",
    Status.past: "past",
    Status.current: "current",
}
_WORDS: tuple[tuple[FactStatus, str], ...] = (
    (
        "stopped",
        r"arret(?:e|ee|es|ees|er)?\b(?! cardia)|interromp\w*|interrupti\w+|suspend\w*|suspension"
        r"|stopp?e?\w*|discontinu\w+|ceased|withdrawn|withh[eo]ld\w*|held\b|cesse\w*"
        r"|ne prend plus|n'est plus pris"
        r"|no longer (?:takes|taking|on|requires|needs|prescribed)|came off|taken off|retire\w*"
        r"|contre[- ]indique\w*|n'(?:est|a) (?:pas|plus) (?:ete )?renouvel\w+|non[- ]renouvel\w+"
        r"|not (?:been )?(?:renewed|refilled|re-?issued)|mettre fin|mis fin a|abandon\w*"
        r"|de-?prescri\w+|supprim\w+",
    ),
    (
        "resumed",
        r"repri(?:s|se|ses)\b|reintrodui\w+|reintroduction|restart\w*|resum\w+|re-?started"
        r"|remis\w* sous",
    ),
    (
        "changed",
        r"augment\w+|diminu\w+|major(?:e|ee|ation)\w*|redui\w+|reduction|increas\w+|decreas\w+"
        r"|reduc\w+|titrat\w+|passe\w* (?:de|a)\b|porte\w* a\b|ramene\w* a\b|double\w*|halved"
        r"|up-?titrated|raised to|lowered to|adapt\w+",
    ),
    ("planned", r"(?:si|if) (?:besoin|needed|required) (?:debuter|start)|envisag\w+|consider\w*"),
    (
        "current",
        r"sous\b|prend\b|continu\w+|poursui\w+|maint\w+|introdui\w+|instaur\w+|debut\w+|mis\w* sous"
        r"|recoit|on\b|takes|taking|started|initiated|commenced|begun|remains on|prescri\w+",
    ),
)
_STATUS = tuple((status, re.compile(rf"(?<![\w'])(?:{words})")) for status, words in _WORDS)
_GIVES_WAY = re.compile(
    r"[\s,:]*(?:(?:est|a ete|was|is|has been|had been) )?(?:remplacee? par|relayee? par"
    r"|replaced (?:by|with)|switched to|swapped for|dropped)\b"
)
"""Behind a drug that another one replaces; the other one is not stopped by these words."""
_LEFT = re.compile(
    r"(?<!\w)(?:plus d(?:e |')|relais d(?:e |')|remplacement d(?:e |')|(?:non[- ]|pas de )"
    r"renouvellement d(?:e |')|switch(?:ed|ing)? from |(?:has|have) not taken |we dropped )$"
)
"""Right before a drug that was taken and is no more."""
_REASON = re.compile(
    r"(?:\(\s*(?P<in>[^)]{3,80})\)|(?:en raison d(?:e|u|es)|a cause d(?:e|u|es)|suite a|pour"
    r"|devant|du fait d(?:e|u|es)|en raison d'|devant une?|because of|due to|owing to|after"
    r"|for|following|in view of|given|, motif :?|reason:?)\s*(?P<out>[^.;)]{3,80}))"
)
_NOT_REASON = re.compile(r"^\W*(?:\d|depuis|since|le |on |en \d|in \d|mg|matin|soir|dernier|last)")
_NOT_TAKEN = re.compile(
    r"(?<!\w)(?:pas d'|(?:pas de|aucune?|sans|jamais (?:de|pris)|no|not|never|without|naif de"
    r"|ne prend pas(?: de)?|allerg\w+|intoleran\w+|eviter?|avoid)(?!\w))\s*(?:\S+\s){0,3}$"
)
_BARE_TIMES = re.compile(
    r"(?<!\w)(?:\d(?:[.,]5)?|½)\s?-\s?(?:\d(?:[.,]5)?|½)\s?-\s?(?:\d(?:[.,]5)?|½)(?:\s?-\s?\d)?(?!\w)"
    r"|(?:le )?(?<!\w)(?:matin|midi|soir)(?:(?:,| et|,? puis)? (?:le )?(?:matin|midi|soir))*(?!\w)"
    r"|(?:x ?)?\d ?(?:fois ?)?/ ?(?:j(?:our)?|sem(?:aine)?)(?!\w)|si besoin|as needed|prn"
    r"|(?<!\w)(?:od|bd|tds|qds|nocte|mane|om|on(?! [a-z])|bid|tid|qid)(?!\w)"
    r"|(?:once|twice|three times) (?:a day|daily|weekly|a week)|(?:daily|weekly|monthly)(?!\w)"
)
_TODAY = re.compile(r"\b(?:ce jour|aujourd'hui|today|this day)\b")
_IF = re.compile(r"(?<!\w)(?:si|s'il|s'ils|if|en cas de?|in case of|when|should)\b")
_STARTS = re.compile(
    r"\b(?:prescri\w+|debut\w*|introdui\w+|instaur\w+|start\w*|commenc\w+|initi\w+)\b"
)
_SINCE = re.compile(r"(?:depuis|since|introdui\w+|debut\w+|start\w+|instaur\w+)[^.;]{0,20}$")


def treatment_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    """The drugs of one piece; a class only where it has a dose."""
    if piece.context in (Context.allergies, Context.family) or of_a_relative(piece.text):
        return
    named = find_drugs(piece.text, language, exact=True)
    for dosage in dosages(piece.text, named, language) if named else ():
        drug = dosage.drug
        if drug is None or (drug.kind == "class" and dosage.empty):
            continue
        fact = _fact(piece, drug, dosage, named, language)
        if fact is not None:
            yield fact


def _fact(
    piece: Piece, drug: DrugMention, dosage: Dosage, named: tuple[DrugMention, ...], language: str
) -> RecordFact | None:
    line = folded(piece.text)
    lead = line.line[: line.at(drug.start)]
    if _NOT_TAKEN.search(lead[-60:]) and not _LEFT.search(lead):
        return None
    first, last = _own(piece.text, drug, named)
    status = _status(piece, drug, lead, line.line[line.at(drug.end) :], named, language)
    if status is None:
        return None
    said = [*dosage.dose, *dosage.count, *dosage.frequency]
    frequency = _frequency(piece.text, drug.end, last)
    spans = [(q.start, q.end) for q in said if first <= q.start < last]
    spans += [frequency] if frequency else []
    if (drug.atc or "").startswith("L01") and piece.context not in _LISTED:
        return None  # cycles of chemotherapy are the oncology history's
    bare = dosage.empty and not frequency and piece.context not in _LISTED
    if bare and status == "current" and not _STATUS[-1][1].search(lead[-40:]):
        return None  # "sous amlodipine" in a story is taken; a bare name is not
    start = min([drug.start, *(a for a, _ in spans)])
    end = max([drug.end, *(b for _, b in spans)])
    values = {"inn": drug.inn}
    if drug.atc:
        values["atc"] = drug.atc
    for name, amounts in (("dose", dosage.dose), ("count", dosage.count)):
        if amounts:
            values[name] = piece.text[amounts[0].start : amounts[-1].end]
            values[f"{name}_value"] = _canonical(amounts)
    times = frequency or (
        (dosage.frequency[0].start, dosage.frequency[-1].end) if dosage.frequency else None
    )
    if times:
        values["frequency"] = piece.text[slice(*times)]
        values["frequency_value"] = _times(piece.text[slice(*times)], dosage.frequency)
    reason = _reason(piece.text, drug.end, last) if status == "stopped" else None
    if reason:
        values["reason"] = reason
    if piece.context is Context.discharge_treatments:
        values["discharge"] = "yes"
    if piece.context in _LISTED:
        values["listed"] = "yes"
    return piece.fact(
        Category.treatment,
        f"drug:{drug.inn}",
        piece.text[start:end],
        date=_date(piece, drug, last, status, line.line),
        status=status,
        values=values,
    )


def _own(text: str, drug: DrugMention, named: tuple[DrugMention, ...]) -> tuple[int, int]:
    """What is said of this drug: from the drug before it to the one behind."""
    first = max((d.end for d in named if d.end <= drug.start), default=0)
    last = min((d.start for d in named if d.start >= drug.end), default=len(text))
    return first, last


def _status(
    piece: Piece,
    drug: DrugMention,
    lead: str,
    tail: str,
    named: tuple[DrugMention, ...],
    language: str,
) -> FactStatus | None:
    said = statuses(courses(piece.text, language), drug.inn)
    behind = re.split(r"[;.]", tail)[0]
    following = [d for d in named if d.start > drug.end]
    if following:
        behind = behind[: max(0, following[0].start - drug.end)]
    before = re.split(r"[;.,]|\b(?:et|and|mais|but|puis|then)\b", lead)[-1]
    if (_LEFT.search(lead) or _GIVES_WAY.match(behind)) and not _IF.search(lead):
        return "stopped"
    for status, pattern in _STATUS:
        if status in ("stopped", "resumed", "changed", "planned") and (
            pattern.search(before[-60:])
            or pattern.match(behind.lstrip(" ,:(-–—"))
            or (status != "planned" and pattern.search(behind[:60]) and not following)
        ):
            denied = re.search(r"(?:pas|ne|not|sans|jamais|never)\s+(?:\w+\s+){0,2}$", before)
            if not (status == "stopped" and (denied or _IF.search(lead))):
                return status
    conditional = _IF.search(lead) is not None
    for known in (Status.stopped, Status.resumed, Status.changed, Status.planned, Status.past):
        if known in said and not (conditional and known is Status.stopped):
            begun = known is Status.planned and _STARTS.search(lead[-60:])
            return "current" if begun and not conditional else _BY_STATUS[known]
    if conditional and _STATUS[0][1].search(lead):
        return None
    if piece.context is Context.stopped_treatments:
        return "stopped"
    if piece.context in _TAKEN or piece.context is None or Status.current in said:
        return "current"
    if piece.context in (Context.history, Context.surgery, Context.laboratory, Context.imaging):
        return "current" if _STATUS[-1][1].search(before[-40:]) else None
    return "current"


def _date(piece: Piece, drug: DrugMention, last: int, status: FactStatus, line: str) -> str | None:
    """Of the stop or the change; else since when it is taken."""
    place = folded(piece.text)
    near = [w for w in dates(piece.text, piece.told) if drug.start - 60 <= w.start < last]
    if status in ("stopped", "changed", "resumed"):
        today = piece.told if status == "stopped" and _TODAY.search(line) else None
        return near[-1].iso if near else today
    since = [w for w in near if _SINCE.search(line[: place.at(w.start)])]
    return since[0].iso if since else None


def _frequency(text: str, start: int, last: int) -> tuple[int, int] | None:
    line = folded(text)
    match = _BARE_TIMES.search(
        line.line, line.at(start), line.at(last) if last < len(text) else 10**6
    )
    return line.place(*match.span()) if match else None


_ONCE = {"od": 1, "nocte": 1, "mane": 1, "om": 1, "on": 1, "bd": 2, "bid": 2, "tds": 3, "tid": 3}
_ONCE |= {"qds": 4, "qid": 4, "daily": 1, "once a day": 1, "once daily": 1, "twice a day": 2}
_ONCE |= {"twice daily": 2, "three times a day": 3, "three times daily": 3}


def _times(text: str, said: tuple[Quantity, ...]) -> str:
    """Times a day where that is plain: *1-0-1*, *matin et soir*, *bd*; else the words."""
    line = folded(text).line.strip()
    if line in _ONCE:
        return f"{_ONCE[line]}/d"
    slots = re.fullmatch(r"[\d.,½]+(?:\s?-\s?[\d.,½]+){2,3}", line)
    if slots:
        return f"{sum(part.strip() not in ('0', '') for part in line.split('-'))}/d"
    moments = re.findall(r"matin|midi|soir", line)
    if moments:
        return f"{len(moments)}/d"
    count = re.match(r"(?:x ?)?(\d) ?(?:fois ?)?/ ?(j|sem)", line)
    if count:
        return f"{count[1]}/{'d' if count[2] == 'j' else 'wk'}"
    if said:
        return f"{said[0].value.normalize():f}{said[0].unit or ''}"
    return line


def _canonical(said: tuple[Quantity, ...]) -> str:
    values = []
    for quantity in said:
        value, unit = canonical(quantity)
        values.append(f"{value:f} {(unit or '').split('/')[0]}")
    return " - ".join(values)


def _reason(text: str, start: int, last: int) -> str | None:
    line = folded(text)
    for match in _REASON.finditer(line.line, line.at(start)):
        name = "in" if match["in"] else "out"
        if _NOT_REASON.match(match[name]) or (last < len(text) and match.start() > line.at(last)):
            continue
        first, end = line.place(*match.span(name))
        reason = text[first:end].strip(" ,")
        when = dates(reason)
        return reason[: when[-1].start].rstrip(" ,(") or None if when else reason
    return None
