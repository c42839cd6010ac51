"""Criteria in words: cancers, stages, biomarkers, treatments, conditions, will."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.drugs import find_drugs
from clinical.oncology.biomarkers import biomarkers
from clinical.oncology.lexicon import rows
from clinical.oncology.reading import Passage
from clinical.oncology.regimens import named_protocols, other_named
from clinical.oncology.tumors import histologies, sites
from clinical.trials.bounds import days_in, number
from clinical.trials.conditions import conditions
from clinical.trials.pieces import Piece
from consultation.oncology import Interpretation
from consultation.research import CriterionKind, Op, Variable
from consultation.summary import Polarity

_BRAIN = re.compile(
    r"\b(?:brain|cerebral|cns|central nervous system|intracranial|leptomeningeal)\s"
    r"(?:\w+\s){0,2}?(?:metasta\w+|mets)|metastases? (?:cerebr\w+|encephal\w+|du snc"
    r"|du systeme nerveux"
    r"(?: central)?|(?:in|to) the (?:brain|cns))|metastasis to the brain"
)
_OTHER_CANCER = re.compile(
    r"\b(?:other|another|second(?:ary)?|concurrent|concomitant|additional|previous|prior|autres?"
    r"|deuxieme|concomitante?)\s(?:\w+\s){0,3}?(?:malignanc\w+|cancers?|neoplasms?"
    r"|tumeurs? maligne\w*"
    r"|neoplasies?|carcinomas?|tumou?rs?)(?:\s(?:anterieure?|concomitante?|invasif|evolutif))?"
    r"|antecedents? (?:d'un )?(?:d')?autre cancer"
)
_EXTENT = re.compile(
    r"\b(?:metastatic|metastases|metastasis|metastati\w+|metastatiques?|stage iv|stade iv"
    r"|distant metastas\w+)\b"
)
_STAGE = re.compile(
    r"\b(?:stages?|stades?)\s(?P<first>(?:0|i{1,3}v?|iv|[1-4])[abc]?\d?)(?![\w])"
    r"(?P<more>(?:\s*(?:,|/|-|–|or|ou|and|et|to|a|through)\s*(?:stages?\s|stades?\s)?"
    r"(?:0|i{1,3}v?|iv|[1-4])[abc]?\d?(?![\w]))*)"
)
_ROMAN = {"0": "0", "i": "I", "ii": "II", "iii": "III", "iv": "IV", "1": "I", "2": "II", "3": "III",
          "4": "IV"}  # fmt: skip
_ORDER = ("0", "I", "II", "III", "IV")
_FEMALE = re.compile(r"\b(?:wom[ae]n|females?|femmes?|patientes)\b")
_MALE = re.compile(r"\b(?:m[ae]n|males?|hommes?)\b")
_NOT_SEX = re.compile(
    r"\b(?:pregnan\w*|breast-?\s?feed\w*|lactat\w*|nursing|child|menopaus\w*|post-?menopaus\w*"
    r"|enceintes?"
    r"|allait\w*|procreer|contracept\w*|fertile|reproductive)"
)
_WILL = re.compile(
    r"\b(?:consent\w*|assent|consentement|willing\w*|agrees?|agreement|accepte\w*|contracep\w*"
    r"|birth control|able to|ability to|capable de|apte a|in the opinion|avis de l'investigateur"
    r"|investigator\w*|compl(?:y|iance|iant)|observance|availab\w+|geograph\w+|speak\w*|fluent"
    r"|affili\w+|securite sociale|tutelle|curatelle|mesurables?|measurable|evaluable|recist"
    r"|suivi possible|participat\w+ (?:in|to|a))\b"
)
_ORGAN = re.compile(
    r"\b(?:adequate|normal|sufficient|acceptable|adaptee?s?|bonnes?|normales?|satisfaisante?s?"
    r"|adequates?)"
    r"(?:\s[\w,/-]+){0,6}?\s?(?:functions?|fonctions?|reserve)(?:\s(?:renale|hepatique|medullaire"
    r"|cardiaque|hematologique)s?)*"
    r"|fonctions?(?:\s[\w,/-]+){1,5}?\s(?:adequates?|adaptees?|normales?|satisfaisantes?"
    r"|correctes?)"
)
_WINDOW = re.compile(
    r"\b(?:within|in|during|over|for|dans|au cours|depuis|moins de|less than|pendant)\s"
    r"(?:at least\s|the\s|les?\s|des?\s)*(?:last\s|past\s|previous\s|prior\s|preceding\s"
    r"|derni\w+\s)?"
    r"(?P<n>\d+(?:\.\d+)?|one|two|three|four|five|six|eight|twelve|un|deux|trois|quatre|cinq|six"
    r"|huit)"
    r"\s?-?\s?(?:derni\w+\s|precede\w+\s)?(?P<unit>days?|weeks?|months?|years?|jours?|semaines?"
    r"|mois|ans?)\b"
)
_WORDS = {"one": 1, "un": 1, "two": 2, "deux": 2, "three": 3, "trois": 3, "four": 4, "quatre": 4,
          "five": 5, "cinq": 5, "six": 6, "eight": 8, "huit": 8, "twelve": 12}  # fmt: skip
_SURGERY = re.compile(r"\b(?:surger(?:y|ies)|chirurgies?|intervention chirurgicale)\b")
_DENIED_TEST = re.compile(r"\b(?:negative?s?|negatifs?)\b")
_WEAK = ("8000/1", "8000/0")


def worded(passage: Passage, kind: CriterionKind) -> Iterator[Piece]:
    line = passage.line
    taken: list[tuple[int, int]] = []
    days = window(line)

    def free(start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in taken)

    for variable, pattern in (
        (Variable.brain_metastases, _BRAIN),
        (Variable.other_cancer, _OTHER_CANCER),
    ):
        for match in pattern.finditer(line):
            if free(*match.span()):
                taken.append(match.span())
                op = _op(passage, *match.span())
                yield Piece(variable, *match.span(), op=op, window_days=days)
    for match in _STAGE.finditer(line):
        taken.append(match.span())
        values = _stages(match["first"], match["more"])
        yield Piece(Variable.stage, *match.span(), op=_op(passage, *match.span()), values=values)
    yield from _biomarkers(passage, taken)
    yield from _cancers(passage, taken)
    for match in _EXTENT.finditer(line):
        if free(*match.span()):
            yield Piece(Variable.extent, *match.span(), op=_op(passage, *match.span()))
            break
    yield from _treatments(passage, days)
    for one in conditions(passage):
        if free(one.start, one.end):
            yield Piece(
                Variable.condition, one.start, one.end, one.key,
                op=_condition_op(passage, one.key, one.start, one.end), window_days=days,
            )  # fmt: skip
    yield from _sex(line, kind)
    for variable, pattern in ((Variable.organ_function, _ORGAN), (Variable.will, _WILL)):
        first = pattern.search(line)
        if first:
            yield Piece(variable, *first.span())


def window(line: str) -> int | None:
    """Days of *within the last 4 weeks*."""
    match = _WINDOW.search(line)
    if not match:
        return None
    count = _WORDS.get(match["n"]) or number(match["n"])
    return round(count * (days_in(match["unit"]) or 1))


def windows(line: str) -> list[tuple[int, int]]:
    """Where windows stand."""
    return [match.span() for match in _WINDOW.finditer(line)]


def _op(passage: Passage, start: int, end: int) -> Op:
    before = passage.line[max(0, start - 4) : start]
    if before.endswith(("non-", "non ")):
        return "absent"
    return "absent" if passage.told(start, end).polarity is Polarity.denied else "present"


def _condition_op(passage: Passage, key: str, start: int, end: int) -> Op:
    around = passage.line[max(0, start - 22) : end + 12]
    if key == "pregnancy" and _DENIED_TEST.search(around):
        return "absent"
    return _op(passage, start, end)


def _stages(first: str, more: str) -> tuple[str, ...]:
    """Groups that count, with their letters where they have any: ("IIIB", "IV")."""
    parts = re.findall(r"(?<![\w])(?:0|i{1,3}v?|iv|[1-4])[abc]?\d?(?![\w])", more)
    named = [_group(part) for part in [first, *parts]]
    if len(named) == 2 and re.search(r"-|–|\bto\b|\ba\b|\bthrough\b", more):
        low, high = (_ORDER.index(re.sub(r"[A-C]\d?$", "", one)) for one in named)
        between = _ORDER[low + 1 : high]
        return (named[0], *between, named[1])
    return tuple(dict.fromkeys(named))


def _group(part: str) -> str:
    match = re.match(r"(iv|i{1,3}|[0-4])(.*)", part)
    assert match
    return _ROMAN[match[1]] + match[2].upper()


def _biomarkers(passage: Passage, taken: list[tuple[int, int]]) -> Iterator[Piece]:
    ops: dict[str, Op] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
    for fact in biomarkers(passage):
        quote = fact.evidence[0]
        start, end = passage.folded.at(quote.quote_start), passage.folded.at(quote.quote_end)
        taken.append((start, end))
        if fact.value is not None and fact.comparator:
            yield Piece(
                Variable.biomarker, start, end, fact.marker, ops[fact.comparator], fact.value,
                fact.high, fact.unit,
            )  # fmt: skip
            continue
        state = fact.interpretation
        known = state in (Interpretation.positive, Interpretation.negative)
        values = tuple(
            one for one in (state.value if known else None, fact.variant, fact.score) if one
        )
        if values and fact.value is None:
            yield Piece(Variable.biomarker, start, end, fact.marker, values=values)


def _cancers(passage: Passage, taken: list[tuple[int, int]]) -> Iterator[Piece]:
    named = histologies(passage)
    for index, one in enumerate(named):
        if one.icdo == "8000/6" or one.icdo in _WEAK:
            continue
        if any(one.start < b and one.end > a for a, b in taken):
            continue
        stop = named[index + 1].start if index + 1 < len(named) else len(passage.line)
        near = sites(passage, max(0, one.start - 30), min(stop, one.end + 30))
        codes = tuple(
            dict.fromkeys([_code(one.site)] if one.site else [_code(site.name) for site in near])
        )
        specific = one.icdo[:4] not in ("8000", "8010")
        if not codes and not specific:
            continue
        starts = [one.start, *(s.start for s in near)] if not one.site else [one.start]
        ends = [one.end, *(s.end for s in near)] if not one.site else [one.end]
        begin, end = min(starts), max(ends)
        yield Piece(
            Variable.diagnosis, begin, end, one.icdo[:4] if specific else None,
            op=_op(passage, one.start, one.end), values=codes,
        )  # fmt: skip


def _code(site: str) -> str:
    return next((row["icdo"] for row in rows("oncology_sites") if row["site"] == site), site)


def _treatments(passage: Passage, days: int | None) -> Iterator[Piece]:
    line = passage.line
    for protocol in named_protocols(passage):
        yield Piece(
            Variable.treatment, protocol.start, protocol.end, protocol.protocol,
            op=_op(passage, protocol.start, protocol.end), values=protocol.drugs, window_days=days,
        )  # fmt: skip
    for mention in find_drugs(passage.text, passage.language, exact=True):
        start, end = passage.folded.at(mention.start), passage.folded.at(mention.end)
        yield Piece(
            Variable.treatment, start, end, mention.inn, op=_op(passage, start, end),
            values=(mention.inn,), window_days=days,
        )  # fmt: skip
    for named in other_named(passage):
        yield Piece(
            Variable.treatment, named.start, named.end, named.label,
            op=_op(passage, named.start, named.end), window_days=days,
        )  # fmt: skip
    surgery = _SURGERY.search(line)
    if surgery:
        op = _op(passage, *surgery.span())
        yield Piece(Variable.treatment, *surgery.span(), "surgery", op=op, window_days=days)


def _sex(line: str, kind: CriterionKind) -> Iterator[Piece]:
    if _NOT_SEX.search(line):
        return
    female, male = _FEMALE.search(line), _MALE.search(line)
    short = len(line) < 40
    if kind is CriterionKind.exclusion and not short:
        return
    values = (("female",) if female else ()) + (("male",) if male else ())
    found = [match for match in (female, male) if match]
    if found:
        start, end = min(m.start() for m in found), max(m.end() for m in found)
        yield Piece(Variable.sex, start, end, values=values)
