"""Kinds of words that deny, doubt, or speak of someone else: the cues of NegEx and ConText.

Each pattern is matched on folded words that one space separates, punctuation included as words.
After Chapman et al. 2001 (NegEx), Harkema et al. 2009 (ConText), Deléger & Grouin 2012 (French).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cues:
    """One language's patterns."""

    pseudo: re.Pattern[str]
    """Looks like a denial and is none: *pas seulement*, *not getting any better*."""
    deny_before: re.Pattern[str]
    deny_next: re.Pattern[str]
    """Denies the word after it and no more: *non suivie*."""
    deny_after: re.Pattern[str]
    tested: re.Pattern[str]
    """Names a test: one that is *negative* took place, so the word does not deny it."""
    doubt_before: re.Pattern[str]
    excluding: re.Pattern[str]
    """Of the doubts, those that leave open what follows, *ni* included."""
    doubt_after: re.Pattern[str]
    stop: re.Pattern[str]
    """Ends what a denial reaches."""
    noun: re.Pattern[str]
    """Of the denials, those that deny a noun and its list, not a verb: *sans*, *no*."""
    stop_noun: re.Pattern[str]
    """Ends what such a denial reaches: the next verb, what opens an adjunct."""
    stop_doubt: re.Pattern[str]
    """Ends what a doubt reaches."""
    family: re.Pattern[str]
    other: re.Pattern[str]
    not_family: re.Pattern[str]
    """Holds a family word and means no relative: *médecin de famille*."""
    reported: re.Pattern[str]
    """Follows a relative who speaks of the patient: *ma mère dit que…*."""
    first_person: re.Pattern[str]
    third_person: re.Pattern[str]
    """Opens a sentence that goes on about whom the last one was about."""
    question: re.Pattern[str]
    unmarked: re.Pattern[str]
    """Opens what is most often a question, where speech recognition wrote no full stop."""
    unasked: re.Pattern[str]
    """Opens what may be a question that lost its mark, if it is answered *no*."""
    presumed: re.Pattern[str]
    """A question that takes the finding for granted: *depuis quand toussez-vous*."""
    no: re.Pattern[str]
    """Opens an answer that denies all that was asked."""
    yes: re.Pattern[str]
    partly: re.Pattern[str]
    """Opens an answer that neither denies nor affirms."""
    weakly: re.Pattern[str]
    """Doubts, and leans to a denial: *pas vraiment*, *I don't think*."""
    told: re.Pattern[str]
    """A *yes* and a speaker's own words: no question, whatever mark it ends with."""


def words(*patterns: str) -> re.Pattern[str]:
    """Any of the patterns, as whole words."""
    return re.compile(r"(?<!\S)(?:" + "|".join(patterns) + r")(?!\S)")
