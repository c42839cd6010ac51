"""How a gene is altered, beside its name, on a folded line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AMINO = "acdefghiklmnpqrstvwy"
_THREE = {
    "ala": "A", "arg": "R", "asn": "N", "asp": "D", "cys": "C", "gln": "Q", "glu": "E", "gly": "G",
    "his": "H", "ile": "I", "leu": "L", "lys": "K", "met": "M", "phe": "F", "pro": "P", "ser": "S",
    "thr": "T", "trp": "W", "tyr": "Y", "val": "V", "ter": "*",
}  # fmt: skip
_LONG = "|".join(_THREE)
_KINDS = (
    ("ex19del", r"(?:deletions?|del)\s*(?:de l'|of |in |dans l'|in-frame )?(?:exon|ex\.?)\s*19"
                r"|(?:exon|ex\.?)\s*19[\s:(-]*(?:deletions?|del\b)|\bex19del\b"
r"|\bdel\s?(?:ex)?19\b"),
    ("ex20ins", r"insertions?\s*(?:de l'|of |in |dans l')?(?:exon|ex\.?)\s*20"
                r"|(?:exon|ex\.?)\s*20[\s:(-]*(?:insertions?|ins\b)|\bex20ins\b"
r"|\bins\s?(?:ex)?20\b"),
    ("ex14", r"(?:saut|skipping)\s*(?:de l'|of |d')?(?:exon|ex\.?)\s*14"
             r"|(?:exon|ex\.?)\s*14[\s(-]*(?:skipping|saut|skip)|\bex14\b|metex14"),
    ("fusion", r"\bfusions?\b|\brearran\w+|\btranslocat\w+|\brearrangements?\b"),
    ("amplification", r"\bamplifi\w+"),
    ("V600E", r"\bv[\s-]*(?:six[\s-]*cents?|six hundred|600)[\s-]*e\b"),
)  # fmt: skip
_KIND = tuple((name, re.compile(pattern)) for name, pattern in _KINDS)
_PROTEIN = re.compile(
    rf"\b(?:p\.\s?\(?)?(?P<from>[{_AMINO}])(?P<at>\d{{2,4}})(?P<to>[{_AMINO}*x](?![a-z0-9])"
    rf"|del(?:ins)?[a-z]*|dup[a-z]*|fs[*\w]*|_[a-z]\d+(?:del|ins|dup)[a-z]*)"
    rf"|\bp\.\s?\(?(?P<from3>{_LONG})(?P<at3>\d{{1,4}})(?P<to3>{_LONG}|fs[*\w]*|del|dup|\*)"
)
_DNA = re.compile(r"\b(?:c|g)\.[\d_+*-]+(?:[acgt]+>[acgt]+|del[acgt]*|dup[acgt]*|ins[acgt]+)")
_NOT_PROTEIN = re.compile(r"(?:her2|ca\d)")


@dataclass(frozen=True, slots=True)
class Variant:
    """``line[start:end]``; ``name`` is how it is usually called."""

    name: str
    start: int
    end: int


def variant(line: str, start: int, end: int) -> Variant | None:
    """The alteration named between two places; a protein change says more than a kind."""
    named = _PROTEIN.search(line, start, end)
    if named:
        return Variant(_protein(named), named.start(), named.end())
    found = [
        Variant(name, match.start(), match.end())
        for name, pattern in _KIND
        if (match := pattern.search(line, start, end))
    ]
    dna = _DNA.search(line, start, end)
    if dna:
        found.append(Variant(dna.group(), dna.start(), dna.end()))
    return min(found, key=lambda one: one.start) if found else None


def _protein(match: re.Match[str]) -> str:
    if match["from"]:
        to = match["to"]
        return f"{match['from'].upper()}{match['at']}{to.upper() if len(to) == 1 else to}"
    to = _THREE.get(match["to3"], match["to3"])
    return f"{_THREE[match['from3']]}{match['at3']}{to}"
