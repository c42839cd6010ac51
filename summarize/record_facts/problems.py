"""Diseases, operations, relatives' diseases: affirmed or denied, whose, on which side, since when.

Under a heading that lists them an item is one whatever it is called; in a story only what the
lexicon knows as a lasting disease.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.anatomy import organs
from clinical.folded import folded
from clinical.laterality import sides
from clinical.polarity import Finding, findings
from clinical.text import content_stems, fold
from consultation.record_facts import Category, FactStatus, RecordFact
from consultation.summary import Experiencer, Polarity
from summarize.record_facts.headings import Context
from summarize.record_facts.operations import operation_key
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

LASTING = frozenset(
    {
        "diabetes", "hypertension", "dyslipidaemia", "obesity", "asthma", "copd",
        "tuberculosis", "angina", "arrhythmia", "stroke", "thrombosis", "anaemia", "cancer",
        "metastasis", "gallstones", "pancreatitis", "hypothyroidism", "hyperthyroidism", "gout",
        "arthritis", "osteoarthritis", "osteoporosis", "lupus", "dementia", "schizophrenia",
        "hiv", "glaucoma", "cataract", "endometriosis", "pcos", "fibroids", "psoriasis",
        "eczema", "migraine", "depression", "lymphoedema", "neuropathy", "pneumonia",
        "epilepsy", "hernia", "diverticulitis", "neutropenia", "ascites"
    }
) | {
    "myocardial infarction", "heart failure", "heart disease", "kidney disease", "liver disease",
    "gastric ulcer", "crohn disease", "ulcerative colitis", "irritable bowel", "coeliac disease",
    "thyroid disease", "parkinson disease", "multiple sclerosis", "bipolar disorder",
    "eating disorder", "sleep apnoea", "prostate problem", "varicose veins", "kidney stone",
    "pleural effusion", "pregnancy",
}  # fmt: skip
"""Concepts of ``clinical/lexicons/findings.csv`` that a story's word is enough to list."""
_PROBLEMS = frozenset({Context.problems, Context.conclusion})
_LISTED = frozenset({Context.history, Context.surgery, Context.problems})
_RESOLVED = re.compile(
    r"\b(?:gueri\w*|resolu\w*|corrige\w*|resolved|cured|healed|disparu\w*|regresse\w*|en remission"
    r"|in (?:complete |full |partial )?remission|back to normal|guerison|cicatris\w*"
    r"|resolution|recovered|(?:full )?recovery from"
    r"|cleared|sevre\w*|traitee? avec succes"
    r"|normalis\w+|disparition|amende\w*|n'a plus d[e']|ne presente plus|settled|subsided"
    r"|(?:has|is|now|all) gone(?! to\b)"
    r"|ecartee?|exclue?|infirmee?|ruled out|excluded|no longer has|successfully treated)\b"
)
_NO_MORE = re.compile(
    r"(?<!pas )(?<!de )(?<!en )(?<!ni )\bplus (?:de |d'|aucune? )|\bno longer\b|\bn'a plus\b"
)
"""A denial that tells of what was there."""
_UNLISTED = re.compile(
    r"\b(?P<name>(?:hypo|hyper)\w+(?:emie|aemia|emia)|\w{3,}(?:penie|penia|nephrite|nephritis"
    r"|ite|itis)|zona|shingles)\b"
)
"""Names of diseases by how they are made, where no list of ours has them."""
_POSSIBLE = re.compile(
    r"\b(?:suspicion|suspect\w*|probable\w*|possible\w*|possibly|probably|eventuel\w*|query"
    r"|a (?:confirmer|eliminer)|rule out|\?|risque d\w*|risk of|depistage|screening|prevention"
    r"|prophylaxie|prophylaxis)\b|\?"
)
_OF_OTHERS = re.compile(
    r"\b(?:pere|mere|freres?|soeurs?|tantes?|oncles?|grands?[- ]?(?:mere|pere|parents?)|cousine?s?"
    r"|fils|fille|father|mother|brothers?|sisters?|aunts?|uncles?|grand\w+|son|daughter)\b"
)
_EMPTY = re.compile(
    r"^\W*(?:ras|neant|rien a signaler|aucune?|pas d'antecedents?(?: (?:particuliers?"
    r"|notables?|connus?|significatifs?|medic\w+|chirurgic\w+))*|nil|none"
    r"|no significant (?:past |medical |history ?)+"
    r"|non renseigne\w*|sans particularite|not recorded|unknown|inconnus?)\W*$"
)
_CONCLUDED = 100
_MOST = 160
"""Characters of an item that is no sentence of a story."""


