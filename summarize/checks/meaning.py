"""What a statement says, of what, on which side, of whom, and whether it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clinical.anatomy import PAIN, organs, related
from clinical.cues import CUES
from clinical.dialogue import Conflict, asserted_but_denied, denied_but_asserted, wrong_experiencer
from clinical.drugs import find_drugs, missing_drugs
from clinical.folded import folded
from clinical.laterality import Lateral, Side, missing_sides, said_sides, sides
from clinical.polarity import Finding, clause_line, polarity_of
from clinical.polarity import findings as find_findings
from clinical.temporality import Course, courses, opposed, statuses, unlike
from clinical.text import content_stems, fold, is_stopword, tokens
from consultation.summary import Comparison, Polarity
from consultation.topics import Topic
from summarize.checks.claim import (
    NOTHING,
    PASSED,
    Claim,
    Outcome,
    fault,
    listed,
    passed,
    spoken_in,
)
from summarize.rules import speaks_of_allergy, speaks_of_family
from summarize.units import Unit

_DENIES = re.compile(
    r"\W*(?:no|nil|not|denies|without|none|never|pas|aucune?|absence|sans|ne|non)\b"
)
_SOMEWHAT = re.compile(
    r"\b(?:much|enough|really|too|so|as|change[sd]?|better|worse|one|beaucoup|assez|trop|vraiment"
    r"|tellement|tres|si|mieux|pire|changement|personne|mentioned|if)\b"
)
"""*Not much of an appetite* denies no appetite: such sentences decide nothing."""
_NOT_REALLY = re.compile(
    r"\W*(?:(?:um|uh|er|well|euh|ben|bah|no|non|nah)\b\W*)*(?:not (?:really|specifically|that i"
    r"|particularly|exactly|much)|pas (?:vraiment|trop|specialement|tellement|particulierement))\b"
)
_KIN = (
    {"oedema", "swelling"},
    {"allergy", "anaphylaxis"},
    {"weakness", "paralysis", "reduced mobility"},
    {"fatigue", "weakness"},
    {"rash", "urticaria"},
    {"arthritis", "osteoarthritis"},
    {"depression", "feeling"},
    {"trauma", "wound", "fracture", "sprain"},
)
"""Concepts that people name one for the other; what is said of them is still compared."""
_ALIKE = {concept: kin - {concept} for kin in _KIN for concept in kin}
_PERSONAL = re.compile(r"\b(?:patiente?|personnels?)\b")
_CLAUSE = re.compile(r",|;|\b(?:mais|alors que|but|while|whereas)\b")


def drugs(claim: Claim) -> Outcome:
    """Every drug of the statement was named; a class is not its members."""
    stated = find_drugs(claim.text, claim.language)
    if not stated:
        return NOTHING
    missing = missing_drugs(claim.text, claim.evidence, claim.language)
    if missing:
        return fault(
            "not said: " + listed(drug.text for drug in missing),
            (Comparison(statement=claim.stated(drug)) for drug in missing),
        )
    said = {drug.inn: drug for drug in find_drugs(claim.evidence, claim.language)}
    return passed(
        Comparison(statement=claim.stated(drug), evidence=claim.spoken(said.get(drug.inn)))
        for drug in stated
    )


def spelling(claim: Claim) -> Outcome:
    """A drug was recognised by its sound: what was heard is shown beside what was written."""
    heard = {d.inn: d for d in find_drugs(claim.evidence, claim.language) if d.score < 1}
    mended = [
        d
        for d in find_drugs(claim.text, claim.language)
        if d.inn in heard and heard[d.inn].text.lower() != d.text.lower()
    ]
    if not mended:
        return NOTHING
    return fault(
        "heard otherwise: " + listed(f"{heard[d.inn].text} → {d.text}" for d in mended),
        (
            Comparison(statement=claim.stated(d), evidence=claim.spoken(heard[d.inn]))
            for d in mended
        ),
    )


def findings(claim: Claim) -> Outcome:
    """A symptom or a disease that nobody named."""
    named = find_findings(claim.text, claim.language)
    if not named:
        return NOTHING
    said = {finding.concept for finding in find_findings(claim.evidence, claim.language)}
    alike = {other for concept in said for other in _ALIKE.get(concept, ())}
    new = [f for f in named if f.concept not in said | alike and not _hurts(f, claim)]
    if not new:
        return PASSED
    return fault(
        "not said: " + listed(finding.text for finding in new),
        (Comparison(statement=claim.stated(finding)) for finding in new),
    )


def _hurts(finding: Finding, claim: Claim) -> bool:
    """*Knee pain* of *my knee hurts*: the organ was named, and that it hurts."""
    if "pain" not in finding.concept:
        return False
    here = {o.name for o in organs(folded(finding.text), claim.language)}
    said = {o.name for o in organs(folded(claim.evidence), claim.language)}
    near = not here or any(related(a, b) for a in here for b in said)
    return near and PAIN.search(fold(claim.evidence)) is not None


def polarity(claim: Claim) -> Outcome:
    """What is denied was denied, what is affirmed was not."""
    flipped = denied_but_asserted(claim.text, claim.said, claim.language)
    flipped = tuple(c for c in flipped if not _names_allergen(c, claim))
    if flipped:
        return _conflicts("asserted, and denied or only asked: ", claim, flipped)
    flipped = tuple(
        c
        for c in asserted_but_denied(claim.text, claim.said, claim.language)
        if not (c.evidence and _hardly(c, claim))
    )
    if flipped:
        return _conflicts("denied, and said to be present: ", claim, flipped)
    return PASSED


def _hardly(conflict: Conflict, claim: Claim) -> bool:
    """*Any cough? – Not really.* bears a denial, with a warning (``doubt``)."""
    if any(f.polarity is Polarity.affirmed for f in conflict.evidence):
        return False
    return any(
        unit.question is not None
        and _NOT_REALLY.match(fold(unit.text))
        and any(
            f.concept == conflict.finding.concept
            for f in find_findings(unit.question.text, claim.language)
        )
        for unit in claim.grounds.units
    )


def doubt(claim: Claim) -> Outcome:
    """Denied in the statement, and only hardly so in the answer."""
    hardly = [
        c
        for c in asserted_but_denied(claim.text, claim.said, claim.language)
        if c.evidence and _hardly(c, claim)
    ]
    return _conflicts("denied, and answered with a doubt: ", claim, hardly) if hardly else NOTHING


def _names_allergen(conflict: Conflict, claim: Claim) -> bool:
    """*Any allergies? – Codeine.* affirms, though it does not say yes."""
    if conflict.finding.concept != "allergy":
        return False
    return any(
        unit.question is not None
        and speaks_of_allergy(unit.question.text)
        and find_drugs(unit.text, claim.language)
        and not CUES[claim.language].no.match(clause_line(unit.text, claim.language))
        for unit in claim.grounds.units
    )


def experiencer(claim: Claim) -> Outcome:
    """What is said of the family is not the patient's, nor the other way round."""
    if tuple(claim.topics) == (Topic.family,):
        if not speaks_of_family(claim.evidence):
            return fault("nobody of the family is spoken of")
        if not _PERSONAL.search(fold(claim.text)) or speaks_of_family(claim.text):
            return PASSED
    wrong = wrong_experiencer(claim.text, claim.said, claim.language)
    if wrong:
        return _conflicts("of another person: ", claim, wrong)
    if speaks_of_family(claim.text) and not speaks_of_family(claim.evidence):
        return fault("nobody of the family is spoken of")
    return PASSED


