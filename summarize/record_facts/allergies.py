"""Allergies of written documents: to what, with what reaction, denied of one thing or of all.

A list under *Allergies* is of allergens; elsewhere the word itself must be there. A drug is known
by its INN, anything else by its own words (latex, peanut).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical.allergies import later_reaction
from clinical.drugs import find_drugs
from clinical.folded import folded
from clinical.polarity import findings, polarity_of
from clinical.text import content_stems
from consultation.record_facts import Category, RecordFact
from consultation.summary import Experiencer, Polarity
from summarize.record_facts.headings import Context
from summarize.record_facts.pieces import Piece
from summarize.record_facts.when import dates

NONE = "allergy:*"
"""The key of *no known allergy*."""
_WORD = re.compile(r"\b(?:allerg\w+|intoleran\w+|anaphyla\w+|nkd?a)\b")
_NONE = re.compile(
    r"\b(?:(?:pas|aucune?|absence|sans) (?:d'|de |notion d'|antecedent d')?(?:autre )?(?:allergi\w+"
    r"|intoleran\w+)(?: (?:medicamenteuse|connue?|declaree|notoire|particuliere|signalee"
    r"|alimentaire|rapportee|retrouvee)s?)*(?! (?:a |au |aux |to ))"
    r"|no (?:known )?(?:drug )?allerg\w+"
    r"|nkd?a|not known to be allergic|not allergic to (?:any|anything)|no known drug reactions"
    r"|nil known|denies (?:any |drug )?allerg\w+|allergies? ?: ?(?:aucune|neant|non|none|nil|0)\b"
    r"|n'a pas d'allergie|ne (?:rapporte|signale|declare) (?:pas d'|aucune )allerg\w+"
    r"|n'est allergique a rien|no history of (?:drug )?allerg\w+)"
)
_BARE_NONE = re.compile(
    r"^\W*(?:aucune?(?: connue)?|neant|non|none(?: known)?|nil(?: known)?|ras|0)\W*$"
)
_UNKNOWN = re.compile(
    r"\b(?:non renseigne\w*|inconnu\w*|not recorded|unknown|non recherche\w*|not asked"
    r"|a preciser)\b"
)
_TO = re.compile(
    r"\b(?:allerg\w+|intoleran\w+|anaphyla\w+)\s*(?:\w+\s){0,2}?(?:a l'|a la |aux? |a "
    r"|to (?:the )?|:\s*)"
    r"(?P<what>[^,.;()]{3,40})"
)
_NOT_ALLERGEN = re.compile(
    r"^(?:connue?|known|medicamenteu\w+|drug|aucune?|rien|anything|l'interrogatoire)\b"
)
_INTOLERANT = re.compile(r"\bintoleran\w+|effets? (?:secondaires?|indesirables?)|side effects?")
_GIVEN = re.compile(r"\b(?:remplac\w+|instead|prescri\w+|donne\w*|tolere\w*|tolerated|given)\b")
_RULED_OUT = re.compile(
    r"\b(?:infirme\w*|exclu\w*|leve\w*|tests? (?:cutanes? )?negatifs?|explor\w+"
    r"|de-?labell\w+|ruled out"
    r"|skin tests? negative|refuted)\b"
)
_REACTION = re.compile(r"\(([^)]{3,60})\)|\s[-–—:]\s*([^.;,]{3,60})$")


def allergy_facts(piece: Piece, language: str) -> Iterator[RecordFact]:
    """Those of one piece; a relative's are none."""
    line = folded(piece.text)
    listed = piece.context is Context.allergies
    if not listed and not _WORD.search(line.line):
        return
    if _UNKNOWN.search(line.line) or piece.context is Context.family:
        return
    found = [f for f in findings(piece.text, language) if f.concept in ("allergy", "anaphylaxis")]
    if found and all(f.experiencer is not Experiencer.patient for f in found):
        return
    named = find_drugs(piece.text, language, exact=True)
    none = _NONE.search(line.line) or (listed and _BARE_NONE.match(line.line))
    if none and not named:
        yield _fact(piece, NONE, piece.text, Polarity.denied, {})
        return
    denied = any(f.polarity is Polarity.denied for f in found)
    doubted = any(f.polarity is Polarity.uncertain for f in found)
    if named:
        for drug in named:
            if _GIVEN.search(line.line[: line.at(drug.start)][-30:]):
                continue
            polarity = polarity_of(piece.text, drug.start, drug.end, language)
            if denied or doubted:
                polarity = Polarity.denied if denied else Polarity.uncertain
            values = {"inn": drug.inn, "kind": drug.kind}
            if drug.atc:
                values["atc"] = drug.atc
            yield _fact(piece, f"allergy:{drug.inn}", drug.text, polarity, values)
        return
    to = _TO.search(line.line)
    if to and not _NOT_ALLERGEN.match(to["what"]):
        what = piece.text[slice(*line.place(*to.span("what")))].strip()
    elif listed and len(piece.text) <= 60 and not _WORD.match(line.line.strip()):
        what = re.split(r"\s*[(:–—]", piece.text)[0].strip()
    else:
        return
    stems = " ".join(sorted(set(content_stems(what, language)))[:3])
    if stems:
        polarity = (
            Polarity.denied if denied else Polarity.uncertain if doubted else Polarity.affirmed
        )
        yield _fact(piece, f"allergy:{stems}", what, polarity, {})


def _fact(
    piece: Piece, key: str, label: str, polarity: Polarity, values: dict[str, str]
) -> RecordFact:
    text = piece.text
    told = later_reaction(text)
    bracket = _REACTION.search(text)
    if bracket and not dates(bracket.group()):
        values["reaction"] = (bracket[1] or bracket[2]).strip()
    elif told:
        values["reaction"] = told[0]
    line = folded(text).line
    intolerant = _INTOLERANT.search(line) is not None
    if polarity is not Polarity.denied:
        values["certainty"] = (
            told[1] if told and not intolerant else ("intolerance" if intolerant else "allergy")
        )
    if polarity is Polarity.denied and _RULED_OUT.search(line):
        values["ruled_out"] = "yes"
    return piece.fact(
        Category.allergy,
        key,
        label,
        date=piece.first_date,
        polarity=polarity,
        values=values,
    )
