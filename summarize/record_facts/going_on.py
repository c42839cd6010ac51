"""Whether a sentence plainly says that something goes on.

Asked this way round a wording that nobody thought of is not taken for going on: what is plain is a
small closed set of words, what is not plain is everything else.
"""

from __future__ import annotations

import re

from clinical.folded import folded
from clinical.text import content_stems

_NOT_PLAIN = re.compile(
    r"(?<!\w)(?:ne|n'|pas|plus|non|sans|ni|aucune?s?|jamais|zero|no|not|never|none|nor|neither|without"
    r"|n't|ancien\w*|anterieur\w*|ex|former\w*|previous\w*|past|passee?s?|avait|etait|avaient|etaient"
    r"|had|was|were|used to|fin|end(?:ed)?|jusqu\w*|until|stop\w*|off|ago|il y a|hier)(?!\w)"
)
"""A closed class of grammar: what negates, ends or sets in the past."""
_GOES_ON = re.compile(
    r"(?<!\w)(?:prend|prends|prenne|recoit|poursui\w+|continu\w+|maint\w+|renouvel\w+"
    r"|reconduit\w*|toler\w+|takes|taking|remains?|renew\w+|repeat prescription|refill\w*"
    r"|unchanged|inchange\w*)(?!\w)"
)
_ON = re.compile(r"(?<!\w)(?:sous|on)(?: \w+)?\W{0,2}$")
"""Right before a drug."""
_STILL_THERE = re.compile(
    r"(?<!\w)(?:connue?s?|suivie?s?|suivi|active?s?|actifs?|persist\w+|toujours|encore|chroni\w+|known"
    r"|still|ongoing|current|actuel\w*|aggrav\w+|wors\w+|recidiv\w+|rechut\w+|recur\w+|relaps\w+"
    r"|stable\w*|sous|poursui\w+|continu\w+|exacerb\w+|poussee|evoluti\w+|decouvert\w*"
    r"|diagnos\w+|present\w*|severe\w*|symptom\w+|equilibr\w+|controlled|controlees?|traitement|treatment"
    r"|pour|for|new|nouve\w+)(?!\w)"
)
_IN_PLACE = re.compile(
    r"(?<!\w)(?:porteu\w+|implante\w*|pose\w*|in situ|has an?|with an?|fitted|implanted)(?!\w)"
)
_SMOKES = re.compile(
    r"(?<!\w)(?:tabac|tabagi\w+|fum(?:e|es|ez|er|eur|euse)s?|cigarettes?|paquets?|pa|actifs?|active"
    r"|annees?|par|jour|j|jours|environ|un|une|deux|en|cours|actuel\w*|toujours|encore|et|a|de|le"
    r"|la|du|smok\w+|tobacco|packs?|years?|per|day|daily|current\w*|still|about|one|two|of|the|and"
    r"|he|she|il|elle|patiente?|since|depuis|vapot\w*|semaine|week|ans|\d[\d,./-]*"
    r"|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|quarante|three|four|five"
    r"|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty)(?!\w)"
)


_ALCOHOL = re.compile(r"\b(?:alcool\w*|alcohol\w*|ethyl\w+|oh|verres?|drinks?|units?)\b")
_HEAD = re.compile(r"^(?:mode de vie|habitu\w+|habitus|toxiques|social(?: history)?|lifestyle)\W+")


def smokes(line: str) -> bool:
    """Whether a folded line that names tobacco says that it goes on: no word in it says more."""
    parts = re.split(r"[,;.](?!\d)", _HEAD.sub("", line))
    line = " , ".join(part for part in parts if not _ALCOHOL.search(part))
    return not re.search(r"[^\W_]", _SMOKES.sub(" ", line)) and not _NOT_PLAIN.search(line)


def not_plain(text: str) -> bool:
    """Whether a word of the closed class stands in it: a negation, a past, an end."""
    return _NOT_PLAIN.search(folded(text).line) is not None


def takes_still(line: str, start: int, end: int, dosed: bool) -> bool:
    """Whether the folded ``line`` says that the drug at ``[start:end]`` is taken. ``dosed``: a rule
    read it as taken there, with a dose or a rhythm."""
    opened = max(line.rfind(mark, 0, start) for mark in ",;:") + 1
    closed = min((at for mark in ",;" if (at := line.find(mark, end)) >= 0), default=len(line))
    clause = line[opened:closed]
    said = _GOES_ON.search(clause) or _ON.search(line[opened:start])
    if said and not _NOT_PLAIN.search(clause):
        return True
    return dosed and not _NOT_PLAIN.search(line)


def says_still(text: str, name: str, language: str) -> bool:
    """Whether a sentence that names a problem names it alone, or says that it is there."""
    line = folded(text).line
    if _NOT_PLAIN.search(line):
        return False
    if _STILL_THERE.search(line):
        return True
    return _more(text, name, language) <= 1


def in_place(text: str, name: str, language: str) -> bool:
    """Whether a sentence that names a device names it alone, or says that it is in the body."""
    line = folded(text).line
    if _NOT_PLAIN.search(line):
        return False
    return _IN_PLACE.search(line) is not None or _more(text, name, language) == 0


def _more(text: str, name: str, language: str) -> int:
    """How many words it has beside the name, numbers and small words not counted."""
    more = set(content_stems(text, language)) - set(content_stems(name, language))
    return len([stem for stem in more if not stem[0].isdigit()])
