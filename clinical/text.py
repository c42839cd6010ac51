"""Words, sentences and stems of French and English text, each with its place in the text.

Everything here keeps offsets: ``text[token.start:token.end] == token.text``, so that whatever is
found can be shown verbatim.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer  # type: ignore[import-untyped]

from clinical.memory import remembered
from clinical.stopwords import STOPWORDS
from consultation.errors import UnsupportedLanguage

LANGUAGES = ("fr", "en")

_MARKS = "\u0300-\u036f"
_ELIDED = r"(?:jusqu|lorsqu|puisqu|quoiqu|quelqu|qu|[cdjlmnst])"
_WORD = re.compile(
    rf"""
      \d+(?:[.,\u00a0\u202f]\d+)*                      # 38,5  1.000
    | (?:aujourd['’]hui|presqu['’][îi]le)              # never cut
    | {_ELIDED}['’](?=[^\W\d_])                        # l' d' qu' before a letter
    | [^\W\d_][\w{_MARKS}]*(?:['’][^\W\d_][\w{_MARKS}]*)*   # words, don't, HbA1c, B12
    | [^\W_]+                                          # ² and the like
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENGLISH_WORD = re.compile(
    rf"""
      \d+(?:[.,\u00a0\u202f]\d+)*
    | [^\W\d_][\w{_MARKS}]*(?:['’][^\W\d_][\w{_MARKS}]*)*
    | [^\W_]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "µ": "u", "μ": "u"}
)
_ABBREVIATIONS = frozenset(
    {
        "dr",
        "drs",
        "mr",
        "mrs",
        "ms",
        "m",
        "mme",
        "mlle",
        "pr",
        "prof",
        "st",
        "ste",
        "vs",
        "cf",
        "ex",
    }
    | {"env", "approx", "e.g", "i.e", "p.ex"}
)
_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s|$)|\n+")
_LOCAL = threading.local()


class Token(NamedTuple):
    """One word or number; built by the thousand, so a tuple."""

    text: str
    """Verbatim."""
    fold: str
    """See ``fold``."""
    stem: str
    """Folded stem; a number's digits with a point for the decimal mark."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` is verbatim, without the white space around it."""

    text: str
    start: int
    end: int


def checked(language: str) -> str:
    """The language if it is one of ``LANGUAGES``; otherwise raises UnsupportedLanguage."""
    if language not in LANGUAGES:
        raise UnsupportedLanguage(f"unsupported language: {language}")
    return language


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The same text without accents, case, ligatures and typographic apostrophes.

    Not of the same length: fold words, not texts whose offsets matter.
    """
    lowered = text.lower().translate(_LIGATURES)
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of one word, folded: *migraines* and *Migraine* agree."""
    stemmers = _LOCAL.__dict__.setdefault("stemmers", {})  # a stemmer keeps state: one a thread
    stemmer = stemmers.get(language)
    if stemmer is None:
        name = {"fr": "french", "en": "english"}[checked(language)]
        stemmer = stemmers[language] = snowballstemmer.stemmer(name)
    lowered = unicodedata.normalize("NFC", word.lower().replace("’", "'"))
    return fold(str(stemmer.stemWord(lowered)))


@remembered
def tokens(text: str, language: str) -> tuple[Token, ...]:
    """Words and numbers in order; French elisions stand alone (``l'`` + ``œil``)."""
    pattern = _WORD if checked(language) == "fr" else _ENGLISH_WORD
    found = []
    for match in pattern.finditer(text):
        word = match.group()
        folded, base = _read(word, language)
        found.append(Token(word, folded, base, *match.span()))
    return tuple(found)


@lru_cache(maxsize=50_000)
def _read(word: str, language: str) -> tuple[str, str]:
    """(folded, stem) of one word: one look instead of two, for each of thousands of tokens."""
    base = word.replace(",", ".") if word[0].isdigit() else stem(word, language)
    return fold(word), base


def is_stopword(word: str, language: str) -> bool:
    """Whether a word carries no content of its own: articles, pronouns, auxiliaries, fillers."""
    return fold(word) in STOPWORDS[checked(language)]


def content_stems(text: str, language: str) -> tuple[str, ...]:
    """Stems of the words that are not stopwords, in order, repeats kept; numbers included."""
    return tuple(t.stem for t in tokens(text, language) if not is_stopword(t.fold, language))


@remembered
def sentences(text: str) -> tuple[Sentence, ...]:
    """Cut after . ! ? … and at line ends, but not after Dr. or inside 38.5."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        if (
            match.group()[0] == "."
            and len(match.group()) == 1
            and _abbreviated(text, match.start())
        ):
            continue
        _add(found, text, start, match.end())
        start = match.end()
    _add(found, text, start, len(text))
    return tuple(found)


def _abbreviated(text: str, dot: int) -> bool:
    word = re.search(r"[\w.]*$", text[max(0, dot - 12) : dot])
    before = word.group() if word else ""
    if not before or text[dot + 1 :].strip() == "":
        return False
    if before.lower() == "gr":  # "neutropénie gr. 3", but not "500 gr. Puis"
        return re.match(r"\s?(?:[1-5]|I{1,3}|IV|V)\b", text[dot + 1 :]) is not None
    return before.lower() in _ABBREVIATIONS


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(stripped, first, first + len(stripped)))
