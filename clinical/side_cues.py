"""The words that name a side, in French and English, and those that only look like it."""

from __future__ import annotations

import re
from enum import StrEnum


class Side(StrEnum):
    left = "left"
    right = "right"
    both = "both"


SIDE_CUES: dict[str, tuple[tuple[Side, re.Pattern[str]], ...]] = {
    "fr": (
        (
            Side.both,
            re.compile(
                r"\bbilateral(?:e|es|ement)?\b|\bbilateraux\b|\bdes deux cotes\b"
                r"|\bdroit(?:e|s|es)? (?:et|comme) (?:a )?gauches?\b"
                r"|\bgauches? (?:et|comme) (?:a )?droit(?:e|s|es)?\b"
            ),
        ),
        (Side.left, re.compile(r"\bgauches?\b|\bgche\b")),
        (
            Side.right,
            re.compile(
                r"(?<!tout )(?<!va )(?<!tenir )(?<!\ble )(?<!\bce )(?<!avoir )(?<!\bai )(?<!\bas )"
                r"(?<!avez )(?<!tiens )(?<!tient )\bdroits?\b(?! (?:a|au|aux|de|du|d')\b)"
                r"|\bdroites?\b(?! ligne)|\bdte\b"
            ),
        ),
    ),
    "en": (
        (
            Side.both,
            re.compile(
                r"\bbilateral(?:ly)?\b|\b(?:both|either) sides?\b"
                r"|\bleft and (?:the )?right\b|\bright and (?:the )?left\b"
            ),
        ),
        (
            Side.left,
            re.compile(
                r"\bleft(?:[- ](?:hand(?:ed)?[- ])?(?:sided?|part|half|one)\b)"
                r"|\b(?:on|to|in|at|over|down|behind) (?:the|my|your|his|her) left\b"
                r"|\bleft(?:-| )?only\b"
            ),
        ),
        (
            Side.right,
            re.compile(
                r"\bright(?:[- ](?:hand(?:ed)?[- ])?(?:sided?|part|half|one)\b)"
                r"|\b(?:on|to|in|at|over|down|behind) (?:the|my|your|his|her) right\b"
                r"(?! (?:track|path|dose|thing|way|lines|medication|place|time))"
            ),
        ),
    ),
}
QUADRANTS = {
    "llq": ("iliac fossa", Side.left),
    "rlq": ("iliac fossa", Side.right),
    "luq": ("hypochondrium", Side.left),
    "ruq": ("hypochondrium", Side.right),
    "lif": ("iliac fossa", Side.left),
    "rif": ("iliac fossa", Side.right),
}
QUADRANT = {
    "en": re.compile(r"\b(?:llq|rlq|luq|ruq|lif|rif)\b"),
    "fr": re.compile(r"(?!)"),
}
PLAIN = re.compile(r"\b(left|right)\b")
"""English words that are a side beside an organ only."""
LETTER = re.compile(r"\b([LR])\b(?=[ -])")
"""``L knee``: capitals of the verbatim text, right before an organ."""
BOTH = {"fr": re.compile(r"\bdeux\b"), "en": re.compile(r"\bboth\b(?: of)?(?: (?:my|your|the))?")}
NEGATED = {
    "fr": re.compile(r"\b(?:pas|ni|non)(?: \w+'?){0,2} ?$"),
    "en": re.compile(r"\b(?:not|isn't|no|nor)(?: \w+){0,3} $"),
}
SHORT_ANSWER = {
    "fr": re.compile(r"^\W*(?:(?:oui|euh|plutot|surtout|c'est|le|la|du cote) ?,? ?)*\b"),
    "en": re.compile(r"^\W*(?:(?:yes|yeah|um|uh|so|just|mainly|mostly|the|it's|my) ?,? ?)*\b"),
}
ASKS_SIDE = re.compile(
    r"\b(?:side|left or right|right or left|which (?:one|leg|arm|knee|ear|eye))\b"
)
TELLS = re.compile(
    r"gauche|droit|gche|dte|bilat|deux|left|right|both|either|\b(?:llq|rlq|luq|ruq|lif|rif|l|r)\b"
)
"""In a sentence without any of these no side is told: most have none."""
