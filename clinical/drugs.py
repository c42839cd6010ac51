"""Drugs named in French or English text, by international non-proprietary name (INN).

Exact names are matched without regard to accents, case, plurals, hyphens and spaces. What is left
is compared by sound, for the spellings of speech recognition (*kardéjic*); such a correction has a
score under 1 and keeps the words as they stood, so that it can be shown.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from rapidfuzz.distance import Levenshtein

from clinical.memory import linewise
from clinical.stopwords import STOPWORDS
from clinical.text import checked, fold

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_GAP = re.compile(r"[ \t\u00a0\-\u2010\u2011/+'’]{1,3}")
LEXICONS = ("drugs.csv", "drugs_recent.csv")
"""Rows of one drug in both are joined."""
ORDINARY = ("not_drugs.txt", "ordinary.txt")
_LONGEST = 9
"""Words in the longest name, and one more for a word cut in two."""


@dataclass(frozen=True, slots=True)
class Drug:
    """One row of the lexicon."""

    inn: str
    """English INN: the key. ``a/b`` for a combination."""
    fr: str
    """French INN."""
    atc: str | None
    """ATC code (WHO), where one code is right whatever the route."""
    kind: Literal["drug", "class"]
    names: tuple[str, ...] = ()
    """Synonyms and brands, as they are written."""


@dataclass(frozen=True, slots=True)
class DrugMention:
    """A drug or a class of drugs that a text names."""

    inn: str
    atc: str | None
    text: str
    """Verbatim: exactly ``source[start:end]``."""
    start: int
    end: int
    kind: Literal["drug", "class"]
    score: float
    """1 for an exact name; under 1 for a correction by sound."""


@dataclass(frozen=True, slots=True)
class _Lexicon:
    names: dict[str, Drug]
    """Folded words of a name, singular and joined, → its drug."""
    whole: frozenset[str]
    """Names that are always one word."""
    sounds: dict[tuple[str, int], dict[str, Drug]]
    """(first sound, length) → sound of a one-word name → its drug."""
    ordinary: frozenset[str]
    """Folded ordinary words that sound like a drug."""
    beginnings: frozenset[str]
    """Of all names: words that begin none need not be joined."""


def find_drugs(text: str, language: str, *, exact: bool = False) -> tuple[DrugMention, ...]:
    """Every drug and class named in the text, in order, longest names first.

    A drug is found in either language; ``language`` tells which words are too common to correct.
    ``exact`` leaves out what only sounds like a name. Raises UnsupportedLanguage.
    """
    return _named_exactly(text, language) if exact else _named(text, language)


@linewise
def _named(text: str, language: str) -> tuple[DrugMention, ...]:
    return _mentions(text, language, exact=False)


@linewise
def _named_exactly(text: str, language: str) -> tuple[DrugMention, ...]:
    return _mentions(text, language, exact=True)


def _mentions(text: str, language: str, *, exact: bool) -> tuple[DrugMention, ...]:
    checked(language)
    lexicon = _lexicon()
    words = list(_WORD.finditer(text))
    keys = [_singular(fold(word.group())) for word in words]
    joined = [
        i + 1 < len(words) and _joins(text, words[i], words[i + 1]) for i in range(len(words))
    ]
    found: list[DrugMention] = []
    i = 0
    while i < len(words):
        match = _exact(keys, joined, i, lexicon)
        if match is None and not exact:
            match = _by_sound(keys, joined, i, language)
        if match is None:
            i += 1
            continue
        drug, count, score = match
        start, end = words[i].start(), words[i + count - 1].end()
        found.append(DrugMention(drug.inn, drug.atc, text[start:end], start, end, drug.kind, score))
        i += count
    return tuple(found)


def missing_drugs(statement: str, evidence: str, language: str) -> tuple[DrugMention, ...]:
    """Drugs of the statement that its evidence does not name; a class is not its members."""
    said = {mention.inn for mention in find_drugs(evidence, language)}
    return tuple(m for m in find_drugs(statement, language) if m.inn not in said)


@cache
def drugs() -> tuple[Drug, ...]:
    """The lexicon, in the order of the files. A row of a later file adds its names to a known INN.

    Raises ValueError if two rows give one INN different codes, French names or kinds.
    """
    found: dict[str, Drug] = {}
    for file in LEXICONS:
        with (files("clinical") / "lexicons" / file).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                drug = _drug(row)
                known = found.get(drug.inn)
                found[drug.inn] = _merged(known, drug) if known else drug
    return tuple(found.values())


def lexicon_digests() -> dict[str, str]:
    """File name → sha256 of every list that decides which words are drugs."""
    folder = files("clinical") / "lexicons"
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in (*LEXICONS, *ORDINARY)
    }


def is_ordinary(word: str) -> bool:
    """Whether a word is on the list of those that only sound like a drug."""
    return _singular(fold(word)) in _lexicon().ordinary


def _drug(row: dict[str, str]) -> Drug:
    kind: Literal["drug", "class"] = "class" if row["kind"] == "class" else "drug"
    names = tuple(name for name in row["names"].split(";") if name)
    return Drug(row["inn"], row["fr"] or row["inn"], row["atc"] or None, kind, names)


def _merged(known: Drug, more: Drug) -> Drug:
    french = {drug.fr for drug in (known, more)} - {known.inn}
    codes = {drug.atc for drug in (known, more)} - {None}
    if len(french) > 1 or len(codes) > 1 or known.kind != more.kind:
        raise ValueError(f"two rows disagree about {known.inn}")
    names = tuple(dict.fromkeys((*known.names, *more.names)))
    return Drug(known.inn, known.fr, known.atc or more.atc, known.kind, names)


def _joins(text: str, word: re.Match[str], following: re.Match[str]) -> bool:
    end, start = word.end(), following.start()
    if start - end == 1 and text[end] == " ":
        return True
    return _GAP.fullmatch(text, end, start) is not None


def _exact(
    keys: list[str], joined: list[bool], i: int, lexicon: _Lexicon
) -> tuple[Drug, int, float] | None:
    best = None
    name = ""
    for count in range(1, _LONGEST + 1):
        if count > 1 and not (i + count <= len(keys) and joined[i + count - 2]):
            break
        name += keys[i + count - 1]
        drug = lexicon.names.get(name)
        # A short one-word name is not looked for across words: "la six" is no Lasix.
        if drug and not (count > 1 and name in lexicon.whole and len(name) < 8):
            best = (drug, count, 1.0)
        if name not in lexicon.beginnings:
            break
    return best


def _by_sound(
    keys: list[str], joined: list[bool], i: int, language: str
) -> tuple[Drug, int, float] | None:
    key = keys[i]
    if len(key) >= 6 and key not in STOPWORDS[language]:
        near = _nearest(key, 2)
        if near:
            return near[0], 1, near[1]
    if joined[i] and len(key) >= 2 and len(keys[i + 1]) >= 4:
        pair = key + keys[i + 1]
        if len(pair) >= 8 and not {key, keys[i + 1]} & STOPWORDS[language]:
            near = _nearest(pair, 0)
            if near:
                return near[0], 2, near[1]
    return None


@lru_cache(maxsize=50_000)
def _nearest(key: str, edits: int) -> tuple[Drug, float] | None:
    """The one drug that sounds like the word; None when none does, or more than one."""
    lexicon = _lexicon()
    if not key.isalpha() or key in lexicon.ordinary:
        return None
    sound = _sound(key)
    edits = min(edits, 0 if len(sound) < 8 else 1 if len(sound) < 11 else 2)
    if edits == 0:
        same = lexicon.sounds.get((sound[:1], len(sound)), {}).get(sound)
        return (same, round(min(0.95, 1 - 0.5 / max(len(sound), 1)), 3)) if same else None
    nearest: dict[str, Drug] = {}
    least = edits + 1
    alike = (
        named
        for length in range(len(sound) - edits, len(sound) + edits + 1)
        for named in lexicon.sounds.get((sound[:1], length), {}).items()
    )
    for name, drug in alike:
        distance = Levenshtein.distance(sound, name, score_cutoff=min(edits, least))
        if distance < least:
            nearest, least = {drug.inn: drug}, distance
        elif distance == least <= edits:
            nearest[drug.inn] = drug
    if len(nearest) != 1:
        return None
    (drug,) = nearest.values()
    return drug, round(min(0.95, 1 - (least + 0.5) / max(len(sound), 1)), 3)


_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"ph", "f"),
        (r"th", "t"),
        (r"qu|q|ch", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[eiy])", "j"),
        (r"x", "ks"),
        (r"eau|au", "o"),
        (r"[ao]e|ai|ei", "e"),
        (r"ou", "u"),
        (r"y", "i"),
        (r"z", "s"),
        (r"w", "v"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)es?$", ""),
    ]
]


def _sound(word: str) -> str:
    """How a folded word is heard, in French or English, roughly."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] == "s" else word


