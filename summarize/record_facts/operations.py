"""Operations that a line names: which one, by the key that two documents share."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPERATION = re.compile(
    r"\b(?:\w+ectomie\w*|\w+ectomy|\w+plastie\w*|\w+plasty|\w+otomie|\w+otomy|\w+ostomie|\w+ostomy"
    r"|opere\w*|operation|operated|chirurgie|surgery|pth\b|ptg\b|prothese (?:totale )?(?:de )?\w+"
    r"|(?:hip|knee) replacement|cesarienne|c(?:ae|e)sarean(?: section)?|pontages?|bypass|cabg"
    r"|angioplastie|angioplasty|stents?|osteosynthese|arthroscop\w+|cure de hernie|hernia repair"
    r"|amputation|greffe|transplant\w*|curage|biopsies? exerese)\b"
)
_TELLS = re.compile(r"ectom|plast|pth|ptg|cesar|caesar|pontage|bypass|cabg|replacement|prothese")
"""Words that name one operation by themselves."""
_OPERATED = re.compile(
    r"\b(?:realise\w*|effectue\w*|pratique\w*|opere\w*|operated|underwent|performed|le \d|on \d"
    r"|en \d{4}|in \d{4})\b"
)
_NOT_OPERATED = re.compile(
    r"\b(?:prevue?|programmee?|envisage\w*|planned|scheduled|pas de|no|jamais|never)\b"
)


def operation_key(line: str, listed: bool, ill: Sequence[int]) -> str | None:
    """``surgery:…`` of what was operated; None where nothing was. ``line``: folded; ``listed``:
    under a heading that lists; ``ill``: where lasting diseases begin in the text."""
    operations = tuple(_OPERATION.finditer(line))
    if not operations or _NOT_OPERATED.search(line):
        return None
    operation = next((m for m in operations if _TELLS.search(m.group())), operations[0])
    if not listed and not _OPERATED.search(line):
        return None
    if operation.group().startswith("opere") and any(at < operation.start() for at in ill):
        return None  # "cancer du sein droit opéré en 2023" names a cancer
    return _key(line, operation)


_NOT_NAMING = re.compile(
    r"\b(?:gauche|droite?s?|left|right|bilateral\w*|totale?|total|partielle?|simple|realisee?"
    r"|par|le|la|l|de|du|d|en|in|on|of|the|a|an|sous|opere\w*|chirurgie|operation|surgery|operated"
    r"|underwent|performed|annee|patiente?|depuis|prothese|replacement|dr|pr)\b"
)


def _key(line: str, operation: re.Match[str]) -> str:
    """The operation's own word; with the organ where the word is general."""
    word = operation.group().strip()
    synonyms = {
        "hip replacement": "pth", "knee replacement": "ptg", "prothese totale de hanche": "pth",
        "prothese de hanche": "pth", "prothese totale de genou": "ptg", "prothese de genou": "ptg",
    }  # fmt: skip
    if word in synonyms:
        return f"surgery:{synonyms[word]}"
    if _TELLS.search(word):
        return f"surgery:{word.rstrip('s')}"
    rest = _NOT_NAMING.sub(" ", re.sub(r"[\d/().,;:-]+", " ", line))
    return "surgery:" + " ".join(sorted({word, *(w for w in rest.split() if len(w) > 3)})[:4])
