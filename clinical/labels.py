"""Numbers that name something and measure nothing: telephones, rooms, addresses, file numbers.

They are kept, as ``label``, because a note with another telephone number is wrong; but they are
never values. Their value is their digits read as one integer: *zéro six douze* is 0612.
"""

from __future__ import annotations

import re
from decimal import Decimal

from clinical.measures import Reader
from clinical.quantity import Quantity

_PHONE = re.compile(
    r"(?<![\w.,+])(?:"
    r"\+\d{1,3}[ .-]?(?:\(0\)[ .-]?)?\d(?:[ .-]?\d){6,12}"  # +33 6 12 34 56 78
    r"|0[1-9](?:[ .-]?\d\d){4}"  # 06 12 34 56 78
    r"|0\d{4}[ .-]?\d{5,6}"  # 07700 900123
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"  # 555 010 9876
    r")(?!\w|[.,]\d)"
)
_NAMED = frozenset(
    {"chambre", "room", "batiment", "building", "appartement", "flat", "apartment", "ward"}
    | {"salle", "lit", "bed", "porte", "bureau", "box", "code", "dossier", "numero", "number"}
    | {"telephone", "tel", "phone", "fax", "dial", "composez", "composer", "poste"}
    | {"extension", "secu", "nhs", "bay", "form", "formulaire", "article", "chapitre", "chapter"}
    | {"section", "paragraph", "paragraphe", "page", "annexe", "appendix"}
)
_CALLS = frozenset({"call", "ring", "appelez", "appeler", "appelle", "rappelez", "contactez"})
_TEETH = frozenset({"carie", "dent", "molaire", "couronne", "extraction", "devitalise"})
_THE = frozenset({"les", "des", "aux", "vos", "mes", "ses", "leurs"})
_PAIRED = frozenset(
    {"yeux", "oreilles", "narines", "mains", "pieds", "jambes", "bras", "genoux", "cotes"}
    | {"mollets", "seins", "reins", "poumons", "epaules", "hanches", "chevilles", "poignets"}
)
_BETWEEN = frozenset(
    {"numero", "number", "le", "la", "the", "is", "est", "c'est", "c'", "ce", ":", "au"}
    | {"on", "sur", "de", "postal"}
)
_EMERGENCY = frozenset({15, 17, 18, 112, 114, 911, 999, 111})
_STREETS = {
    "fr": frozenset({"rue", "avenue", "boulevard", "impasse", "allee", "chemin", "quai"}),
    "en": frozenset({"road", "street", "avenue", "lane", "close", "drive"}),
}
REPEATS = frozenset({"oh", "o", "double", "triple", "zero"})
_RUN = 5
"""So many numbers one after the other, with nothing between them, are no measurements."""


def label_at(r: Reader, i: int) -> tuple[list[Quantity], int] | None:
    """A label at piece ``i``: (one quantity of kind ``label``, index after it)."""
    last = _phone(r, i) or _spoken(r, i) or _led(r, i) or _address(r, i) or _pair(r, i)
    if not last:
        return None
    start, end = r.pieces[i].start, r.pieces[last - 1].end
    digits = "".join(re.findall(r"\d", _read(r, i, last)))
    value = Decimal(digits or 0)
    return [Quantity(value, None, "label", start, end, r.text[start:end])], last


def _read(r: Reader, first: int, last: int) -> str:
    """The digits of the pieces; a number in words by its value."""
    parts = []
    for piece in r.pieces[first:last]:
        spoken = piece.kind == "number" and piece.source != "digits"
        parts.append(str(int(piece.value)) if spoken else r.text[piece.start : piece.end])
    return "".join(parts)


def _phone(r: Reader, i: int) -> int:
    match = _PHONE.match(r.text, r.pieces[i].start)
    if match is None or (i and r.pieces[i - 1].end == r.pieces[i].start and r.word(i - 1) == "+"):
        return 0
    last = i
    while last < len(r.pieces) and r.pieces[last].end <= match.end():
        last += 1
    # 150 500 1000 mg are doses; a telephone number has no unit.
    return last if last > i and _bare(r, last) else 0


def _bare(r: Reader, last: int) -> bool:
    """Whether no unit follows the number that ends before ``last``."""
    piece = r.number(last - 1)
    return piece is None or r.unit(last, piece)[1] == "bare"


def _spoken(r: Reader, i: int) -> int:
    numbers, last = 0, i
    while last < len(r.pieces):
        piece = r.number(last)
        if piece is not None and piece.value == int(piece.value):
            numbers += 1
        elif r.word(last) not in REPEATS:
            break
        last += 1
    return last if numbers >= _RUN and _bare(r, last) else 0


def _led(r: Reader, i: int) -> int:
    """*chambre 214*, *call 555-0142*, *composez le cent douze*."""
    if r.whole(i) is None:
        return 0
    k = i - 1
    while i - k < 5 and r.word(k) in _BETWEEN and r.word(k) not in _NAMED:
        k -= 1
    named, calls = r.word(k) in _NAMED, r.word(k) in _CALLS
    tooth = r.word(i - 1) in ("la", "dent") and r.near(i, _TEETH, after=0, before=5)
    named = named or (tooth and 11 <= r.pieces[i].value <= 85)
    if not named and not calls:
        return 0
    last = i + 1
    while r.whole(last) is not None or (r.word(last) == "-" and r.whole(last + 1) is not None):
        last += 1
    if not _bare(r, last) or r.word(last) in ("sur", "/", "of", "a", "to", "ou", "or"):
        return 0
    several = last > i + 1
    if calls and not several and r.whole(i) not in _EMERGENCY and r.pieces[i].value < 1000:
        return 0
    return last


def _pair(r: Reader, i: int) -> int:
    """*Dans les deux yeux*: both of them, which nobody counted."""
    both = r.language == "fr" and r.whole(i) == 2 and r.word(i - 1) in _THE
    return i + 1 if both and r.word(i + 1) in _PAIRED else 0


def _postcode(r: Reader, i: int) -> bool:
    """*75013 Paris*: five digits together, before a name."""
    here, after = r.pieces[i], r.text[r.pieces[i].end :][:3]
    alone = i == 0 or r.word(i - 1) in (",", "a", "-", "f")
    name = after[:1] == " " and after[1:2].isupper() and after[2:3].islower()
    return alone and name and here.end - here.start == 5 and _bare(r, i + 1)


def _address(r: Reader, i: int) -> int:
    if r.whole(i) is None:
        return 0
    if r.language == "fr" and _postcode(r, i):
        return i + 1
    if r.language == "fr":
        bis = r.word(i + 1) in ("bis", "ter", ",")
        return i + 1 if r.word(i + 1 + bis) in _STREETS["fr"] else 0
    if i + 1 >= len(r.pieces) or not r.text[r.pieces[i + 1].start].isupper():
        return 0
    return i + 1 if {r.word(i + 2), r.word(i + 3)} & _STREETS["en"] else 0
