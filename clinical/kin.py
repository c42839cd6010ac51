"""Which relative: a mother's cancer is not an aunt's. French and English words, folded.

A word for several (*parents*, *siblings*) stands for each of them, a word for any (*family*) for
nobody in particular. Sons and daughters are left out: they are often the patient, and have many
names.
"""

from __future__ import annotations

import re

from clinical.folded import folded
from clinical.memory import remembered

_WORDS = {
    "mother": r"mothers?|mums?|moms?|mom(?:my|ma)|mummy|(?<!grand )(?<!grand-)meres?|maman",
    "father": r"fathers?|dad(?:dy|s)?|(?<!grand )(?<!grand-)peres?|papa",
    "sister": r"sisters?|soeurs?",
    "brother": r"brothers?|freres?",
    "grandmother": r"grand-?(?:mothers?|mas?|mums?|moms?)|grann(?:y|ies)|nana"
    r"|grands?[ -]meres?|mamie",
    "grandfather": r"grand-?(?:fathers?|pas?|dads?)|grands?[ -]peres?|papi|papy",
    "aunt": r"aunt(?:s|ie|ies|y)?|tantes?|tata",
    "uncle": r"uncles?|oncles?|tonton",
    "cousin": r"cousine?s?",
    "mother father": r"parents?(?! (?:who|qui))",
    "sister brother": r"siblings?|fratrie",
    "grandmother grandfather": r"grand-?parents?|grands[ -]parents",
    "twin": r"twins?|jumeaux?|jumelles?",
}
_KIN = re.compile(
    "|".join(rf"\b(?P<k{n}>{words})\b" for n, words in enumerate(_WORDS.values())), re.IGNORECASE
)
_NAMES = tuple(frozenset(names.split()) for names in _WORDS)
_CHAINED = re.compile(
    rf"\b(?:{'|'.join(_WORDS.values())})\b(?:'?s?'? (?:side|family|{'|'.join(_WORDS.values())})"
    rf"| (?:de|d'|du|a|cote) (?:(?:mon|ma|mes|son|sa|ses|votre|l[ea])\s)?"
    rf"(?:{'|'.join(_WORDS.values())}))\b|\b(?:maternal|paternal|maternel|paternel)"
)
"""*My mom's mother*, *on my father's side*, *la sœur de ma mère*: whoever that is."""
_REPORTS = re.compile(
    r" (?:who )?(?:\w+ )?(?:says|said|states?|stated|reports?|reported|denies|denied|notes|noted"
    r"|notices|noticed|thinks|brings|brought|is (?:here|present)|explains|dit|rapporte|signale"
    r"|decrit|pense)\b"
)


@remembered
def relatives(text: str) -> tuple[tuple[frozenset[str], int, int], ...]:
    """(who it may be, start, end) for each relative that a text names and does not only quote."""
    line = folded(text)
    return tuple(
        (_NAMES[int(match.lastgroup[1:])], *line.place(*match.span()))
        for match in _KIN.finditer(line.line)
        if match.lastgroup and not _REPORTS.match(line.line, match.end())
    )


def _chained(text: str) -> bool:
    return _CHAINED.search(folded(text).line) is not None


def other_relatives(statement: str, evidence: str) -> tuple[str, ...]:
    """The relatives of a statement who are none of those that its evidence names.

    None where the evidence names nobody, or somebody by way of another.
    """
    said = [who for who, _, _ in relatives(evidence)]
    if not said or _chained(evidence):
        return ()
    there = frozenset[str]().union(*said)
    return tuple(statement[a:b] for who, a, b in relatives(statement) if not who & there)