def problem_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    """Problems, history, operations and the family's diseases of one piece."""
    line = folded(piece.text).line
    if _EMPTY.match(line) or piece.context in (
        Context.allergies, Context.vaccines, Context.vigilance, Context.treatments,
        Context.discharge_treatments, Context.stopped_treatments, Context.habits, Context.imaging,
        Context.laboratory, Context.pending, Context.plan, Context.devices,
    ):  # fmt: skip
        return
    found = findings(piece.text, language)
    if piece.context is Context.family or _OF_OTHERS.search(line):
        yield from _family(piece, found, line)
        return
    ill = [f.start for f in found if f.concept in LASTING]
    operated = operation_key(line, piece.context in _LISTED, ill)
    if operated is not None:
        yield _fact(piece, Category.surgery, operated, piece.text, language)
        return
    lasting = [
        f for f in found if f.concept in LASTING and not f.asked and not _of_no_disease(f, line)
    ]
    listed = piece.context in _LISTED and len(piece.text) <= _MOST
    if not lasting:
        if (listed and not found) or (
            listed and all(f.polarity is Polarity.affirmed for f in found)
        ):
            category = Category.problem if piece.context in _PROBLEMS else Category.history
            stems = sorted(set(content_stems(_bare(piece), language)))
            if stems:
                yield _fact(piece, category, "item:" + " ".join(stems), piece.text, language)
        elif not listed and _RESOLVED.search(line):
            yield from _over(piece, line, language)
        return
    for finding in lasting:
        yield _disease(piece, finding, lasting, listed, language)


def _over(piece: Piece, line: str, language: str) -> Iterator[RecordFact]:
    """*Le zona est cicatrisé*: the item of a list of problems that bears this one name is over."""
    names = {match["name"] for match in _UNLISTED.finditer(line)}
    if len(names) == 1 and not _NOT_OVER.search(line):
        name = names.pop()
        at = folded(piece.text).place(line.index(name), line.index(name) + len(name))
        label = piece.text[slice(*at)]
        stems = sorted(set(content_stems(label, language)))
        yield _fact(piece, Category.problem, "item:" + " ".join(stems), label, language)


_NOT_OVER = re.compile(
    r"\b(?:pas|non|jamais|not|never|if|si|jusqu'a|until|apres|after|en attente|pending|sera|will)\b"
)


def _of_no_disease(finding: Finding, line: str) -> bool:
    """*Tumour board* is a meeting, and an ulcerated mass no ulcer of the stomach."""
    word = fold(finding.text)
    return (word.startswith("ulcer") and "gastr" not in line and "duoden" not in line) or (
        finding.concept == "cancer" and re.search(rf"{re.escape(word)} board", line) is not None
    )


def _family(piece: Piece, found: tuple[Finding, ...], line: str) -> Iterator[RecordFact]:
    who = _OF_OTHERS.search(line)
    if piece.context is not Context.family and not any(
        f.experiencer is Experiencer.family for f in found
    ):
        return
    concepts = sorted({f.concept for f in found if f.concept != "family"})
    key = f"family:{who.group() if who else ''}:{' '.join(concepts) or fold(piece.text)}"
    denied = bool(found) and all(f.polarity is Polarity.denied for f in found)
    yield piece.fact(
        Category.family,
        key,
        piece.text,
        polarity=Polarity.denied if denied else Polarity.affirmed,
        experiencer=Experiencer.family,
    )