def side(claim: Claim) -> Outcome:
    """(organ, side) pairs of the statement are those of the sentence that says most of it."""
    stated = [s for s in sides(claim.text, claim.language) if not s.asked and not s.denied]
    if not stated:
        return NOTHING
    compared, wrong = [], []
    for one in stated:
        unit, held = _decisive(one, claim)
        heard = _heard(one, unit, claim.language) if unit else None
        place = Comparison(
            statement=claim.stated(one),
            evidence=spoken_in(unit, heard.start, heard.end) if unit and heard else None,
        )
        compared.append(place)
        if not held:
            wrong.append((one, place))
    if not wrong:
        return passed(compared)
    return fault(
        "not said on that side: " + listed(s.text for s, _ in wrong), [c for _, c in wrong]
    )


def _decisive(stated: Lateral, claim: Claim) -> tuple[Unit | None, bool]:
    """The best sentence that tells the side of this organ, and whether it tells this side."""
    if stated.side is Side.both:
        return None, not any(
            c.stated == stated for c in missing_sides(claim.text, claim.said, claim.language)
        )
    for unit in _by_content(stated, claim):
        said = [s for s in said_sides(unit.said, claim.language) if not s.denied]
        about = [s for s in said if s.organ is not None and related(s.organ, stated.organ)]
        about = about or [s for s in said if related(s.organ, stated.organ)]
        there = {s.side for s in about}
        if Side.both in there:
            return unit, True
        if len(there) == 2:
            there = _of_clause(stated, about, unit, claim)
        if there:
            return unit, stated.side in there
    return None, False


