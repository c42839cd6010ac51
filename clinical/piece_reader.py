"""The pieces of a text, looked at by their index."""

from __future__ import annotations

from decimal import Decimal

from clinical.number_pieces import Piece, pieces
from clinical.quantity import Quantity, QuantityKind
from clinical.text import checked

_SMALL = frozenset(
    {"", ",", ")", "(", ":", "ce", "cet", "cette", "hier", "depuis", "le", "la", "l'", "au", "et"}
    | {
        "de",
        "d'",
        "mais",
        "pendant",
        "avec",
        "sous",
        "encore",
        "maintenant",
        "environ",
        "apres",
        "avant",
    }
    | {"pour", "en", "puis", "the", "and", "then", "this", "yesterday", "since", "with", "on"}
    | {"in", "after", "before", "at", "but", "dans", "chez", "par", "per", "qui", "je", "on", "il"}
)


class PieceReader:
    """The pieces of one text, looked at by their index."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = checked(language)
        self.pieces = pieces(text, language)

    def word(self, i: int) -> str:
        """The folded word or sign at ``i``, or an empty string."""
        if 0 <= i < len(self.pieces) and self.pieces[i].kind in ("word", "sign"):
            return self.pieces[i].fold
        return ""

    def number(self, i: int) -> Piece | None:
        if 0 <= i < len(self.pieces) and self.pieces[i].kind == "number":
            return self.pieces[i]
        return None

    def whole(self, i: int) -> int | None:
        """An integer that was really said: no article."""
        piece = self.number(i)
        if piece is None or piece.source == "article" or piece.value != int(piece.value):
            return None
        return int(piece.value)

    def ends(self, i: int) -> bool:
        """Whether nothing that could be counted begins at ``i``: an end, a sign or a small word."""
        return i >= len(self.pieces) or (
            self.pieces[i].kind in ("break", "sign", "word") and self.word(i) in _SMALL
        )

    def touching(self, i: int) -> bool:
        """Whether pieces ``i`` and ``i + 1`` have no space between them."""
        return i + 1 < len(self.pieces) and self.pieces[i].end == self.pieces[i + 1].start

    def near(self, i: int, words: frozenset[str], *, after: int = 4, before: int = 10) -> bool:
        """Whether one of ``words`` stands in the same sentence, close to piece ``i``."""
        for k in range(i - 1, max(-1, i - 1 - before), -1):
            if self.pieces[k].kind == "break":
                break
            if self.word(k) in words:
                return True
        for k in range(i + 1, min(len(self.pieces), i + 1 + after)):
            if self.pieces[k].kind == "break":
                return False
            if self.word(k) in words:
                return True
        return False

    def quantity(
        self, value: Decimal | int, unit: str | None, kind: QuantityKind, first: int, last: int
    ) -> Quantity:
        start, end = self.pieces[first].start, self.pieces[last - 1].end
        return Quantity(Decimal(value), unit, kind, start, end, self.text[start:end])