def _disease(
    piece: Piece, finding: Finding, all_: list[Finding], listed: bool, language: str
) -> RecordFact:
    category = Category.history if piece.context is Context.surgery else Category.problem
    short = piece.context is Context.conclusion and len(piece.text) <= _CONCLUDED
    whole = (listed or short) and len(all_) == 1
    label = piece.text if whole else _around(piece.text, finding, all_)
    key = f"problem:{finding.concept}"
    if finding.concept in ("cancer", "metastasis"):
        near = sorted(
            organs(folded(piece.text), language),
            key=lambda o: abs(o.start - folded(piece.text).at(finding.start)),
        )
        key += f":{near[0].name}" if near else ""
    return _fact(piece, category, key, label, language, finding)


_QUALIFIER = re.compile(
    r"\s+(?:veineuse(?: profonde)?|profonde|superficielle|vein|de type [12iI]+|type [12iI]+"
    r"|insulino\w+|non insulino\w+|essentiell?e"
    r"|arterielle|chronique"
    r"|aigue?|paroxystique|permanente?|persistante?|stade \w+|grade \w+|severe|modere\w*|legere?"
    r"|(?:du|de la|de l'|des|d'|de|of the|of|in the) ?(?:\w+\s?(?!\w+ectom)){1,2}"
    r"(?: (?:gauche|droite?|left|right))?|gauche|droite?|"
    r"bilaterale?|left|right|disease|mellitus|stage \w+|(?:non )?allergique)"
)


def _around(text: str, finding: Finding, all_: list[Finding]) -> str:
    """The finding's words with what directly qualifies them."""
    line = folded(text)
    start, end = line.at(finding.start), line.at(finding.end)
    following = min((line.at(f.start) for f in all_ if f.start >= finding.end), default=10**6)
    while (match := _QUALIFIER.match(line.line, end)) and match.end() <= following:
        end = match.end()
    first, last = line.place(start, end)
    return text[first:last].rstrip()


def _fact(
    piece: Piece,
    category: Category,
    key: str,
    label: str,
    language: str,
    finding: Finding | None = None,
) -> RecordFact:
    line = folded(piece.text).line
    status: FactStatus | None = None
    polarity = finding.polarity if finding else Polarity.affirmed
    if polarity is Polarity.denied and _NO_MORE.search(line) and not _LISTED & {piece.context}:
        polarity, status = Polarity.affirmed, "resolved"
    if _RESOLVED.search(line) and polarity is Polarity.affirmed:
        status = "resolved"
    if polarity is Polarity.affirmed and _POSSIBLE.search(line):
        polarity = Polarity.uncertain
    values = {"context": piece.context.value} if piece.context else {}
    lateral = sides(piece.text, language)
    named = {s.side.value for s in lateral}
    plain = _SIDES.findall(piece.text) if not named and piece.context in _LISTED else []
    if len(set(plain)) == 1 and (one := _SIDES.search(piece.text)):
        values["side"] = _SIDE_OF[fold(plain[0])[0]]
        values["side_text"] = one.group()
    elif len(named) == 1:
        values["side"] = named.pop()
        values["side_text"] = piece.text[lateral[0].start : lateral[0].end]
        if lateral[0].organ:
            values["organ"] = lateral[0].organ
    return piece.fact(
        category,
        key,
        label.strip(" ,.;:"),
        date=piece.first_date,
        status=status,
        polarity=polarity,
        experiencer=finding.experiencer if finding else Experiencer.patient,
        values=values,
    )


_SIDE_OF = {"g": "left", "l": "left", "d": "right", "r": "right", "b": "both"}
_SIDES = re.compile(r"\b(?:gauches?|droite?s?|left|right|bilat[ée]ra\w+)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)|\b(?:depuis|since|en|in|vers|around|ann[ée]e)\s*$", re.IGNORECASE)


def _bare(piece: Piece) -> str:
    """What an item names, without when, on which side and what stands in brackets."""
    text = piece.text
    for when in reversed(dates(text, piece.told)):
        text = text[: when.start] + " " + text[when.end :]
    return re.sub(r"\d+", " ", _ASIDE.sub(" ", _SIDES.sub(" ", text)))