def _by_content(stated: Lateral, claim: Claim) -> list[Unit]:
    """The evidence, what says most of the statement first, its side left out."""
    bare = claim.text[: stated.start] + " " + claim.text[stated.end :]
    wanted = set(content_stems(bare, claim.language))

    def shared(unit: Unit) -> int:
        return len(wanted & set(content_stems(unit.answered, claim.language)))

    return sorted(claim.grounds.units, key=shared, reverse=True)


def _of_clause(stated: Lateral, about: Sequence[Lateral], unit: Unit, claim: Claim) -> set[Side]:
    """Of a sentence that tells both sides, those of the clause that says most of the statement.

    *The left eardrum is red and bulging, the right one is normal.*
    """
    bare = claim.text[: stated.start] + " " + claim.text[stated.end :]
    wanted = set(content_stems(bare, claim.language))
    best: list[tuple[int, set[Side]]] = []
    start = 0
    for cut in [*(m for m in _CLAUSE.finditer(unit.text)), None]:
        end = cut.start() if cut else len(unit.text)
        shared = len(wanted & set(content_stems(unit.text[start:end], claim.language)))
        here = {s.side for s in about if start <= s.start < end}
        best.append((shared, here))
        start = end
    most = max(shared for shared, _ in best)
    there = {side for shared, here in best if shared == most for side in here}
    return there or {s.side for s in about}


def _heard(stated: Lateral, unit: Unit, language: str) -> Lateral | None:
    return next((s for s in sides(unit.text, language) if related(s.organ, stated.organ)), None)


def anatomy(claim: Claim) -> Outcome:
    """The organ was named: an examination of another one is invented."""
    line = folded(claim.text)
    stated = organs(line, claim.language)
    if not stated:
        return NOTHING
    said = {organ.name for organ in organs(folded(claim.evidence), claim.language)}
    examined = Topic.examination in claim.topics and len(claim.topics) <= 3
    if not said and not examined:
        return NOTHING
    missing = [o for o in stated if not any(related(o.name, name) for name in said)]
    if not missing or (len(missing) < len(stated) and not examined):
        return PASSED
    spans = [line.place(organ.start, organ.end) for organ in missing]
    return fault("not said: " + listed(claim.text[start:end] for start, end in spans))


def temporality(claim: Claim) -> Outcome:
    """Stopped is not current, and nobody stops what goes on."""
    stated = courses(claim.text, claim.language)
    said = courses(claim.evidence, claim.language)
    wrong = [c for c in _telling(stated, claim) if opposed(c.status, statuses(said, c.key))]
    if not stated:
        return NOTHING
    return _courses("said otherwise: ", claim, wrong, said) if wrong else PASSED


