"""How findings of an examination are spoken: where it begins and ends, and what was found.

*Lungs are clear*, *on exam there is a 2/6 murmur*, *auscultation normale*, *abdomen souple*.
Patterns are matched on folded text of either language. They were written along the usual order of a
physical examination (general state, head and neck, heart, lungs, abdomen, limbs, joints, skin,
nerves), from general knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clinical.anatomy import organs
from clinical.folded import folded
from clinical.memory import remembered
from clinical.polarity import findings, is_question
from clinical.text import checked
from consultation.summary import Polarity

__all__ = ["Found", "closes", "examination_findings", "opens"]

_OPENS = re.compile(
    r"\b(?:exam|exams|examination|examine|examining|auscult\w+|palpat\w+|percuss\w+|inspection"
    r"|vitals|vital signs|listen(?:ing)? to|(?:look|looking) at your|appreciate|maneuvers?"
    r"|press(?:ing)? (?:on|here|down)|does (?:it|that|this) hurt|any pain (?:when|here)"
    r"|examen|j'examine|examinons|j'ecoute|a l'(?:auscultation|examen|inspection)|je palpe|j'appuie"
    r"|respirez|constantes)\b"
)
_CLOSES = re.compile(
    r"\b(?:assessment|the plan|my plan|results?|x-?rays?|imaging|ct scan|mri|ultrasound"
    r"|echocardiogram|labs|lab work|blood work|blood tests?|what (?:does|do) (?:that|this|it|all)"
    r"|(?:first|next|second|third) (?:problem|diagnosis)|problem number|prescri\w+|refer\w*"
    r"|recommend\w*|consistent with|diagnosis of|going to order|gon na order|let's talk|lem me talk"
    r"|resultats?|radios?|radiographies?|scanner|irm|echographie|bilans?|analyses?|prises? de sang"
    r"|ordonnance|diagnostic|au total|en conclusion|je (?:pense|crois) (?:a|que)|traitement)\b"
)
_HARD = re.compile(
    r"[.;:?!…]+(?=\s|$)|\n"
    r"|\b(?:okay|ok|alright|all right|so|now|well|then|but|because|which|since|whereas|while|mais"
    r"|donc|alors|bon|puis|parce que|tandis que)\b"
    r"|\b(?=(?:let me|let's|lem me|i'm going to|i'm gon na|i will|i'll|can you|could you|are you"
    r"|do you|does (?:it|that|this)|how |what |when i |if |i want|i would|i think|we'll|we will"
    r"|you can|you said|you told|you mentioned"
    r"|je vais|on va|vous pouvez|pouvez-vous|est-ce|quand j'|vous m'avez|je pense|je crois)\b)"
)
"""Ends what is said of a finding."""
_OPENERS = (
    r"(?:you (?:do |also |still )?have|you've got|there (?:is|are|was)|there's"
    r"|i (?:also |do |did |can |could |don't |do not |didn't |did not |can't )*"
    r"(?:appreciate|see|hear|feel|notice|noticed|note|palpate|find|recognize|recognise|smell)"
    r"|(?:on|for) (?:your|the|his|her|my) (?:\w+ ){0,3}exam\w*|on examination|your|no|negative"
    r"|positive|he is|she is|il y a|je (?:vois|sens|entends|note|trouve|retrouve|palpe|ne)"
    r"|j'entends|on (?:voit|entend|sent|note|retrouve)|pas de|aucune?|sans|vous avez|votre|vos)"
)
_SOFT = re.compile(
    rf"(?P<list>(?:,|\b(?:and|or|nor|et|ou|ni)\b)(?! (?:{_OPENERS}|the|his|her|my)\b))"
    rf"|(?:,|\b(?:and|or|nor|et|ou|ni|with (?=no\b|some\b))\b)"
    r"|\b(?<!\bof )(?<!\bwith )(?<!\bin )(?<!\bon )(?<!\bto )(?<!\bat )(?<!\bover )"
    rf"(?={_OPENERS}\b)"
)
"""Parts two findings, or two words of one."""
_STRONG = re.compile(
    r"\b(?:murmurs?|gallops?|rubs?|bruits?|crackles|rales|rhonchi|wheez\w+|crepit\w+|stridor"
    r"|o?edema|effusions?|erythema\w*|ecchymos\w+|bruis\w+|swelling|swollen|tender\w*|non-?tender"
    r"|bulging|lymphadenopathy|adenopathy|guarding|rebound|distend\w+|distension|bowel sounds"
    r"|range of (?:motion|movement)|rom|capillary refill|pulses?|reflex\w*|gait|grip|strength"
    r"|sensation|light touch|oriented|alert|distress|nourished|developed|fussy|jaundice\w*|cyano\w+"
    r"|clubbing|tremor|hypoton\w+|hyperton\w+|rigidity|laxity|instability|deformit\w+|fluctuance"
    r"|rash\w*|lesions?|nodules?|mass|masses|wounds?|ulcers?|necro\w+|slough\w*|odou?r|discharge"
    r"|drainage|exudates?|straight leg|drawer|lachman|mcmurray|varus|valgus|tinel|phalen|babinski"
    r"|romberg|hemianopia|nystagmus|regular rate|rate and rhythm|pain (?:with|on|to|when|upon)"
    r"|painful|palpable|induration|warmth|warm to|hepatomegaly|splenomegaly|organomegaly|hernia"
    r"|congestion|stiffness|spasm\w*|atrophy|scars?|pallor|bony"
    r"|souffles?|crepitants|rales|sibilants|ronchi|matite|oedemes?|epanchement|gonfle\w*|indolores?"
    r"|douloureu\w+|sensibilite|defense|contracture|ballonne\w*|meteorisme|bruits|murmure"
    r"|pouls|reflexes?|force|mobilite\w*|amplitudes?|eruption|lesions?|nodules?|masses?|ganglions?"
    r"|adenopathies?|ictere|cyanose|paleur|eupneique|apyretique|conscient\w*|oriente\w*|signes? de"
    r"|ecoulement|plaies?|necros\w*|hernie|raideur|instabilite|laxite|tiroir|lasegue|murphy|giordano"
    r"|depressible|hepatomegalie|splenomegalie|erytheme\w*|erythemateu\w+|bombe\w*|perfore\w*)\b"
)
"""Said of a body, and hardly of anything else."""
_WEAK = re.compile(
    r"\b(?:normal\w*|clear|soft|supple|regular|intact|equal|reactive|symmetric\w*|unremarkable|good"
    r"|full|limited|reduced|decreased|diminished|increased|red|reddened|warm|dry|moist|pale|firm"
    r"|hard|enlarged|weak|stiff|present|absent|positive|negative|appropriate|fluent|abnormal"
    r"|infected|inflamed|raised|healthy|fine"
    r"|souples?|libres?|clairs?|claires?|reguli\w+|symetriques?|intacte?s?|rouges?|chaude?s?|dure?s?"
    r"|limite\w*|diminue\w*|augmente\w*|presente?s?|absente?s?|abolie?s?|vives?|vifs?|percue?s?"
    r"|positi\w+|negati\w+|anorma\w+|enflamme\w*|elargi\w*|bonne?s?|propres?)\b"
)
"""A finding only of an organ."""
_NORMAL = re.compile(
    r"\b(?:no|not|without|negative|don't|didn't|normal\w*|clear|soft|supple|regular|intact|equal"
    r"|reactive|symmetric\w*|unremarkable|good|full|appropriate|fluent|healthy|fine|oriented|alert"
    r"|nourished|developed|non-?tender|pas|aucune?|sans|ni|absence|souples?|libres?|clairs?|claires?"
    r"|reguli\w+|symetriques?|intacte?s?|indolores?|bonne?s?|eupneique|apyretique|conscient\w*"
    r"|oriente\w*|depressible|propres?|percue?s?|negati\w+)\b"
)
_ABNORMAL = re.compile(
    r"\b(?:limited|reduced|decreased|diminished|abnormal|positive|swollen|swelling|painful"
    r"|pain with|limite\w*|diminue\w*|anorma\w+|positi\w+|douloureu\w+|gonfle\w*|irreguli\w+)\b"
)
_NO_ABNORMAL = re.compile(
    r"\b(?:no|not|without|n't|pas d[e']|aucune?|sans)(?: \w+){0,2} "
    r"(?:limit\w+|reduc\w+|decreased|abnormal\w*|deficits?|diminution|anomalies?)\b"
)
_NO_ORGAN = re.compile(
    r"\b(?:pupils?|cranial nerves?|affect|speech|visual fields?|mucous membranes?|airway"
    r"|breath sounds|heart sounds|upper lobes?|lower lobes?|joints?|tendons?|muscles?|murmure"
    r"|auscultation|palpation|percussion|examen \w+|etat general|conjonctives?|muqueuses?"
    r"|pupilles?|tympans?|amygdales?|bruits du coeur|articulations?|muscles?|neurovascular"
    r"|aires ganglionnaires)\b"
)
"""Examined, and in no list of organs with sides."""
_TELLS = re.compile(
    r"^\W*(?:(?:um|uh|and|et|ok|okay|so|alors|bon|donc) )*(?:your|the|both|left|right|vos|votre"
    r"|les|le|la|l')(?: ?)(?:\w+ ){0,4}(?:is|are|looks?|sounds?|feels?|seems?|appears?|est|sont"
    r"|semble\w*|parait|paraissent)\b"
    r"|\b(?:i (?:do |can |don't |do not |also |did )*(?:appreciate|hear|feel|palpate|recognize)"
    r"|(?:on|your|the) (?:\w+ ){0,3}exam\w*|auscultation|palpation|l'examen|j'entends|je (?:sens"
    r"|palpe|retrouve|vois)|on (?:entend|sent|palpe|retrouve|note))\b"
)
"""Tells a finding even where nothing says that somebody is examined."""
_NOT_FOUND = re.compile(
    r"\b(?:if|whether|si|should|would|could|tomorrow|next|last (?:week|month|year|time)|before"
    r"|history|when you|yesterday|ago|going to|gon na|want|need|tell me|take|try|help\w*|worse"
    r"|better|hier|depuis|demain|avant|antecedents?|quand vous|dites-moi|il faut|allez|prenez)\b"
)
"""An intention, a condition, a history: nothing was found now."""
_FURTHEST = 24
"""Words of one finding, at most."""
_LEAD, _LISTED = 8, 5
"""Words between an organ and what is found in it; of a further thing in a list."""


@dataclass(frozen=True, slots=True)
class Found:
    """``text[start:end]`` tells one finding of an examination."""

    start: int
    end: int
    normal: bool


@remembered
def opens(text: str) -> bool:
    """Whether an examination begins, or goes on, at the end of a sentence."""
    return _last(_OPENS, text) > _last(_CLOSES, text)


@remembered
def closes(text: str) -> bool:
    """Whether the sentence turns to results, an assessment or a plan."""
    return _last(_CLOSES, text) > _last(_OPENS, text)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(folded(text).line)), default=-1)


@remembered
def examination_findings(text: str, language: str, examining: bool) -> tuple[Found, ...]:
    """What a clinician's words say to have been found.

    Args:
        examining: somebody is being examined when the sentence begins.

    Raises UnsupportedLanguage.
    """
    checked(language)
    line = folded(text)
    turns = sorted(
        [(m.start(), True) for m in _OPENS.finditer(line.line)]
        + [(m.start(), False) for m in _CLOSES.finditer(line.line)]
    )
    found = []
    for start, end in _pieces(line.line):
        here = examining
        for at, on in turns:
            if at < end:
                here = on
        first, last = line.place(start, end)
        one = _finding(text[first:last], line.line[start:end], language, here)
        if one is not None:
            found.append(Found(first, last, one))
    return tuple(found)


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """Spans that tell one finding each: cut hard, then where a new sign stands."""
    at = 0
    for cut in (*_HARD.finditer(line), None):
        end = cut.start() if cut else len(line)
        if end > at:
            yield from _parted(line, at, end)
        at = cut.end() if cut else end


def _parted(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    cuts = list(_SOFT.finditer(line, start, end))
    firsts = [start, *(m.end() for m in cuts)]
    lasts = [*(m.start() for m in cuts), end]
    listed = [False, *(m["list"] is not None for m in cuts)]
    span: tuple[int, int] | None = None
    lead: int | None = None
    for first, last, goes_on in zip(firsts, lasts, listed, strict=True):
        part = line[first:last]
        found = _STRONG.search(part) or _WEAK.search(part)
        if found and goes_on and span is not None and lead is None and part.count(" ") <= 1:
            span = (span[0], last)  # "red and swollen" is of one organ
        elif found:
            if span is not None:
                yield _trimmed(line, *span)
            # "Your legs have, you know, some swelling": the organ stands before.
            near = lead is not None and line.count(" ", lead, first) <= _LEAD
            span, lead = (lead if lead is not None and near else first, last), None
        elif goes_on and span is not None and lead is None and part.count(" ") <= _LISTED:
            span = (span[0], last)  # "murmur, rub or gallop": the rest of the list
        elif not goes_on and part.strip():
            lead = first
    if span is not None:
        yield _trimmed(line, *span)


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    part = line[start:end]
    words = [m.end() for m in re.finditer(r"\S+", part)]
    end = start + (words[min(len(words), _FURTHEST) - 1] if words else 0)
    while start < end and not line[start].isalnum():
        start += 1
    while end > start and not (line[end - 1].isalnum() or line[end - 1] == ")"):
        end -= 1
    return start, end


def _finding(text: str, line: str, language: str, examining: bool) -> bool | None:
    """Whether it is normal; None when it tells no finding."""
    if _NOT_FOUND.search(line) or is_question(text, language):
        return None
    strong = _STRONG.search(line)
    where = organs(folded(text), language) or _NO_ORGAN.search(line)
    if not (strong or where):
        return None
    if not examining and not (where and _TELLS.search(line)):
        return None
    named = findings(text, language)
    denied = bool(named) and all(f.polarity is Polarity.denied for f in named)
    affirmed = any(f.polarity is Polarity.affirmed for f in named)
    if denied:
        return True
    normal = _NORMAL.search(line) is not None and _ABNORMAL.search(line) is None
    return (normal or _NO_ABNORMAL.search(line) is not None) and not affirmed