def _key(name: str) -> tuple[str, int]:
    words = [_singular(fold(word)) for word in _WORD.findall(name)]
    return "".join(words), len(words)


@cache
def _lexicon() -> _Lexicon:
    names: dict[str, Drug] = {}
    whole: set[str] = set()
    split: set[str] = set()
    sounds: dict[tuple[str, int], dict[str, Drug]] = {}
    for drug in drugs():
        for name in _names(drug):
            key, count = _key(name)
            names.setdefault(key, drug)
            if count > 1:
                split.add(key)
            else:
                whole.add(key)
                if len(key) >= 5 and key.isalpha():
                    sound = _sound(key)
                    sounds.setdefault((sound[:1], len(sound)), {}).setdefault(sound, drug)
    folder = files("clinical") / "lexicons"
    lines = "\n".join((folder / file).read_text(encoding="utf-8") for file in ORDINARY)
    words = (line.strip() for line in lines.splitlines() if not line.startswith("#"))
    return _Lexicon(
        names,
        frozenset(whole - split),
        sounds,
        frozenset(_singular(fold(word)) for word in words if word),
        frozenset(name[:end] for name in names for end in range(1, len(name) + 1)),
    )


def _names(drug: Drug) -> list[str]:
    found = [drug.inn, drug.fr, *drug.names]
    first, slash, second = drug.inn.partition("/")
    if slash:
        found.append(f"{second} {first}")
    return found