def course(claim: Claim) -> Outcome:
    """Taken already against prescribed today: worth a second look."""
    stated = courses(claim.text, claim.language)
    said = courses(claim.evidence, claim.language)
    odd = [c for c in stated if unlike(c.status, statuses(said, c.key))]
    return _courses("said otherwise: ", claim, odd, said) if odd else NOTHING


def _telling(stated: Iterable[Course], claim: Claim) -> list[Course]:
    """A bare name says that it goes on, except of an allergy or of the past."""
    allergic = any(f.concept == "allergy" for f in find_findings(claim.text, claim.language))
    return [c for c in stated if c.status is not None or not allergic]


def _courses(detail: str, claim: Claim, wrong: Iterable[Course], said: Iterable[Course]) -> Outcome:
    heard = [c for c in said if c.status]
    return fault(
        detail + listed(c.name if c.text == c.name else f"{c.name}: {c.text}" for c in wrong),
        (
            Comparison(
                statement=claim.stated(one),
                evidence=claim.spoken(next((c for c in heard if c.key == one.key), None)),
            )
            for one in wrong
        ),
    )


def _conflicts(detail: str, claim: Claim, wrong: Iterable[Conflict]) -> Outcome:
    heard = find_findings(claim.evidence, claim.language)
    return fault(
        detail + listed(c.finding.text for c in wrong),
        (
            Comparison(
                statement=claim.stated(one.finding),
                evidence=claim.spoken(
                    next((f for f in heard if f.concept == one.finding.concept), None)
                ),
            )
            for one in wrong
        ),
    )


def denial(claim: Claim) -> Outcome:
    """Denied or not, where no finding of the lexicon is named: the words of both are compared.

    *Blood in stools* against *Any blood in your stools? – No.* Only where the shared words of the
    best sentence are all denied, or none is; a doubt decides nothing.
    """
    if not claim.grounds.units or find_findings(claim.text, claim.language):
        return NOTHING
    unit = claim.grounds.units[0]
    if any(c.status for c in courses(unit.answered, claim.language)):
        return NOTHING  # "n'arrêtez pas le Kardégic" denies the end, not the drug
    stated = _polarities(claim.text, claim.text, claim.language)
    if _DENIES.match(fold(claim.text)):
        stated = {Polarity.denied}
    heard = _heard_polarity(unit, claim)
    if len(stated) != 1 or heard is None or Polarity.uncertain in stated:
        return NOTHING
    (own,) = stated
    if own is heard:
        return PASSED
    return fault("denied, and said so" if own is Polarity.denied else "said, and denied")


def _heard_polarity(unit: Unit, claim: Claim) -> Polarity | None:
    """What the sentence says of the statement's words: by itself, or as an answer."""
    language = claim.language
    wanted = set(content_stems(claim.text, language))
    own = len(wanted & set(content_stems(unit.text, language)))
    asked = len(wanted & set(content_stems(unit.question.text, language))) if unit.question else 0
    if asked > own:
        line = clause_line(unit.text, language)
        if CUES[language].partly.match(line):
            return None
        if CUES[language].no.match(line):
            return Polarity.denied
        return Polarity.affirmed if CUES[language].yes.match(line) else None
    if _SOMEWHAT.search(fold(unit.text)):
        return None
    said = _polarities(unit.text, claim.text, language)
    return said.pop() if len(said) == 1 and Polarity.uncertain not in said else None


def _polarities(text: str, like: str, language: str) -> set[Polarity]:
    """Of the words of ``text`` that ``like`` holds too."""
    wanted = set(content_stems(like, language))
    return {
        polarity_of(text, token.start, token.end, language)
        for token in tokens(text, language)
        if token.stem in wanted and not is_stopword(token.fold, language)
    }
